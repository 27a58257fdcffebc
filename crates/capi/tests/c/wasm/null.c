/* Null where an object is expected: nothing happens, and nothing comes back. */
#include "guest.h"
#include "modules/std_hello.h"

static wasm_trap_t *nothing(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(args);
    UNUSED(results);
    return NULL;
}

#define REFERENCE(name)                                                                            \
    do {                                                                                           \
        wasm_##name##_delete(NULL);                                                                \
        CHECK(!wasm_##name##_copy(NULL));                                                          \
        CHECK(wasm_##name##_same(NULL, NULL));                                                     \
        CHECK(!wasm_##name##_get_host_info(NULL));                                                 \
        wasm_##name##_set_host_info(NULL, NULL);                                                   \
        wasm_##name##_set_host_info_with_finalizer(NULL, NULL, NULL);                              \
    } while (0)

#define CASTS(name)                                                                                \
    do {                                                                                           \
        REFERENCE(name);                                                                           \
        CHECK(!wasm_##name##_as_ref(NULL) && !wasm_ref_as_##name(NULL));                           \
        CHECK(!wasm_##name##_as_ref_const(NULL) && !wasm_ref_as_##name##_const(NULL));             \
    } while (0)

#define VECTOR(name)                                                                               \
    do {                                                                                           \
        wasm_##name##_vec_t vec;                                                                   \
        wasm_##name##_vec_new_empty(NULL);                                                         \
        wasm_##name##_vec_new_uninitialized(NULL, 3);                                              \
        wasm_##name##_vec_new(NULL, 0, NULL);                                                      \
        wasm_##name##_vec_copy(NULL, NULL);                                                        \
        wasm_##name##_vec_delete(NULL);                                                            \
        wasm_##name##_vec_copy(&vec, NULL);                                                        \
        CHECK(vec.size == 0 && !vec.data);                                                         \
        wasm_##name##_vec_new(&vec, 3, NULL);                                                      \
        CHECK(vec.size == 3 && vec.data);                                                          \
        wasm_##name##_vec_delete(&vec);                                                            \
        wasm_##name##_vec_new_empty(&vec);                                                         \
        CHECK(vec.size == 0 && !vec.data);                                                         \
        wasm_##name##_vec_delete(&vec);                                                            \
    } while (0)

#define TYPE(name)                                                                                 \
    do {                                                                                           \
        wasm_##name##_delete(NULL);                                                                \
        CHECK(!wasm_##name##_copy(NULL));                                                          \
        VECTOR(name);                                                                              \
    } while (0)

static void declared_by_macros(void)
{
    REFERENCE(ref);
    CASTS(trap);
    CASTS(foreign);
    CASTS(module);
    CASTS(func);
    CASTS(global);
    CASTS(table);
    CASTS(memory);
    CASTS(extern);
    CASTS(instance);
    TYPE(valtype);
    TYPE(functype);
    TYPE(globaltype);
    TYPE(tabletype);
    TYPE(memorytype);
    TYPE(externtype);
    TYPE(importtype);
    TYPE(exporttype);
    TYPE(frame);
    VECTOR(byte);
    VECTOR(val);
    VECTOR(extern);
    wasm_config_delete(NULL);
    wasm_engine_delete(NULL);
    wasm_store_delete(NULL);
    wasm_shared_module_delete(NULL);
}

static void types(void)
{
    CHECK(wasm_valtype_kind(NULL) == WASM_I32);
    CHECK(!wasm_functype_params(NULL) && !wasm_functype_results(NULL));
    CHECK(!wasm_globaltype_content(NULL) && wasm_globaltype_mutability(NULL) == WASM_CONST);
    CHECK(!wasm_tabletype_element(NULL) && !wasm_tabletype_limits(NULL) && !wasm_memorytype_limits(NULL));
    CHECK(!wasm_functype_as_externtype(NULL) && !wasm_externtype_as_functype(NULL));
    CHECK(!wasm_globaltype_as_externtype_const(NULL) && !wasm_externtype_as_memorytype_const(NULL));
    CHECK(wasm_externtype_kind(NULL) == WASM_EXTERN_FUNC);
    CHECK(!wasm_importtype_new(NULL, NULL, NULL) && !wasm_exporttype_new(NULL, NULL));
    CHECK(!wasm_importtype_module(NULL) && !wasm_importtype_name(NULL) && !wasm_importtype_type(NULL));
    CHECK(!wasm_exporttype_name(NULL) && !wasm_exporttype_type(NULL));
    /* No parameters and no results are a type. */
    wasm_functype_t *type = wasm_functype_new(NULL, NULL);
    CHECK(type && wasm_functype_params(type)->size == 0);
    wasm_functype_delete(type);
}

static void objects(wasm_store_t *store)
{
    CHECK(!wasm_engine_new_with_config(NULL) && !wasm_store_new(NULL));
    CHECK(!wasm_module_new(NULL, NULL) && !wasm_module_new(store, NULL) && !wasm_module_validate(store, NULL));
    CHECK(!wasm_module_deserialize(store, NULL) && !wasm_module_obtain(store, NULL) && !wasm_module_share(NULL));
    CHECK(!wasm_trap_new(NULL, NULL) && !wasm_foreign_new(NULL));
    CHECK(!wasm_func_new(NULL, NULL, nothing) && !wasm_func_new(store, NULL, nothing));
    CHECK(!wasm_func_type(NULL) && wasm_func_param_arity(NULL) == 0 && wasm_func_result_arity(NULL) == 0);
    wasm_trap_t *trap = wasm_func_call(NULL, NULL, NULL);
    check_message(trap, "not a function");
    CHECK(!wasm_trap_origin(trap));
    wasm_trap_delete(trap);
    CHECK(!wasm_global_new(store, NULL, NULL) && !wasm_global_type(NULL));
    wasm_val_t val = WASM_I64_VAL(9);
    wasm_global_get(NULL, &val);
    wasm_global_set(NULL, &val);
    wasm_val_delete(NULL);
    wasm_val_copy(NULL, &val);
    wasm_val_copy(&val, NULL);
    CHECK(val.kind == WASM_I64 && val.of.i64 == 9);
    CHECK(!wasm_table_new(store, NULL, NULL) && !wasm_table_type(NULL) && !wasm_table_get(NULL, 0));
    CHECK(!wasm_table_set(NULL, 0, NULL) && wasm_table_size(NULL) == 0 && !wasm_table_grow(NULL, 0, NULL));
    CHECK(!wasm_memory_new(store, NULL) && !wasm_memory_type(NULL) && !wasm_memory_data(NULL));
    CHECK(wasm_memory_data_size(NULL) == 0 && wasm_memory_size(NULL) == 0 && !wasm_memory_grow(NULL, 0));
    CHECK(wasm_extern_kind(NULL) == WASM_EXTERN_FUNC && !wasm_extern_type(NULL));
    CHECK(!wasm_func_as_extern(NULL) && !wasm_extern_as_func(NULL) && !wasm_extern_as_memory_const(NULL));
    CHECK(!wasm_frame_instance(NULL) && wasm_frame_func_index(NULL) == 0);
    CHECK(wasm_frame_func_offset(NULL) == SIZE_MAX && wasm_frame_module_offset(NULL) == SIZE_MAX);
    trap = (wasm_trap_t *)store;
    CHECK(!wasm_instance_new(store, NULL, NULL, &trap) && !trap && !wasm_instance_new(NULL, NULL, NULL, NULL));
}

static void outputs(void)
{
    wasm_byte_vec_t bytes = {1, NULL};
    wasm_module_serialize(NULL, &bytes);
    CHECK(bytes.size == 0);
    wasm_trap_message(NULL, &bytes);
    CHECK(bytes.size == 0);
    moteur_store_error(NULL, &bytes);
    CHECK(bytes.size == 0);
    wasm_importtype_vec_t imports;
    wasm_module_imports(NULL, &imports);
    CHECK(imports.size == 0);
    wasm_exporttype_vec_t exports;
    wasm_module_exports(NULL, &exports);
    CHECK(exports.size == 0);
    wasm_extern_vec_t externs;
    wasm_instance_exports(NULL, &externs);
    CHECK(externs.size == 0);
    wasm_frame_vec_t frames;
    wasm_trap_trace(NULL, &frames);
    CHECK(frames.size == 0);
}

static void ours(void)
{
    CHECK(!moteur_config_set_pool(NULL, NULL, 0) && moteur_engine_bytes_used(NULL) == 0);
    moteur_config_set_stack_bytes(NULL, 1);
    moteur_config_set_memory_bytes_max(NULL, 1);
    moteur_config_set_table_elements_max(NULL, 1);
    moteur_config_set_instances_max(NULL, 1);
    moteur_config_set_fuel(NULL, true);
    moteur_config_set_eager(NULL, true);
    moteur_config_set_native(NULL, true);
    moteur_config_set_guard_pages(NULL, true);
    CHECK(!moteur_interrupt_new(NULL));
    moteur_interrupt_raise(NULL);
    moteur_interrupt_clear(NULL);
    moteur_interrupt_delete(NULL);
    CHECK(!moteur_store_set_fuel(NULL, 1) && moteur_store_fuel(NULL) == 0);
    CHECK(!moteur_module_new_static(NULL, std_hello_wasm, 8) && !moteur_module_is_native(NULL));
}

/* A handle of another kind than the function is for. */
static void mistaken(wasm_store_t *store)
{
    wasm_module_t *module = LOAD(store, std_hello);
    wasm_ref_t *ref = wasm_module_as_ref(module);
    CHECK(!wasm_ref_as_func(ref) && !wasm_ref_as_extern(ref) && wasm_ref_as_module(ref) == module);
    CHECK(!wasm_func_type((wasm_func_t *)ref) && wasm_memory_size((wasm_memory_t *)ref) == 0);
    wasm_trap_t *trap = wasm_func_call((wasm_func_t *)ref, NULL, NULL);
    check_message(trap, "not a function");
    wasm_trap_delete(trap);
    wasm_ref_delete(ref);
}

int main(void)
{
    declared_by_macros();
    types();
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    objects(store);
    mistaken(store);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    outputs();
    ours();
    return 0;
}
