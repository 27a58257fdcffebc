/* What functions that a person calls print. */
#define _POSIX_C_SOURCE 200809L
#include <unistd.h>

#include "start.h"
#include "modules/main.h"

int main(void)
{
    start();
    wasm_module_t module = load(main_wasm, sizeof(main_wasm));
    wasm_module_inst_t instance = instantiate(module, 4096);
    /* The standard output is a pipe meanwhile. */
    int ends[2], before = dup(1);
    CHECK(before >= 0 && pipe(ends) == 0 && dup2(ends[1], 1) == 1);
    bool done = wasm_application_execute_func(instance, "id32", 1, (char *[]){ "-1" })
                && wasm_application_execute_func(instance, "id64", 1, (char *[]){ "255" })
                && wasm_application_execute_func(instance, "idf", 1, (char *[]){ "0.1" })
                && wasm_application_execute_func(instance, "idd", 1, (char *[]){ "12345678" })
                && wasm_application_execute_func(instance, "two", 2, (char *[]){ "7", "-2.5" })
                && wasm_application_execute_func(instance, "nothing", 0, NULL);
    CHECK(dup2(before, 1) == 1 && close(ends[1]) == 0 && close(before) == 0);
    char text[256] = { 0 };
    ssize_t size = read(ends[0], text, sizeof(text) - 1);
    CHECK(done && size > 0 && close(ends[0]) == 0);
    CHECK_TEXT(text, "0xffffffff:i32\n0xff:i64\n0.1:f32\n1.234568e+07:f64\n0x7:i32,-2.5:f64\n\n");
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
