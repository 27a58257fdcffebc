/* Initialising and destroying, which are counted. */
#include "start.h"
#include "modules/add.h"

int main(void)
{
#ifdef MOTEUR_POOL_BYTES
    /* There is no allocator but the program's. */
    CHECK(!wasm_runtime_init());
#else
    CHECK(wasm_runtime_init());
    CHECK(wasm_runtime_init());
    wasm_runtime_destroy();
    void *place = wasm_runtime_malloc(1);
    CHECK(place);
    wasm_runtime_free(place);
    wasm_runtime_destroy();
    CHECK(!wasm_runtime_malloc(1));
#endif
    start();
    wasm_runtime_destroy();
    /* Once more than initialised is no harm. */
    wasm_runtime_destroy();
    wasm_runtime_destroy();

    start();
    /* Initialised already: it stays as it is. */
    start();
    CHECK(wasm_runtime_is_running_mode_supported(MODE));
    CHECK(!wasm_runtime_is_running_mode_supported(Mode_Multi_Tier_JIT));
    CHECK(wasm_runtime_set_default_running_mode(MODE));
    CHECK(!wasm_runtime_set_default_running_mode(Mode_Fast_JIT));
    wasm_runtime_destroy();
    wasm_module_t module = load(add_wasm, sizeof(add_wasm));
    wasm_module_inst_t instance = instantiate(module, 0);
    uint32_t cells[2] = { 2, 3 };
    CHECK(call(instance, "add", 2, cells) && cells[0] == 5);
    wasm_runtime_destroy();
    CHECK(!wasm_runtime_set_default_running_mode(MODE));
    return 0;
}
