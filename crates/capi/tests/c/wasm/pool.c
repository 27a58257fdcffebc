/* Memory from the program's buffers: each allocation fails once, nothing is left behind; limits and fuel. */
#include <stdalign.h>

#include "guest.h"
#include "modules/std_hostref.h"
#include "modules/std_loop.h"

static int live = 0;

static void gone(void *info)
{
    UNUSED(info);
    live--;
}

static wasm_trap_t *identity(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(env);
    wasm_val_copy(&results->data[0], &args->data[0]);
    return NULL;
}

/* A call that may run out of memory, and then says so. */
static bool calls(const wasm_func_t *func, wasm_val_t *args, size_t count, wasm_val_t *results, size_t room)
{
    wasm_val_vec_t given = {count, args}, taken = {room, results};
    wasm_trap_t *trap = wasm_func_call(func, &given, &taken);
    if (!trap)
        return true;
    wasm_message_t message;
    wasm_trap_message(trap, &message);
    if (message.data)
        CHECK_TEXT(message.data, "out of memory");
    wasm_name_delete(&message);
    wasm_trap_delete(trap);
    return false;
}

/* Hands an object to the guest and takes it back. */
static bool through(wasm_store_t *store, const wasm_instance_t *instance)
{
    wasm_extern_vec_t exports;
    wasm_instance_exports(instance, &exports);
    wasm_foreign_t *foreign = wasm_foreign_new(store);
    bool done = false;
    if (exports.data && foreign) {
        live++;
        wasm_foreign_set_host_info_with_finalizer(foreign, &live, gone);
        wasm_val_t args[] = {WASM_REF_VAL(wasm_foreign_as_ref(foreign))}, results[] = {WASM_INIT_VAL};
        done = calls(func_at(&exports, 2), args, 1, NULL, 0) && calls(func_at(&exports, 8), args, 1, results, 1)
            && wasm_ref_same(results[0].of.ref, args[0].of.ref);
        wasm_val_delete(&results[0]);
    }
    wasm_foreign_delete(foreign);
    wasm_extern_vec_delete(&exports);
    return done;
}

/* All that a program does; whether there was memory for all of it. */
static bool program(wasm_engine_t *engine)
{
    wasm_store_t *store = wasm_store_new(engine);
    wasm_byte_vec_t binary;
    wasm_byte_vec_new(&binary, sizeof(std_hostref_wasm), (const char *)std_hostref_wasm);
    wasm_module_t *module = binary.data ? wasm_module_new(store, &binary) : NULL;
    wasm_byte_vec_delete(&binary);
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_externref(), wasm_valtype_new_externref());
    live++;
    wasm_func_t *func = wasm_func_new_with_env(store, type, identity, &live, gone);
    wasm_functype_delete(type);
    wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    wasm_trap_t *trap = NULL;
    wasm_instance_t *instance = func ? wasm_instance_new(store, module, &imports, &trap) : NULL;
    if (instance) {
        live++;
        wasm_instance_set_host_info_with_finalizer(instance, &live, gone);
    }
    bool done = instance && through(store, instance);
    wasm_trap_delete(trap);
    wasm_func_delete(func);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_instance_delete(instance);
    CHECK(live == 0);
    return done;
}

enum { POOL_BYTES = 64 << 10, STEP = 64 };
static alignas(16) unsigned char pool[POOL_BYTES], second[POOL_BYTES];

/* Pools that grow by a little until one is enough: each step stops the program a bit further. */
static void grows(bool everything)
{
    size_t bytes = 0, failures = 0;
    for (;; bytes += STEP) {
        CHECK(bytes <= POOL_BYTES);
        if (everything && !moteur_use_pool(pool, bytes))
            continue;
        wasm_config_t *config = wasm_config_new();
        CHECK(everything || config);
        moteur_config_set_stack_bytes(config, 2 << 10);
        if (!everything && !moteur_config_set_pool(config, pool, bytes)) {
            wasm_config_delete(config);
            continue;
        }
        wasm_engine_t *engine = wasm_engine_new_with_config(config);
        size_t used = moteur_engine_bytes_used(engine);
        CHECK(!engine || used > 0);
        bool done = engine && program(engine);
        CHECK(moteur_engine_bytes_used(engine) == used);
        wasm_engine_delete(engine);
        if (done)
            break;
        failures++;
    }
    CHECK(failures > 50);
    use_default_heap();
}

static void two_pools(void)
{
    CHECK(!moteur_engine_new_with_pool(NULL, 100) && !moteur_engine_new_with_pool(pool, 100));
    wasm_engine_t *one = moteur_engine_new_with_pool(pool, POOL_BYTES);
    wasm_engine_t *two = moteur_engine_new_with_pool(second, POOL_BYTES);
    size_t used = moteur_engine_bytes_used(one);
    wasm_store_t *store = wasm_store_new(one);
    CHECK(!store || moteur_engine_bytes_used(one) > used);
    CHECK(moteur_engine_bytes_used(two) == used);
    wasm_store_delete(store);
    CHECK(moteur_engine_bytes_used(one) == used);
    wasm_engine_delete(one);
    wasm_engine_delete(two);

    /* What was made before the default heap changed goes back to where it came from. */
    wasm_byte_vec_t before, after;
    wasm_name_new_from_string(&before, "before");
    CHECK(moteur_use_pool(pool, POOL_BYTES));
    wasm_name_new_from_string(&after, "after");
    CHECK((unsigned char *)after.data > pool && (unsigned char *)after.data < pool + POOL_BYTES);
    wasm_name_delete(&before);
    use_default_heap();
    wasm_name_delete(&after);
}

static void limits(void)
{
    wasm_config_t *config = wasm_config_new();
    moteur_config_set_fuel(config, true);
    moteur_config_set_eager(config, true);
    moteur_config_set_memory_bytes_max(config, 2 * MEMORY_PAGE_SIZE);
    moteur_config_set_table_elements_max(config, 10);
    moteur_config_set_instances_max(config, 1);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    wasm_store_t *store = wasm_store_new(engine);
    wasm_byte_vec_t binary = {sizeof(std_loop_wasm), (char *)std_loop_wasm};
    wasm_module_t *module = wasm_module_new(store, &binary);
    wasm_extern_vec_t none = WASM_EMPTY_VEC, exports;
    wasm_instance_t *instance = instantiate(store, module, &none);
    wasm_trap_t *trap;
    CHECK(!wasm_instance_new(store, module, &none, &trap));
    check_message(trap, "the store has as many instances as the engine allows");
    wasm_trap_delete(trap);
    wasm_instance_exports(instance, &exports);

    wasm_val_t args[] = {WASM_I32_VAL(100)};
    call_traps(func_at(&exports, 0), VALS(args), "all fuel consumed");
    CHECK(moteur_store_set_fuel(store, 10000));
    call(func_at(&exports, 0), VALS(args), NO_VALS);
    CHECK(moteur_store_fuel(store) > 0 && moteur_store_fuel(store) < 10000);

    wasm_limits_t pages = {1, wasm_limits_max_default}, elements = {10, wasm_limits_max_default};
    wasm_memorytype_t *memorytype = wasm_memorytype_new(&pages);
    wasm_memory_t *memory = wasm_memory_new(store, memorytype);
    CHECK(wasm_memory_grow(memory, 1) && !wasm_memory_grow(memory, 1));
    wasm_memorytype_delete(memorytype);
    wasm_memory_delete(memory);
    wasm_tabletype_t *tabletype = wasm_tabletype_new(wasm_valtype_new_funcref(), &elements);
    wasm_table_t *table = wasm_table_new(store, tabletype, NULL);
    CHECK(table && !wasm_table_grow(table, 1, NULL));
    wasm_tabletype_delete(tabletype);
    wasm_table_delete(table);
    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);

    engine = wasm_engine_new();
    store = wasm_store_new(engine);
    CHECK(!moteur_store_set_fuel(store, 1) && moteur_store_fuel(store) == 0);
    wasm_message_t message;
    moteur_store_error(store, &message);
    CHECK_TEXT(message.data, "the engine does not count fuel");
    wasm_name_delete(&message);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
}

int main(void)
{
    grows(false);
    grows(true);
    two_pools();
    limits();
    return 0;
}
