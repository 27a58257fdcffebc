/* Why calls fail, in WAMR's words, and where. */
#include "start.h"
#include "modules/traps.h"
#include "modules/fails.h"
#include "modules/imports_global.h"

static void fails(wasm_module_inst_t instance, const char *name, uint32_t argc, uint32_t *argv, const char *text)
{
    CHECK(!call(instance, name, argc, argv));
    CHECK_TEXT(wasm_runtime_get_exception(instance), text);
    wasm_runtime_clear_exception(instance);
    CHECK(!wasm_runtime_get_exception(instance));
}

int main(void)
{
    start();
    wasm_runtime_set_log_level(WASM_LOG_LEVEL_ERROR);
    wasm_module_t module = load(traps_wasm, sizeof(traps_wasm));
    wasm_module_inst_t instance = instantiate(module, 0);
    uint32_t cells[4];

    fails(instance, "unreachable", 0, cells, "Exception: unreachable");
    cells[0] = 1, cells[1] = 0;
    fails(instance, "divide", 2, cells, "Exception: integer divide by zero");
    cells[0] = 0x80000000, cells[1] = 0xFFFFFFFF;
    fails(instance, "divide", 2, cells, "Exception: integer overflow");
    cells[0] = 0x7FC00000;
    fails(instance, "convert", 1, cells, "Exception: invalid conversion to integer");
    cells[0] = 0x7F000000;
    fails(instance, "convert", 1, cells, "Exception: integer overflow");
    cells[0] = 65533;
    fails(instance, "load", 1, cells, "Exception: out of bounds memory access");
    cells[0] = 0;
    fails(instance, "indirect", 1, cells, "Exception: indirect call type mismatch");
    cells[0] = 1;
    fails(instance, "indirect", 1, cells, "Exception: uninitialized element");
    cells[0] = 2;
    fails(instance, "indirect", 1, cells, "Exception: undefined element");
    cells[0] = 0;
    fails(instance, "deep", 1, cells, "Exception: wasm operand stack overflow");
    /* It works as before. */
    cells[0] = 7, cells[1] = 2;
    CHECK(call(instance, "divide", 2, cells) && cells[0] == 3);

    /* A text of the program's, cut off where there is no more room. */
    char text[200];
    memset(text, 'x', sizeof(text));
    text[199] = 0;
    wasm_runtime_set_exception(instance, text);
    CHECK(strlen(wasm_runtime_get_exception(instance)) == 127);
    CHECK(strncmp(wasm_runtime_get_exception(instance), "Exception: xxx", 14) == 0);
    CHECK(!call(instance, "divide", 2, cells));
    wasm_runtime_set_exception(instance, NULL);
    CHECK(!wasm_runtime_get_exception(instance));

    /* Who was active. */
    wasm_exec_env_t env = wasm_runtime_get_exec_env_singleton(instance);
    CHECK(!call(instance, "outer", 0, NULL));
    uint32_t size = wasm_runtime_get_call_stack_buf_size(env);
    CHECK(size > 1 && size < sizeof(text));
    CHECK(wasm_runtime_dump_call_stack_to_buf(env, text, size) == size);
    CHECK(strlen(text) == size - 1);
    CHECK(strstr(text, "#00: 0x") == text && strstr(text, " - inner\n#01: 0x"));
    CHECK(wasm_runtime_dump_call_stack_to_buf(env, text, 8) == 8 && strlen(text) == 7);
    wasm_runtime_dump_call_stack(env);
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);

    /* What fails before there is an instance. */
    module = load(fails_wasm, sizeof(fails_wasm));
    CHECK(!wasm_runtime_instantiate(module, 0, 0, error, sizeof(error)));
    CHECK_TEXT(error, "WASM module instantiate failed: Exception: unreachable");
    CHECK(!wasm_runtime_instantiate(module, 0, 0, error, 12));
    CHECK_TEXT(error, "WASM module");
    CHECK(!wasm_runtime_instantiate(module, 0, 0, NULL, 0));
    wasm_runtime_unload(module);
    module = load(imports_global_wasm, sizeof(imports_global_wasm));
    CHECK(!wasm_runtime_instantiate(module, 0, 0, error, sizeof(error)));
    CHECK_TEXT(error, "WASM module instantiate failed: failed to link import global (env, no_global)");
    wasm_runtime_unload(module);
    CHECK(!wasm_runtime_load((uint8_t *)"no module", 9, error, sizeof(error)));
    CHECK(strstr(error, "WASM module load failed: ") == error && strlen(error) > 25);
    CHECK(!wasm_runtime_load(traps_wasm, sizeof(traps_wasm) - 1, error, 1));
    CHECK_TEXT(error, "");
    wasm_runtime_destroy();
    return 0;
}
