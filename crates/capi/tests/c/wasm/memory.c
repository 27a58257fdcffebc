/* Memories: bytes that both sides see, growth, limits. */
#include "guest.h"
#include "modules/std_memory.h"

static int32_t load(const wasm_extern_vec_t *exports, int32_t at)
{
    wasm_val_t args[] = {WASM_I32_VAL(at)};
    return call_i32(func_at(exports, 2), 1, args);
}

static void store_byte(const wasm_extern_vec_t *exports, int32_t at, int32_t byte)
{
    wasm_val_t args[] = {WASM_I32_VAL(at), WASM_I32_VAL(byte)};
    call(func_at(exports, 3), VALS(args), NO_VALS);
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_memory);
    wasm_extern_vec_t none = WASM_EMPTY_VEC, exports;
    wasm_instance_t *instance = instantiate(store, module, &none);
    wasm_instance_exports(instance, &exports);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_memory_t *memory = wasm_extern_as_memory(exports.data[0]);

    CHECK(wasm_memory_size(memory) == 2 && wasm_memory_data_size(memory) == 2 * MEMORY_PAGE_SIZE);
    CHECK(wasm_memory_data(memory)[0] == 0 && wasm_memory_data(memory)[0x1002] == 3);
    CHECK(call_i32(func_at(&exports, 1), 0, NULL) == 2);
    CHECK(load(&exports, 0x1003) == 4 && load(&exports, 0x1ffff) == 0);
    wasm_val_t beyond[] = {WASM_I32_VAL(0x20000), WASM_I32_VAL(0)};
    wasm_val_vec_t one = {1, beyond}, two = {2, beyond};
    call_traps(func_at(&exports, 2), one, "out of bounds memory access");
    call_traps(func_at(&exports, 3), two, "out of bounds memory access");
    wasm_memory_data(memory)[0x1003] = 5;
    store_byte(&exports, 0x1002, 6);
    CHECK(load(&exports, 0x1003) == 5 && wasm_memory_data(memory)[0x1002] == 6);

    CHECK(wasm_memory_grow(memory, 1) && wasm_memory_size(memory) == 3);
    CHECK(wasm_memory_data_size(memory) == 3 * MEMORY_PAGE_SIZE && wasm_memory_data(memory)[0x1002] == 6);
    CHECK(load(&exports, 0x20000) == 0);
    CHECK(!wasm_memory_grow(memory, 1) && wasm_memory_grow(memory, 0) && !wasm_memory_grow(memory, UINT32_MAX));
    wasm_memorytype_t *type = wasm_memory_type(memory);
    CHECK(wasm_memorytype_limits(type)->min == 3 && wasm_memorytype_limits(type)->max == 3);
    wasm_memorytype_delete(type);

    /* One of the program's own. */
    wasm_limits_t limits = {5, 5};
    type = wasm_memorytype_new(&limits);
    wasm_memory_t *own = wasm_memory_new(store, type);
    wasm_memorytype_delete(type);
    CHECK(wasm_memory_size(own) == 5 && !wasm_memory_grow(own, 1) && wasm_memory_grow(own, 0));
    wasm_memory_delete(own);
    /* Those that no machine of 32 bits has. */
    limits = (wasm_limits_t){1, 65537};
    type = wasm_memorytype_new(&limits);
    CHECK(!wasm_memory_new(store, type));
    wasm_memorytype_delete(type);
    limits = (wasm_limits_t){3, 2};
    type = wasm_memorytype_new(&limits);
    CHECK(!wasm_memory_new(store, type));
    wasm_memorytype_delete(type);
    /* None at all. */
    limits = (wasm_limits_t){0, wasm_limits_max_default};
    type = wasm_memorytype_new(&limits);
    own = wasm_memory_new(store, type);
    wasm_memorytype_delete(type);
    CHECK(own && wasm_memory_size(own) == 0 && wasm_memory_data_size(own) == 0);
    wasm_memory_delete(own);

    wasm_extern_vec_delete(&exports);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
