/* One module in the stores of many threads. */
#include <pthread.h>

#include "guest.h"
#include "modules/std_thread.h"

enum { THREADS = 8, ROUNDS = 20 };

struct work {
    wasm_engine_t *engine;
    const wasm_shared_module_t *shared;
    int id;
    int notes;
};

static wasm_trap_t *note(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(results);
    struct work *work = env;
    CHECK(args->data[0].of.i32 == work->id);
    work->notes++;
    return NULL;
}

static void *run(void *argument)
{
    struct work *work = argument;
    wasm_store_t *store = wasm_store_new(work->engine);
    wasm_module_t *module = wasm_module_obtain(store, work->shared);
    CHECK(store && module);
    for (int round = 0; round < ROUNDS; round++) {
        wasm_functype_t *functype = wasm_functype_new_1_0(wasm_valtype_new_i32());
        wasm_func_t *func = wasm_func_new_with_env(store, functype, note, work, NULL);
        wasm_functype_delete(functype);
        wasm_val_t val = WASM_I32_VAL(work->id);
        wasm_globaltype_t *globaltype = wasm_globaltype_new(wasm_valtype_new_i32(), WASM_CONST);
        wasm_global_t *global = wasm_global_new(store, globaltype, &val);
        wasm_globaltype_delete(globaltype);
        wasm_extern_t *externs[] = {wasm_func_as_extern(func), wasm_global_as_extern(global)};
        wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
        wasm_instance_t *instance = instantiate(store, module, &imports);
        wasm_func_delete(func);
        wasm_global_delete(global);
        wasm_instance_exports(instance, &exports);
        wasm_instance_delete(instance);
        CHECK(call_i32(func_at(&exports, 0), 0, NULL) == 1 && call_i32(func_at(&exports, 0), 0, NULL) == 2);
        wasm_extern_vec_delete(&exports);
    }
    wasm_module_t *other = wasm_module_copy(module);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_module_delete(other);
    return NULL;
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_thread);
    wasm_shared_module_t *shared = wasm_module_share(module);
    CHECK(shared);
    wasm_module_delete(module);
    wasm_store_delete(store);

    pthread_t threads[THREADS];
    struct work works[THREADS];
    for (int at = 0; at < THREADS; at++) {
        works[at] = (struct work){engine, shared, at, 0};
        CHECK(pthread_create(&threads[at], NULL, run, &works[at]) == 0);
    }
    for (int at = 0; at < THREADS; at++) {
        CHECK(pthread_join(threads[at], NULL) == 0);
        CHECK(works[at].notes == 2 * ROUNDS);
    }

    /* An engine of its own takes it too. */
    wasm_engine_t *second = new_engine();
    store = wasm_store_new(second);
    module = wasm_module_obtain(store, shared);
    CHECK(module && !wasm_module_obtain(store, NULL));
    wasm_shared_module_delete(shared);
    wasm_engine_delete(engine);
    wasm_engine_delete(second);
    wasm_importtype_vec_t imports;
    wasm_module_imports(module, &imports);
    CHECK(imports.size == 2);
    wasm_importtype_vec_delete(&imports);
    /* A module goes to another store of its engine as it is. */
    wasm_module_delete(module);
    wasm_store_delete(store);
    return 0;
}
