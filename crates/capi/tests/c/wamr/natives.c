/* Functions of C that guests import: signatures, raw ones, attachments. */
#include "start.h"
#include "modules/natives.h"

static double sum(wasm_exec_env_t env, int32_t a, int64_t b, float c, double d)
{
    CHECK(env && wasm_runtime_get_module_inst(env));
    return a + (double)b + c + d;
}

static int64_t many(wasm_exec_env_t env, int32_t a, double b, int64_t c, float d, int32_t e, double f, int64_t g,
                    float h, int32_t i, double j, int64_t k, float l, int32_t m, double n, int64_t o, float p,
                    int32_t q, double r, int64_t s, float t)
{
    (void)env;
    CHECK(a == 1 && b == 2 && c == 3 && d == 4 && e == 5 && f == 6 && g == 7 && h == 8 && i == 9 && j == 10);
    CHECK(k == 11 && l == 12 && m == 13 && n == 14 && o == 15 && p == 16 && q == 17 && r == 18 && s == 19);
    CHECK(t == 20);
    return INT64_C(0x1122334455667788);
}

static float floats(wasm_exec_env_t env, float a, double b, float c, float d, double e, float f, float g, double h,
                    float i, float j, double k, float l)
{
    (void)env;
    CHECK(a == 1 && b == 2 && c == 3 && d == 4 && e == 5 && f == 6);
    CHECK(g == 7 && h == 8 && i == 9 && j == 10 && k == 11 && l == 12);
    return 0.5f;
}

static void fill(wasm_exec_env_t env, char *to, uint32_t size, int32_t byte)
{
    (void)env;
    memset(to, byte, size);
}

static uint32_t length(wasm_exec_env_t env, const char *text)
{
    (void)env;
    return (uint32_t)strlen(text);
}

static int32_t peek(wasm_exec_env_t env, const uint8_t *at)
{
    wasm_module_inst_t module_inst = get_module_inst(env);
    CHECK(addr_native_to_app((void *)(uintptr_t)at) != 0);
    return *at;
}

static void raw(wasm_exec_env_t env, uint64_t *args)
{
    (void)env;
    native_raw_return_type(int64_t, args);
    native_raw_get_arg(int32_t, a, args);
    native_raw_get_arg(int64_t, b, args);
    native_raw_set_return(a * b);
}

static int the_attachment = 77;

static int32_t attached(wasm_exec_env_t env)
{
    return *(int *)wasm_runtime_get_function_attachment(env);
}

static void fail(wasm_exec_env_t env)
{
    wasm_runtime_set_exception(wasm_runtime_get_module_inst(env), "as the program says");
}

/* Calls back into the guest, which calls here again. */
static int32_t again(wasm_exec_env_t env, int32_t depth)
{
    if (depth == 0)
        return 0;
    uint32_t cells[1] = { (uint32_t)depth - 1 };
    wasm_function_inst_t function = wasm_runtime_lookup_function(wasm_runtime_get_module_inst(env), "again");
    CHECK(wasm_runtime_call_wasm(env, function, 1, cells));
    return (int32_t)cells[0] + 1;
}

static NativeSymbol symbols[] = {
    EXPORT_WASM_API_WITH_SIG(sum, "(iIfF)F"),
    EXPORT_WASM_API_WITH_SIG(many, "(iFIfiFIfiFIfiFIfiFIf)I"),
    EXPORT_WASM_API_WITH_SIG(floats, "(fFffFffFffFf)f"),
    EXPORT_WASM_API_WITH_SIG(fill, "(*~i)"),
    EXPORT_WASM_API_WITH_SIG(length, "($)i"),
    EXPORT_WASM_API_WITH_SIG(peek, "(*)i"),
    EXPORT_WASM_API_WITH_ATT(attached, "()i", &the_attachment),
    EXPORT_WASM_API(fail),
    EXPORT_WASM_API_WITH_SIG(again, "(i)i"),
};
static NativeSymbol raw_symbols[] = { EXPORT_WASM_API_WITH_SIG(raw, "(iI)I") };
/* Its signature is not that of the import. */
static NativeSymbol wrong_symbols[] = { EXPORT_WASM_API_WITH_SIG(sum, "(ii)i") };

int main(void)
{
    start();
    wasm_runtime_set_log_level(WASM_LOG_LEVEL_ERROR);
    CHECK(wasm_runtime_register_natives("env", symbols, sizeof(symbols) / sizeof(symbols[0])));
    CHECK(wasm_runtime_register_natives_raw("env", raw_symbols, 1));
    CHECK(wasm_runtime_is_import_func_linked("env", "sum"));
    CHECK(!wasm_runtime_is_import_func_linked("env", "nobody"));
    CHECK(!wasm_runtime_is_import_global_linked("env", "sum"));

    wasm_module_t module = load(natives_wasm, sizeof(natives_wasm));
    CHECK(!wasm_runtime_resolve_symbols(module));
    wasm_module_inst_t instance = instantiate(module, 0);
    wasm_exec_env_t env = wasm_runtime_create_exec_env(instance, 8192);
    wasm_val_t result;
    wasm_function_inst_t function = wasm_runtime_lookup_function(instance, "sum");
    CHECK(wasm_runtime_call_wasm_v(env, function, 1, &result, 4, (uint32_t)-1, (uint64_t)10, 0.5, 0.25));
    CHECK(result.of.f64 == 9.75);

    uint32_t cells[4];
    CHECK(call(instance, "many", 0, cells));
    CHECK(cells[0] == 0x55667788 && cells[1] == 0x11223344);
    CHECK(call(instance, "floats", 0, cells));
    float half = 0.5f;
    CHECK(memcmp(cells, &half, 4) == 0);

    /* Addresses and lengths are checked. */
    cells[0] = 1000, cells[1] = 4, cells[2] = 'x';
    CHECK(call(instance, "fill", 3, cells));
    cells[0] = 1003;
    CHECK(call(instance, "load", 1, cells) && cells[0] == 'x');
    const uint32_t bad[][2] = { { 65536, 1 }, { 65535, 2 }, { 0, 65537 }, { 0xFFFFFFFF, 0xFFFFFFFF } };
    for (size_t at = 0; at < sizeof(bad) / sizeof(bad[0]); at++) {
        cells[0] = bad[at][0], cells[1] = bad[at][1], cells[2] = 'y';
        CHECK(!call(instance, "fill", 3, cells));
        CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: out of bounds memory access");
        wasm_runtime_clear_exception(instance);
    }
    /* No bytes at the end of memory are fine. */
    cells[0] = 65536, cells[1] = 0;
    CHECK(call(instance, "fill", 3, cells));
    cells[0] = 16;
    CHECK(call(instance, "length", 1, cells) && cells[0] == 5);
    cells[0] = 16;
    CHECK(call(instance, "peek", 1, cells) && cells[0] == 'h');
    cells[0] = 65536;
    CHECK(!call(instance, "peek", 1, cells));
    wasm_runtime_clear_exception(instance);
    /* A text that does not end. */
    memset(wasm_runtime_addr_app_to_native(instance, 65000), 'z', 536);
    cells[0] = 65000;
    CHECK(!call(instance, "length", 1, cells));
    wasm_runtime_clear_exception(instance);

    cells[0] = 6, cells[1] = 7, cells[2] = 0;
    CHECK(call(instance, "raw", 3, cells) && cells[0] == 42 && cells[1] == 0);
    CHECK(call(instance, "attached", 0, cells) && cells[0] == 77);
    CHECK(!wasm_runtime_get_function_attachment(env));
    CHECK(!call(instance, "fail", 0, cells));
    CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: as the program says");
    wasm_runtime_clear_exception(instance);
    cells[0] = 5;
    CHECK(call(instance, "again", 1, cells) && cells[0] == 5);
    CHECK(!call(instance, "nobody", 0, cells));
    CHECK_TEXT(wasm_runtime_get_exception(instance),
               "Exception: failed to call unlinked import function (env, nobody)");
    wasm_runtime_destroy_exec_env(env);
    wasm_runtime_deinstantiate(instance);

    /* What was registered last comes first; here it does not fit. */
    CHECK(wasm_runtime_register_natives("env", wrong_symbols, 1));
    instance = instantiate(module, 0);
    CHECK(!call(instance, "sum", 6, (uint32_t[8]){ 0 }));
    CHECK_TEXT(wasm_runtime_get_exception(instance),
               "Exception: failed to call unlinked import function (env, sum)");
    wasm_runtime_deinstantiate(instance);
    CHECK(wasm_runtime_unregister_natives("env", wrong_symbols));
    CHECK(!wasm_runtime_unregister_natives("env", wrong_symbols));
    instance = instantiate(module, 0);
    CHECK(call(instance, "sum", 6, (uint32_t[8]){ 0 }));
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
