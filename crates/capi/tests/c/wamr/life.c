/* Initialising and destroying, which are counted. */
#include "check.h"
#include "wasm_export.h"

int main(void)
{
    CHECK(wasm_runtime_init());
    CHECK(wasm_runtime_init());
    wasm_runtime_destroy();
    wasm_runtime_destroy();
    /* Once more than initialised is no harm. */
    wasm_runtime_destroy();
    CHECK(wasm_runtime_init());
    wasm_runtime_destroy();
    return 0;
}
