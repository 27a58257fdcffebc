/* Handles are deleted in every order, and work until the last of them is gone. */
#include "guest.h"
#include "modules/std_hostref.h"

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

enum { ENGINE, STORE, MODULE, FUNC, INSTANCE, EXPORTS, TRAP, HANDLES };

struct all {
    wasm_engine_t *engine;
    wasm_store_t *store;
    wasm_module_t *module;
    wasm_func_t *func;
    wasm_instance_t *instance;
    wasm_extern_vec_t exports;
    wasm_trap_t *trap;
};

static void delete(struct all *all, int which)
{
    switch (which) {
    case ENGINE: wasm_engine_delete(all->engine); break;
    case STORE: wasm_store_delete(all->store); break;
    case MODULE: wasm_module_delete(all->module); break;
    case FUNC: wasm_func_delete(all->func); break;
    case INSTANCE: wasm_instance_delete(all->instance); break;
    case EXPORTS: wasm_extern_vec_delete(&all->exports); break;
    case TRAP: wasm_trap_delete(all->trap); break;
    }
}

/* Uses what is left. */
static void use(struct all *all, const bool *deleted)
{
    if (!deleted[STORE]) {
        wasm_foreign_t *foreign = wasm_foreign_new(all->store);
        CHECK(foreign);
        wasm_foreign_delete(foreign);
    }
    if (!deleted[ENGINE]) {
        wasm_store_t *store = wasm_store_new(all->engine);
        CHECK(store);
        wasm_store_delete(store);
    }
    if (!deleted[MODULE]) {
        wasm_exporttype_vec_t exports;
        wasm_module_exports(all->module, &exports);
        CHECK(exports.size == 10);
        wasm_exporttype_vec_delete(&exports);
    }
    if (!deleted[FUNC])
        CHECK(wasm_func_param_arity(all->func) == 1);
    if (!deleted[INSTANCE]) {
        wasm_extern_vec_t exports;
        wasm_instance_exports(all->instance, &exports);
        CHECK(exports.size == 10);
        wasm_extern_vec_delete(&exports);
    }
    if (!deleted[EXPORTS]) {
        wasm_val_t results[] = {WASM_INIT_VAL};
        call(func_at(&all->exports, 3), NO_VALS, VALS(results));
        CHECK(wasm_ref_get_host_info(results[0].of.ref) == &live);
        wasm_val_t args[] = {results[0]};
        call(func_at(&all->exports, 8), VALS(args), VALS(results));
        CHECK(wasm_ref_same(results[0].of.ref, args[0].of.ref));
        wasm_val_delete(&args[0]);
        wasm_val_delete(&results[0]);
    }
    if (!deleted[TRAP]) {
        wasm_message_t message;
        wasm_trap_message(all->trap, &message);
        CHECK(message.size == 1);
        wasm_name_delete(&message);
    }
}

static void attempt(const int *order)
{
    struct all all;
    bool deleted[HANDLES] = {false};
    all.engine = new_engine();
    all.store = wasm_store_new(all.engine);
    all.module = LOAD(all.store, std_hostref);
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_externref(), wasm_valtype_new_externref());
    live = 3;
    all.func = wasm_func_new_with_env(all.store, type, identity, NULL, gone);
    wasm_functype_delete(type);
    wasm_extern_t *externs[] = {wasm_func_as_extern(all.func)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    all.instance = instantiate(all.store, all.module, &imports);
    wasm_instance_set_host_info_with_finalizer(all.instance, NULL, gone);
    wasm_instance_exports(all.instance, &all.exports);
    wasm_ref_t *object = wasm_foreign_as_ref(wasm_foreign_new(all.store));
    wasm_ref_set_host_info_with_finalizer(object, &live, gone);
    wasm_val_t args[] = {WASM_REF_VAL(object)};
    call(func_at(&all.exports, 2), VALS(args), NO_VALS);
    wasm_ref_delete(object);
    all.trap = wasm_trap_new(all.store, NULL);
    for (int at = 0; at < HANDLES; at++) {
        CHECK(live == 3 || (deleted[STORE] && at > 5));
        use(&all, deleted);
        deleted[order[at]] = true;
        delete(&all, order[at]);
    }
    CHECK(live == 0);
}

/* The next order after this one, as words in a dictionary; false after the last. */
static bool next(int *order)
{
    int at = HANDLES - 2, with = HANDLES - 1;
    while (at >= 0 && order[at] > order[at + 1])
        at--;
    if (at < 0)
        return false;
    while (order[with] < order[at])
        with--;
    int swapped = order[at];
    order[at] = order[with];
    order[with] = swapped;
    for (int low = at + 1, high = HANDLES - 1; low < high; low++, high--) {
        swapped = order[low];
        order[low] = order[high];
        order[high] = swapped;
    }
    return true;
}

int main(void)
{
    int order[HANDLES] = {0, 1, 2, 3, 4, 5, 6}, orders = 0, tried = 0;
    do {
        /* A prime apart, which leaves no pair of neighbours out and is soon done under valgrind. */
        if (orders % 17 == 0) {
            attempt(order);
            tried++;
        }
        orders++;
    } while (next(order));
    CHECK(orders == 5040 && tried == 297);
    return 0;
}
