/* What is attached to objects: seen through every handle, and finalized once, when nobody can ask for it any more. */
#include "guest.h"
#include "modules/std_table.h"

static int live = 0;

static void gone(void *info)
{
    CHECK(info == &live);
    live--;
}

#define CHECK_INFO(name, handle)                                                                   \
    do {                                                                                           \
        wasm_##name##_t *handle_ = (handle);                                                       \
        CHECK(handle_ && !wasm_##name##_get_host_info(handle_));                                   \
        wasm_##name##_set_host_info(handle_, (void *)&handle_);                                    \
        CHECK(wasm_##name##_get_host_info(handle_) == (void *)&handle_);                           \
        live++;                                                                                    \
        wasm_##name##_set_host_info_with_finalizer(handle_, &live, gone);                          \
        wasm_##name##_t *copy_ = wasm_##name##_copy(handle_);                                      \
        CHECK(copy_ && copy_ != handle_ && wasm_##name##_same(copy_, handle_));                    \
        CHECK(wasm_##name##_get_host_info(copy_) == &live);                                        \
        wasm_ref_t *ref_ = wasm_##name##_as_ref(copy_);                                            \
        CHECK(wasm_ref_get_host_info(ref_) == &live && wasm_ref_as_##name(ref_) == copy_);         \
        CHECK(wasm_##name##_as_ref_const(copy_) == ref_);                                          \
        CHECK(wasm_ref_as_##name##_const(ref_) == copy_);                                          \
        wasm_##name##_delete(copy_);                                                               \
        CHECK(wasm_##name##_get_host_info(handle_) == &live);                                      \
    } while (0)

/* Each kind of objects. */
static void kinds(wasm_engine_t *engine)
{
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_table);
    wasm_extern_vec_t none = WASM_EMPTY_VEC, exports;
    wasm_instance_t *instance = instantiate(store, module, &none);
    wasm_instance_exports(instance, &exports);
    wasm_val_t val = WASM_I32_VAL(1);
    wasm_limits_t limits = {1, 1};
    wasm_globaltype_t *globaltype = wasm_globaltype_new(wasm_valtype_new_i32(), WASM_VAR);
    wasm_global_t *global = wasm_global_new(store, globaltype, &val);
    wasm_globaltype_delete(globaltype);
    wasm_memorytype_t *memorytype = wasm_memorytype_new(&limits);
    wasm_memory_t *memory = wasm_memory_new(store, memorytype);
    wasm_memorytype_delete(memorytype);
    wasm_foreign_t *foreign = wasm_foreign_new(store);
    wasm_trap_t *trap = wasm_trap_new(store, NULL);

    CHECK_INFO(module, module);
    CHECK_INFO(instance, instance);
    CHECK_INFO(func, wasm_extern_as_func(exports.data[1]));
    CHECK_INFO(extern, exports.data[2]);
    CHECK_INFO(table, wasm_extern_as_table(exports.data[0]));
    CHECK_INFO(global, global);
    CHECK_INFO(memory, memory);
    CHECK_INFO(foreign, foreign);
    CHECK_INFO(trap, trap);
    CHECK(live == 9);

    /* Handles that come from elsewhere are of the same objects. */
    wasm_extern_vec_t again;
    wasm_instance_exports(instance, &again);
    for (size_t at = 0; at < 3; at++)
        CHECK(wasm_extern_same(again.data[at], exports.data[at]) && wasm_extern_get_host_info(again.data[at]) == &live);
    CHECK(!wasm_extern_get_host_info(again.data[3]));
    wasm_extern_vec_delete(&again);
    wasm_ref_t *ref = wasm_table_get(wasm_extern_as_table(exports.data[0]), 1);
    CHECK(wasm_ref_get_host_info(ref) == &live);
    /* What is attached instead finalizes what was. */
    wasm_ref_set_host_info(ref, NULL);
    CHECK(live == 8 && !wasm_ref_get_host_info(ref));
    wasm_ref_delete(ref);

    /* These three go with their last handles, the rest with the store. */
    wasm_trap_delete(trap);
    CHECK(live == 7);
    wasm_foreign_delete(foreign);
    CHECK(live == 6);
    wasm_module_delete(module);
    CHECK(live == 5);
    wasm_memory_delete(memory);
    wasm_global_delete(global);
    wasm_extern_vec_delete(&exports);
    wasm_store_delete(store);
    CHECK(live == 5);
    wasm_instance_delete(instance);
    CHECK(live == 0);
}

/* Many instances, each with something attached. */
static void instances(wasm_store_t *store, int count)
{
    wasm_module_t *module = LOAD(store, std_table);
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    for (int at = 0; at < count; at++) {
        wasm_instance_t *instance = instantiate(store, module, &none);
        CHECK(!wasm_instance_get_host_info(instance));
        wasm_instance_set_host_info_with_finalizer(instance, &live, gone);
        live++;
        CHECK(wasm_instance_get_host_info(instance) == &live);
        wasm_instance_delete(instance);
    }
    wasm_module_delete(module);
}

/* A thousand instances, or as many as there is room for. */
#ifdef MOTEUR_POOL_BYTES
enum { THOUSAND = 100 };
#else
enum { THOUSAND = 1000 };
#endif

int main(void)
{
    wasm_engine_t *engine = new_engine();
    kinds(engine);
    wasm_store_t *one = wasm_store_new(engine), *two = wasm_store_new(engine);
    instances(one, 3 * THOUSAND);
    instances(two, 2 * THOUSAND);
    CHECK(live == 5 * THOUSAND);
    wasm_store_delete(two);
    CHECK(live == 3 * THOUSAND);
    instances(one, THOUSAND);
    CHECK(live == 4 * THOUSAND);
    wasm_store_delete(one);
    CHECK(live == 0);
    wasm_engine_delete(engine);

    /* Nothing to attach to. */
    live = 1;
    wasm_ref_set_host_info_with_finalizer(NULL, &live, gone);
    CHECK(live == 0);
    return 0;
}
