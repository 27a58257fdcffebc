/* main, and functions with texts. */
#include "start.h"
#include "modules/main.h"
#include "modules/add.h"

static void fails(wasm_module_inst_t instance, const char *name, int argc, char **argv, const char *text)
{
    CHECK(!wasm_application_execute_func(instance, name, argc, argv));
    CHECK_TEXT(wasm_runtime_get_exception(instance), text);
    wasm_runtime_clear_exception(instance);
}

int main(void)
{
    start();
    wasm_module_t module = load(main_wasm, sizeof(main_wasm));
    wasm_module_inst_t instance = instantiate(module, 4096);
    char *argv[] = { "program", "one", "three", "" };
    CHECK(wasm_application_execute_main(instance, 4, argv));
    int status;
    memcpy(&status, argv, sizeof(status));
    CHECK(status == 15);
    argv[0] = "program";
    CHECK(wasm_application_execute_main(instance, 0, NULL));

    CHECK(wasm_application_execute_func(instance, "id32", 1, (char *[]){ "-1" }));
    CHECK(wasm_application_execute_func(instance, "id32", 1, (char *[]){ "0x1F" }));
    CHECK(wasm_application_execute_func(instance, "id64", 1, (char *[]){ "-9223372036854775808" }));
    CHECK(wasm_application_execute_func(instance, "idf", 1, (char *[]){ "nan:0x200000" }));
    CHECK(wasm_application_execute_func(instance, "idf", 1, (char *[]){ "0x1.8p1" }));
    CHECK(wasm_application_execute_func(instance, "idd", 1, (char *[]){ "-inf" }));
    CHECK(wasm_application_execute_func(instance, "two", 2, (char *[]){ "7", "1e300" }));
    CHECK(wasm_application_execute_func(instance, "nothing", 0, NULL));
    CHECK(!wasm_runtime_get_exception(instance));
    fails(instance, "nobody", 0, NULL, "Exception: lookup function nobody failed");
    fails(instance, "id32", 0, NULL, "Exception: invalid input argument count");
    fails(instance, "id32", -1, NULL, "Exception: invalid input argument count");
    fails(instance, "id32", 1, NULL, "Exception: invalid input argument count");
    fails(instance, "id32", 1, (char *[]){ "" }, "Exception: invalid input argument 0");
    fails(instance, "id32", 1, (char *[]){ "12x" }, "Exception: invalid input argument 0: 12x");
    fails(instance, "two", 2, (char *[]){ "1", "x" }, "Exception: invalid input argument 1: x");
    fails(instance, "fail", 0, NULL, "Exception: unreachable");
    wasm_runtime_deinstantiate(instance);
    /* Without a heap there is no room for arguments. */
    instance = instantiate(module, 0);
    CHECK(!wasm_application_execute_main(instance, 1, argv));
    CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: allocate memory failed");
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);

    module = load(add_wasm, sizeof(add_wasm));
    instance = instantiate(module, 0);
    CHECK(!wasm_application_execute_main(instance, 0, NULL));
    CHECK_TEXT(wasm_runtime_get_exception(instance),
               "Exception: lookup the entry point symbol (like _start, main, _main, __main_argc_argv) failed");
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
