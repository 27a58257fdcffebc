/* How much guests may execute, and how deep they may call. */
#include "start.h"
#include "modules/traps.h"

int main(void)
{
    start();
    wasm_module_t module = load(traps_wasm, sizeof(traps_wasm));
    wasm_module_inst_t instance = instantiate(module, 0);
    wasm_exec_env_t env = wasm_runtime_get_exec_env_singleton(instance);
    uint32_t cells[2];
    /* Native code is not counted. */
    if (MODE == Mode_Interp) {
        wasm_runtime_set_instruction_count_limit(env, 100000);
        CHECK(!call(instance, "spin", 0, NULL));
        CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: instruction limit exceeded");
        wasm_runtime_clear_exception(instance);
        /* Each call may use all of it. */
        for (int n = 0; n < 100; n++) {
            wasm_runtime_set_instruction_count_limit(env, 10);
            cells[0] = 6, cells[1] = 3;
            CHECK(call(instance, "divide", 2, cells) && cells[0] == 2);
        }
        wasm_runtime_set_instruction_count_limit(env, 0);
        CHECK(!call(instance, "divide", 2, cells));
        wasm_runtime_clear_exception(instance);
        wasm_runtime_set_instruction_count_limit(env, -1);
        CHECK(call(instance, "divide", 2, cells));

        /* A larger stack holds more. */
        uint32_t depth_small, depth_large;
        wasm_runtime_set_instruction_count_limit(env, 1 << 20);
        cells[0] = 0;
        CHECK(!call(instance, "deep", 1, cells));
        depth_small = wasm_runtime_get_call_stack_buf_size(env);
        wasm_runtime_clear_exception(instance);
        wasm_exec_env_t larger = wasm_runtime_create_exec_env(instance, 1 << 20);
        CHECK(larger);
        wasm_runtime_set_instruction_count_limit(larger, 2000);
        CHECK(!wasm_runtime_call_wasm(larger, wasm_runtime_lookup_function(instance, "deep"), 1, cells));
        CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: instruction limit exceeded");
        depth_large = wasm_runtime_get_call_stack_buf_size(larger);
        CHECK(depth_small > 0 && depth_large > 0);
        wasm_runtime_destroy_exec_env(larger);
    }
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
