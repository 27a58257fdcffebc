/* Modules as bytes: read back whole, refused when damaged. */
#include "guest.h"
#include "modules/std_table.h"

static void check_works(wasm_store_t *store, wasm_module_t *module)
{
    CHECK(module);
    wasm_extern_vec_t none = WASM_EMPTY_VEC, exports;
    wasm_instance_t *instance = instantiate(store, module, &none);
    wasm_instance_exports(instance, &exports);
    wasm_val_t args[] = {WASM_I32_VAL(21)};
    CHECK(call_i32(func_at(&exports, 1), 1, args) == 42);
    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(instance);
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_table);
    wasm_byte_vec_t bytes;
    wasm_module_serialize(module, &bytes);
    CHECK(bytes.size > sizeof(std_table_wasm) && bytes.data);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);

    engine = new_engine();
    store = wasm_store_new(engine);
    module = wasm_module_deserialize(store, &bytes);
    check_works(store, module);
#ifdef MOTEUR_NATIVE
    CHECK(moteur_module_is_native(module));
#endif
    /* It is written as it was read. */
    wasm_byte_vec_t again;
    wasm_module_serialize(module, &again);
    CHECK(again.size == bytes.size && memcmp(again.data, bytes.data, bytes.size) == 0);
    wasm_byte_vec_delete(&again);
    wasm_module_delete(module);

    /* Each byte damaged, and each shorter length (a stride apart in long modules). */
    size_t stride = bytes.size / 500 + 1;
    for (size_t at = 0; at < bytes.size; at += stride) {
        bytes.data[at] ^= 0x40;
        CHECK(!wasm_module_deserialize(store, &bytes));
        bytes.data[at] ^= 0x40;
    }
    wasm_byte_vec_t cut = bytes;
    for (cut.size = 0; cut.size < bytes.size; cut.size += stride)
        CHECK(!wasm_module_deserialize(store, &cut));
    wasm_message_t message;
    moteur_store_error(store, &message);
    CHECK(message.size > 1);
    wasm_name_delete(&message);
    /* A module is not a written module, nor the other way round. */
    wasm_byte_vec_t plain = {sizeof(std_table_wasm), (char *)std_table_wasm};
    CHECK(!wasm_module_deserialize(store, &plain) && !wasm_module_new(store, &bytes));
    CHECK(wasm_module_validate(store, &plain) && !wasm_module_validate(store, &bytes));
    module = wasm_module_deserialize(store, &bytes);
    check_works(store, module);
    wasm_module_delete(module);

    /* Bytes that stay where they are. */
    module = moteur_module_new_static(store, std_table_wasm, sizeof(std_table_wasm));
    check_works(store, module);
    wasm_module_delete(module);
    CHECK(!moteur_module_new_static(store, std_table_wasm, 7) && !moteur_module_new_static(store, NULL, 7));

    wasm_byte_vec_delete(&bytes);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
