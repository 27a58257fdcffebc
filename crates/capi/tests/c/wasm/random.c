/* Random programs: handles of all kinds are made, copied, asked, handed to guests and deleted, in whatever order comes. */
#include "guest.h"
#include "modules/std_hostref.h"
#include "modules/std_table.h"

static uint64_t state;

/* A number below `below`: xorshift64*, by S. Vigna. */
static size_t chance(size_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (size_t)((state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

static int live = 0;
/* What came of calls. */
static size_t returned = 0, trapped = 0, nested = 0;

static void gone(void *info)
{
    UNUSED(info);
    live--;
}

enum { REFS = 24, STORES = 3 };

static wasm_engine_t *engine;
static wasm_store_t *stores[STORES];
static wasm_ref_t *refs[REFS];
static wasm_shared_module_t *shared[2];
static int depth = 0;

static wasm_store_t *any_store(void)
{
    size_t at = chance(STORES);
    if (!stores[at])
        stores[at] = wasm_store_new(engine);
    return stores[at];
}

static wasm_ref_t *any_ref(void)
{
    return refs[chance(REFS)];
}

/* Puts a handle in the place of another, which goes. */
static void keep(wasm_ref_t *ref)
{
    size_t at = chance(REFS);
    wasm_ref_t *old = refs[at];
    refs[at] = ref;
    wasm_ref_delete(old);
}

static void step(void);

static wasm_trap_t *callback(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(env);
    for (size_t steps = chance(4); steps > 0; steps--)
        step();
    if (chance(8) == 0)
        return wasm_trap_new(any_store(), NULL);
    if (args->size > 0 && results->size > 0)
        wasm_val_copy(&results->data[0], &args->data[0]);
    return NULL;
}

static wasm_module_t *load(wasm_store_t *store, bool which)
{
    return which ? LOAD(store, std_hostref) : LOAD(store, std_table);
}

static wasm_func_t *new_func(wasm_store_t *store)
{
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_externref(), wasm_valtype_new_externref());
    live++;
    wasm_func_t *func = wasm_func_new_with_env(store, type, callback, NULL, gone);
    wasm_functype_delete(type);
    return func;
}

static void make(void)
{
    wasm_store_t *store = any_store();
    wasm_limits_t limits = {1, 4};
    wasm_val_t val = WASM_REF_VAL(any_ref());
    switch (chance(7)) {
    case 0:
        keep(wasm_foreign_as_ref(wasm_foreign_new(store)));
        break;
    case 1:
        keep(wasm_func_as_ref(new_func(store)));
        break;
    case 2: {
        wasm_globaltype_t *type = wasm_globaltype_new(wasm_valtype_new_externref(), WASM_VAR);
        /* Null where the value is of another store. */
        keep(wasm_global_as_ref(wasm_global_new(store, type, &val)));
        wasm_globaltype_delete(type);
        break;
    }
    case 3: {
        wasm_tabletype_t *type = wasm_tabletype_new(wasm_valtype_new(chance(2) ? WASM_EXTERNREF : WASM_FUNCREF), &limits);
        keep(wasm_table_as_ref(wasm_table_new(store, type, val.of.ref)));
        wasm_tabletype_delete(type);
        break;
    }
    case 4: {
        wasm_memorytype_t *type = wasm_memorytype_new(&limits);
        keep(wasm_memory_as_ref(wasm_memory_new(store, type)));
        wasm_memorytype_delete(type);
        break;
    }
    case 5:
        keep(wasm_trap_as_ref(wasm_trap_new(store, NULL)));
        break;
    default:
        keep(wasm_module_as_ref(load(store, chance(2))));
    }
}

static void instantiate_any(void)
{
    wasm_store_t *store = any_store();
    bool which = chance(2);
    wasm_module_t *module = load(store, which);
    wasm_func_t *func = new_func(store);
    wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
    wasm_extern_vec_t imports = {which, externs};
    wasm_instance_t *instance = instantiate(store, module, &imports);
    wasm_extern_vec_t exports;
    wasm_instance_exports(instance, &exports);
    for (size_t at = 0; at < exports.size; at++) {
        if (chance(2)) {
            keep(wasm_extern_as_ref(exports.data[at]));
            exports.data[at] = NULL;
        }
    }
    wasm_extern_vec_delete(&exports);
    wasm_func_delete(func);
    wasm_module_delete(module);
    keep(wasm_instance_as_ref(instance));
}

static void ask(wasm_ref_t *ref)
{
    wasm_extern_t *item = wasm_ref_as_extern(ref);
    wasm_externtype_delete(wasm_extern_type(item));
    CHECK(!ref || wasm_ref_same(ref, ref));
    wasm_module_t *module = wasm_ref_as_module(ref);
    wasm_exporttype_vec_t exports;
    wasm_module_exports(module, &exports);
    CHECK(module ? exports.size >= 5 : exports.size == 0);
    wasm_exporttype_vec_delete(&exports);
    wasm_frame_vec_t trace;
    wasm_trap_trace(wasm_ref_as_trap(ref), &trace);
    if (trace.size > 0)
        keep(wasm_instance_as_ref(wasm_instance_copy(wasm_frame_instance(trace.data[chance(trace.size)]))));
    wasm_frame_vec_delete(&trace);
}

static void use(wasm_ref_t *lent)
{
    /* What is kept may take the place of this very handle. */
    wasm_ref_t *ref = wasm_ref_copy(lent);
    wasm_global_t *global = wasm_ref_as_global(ref);
    wasm_table_t *table = wasm_ref_as_table(ref);
    wasm_memory_t *memory = wasm_ref_as_memory(ref);
    wasm_val_t val = WASM_REF_VAL(any_ref());
    wasm_global_set(global, &val);
    val = (wasm_val_t)WASM_INIT_VAL;
    wasm_global_get(global, &val);
    if (wasm_valkind_is_ref(val.kind))
        keep(val.of.ref);
    wasm_table_set(table, (uint32_t)chance(12), any_ref());
    if (chance(4) == 0)
        wasm_table_grow(table, 1, any_ref());
    keep(wasm_table_get(table, (uint32_t)chance(12)));
    if (chance(8) == 0)
        wasm_memory_grow(memory, 1);
    if (wasm_memory_data_size(memory) > 0)
        wasm_memory_data(memory)[chance(wasm_memory_data_size(memory))]++;
    wasm_ref_delete(ref);
}

static void call_any(wasm_func_t *func)
{
    wasm_val_t args[2] = {WASM_REF_VAL(any_ref()), WASM_REF_VAL(any_ref())}, results[1] = {WASM_INIT_VAL};
    if (chance(2))
        args[0] = (wasm_val_t)WASM_I32_VAL((int32_t)chance(12));
    size_t count = wasm_func_param_arity(func), room = wasm_func_result_arity(func);
    wasm_val_vec_t given = {count, args}, taken = {room, results};
    if (depth > 5)
        return;
    depth++;
    wasm_trap_t *trap = wasm_func_call(func, &given, &taken);
    depth--;
    returned += !trap;
    trapped += trap != NULL;
    nested += depth > 0;
    if (trap)
        keep(wasm_trap_as_ref(trap));
    else if (room > 0 && wasm_valkind_is_ref(results[0].kind))
        keep(results[0].of.ref);
}

static void share(void)
{
    size_t at = chance(2);
    wasm_shared_module_t *made = wasm_module_share(wasm_ref_as_module(any_ref()));
    if (made) {
        wasm_shared_module_delete(shared[at]);
        shared[at] = made;
    }
    keep(wasm_module_as_ref(wasm_module_obtain(any_store(), shared[chance(2)])));
}

static void step(void)
{
    size_t at;
    wasm_ref_t *ref = any_ref();
    switch (chance(12)) {
    case 0: case 1: case 2: make(); break;
    case 3: instantiate_any(); break;
    case 4: keep(wasm_ref_copy(ref)); break;
    case 5: keep(NULL); break;
    case 6:
        live++;
        wasm_ref_set_host_info_with_finalizer(ref, &live, gone);
        break;
    case 7: ask(ref); break;
    case 8: use(ref); break;
    case 9: call_any(wasm_ref_as_func(ref)); break;
    case 10: share(); break;
    default:
        at = chance(STORES);
        if (chance(4) == 0) {
            wasm_store_delete(stores[at]);
            stores[at] = NULL;
        }
    }
}

static void program(uint64_t seed, int steps)
{
    state = seed * 0x9e3779b97f4a7c15ULL + 1;
    engine = new_engine();
    for (int at = 0; at < steps; at++)
        step();
    bool last = chance(2);
    if (!last)
        wasm_engine_delete(engine);
    bool deleted[REFS + STORES + 2] = {false};
    for (size_t left = REFS + STORES + 2; left > 0;) {
        size_t at = chance(REFS + STORES + 2);
        if (deleted[at])
            continue;
        deleted[at] = true;
        left--;
        if (at < REFS) {
            wasm_ref_delete(refs[at]);
            refs[at] = NULL;
        } else if (at < REFS + STORES) {
            wasm_store_delete(stores[at - REFS]);
            stores[at - REFS] = NULL;
        } else {
            wasm_shared_module_delete(shared[at - REFS - STORES]);
            shared[at - REFS - STORES] = NULL;
        }
    }
    if (last)
        wasm_engine_delete(engine);
    CHECK(live == 0);
}

#ifdef MOTEUR_POOL_BYTES
enum { PROGRAMS = 60, STEPS = 60 };
#else
enum { PROGRAMS = 150, STEPS = 400 };
#endif

int main(void)
{
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++)
        program(seed, STEPS);
    /* Short programs seldom call from within a call. */
    CHECK(returned > 0 && trapped > PROGRAMS && (nested > 0 || STEPS < 100));
    return 0;
}
