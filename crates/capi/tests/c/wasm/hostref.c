/* Things of the program's in the hands of the guest: which they are, and how long they stay. */
#include "guest.h"
#include "modules/std_hostref.h"

static wasm_trap_t *identity(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    CHECK(args->data[0].kind == WASM_EXTERNREF && results->data[0].kind == WASM_EXTERNREF);
    CHECK(!results->data[0].of.ref);
    wasm_val_copy(&results->data[0], &args->data[0]);
    return NULL;
}

static int live = 0;

static void gone(void *info)
{
    UNUSED(info);
    live--;
}

static wasm_ref_t *new_object(wasm_store_t *store, intptr_t number)
{
    wasm_ref_t *ref = wasm_foreign_as_ref(wasm_foreign_new(store));
    CHECK(ref && wasm_ref_as_foreign(ref) && !wasm_ref_as_func(ref) && !wasm_ref_get_host_info(ref));
    wasm_ref_set_host_info_with_finalizer(ref, (void *)number, gone);
    live++;
    return ref;
}

enum { GLOBAL, TABLE, SET_GLOBAL, GET_GLOBAL, SET_HIDDEN, GET_HIDDEN, SET_TABLE, GET_TABLE, CALL, DROP };

static wasm_extern_vec_t exports;

static void put(size_t func, wasm_ref_t *ref)
{
    wasm_val_t args[] = {WASM_REF_VAL(ref)};
    call(func_at(&exports, func), VALS(args), NO_VALS);
}

/* Ends the program where a function does not give this very object. */
static void expect(size_t func, size_t count, wasm_val_t *args, const wasm_ref_t *expected)
{
    wasm_val_t results[] = {WASM_I32_VAL(0)};
    wasm_val_vec_t given = {count, args};
    call(func_at(&exports, func), given, VALS(results));
    CHECK(results[0].kind == WASM_EXTERNREF && wasm_ref_same(results[0].of.ref, expected));
    if (expected)
        CHECK(wasm_ref_get_host_info(results[0].of.ref) == wasm_ref_get_host_info(expected));
    wasm_val_delete(&results[0]);
}

static void places(wasm_store_t *store)
{
    wasm_ref_t *one = new_object(store, 1), *two = new_object(store, 2);
    CHECK(!wasm_ref_same(one, two));
    expect(GET_GLOBAL, 0, NULL, NULL);
    put(SET_GLOBAL, one);
    expect(GET_GLOBAL, 0, NULL, one);
    wasm_global_t *global = wasm_extern_as_global(exports.data[GLOBAL]);
    wasm_val_t val;
    wasm_global_get(global, &val);
    CHECK(val.kind == WASM_EXTERNREF && wasm_ref_same(val.of.ref, one));
    wasm_val_delete(&val);
    val.of.ref = two;
    wasm_global_set(global, &val);
    expect(GET_GLOBAL, 0, NULL, two);
    put(SET_GLOBAL, NULL);
    wasm_global_get(global, &val);
    CHECK(!val.of.ref);

    wasm_table_t *table = wasm_extern_as_table(exports.data[TABLE]);
    CHECK(wasm_table_set(table, 3, one) && !wasm_table_set(table, 10, one) && wasm_table_grow(table, 1, two));
    wasm_val_t third[] = {WASM_I32_VAL(3)}, tenth[] = {WASM_I32_VAL(10)};
    expect(GET_TABLE, 1, third, one);
    expect(GET_TABLE, 1, tenth, two);
    wasm_ref_t *element = wasm_table_get(table, 10);
    CHECK(wasm_ref_same(element, two));
    wasm_ref_delete(element);
    CHECK(wasm_table_set(table, 3, NULL) && wasm_table_set(table, 10, NULL));

    /* Anything can be an `externref`, functions and modules among them; numbers not. */
    wasm_val_t args[] = {WASM_REF_VAL(one)};
    expect(CALL, 1, args, one);
    args[0].of.ref = NULL;
    expect(CALL, 1, args, NULL);
    args[0].of.ref = wasm_extern_as_ref(exports.data[CALL]);
    expect(CALL, 1, args, args[0].of.ref);
    args[0].of.ref = wasm_global_as_ref(global);
    expect(CALL, 1, args, args[0].of.ref);
    args[0] = (wasm_val_t)WASM_I64_VAL(1);
    call_traps(func_at(&exports, CALL), VALS(args), "the types do not match");

    /* Nor what is of another store. */
    wasm_engine_t *engine = new_engine();
    wasm_store_t *other = wasm_store_new(engine);
    args[0] = (wasm_val_t)WASM_REF_VAL(wasm_foreign_as_ref(wasm_foreign_new(other)));
    call_traps(func_at(&exports, CALL), VALS(args), "the handle belongs to another store");
    CHECK(!wasm_table_set(table, 0, args[0].of.ref));
    wasm_val_delete(&args[0]);
    wasm_store_delete(other);
    wasm_engine_delete(engine);

    wasm_ref_delete(one);
    wasm_ref_delete(two);
}

/* A program that hands over objects for ever does not fill the memory with them. */
static void many(wasm_store_t *store)
{
    int before = live, most = 0;
    wasm_ref_t *kept = new_object(store, -1), *hidden = new_object(store, -2), *own = new_object(store, -3);
    wasm_val_t in_table[] = {WASM_I32_VAL(7), WASM_REF_VAL(kept)};
    call(func_at(&exports, SET_TABLE), VALS(in_table), NO_VALS);
    put(SET_HIDDEN, hidden);
    /* A global and a table that no instance has. */
    wasm_globaltype_t *type = wasm_globaltype_new(wasm_valtype_new_externref(), WASM_CONST);
    wasm_val_t val = WASM_REF_VAL(own);
    wasm_global_t *global = wasm_global_new(store, type, &val);
    wasm_globaltype_delete(type);
    wasm_limits_t limits = {1, 1};
    wasm_tabletype_t *tabletype = wasm_tabletype_new(wasm_valtype_new_externref(), &limits);
    wasm_ref_t *element = new_object(store, -4);
    wasm_table_t *table = wasm_table_new(store, tabletype, element);
    wasm_tabletype_delete(tabletype);
    wasm_ref_t *handles[] = {kept, hidden, own, element};
    intptr_t infos[4];
    for (size_t at = 0; at < 4; at++) {
        infos[at] = (intptr_t)wasm_ref_get_host_info(handles[at]);
        wasm_ref_delete(handles[at]);
    }
    CHECK(live == before + 4 && infos[2] == -3);

    for (intptr_t number = 0; number < 10000; number++) {
        wasm_ref_t *ref = new_object(store, number);
        put(number % 2 ? SET_GLOBAL : DROP, ref);
        wasm_ref_delete(ref);
        most = live > most ? live : most;
    }
    CHECK(most > 10 && most < 200);
    /* What stands somewhere is still there. */
    wasm_val_t results[] = {WASM_INIT_VAL}, seventh[] = {WASM_I32_VAL(7)};
    call(func_at(&exports, GET_TABLE), VALS(seventh), VALS(results));
    CHECK((intptr_t)wasm_ref_get_host_info(results[0].of.ref) == -1);
    wasm_val_delete(&results[0]);
    call(func_at(&exports, GET_HIDDEN), NO_VALS, VALS(results));
    CHECK((intptr_t)wasm_ref_get_host_info(results[0].of.ref) == -2);
    wasm_val_delete(&results[0]);
    wasm_global_get(global, &val);
    CHECK((intptr_t)wasm_ref_get_host_info(val.of.ref) == -3);
    wasm_val_delete(&val);
    element = wasm_table_get(table, 0);
    CHECK((intptr_t)wasm_ref_get_host_info(element) == -4);
    wasm_ref_delete(element);
    wasm_table_delete(table);
    wasm_global_delete(global);
}

static wasm_ref_t *rescued = NULL;
static int rescues = 0;

/* Hands an object to the guest while those are let go that it does not hold. */
static void rescue(void *info)
{
    UNUSED(info);
    if (rescued) {
        put(SET_GLOBAL, rescued);
        rescues++;
    }
}

static void during_finalizers(wasm_store_t *store)
{
    for (int round = 0; round < 20; round++) {
        wasm_ref_t *objects[3];
        for (int at = 0; at < 3; at++) {
            objects[at] = wasm_foreign_as_ref(wasm_foreign_new(store));
            /* Whichever goes first. */
            wasm_ref_set_host_info_with_finalizer(objects[at], NULL, at == (round % 2 ? 0 : 2) ? rescue : NULL);
            put(DROP, objects[at]);
        }
        wasm_ref_delete(objects[0]);
        wasm_ref_delete(objects[2]);
        rescued = objects[1];
        rescues = 0;
        for (int at = 0; rescues == 0; at++) {
            CHECK(at < 10000);
            wasm_ref_t *ref = wasm_foreign_as_ref(wasm_foreign_new(store));
            put(DROP, ref);
            wasm_ref_delete(ref);
        }
        expect(GET_GLOBAL, 0, NULL, rescued);
        rescued = NULL;
        put(SET_GLOBAL, NULL);
        wasm_ref_delete(objects[1]);
    }
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_hostref);
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_externref(), wasm_valtype_new_externref());
    wasm_func_t *func = wasm_func_new(store, type, identity);
    wasm_functype_delete(type);
    wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    wasm_instance_t *instance = instantiate(store, module, &imports);
    wasm_func_delete(func);
    wasm_module_delete(module);
    wasm_instance_exports(instance, &exports);
    wasm_instance_delete(instance);
    CHECK(exports.size == 10);

    places(store);
    many(store);
    during_finalizers(store);

    /* What the guest holds goes with the store, whose last handle is the exports'. */
    put(SET_GLOBAL, NULL);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    CHECK(live > 0);
    wasm_extern_vec_delete(&exports);
    CHECK(live == 0);
    return 0;
}
