/* Tables of functions: elements, size, growth, calls through them. */
#include "guest.h"
#include "modules/std_table.h"

static wasm_trap_t *negate(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    results->data[0].kind = WASM_I32;
    results->data[0].of.i32 = -args->data[0].of.i32;
    return NULL;
}

static int32_t call_at(const wasm_func_t *call, int32_t arg, int32_t at)
{
    wasm_val_t args[] = {WASM_I32_VAL(arg), WASM_I32_VAL(at)};
    return call_i32(call, 2, args);
}

static void traps_at(const wasm_func_t *call, int32_t at, const char *message)
{
    wasm_val_t args[] = {WASM_I32_VAL(1), WASM_I32_VAL(at)};
    call_traps(call, VALS(args), message);
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_table);
    wasm_extern_vec_t none = WASM_EMPTY_VEC, exports;
    wasm_instance_t *instance = instantiate(store, module, &none);
    wasm_instance_exports(instance, &exports);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_table_t *table = wasm_extern_as_table(exports.data[0]);
    wasm_func_t *twice = func_at(&exports, 1), *minus = func_at(&exports, 2), *through = func_at(&exports, 3);

    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    wasm_func_t *host = wasm_func_new(store, type, negate);
    wasm_functype_delete(type);

    CHECK(wasm_table_size(table) == 2);
    CHECK(!wasm_table_get(table, 0) && !wasm_table_get(table, 2));
    wasm_ref_t *ref = wasm_table_get(table, 1);
    CHECK(ref && wasm_ref_same(ref, wasm_func_as_ref(twice)) && wasm_func_same(wasm_ref_as_func(ref), twice));
    wasm_val_t args[] = {WASM_I32_VAL(21)};
    CHECK(call_i32(wasm_ref_as_func(ref), 1, args) == 42);
    wasm_ref_delete(ref);
    traps_at(through, 0, "uninitialized element");
    CHECK(call_at(through, 3, 1) == 6);
    traps_at(through, 2, "undefined element");

    CHECK(wasm_table_set(table, 0, wasm_func_as_ref(minus)));
    CHECK(wasm_table_set(table, 1, wasm_func_as_ref(host)));
    CHECK(!wasm_table_set(table, 2, wasm_func_as_ref(minus)));
    CHECK(!wasm_table_set(table, 0, wasm_table_as_ref(table)));
    CHECK(call_at(through, 3, 0) == -3 && call_at(through, 4, 1) == -4);
    CHECK(wasm_table_set(table, 0, NULL));
    traps_at(through, 0, "uninitialized element");

    CHECK(wasm_table_grow(table, 5, wasm_func_as_ref(twice)) && wasm_table_size(table) == 7);
    CHECK(call_at(through, 5, 6) == 10);
    CHECK(!wasm_table_grow(table, 4, NULL) && wasm_table_grow(table, 0, NULL) && wasm_table_grow(table, 3, NULL));
    CHECK(!wasm_table_grow(table, 1, NULL) && wasm_table_size(table) == 10);
    wasm_tabletype_t *found = wasm_table_type(table);
    CHECK(wasm_tabletype_limits(found)->min == 10 && wasm_tabletype_limits(found)->max == 10);
    CHECK(wasm_valtype_kind(wasm_tabletype_element(found)) == WASM_FUNCREF);
    wasm_tabletype_delete(found);

    /* Functions as arguments and results, null among them. */
    wasm_val_t funcs[] = {{.kind = WASM_FUNCREF, .of = {.ref = wasm_func_as_ref(host)}}}, results[] = {WASM_INIT_VAL};
    call(func_at(&exports, 4), VALS(funcs), VALS(results));
    CHECK(results[0].kind == WASM_FUNCREF && wasm_ref_same(results[0].of.ref, wasm_func_as_ref(host)));
    wasm_val_delete(&results[0]);
    CHECK(!results[0].of.ref);
    funcs[0] = (wasm_val_t)WASM_INIT_VAL;
    call(func_at(&exports, 4), VALS(funcs), VALS(results));
    CHECK(results[0].kind == WASM_FUNCREF && !results[0].of.ref);
    funcs[0].of.ref = wasm_table_as_ref(table);
    call_traps(func_at(&exports, 4), VALS(funcs), "the types do not match");

    /* A table of the program's own. */
    wasm_limits_t limits = {5, wasm_limits_max_default};
    found = wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
    wasm_table_t *own = wasm_table_new(store, found, wasm_func_as_ref(host));
    CHECK(wasm_table_size(own) == 5 && !wasm_table_new(store, found, wasm_table_as_ref(table)));
    wasm_tabletype_delete(found);
    wasm_func_delete(host);
    ref = wasm_table_get(own, 4);
    wasm_table_delete(own);
    CHECK(call_i32(wasm_ref_as_func(ref), 1, args) == -21);
    wasm_ref_delete(ref);
    limits.min = 2;
    limits.max = 1;
    found = wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
    CHECK(!wasm_table_new(store, found, NULL));
    wasm_tabletype_delete(found);

    wasm_extern_vec_delete(&exports);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
