/* Calls with cells, with values, with arguments, and through a table. */
#include "start.h"
#include "modules/calls.h"

static float half(float value)
{
    return value / 2;
}

int main(void)
{
    start();
    wasm_module_t module = load(calls_wasm, sizeof(calls_wasm));
    wasm_module_inst_t instance = instantiate(module, 0);
    CHECK(wasm_runtime_get_module(instance) == module);
    CHECK(wasm_runtime_get_running_mode(instance) == MODE);
    CHECK(wasm_runtime_set_running_mode(instance, MODE));
    CHECK(!wasm_runtime_set_running_mode(instance, Mode_Fast_JIT));

    wasm_exec_env_t env = wasm_runtime_create_exec_env(instance, 8192);
    CHECK(env);
    CHECK(wasm_runtime_get_module_inst(env) == instance);

    wasm_function_inst_t add = wasm_runtime_lookup_function(instance, "add");
    CHECK(add && add == wasm_runtime_lookup_function(instance, "add"));
    CHECK(!wasm_runtime_lookup_function(instance, "nobody"));
    CHECK(!wasm_runtime_lookup_function(instance, "table"));
    CHECK(wasm_func_get_param_count(add, instance) == 2);
    CHECK(wasm_func_get_result_count(add, instance) == 1);
    wasm_valkind_t kinds[4];
    wasm_func_get_param_types(add, instance, kinds);
    wasm_func_get_result_types(add, instance, kinds + 2);
    CHECK(kinds[0] == WASM_I32 && kinds[1] == WASM_I32 && kinds[2] == WASM_I32);

    uint32_t cells[8] = { 40, 2 };
    CHECK(wasm_runtime_call_wasm(env, add, 2, cells));
    CHECK(cells[0] == 42);
    cells[0] = 1;
    CHECK(!wasm_runtime_call_wasm(env, add, 1, cells));
    CHECK_TEXT(wasm_runtime_get_exception(instance),
               "Exception: invalid argument count 1, must be no smaller than 2");
    /* Nothing is called until the exception is cleared. */
    CHECK(!wasm_runtime_call_wasm(env, add, 2, cells));
    wasm_runtime_clear_exception(instance);
    CHECK(!wasm_runtime_get_exception(instance));

    int64_t wide = INT64_C(0x123456789);
    memcpy(cells, &wide, 8);
    CHECK(call(instance, "wide", 2, cells));
    memcpy(&wide, cells, 8);
    CHECK(wide == INT64_C(0x12345678A));

    float single = 5;
    memcpy(cells, &single, 4);
    CHECK(call(instance, "half", 1, cells));
    memcpy(&single, cells, 4);
    CHECK(single == half(5));
    CHECK(call(instance, "nothing", 0, NULL));

    /* Values. */
    wasm_val_t args[4] = { { .kind = WASM_I32, .of.i32 = -1 },
                           { .kind = WASM_I64, .of.i64 = INT64_C(1) << 40 },
                           { .kind = WASM_F32, .of.f32 = 0.5f },
                           { .kind = WASM_F64, .of.f64 = 0.25 } };
    wasm_val_t results[2];
    wasm_function_inst_t mixed = wasm_runtime_lookup_function(instance, "mixed");
    CHECK(wasm_runtime_call_wasm_a(env, mixed, 1, results, 4, args));
    CHECK(results[0].kind == WASM_F64 && results[0].of.f64 == 1099511627775.75);
    CHECK(wasm_runtime_call_wasm_v(env, mixed, 1, results, 4, (uint32_t)2, (uint64_t)3, 0.5, 0.25));
    CHECK(results[0].of.f64 == 5.75);
    CHECK(!wasm_runtime_call_wasm_v(env, mixed, 1, results, 3, (uint32_t)2, (uint64_t)3, 0.5));
    args[0].kind = WASM_I64;
    CHECK(!wasm_runtime_call_wasm_a(env, mixed, 1, results, 4, args));
    CHECK(wasm_runtime_get_exception(instance));
    wasm_runtime_clear_exception(instance);
    CHECK(!wasm_runtime_call_wasm_a(env, mixed, 0, results, 4, args));
    wasm_runtime_clear_exception(instance);

    /* Several results; many arguments. */
    wasm_function_inst_t swap = wasm_runtime_lookup_function(instance, "swap");
    CHECK(wasm_runtime_call_wasm_v(env, swap, 2, results, 2, (uint32_t)7, (uint64_t)8));
    CHECK(results[0].kind == WASM_I64 && results[0].of.i64 == 8);
    CHECK(results[1].kind == WASM_I32 && results[1].of.i32 == 7);
    wasm_function_inst_t many = wasm_runtime_lookup_function(instance, "many");
    CHECK(wasm_runtime_call_wasm_v(env, many, 1, results, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
                                   17, 18, 19, 20));
    CHECK(results[0].of.i32 == 19);

    /* Functions go by their indices. */
    cells[0] = 1;
    CHECK(call(instance, "same_func", 1, cells));
    CHECK(cells[0] == 1);
    cells[0] = (uint32_t)-1;
    CHECK(call(instance, "same_func", 1, cells));
    CHECK(cells[0] == (uint32_t)-1);
    cells[0] = 1000;
    CHECK(!call(instance, "same_func", 1, cells));
    wasm_runtime_clear_exception(instance);

    /* Through the table. */
    cells[0] = 50, cells[1] = 8;
    CHECK(wasm_runtime_call_indirect(env, 1, 2, cells));
    CHECK(cells[0] == 42);
    CHECK(!wasm_runtime_call_indirect(env, 2, 2, cells));
    CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: uninitialized element");
    wasm_runtime_clear_exception(instance);
    CHECK(!wasm_runtime_call_indirect(env, 4, 2, cells));
    CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: undefined element");

    wasm_runtime_destroy_exec_env(env);
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
