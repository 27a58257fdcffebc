/* WASI: arguments, variables, directories, exit codes. */
#include "start.h"
#include "modules/add.h"
#include "modules/wasi.h"

int main(void)
{
    start();
    wasm_module_t module = load(wasi_wasm, sizeof(wasi_wasm));
    CHECK(wasm_runtime_resolve_symbols(module));
    const char *directories[] = { "." }, *mapped[] = { "/guest::." }, *variables[] = { "A=1", "B=2", "C" };
    char *arguments[] = { "program", "x" };
    wasm_runtime_set_wasi_args(module, directories, 1, mapped, 1, variables, 3, arguments, 2);
    wasm_runtime_set_wasi_addr_pool(module, (const char *[]){ "127.0.0.1/32", "::1/128", "10.0.0.0/8" }, 3);
    wasm_runtime_set_wasi_ns_lookup_pool(module, (const char *[]){ "example.org" }, 1);
    wasm_module_inst_t instance = instantiate(module, 0);
    CHECK(wasm_runtime_is_wasi_mode(instance));
    uint32_t cells[1] = { 1 };
    CHECK(call(instance, "argument", 1, cells) && cells[0] == 'x');
    CHECK(call(instance, "variables", 0, cells) && cells[0] == 3);
    cells[0] = 4;
    CHECK(call(instance, "directory", 1, cells) && cells[0] == 0);
    cells[0] = 5;
    CHECK(call(instance, "directory", 1, cells) && cells[0] == 8);

    /* Ending is no failure of a program, but one of a call. */
    CHECK(wasm_application_execute_main(instance, 0, NULL));
    CHECK(!wasm_runtime_get_exception(instance));
    CHECK(wasm_runtime_get_wasi_exit_code(instance) == 2);
    wasm_function_inst_t start_function = wasm_runtime_lookup_wasi_start_function(instance);
    CHECK(start_function);
    CHECK(!wasm_runtime_call_wasm(wasm_runtime_get_exec_env_singleton(instance), start_function, 0, NULL));
    CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: wasi proc exit");
    wasm_runtime_deinstantiate(instance);

    /* Arguments of one instance alone. */
    struct InstantiationArgs2 *args;
    CHECK(wasm_runtime_instantiation_args_create(&args));
    wasm_runtime_instantiation_args_set_wasi_arg(args, (char *[]){ "a", "b", "c" }, 3);
    wasm_runtime_instantiation_args_set_wasi_env(args, variables, 1);
    wasm_runtime_instantiation_args_set_wasi_dir(args, directories, 1, NULL, 0);
    wasm_runtime_instantiation_args_set_wasi_stdio(args, -1, 1, 2);
    wasm_runtime_instantiation_args_set_wasi_addr_pool(args, NULL, 0);
    wasm_runtime_instantiation_args_set_wasi_ns_lookup_pool(args, NULL, 0);
    instance = wasm_runtime_instantiate_ex2(module, args, error, sizeof(error));
    CHECK(instance && wasm_application_execute_main(instance, 0, NULL));
    CHECK(wasm_runtime_get_wasi_exit_code(instance) == 3);
    wasm_runtime_instantiation_args_destroy(args);
    wasm_runtime_deinstantiate(instance);

    /* What cannot be given. */
    wasm_runtime_set_wasi_args(module, (const char *[]){ "/nowhere/at/all" }, 1, NULL, 0, NULL, 0, NULL, 0);
    CHECK(!wasm_runtime_instantiate(module, 0, 0, error, sizeof(error)));
    CHECK_TEXT(error, "WASM module instantiate failed: error while pre-opening directory /nowhere/at/all");
    wasm_runtime_set_wasi_args(module, NULL, 0, directories, 1, NULL, 0, NULL, 0);
    CHECK(!wasm_runtime_instantiate(module, 0, 0, error, sizeof(error)));
    CHECK_TEXT(error, "WASM module instantiate failed: a mapping is GUEST::HOST, not .");
    wasm_runtime_set_wasi_args_ex(module, NULL, 0, NULL, 0, NULL, 0, NULL, 0, 7, -1, -1);
    CHECK(!wasm_runtime_instantiate(module, 0, 0, error, sizeof(error)));
    CHECK(strstr(error, "standard streams"));
    wasm_runtime_set_wasi_args(module, NULL, 0, NULL, 0, NULL, 0, NULL, 0);
    wasm_runtime_set_wasi_ns_lookup_pool(module, (const char *[]){ "*" }, 1);
    CHECK(!wasm_runtime_instantiate(module, 0, 0, error, sizeof(error)));
    CHECK(strstr(error, "list of addresses or names: *"));
    wasm_runtime_unload(module);

    module = load(add_wasm, sizeof(add_wasm));
    instance = instantiate(module, 0);
    CHECK(!wasm_runtime_is_wasi_mode(instance));
    CHECK(!wasm_runtime_lookup_wasi_start_function(instance));
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
