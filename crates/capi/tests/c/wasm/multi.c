/* Functions with several results, and with more arguments than are kept in place. */
#include "guest.h"
#include "modules/std_multi.h"

static wasm_trap_t *swap(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    for (size_t at = 0; at < 4; at++)
        wasm_val_copy(&results->data[at], &args->data[3 - at]);
    return NULL;
}

static wasm_valtype_vec_t types(const wasm_valkind_t *kinds)
{
    wasm_valtype_vec_t types;
    wasm_valtype_vec_new_uninitialized(&types, 4);
    for (size_t at = 0; at < 4; at++)
        types.data[at] = wasm_valtype_new(kinds[at]);
    return types;
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_multi);
    const wasm_valkind_t forth[] = {WASM_I32, WASM_I64, WASM_F32, WASM_F64};
    const wasm_valkind_t back[] = {WASM_F64, WASM_F32, WASM_I64, WASM_I32};
    wasm_valtype_vec_t params = types(forth), returned = types(back);
    wasm_functype_t *type = wasm_functype_new(&params, &returned);
    wasm_func_t *func = wasm_func_new(store, type, swap);
    wasm_functype_delete(type);
    wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
    wasm_instance_t *instance = instantiate(store, module, &imports);
    wasm_instance_exports(instance, &exports);
    wasm_func_delete(func);
    wasm_module_delete(module);
    wasm_instance_delete(instance);

    wasm_val_t args[] = {WASM_I32_VAL(1), WASM_I64_VAL(2), WASM_F32_VAL(3), WASM_F64_VAL(4)}, results[4];
    memset(results, 0xee, sizeof(results));
    call(func_at(&exports, 0), VALS(args), VALS(results));
    CHECK(results[0].kind == WASM_F64 && results[0].of.f64 == 4);
    CHECK(results[1].kind == WASM_F32 && results[1].of.f32 == 3);
    CHECK(results[2].kind == WASM_I64 && results[2].of.i64 == 2);
    CHECK(results[3].kind == WASM_I32 && results[3].of.i32 == 1);
    /* Whoever wants no results gives no room. */
    call(func_at(&exports, 0), VALS(args), NO_VALS);

    wasm_val_t numbers[9], reversed[9];
    for (int at = 0; at < 9; at++)
        numbers[at] = (wasm_val_t)WASM_I32_VAL(at);
    CHECK(wasm_func_param_arity(func_at(&exports, 1)) == 9 && wasm_func_result_arity(func_at(&exports, 1)) == 9);
    call(func_at(&exports, 1), VALS(numbers), VALS(reversed));
    for (int at = 0; at < 9; at++)
        CHECK(reversed[at].kind == WASM_I32 && reversed[at].of.i32 == 8 - at);

    wasm_val_vec_t vals, copy;
    wasm_val_vec_new(&vals, 4, results);
    wasm_val_vec_copy(&copy, &vals);
    wasm_val_vec_delete(&vals);
    CHECK(copy.size == 4 && copy.data[2].of.i64 == 2);
    wasm_val_vec_delete(&copy);
    wasm_extern_vec_delete(&exports);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
