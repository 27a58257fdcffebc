/* Uses the header and the library as they are installed. */
#include <stdio.h>
#include <wasm_export.h>

int main(void)
{
    uint32_t major, minor, patch;
    if (!wasm_runtime_init())
        return 1;
    wasm_runtime_get_version(&major, &minor, &patch);
    printf("Moteur %u.%u.%u\n", (unsigned)major, (unsigned)minor, (unsigned)patch);
    wasm_runtime_destroy();
    return 0;
}
