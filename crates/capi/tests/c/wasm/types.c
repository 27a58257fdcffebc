/* Types by themselves: made, copied, converted, in vectors. */
#include "guest.h"

static void valtypes(void)
{
    const wasm_valkind_t kinds[] = {WASM_I32, WASM_I64, WASM_F32, WASM_F64, WASM_EXTERNREF, WASM_FUNCREF};
    for (size_t at = 0; at < 6; at++) {
        wasm_valtype_t *type = wasm_valtype_new(kinds[at]), *copy = wasm_valtype_copy(type);
        wasm_valtype_delete(type);
        CHECK(wasm_valtype_kind(copy) == kinds[at]);
        CHECK(wasm_valtype_is_num(copy) == (at < 4) && wasm_valtype_is_ref(copy) == (at >= 4));
        wasm_valtype_delete(copy);
    }
    CHECK(!wasm_valtype_new(4) && !wasm_valtype_new(127) && !wasm_valtype_new(130));

    wasm_valtype_t *elements[] = {wasm_valtype_new_f32(), wasm_valtype_new_funcref(), wasm_valtype_new_externref()};
    wasm_valtype_vec_t types, copy;
    wasm_valtype_vec_new(&types, 3, elements);
    wasm_valtype_vec_copy(&copy, &types);
    wasm_valtype_vec_delete(&types);
    CHECK(types.size == 0 && !types.data);
    wasm_valtype_vec_delete(&types);
    CHECK(copy.size == 3 && wasm_valtype_kind(copy.data[0]) == WASM_F32);
    CHECK(wasm_valtype_kind(copy.data[1]) == WASM_FUNCREF && wasm_valtype_kind(copy.data[2]) == WASM_EXTERNREF);
    wasm_valtype_vec_delete(&copy);
}

static void functypes(void)
{
    wasm_functype_t *type = wasm_functype_new_3_2(
        wasm_valtype_new_i32(), wasm_valtype_new_i64(), wasm_valtype_new_f64(),
        wasm_valtype_new_funcref(), wasm_valtype_new_i32());
    wasm_functype_t *copy = wasm_functype_copy(type);
    wasm_functype_delete(type);
    CHECK(wasm_functype_params(copy)->size == 3 && wasm_functype_results(copy)->size == 2);
    CHECK(wasm_valtype_kind(wasm_functype_params(copy)->data[2]) == WASM_F64);
    CHECK(wasm_valtype_kind(wasm_functype_results(copy)->data[0]) == WASM_FUNCREF);

    wasm_externtype_t *any = wasm_functype_as_externtype(copy);
    CHECK(wasm_externtype_kind(any) == WASM_EXTERN_FUNC);
    CHECK(wasm_externtype_as_functype(any) == copy);
    CHECK(!wasm_externtype_as_globaltype(any) && !wasm_externtype_as_tabletype(any));
    CHECK(!wasm_externtype_as_memorytype(any));
    CHECK(!wasm_globaltype_content((wasm_globaltype_t *)any));
    wasm_externtype_delete(any);

    /* Vectors that were given away are empty; those that are not whole make no type. */
    wasm_valtype_t *elements[] = {wasm_valtype_new_i32(), NULL};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 2, elements);
    wasm_valtype_vec_new(&results, 1, elements);
    CHECK(!wasm_functype_new(&params, &results));
    CHECK(params.size == 0 && !params.data && results.size == 0 && !results.data);
    params.size = 1;
    CHECK(!wasm_functype_new(&params, &results));

    /* All the short hands. */
    wasm_valtype_t *i = wasm_valtype_new_i32();
    wasm_functype_t *types[] = {
        wasm_functype_new_0_0(), wasm_functype_new_1_0(i), wasm_functype_new_2_0(i, i),
        wasm_functype_new_3_0(i, i, i), wasm_functype_new_0_1(i), wasm_functype_new_1_1(i, i),
        wasm_functype_new_2_1(i, i, i), wasm_functype_new_3_1(i, i, i, i), wasm_functype_new_0_2(i, i),
        wasm_functype_new_1_2(i, i, i), wasm_functype_new_2_2(i, i, i, i), wasm_functype_new_3_2(i, i, i, i, i),
    };
    for (size_t at = 0; at < 12; at++) {
        CHECK(wasm_functype_params(types[at])->size == at % 4);
        CHECK(wasm_functype_results(types[at])->size == at / 4);
    }
    wasm_functype_vec_t all, copies;
    wasm_functype_vec_new(&all, 12, types);
    wasm_functype_vec_copy(&copies, &all);
    wasm_functype_vec_delete(&all);
    CHECK(copies.size == 12 && wasm_functype_params(copies.data[7])->size == 3);
    wasm_functype_vec_delete(&copies);
}

static void others(void)
{
    wasm_globaltype_t *global = wasm_globaltype_new(wasm_valtype_new_i64(), WASM_VAR);
    wasm_externtype_t *any = wasm_globaltype_as_externtype(global);
    CHECK(wasm_externtype_kind(any) == WASM_EXTERN_GLOBAL && wasm_externtype_as_globaltype(any) == global);
    CHECK(!wasm_externtype_as_functype(any));
    CHECK(wasm_globaltype_mutability(global) == WASM_VAR);
    wasm_externtype_t *copy = wasm_externtype_copy(any);
    wasm_globaltype_delete(global);
    CHECK(wasm_valtype_kind(wasm_globaltype_content(wasm_externtype_as_globaltype(copy))) == WASM_I64);
    wasm_externtype_delete(copy);
    CHECK(!wasm_globaltype_new(wasm_valtype_new_i32(), 2) && !wasm_globaltype_new(NULL, WASM_VAR));

    wasm_limits_t limits = {3, wasm_limits_max_default};
    wasm_tabletype_t *table = wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
    limits.min = 9;
    CHECK(wasm_tabletype_limits(table)->min == 3 && wasm_tabletype_limits(table)->max == wasm_limits_max_default);
    CHECK(wasm_valtype_kind(wasm_tabletype_element(table)) == WASM_FUNCREF);
    wasm_tabletype_t *second = wasm_tabletype_copy(table);
    wasm_tabletype_delete(table);
    CHECK(wasm_externtype_as_tabletype(wasm_tabletype_as_externtype(second)) == second);
    wasm_tabletype_delete(second);
    CHECK(!wasm_tabletype_new(wasm_valtype_new_i32(), &limits));
    CHECK(!wasm_tabletype_new(wasm_valtype_new_funcref(), NULL));

    wasm_memorytype_t *memory = wasm_memorytype_new(&limits);
    CHECK(wasm_memorytype_limits(memory)->min == 9);
    CHECK(wasm_externtype_as_memorytype(wasm_memorytype_as_externtype(memory)) == memory);
    wasm_memorytype_t *elements[] = {memory, NULL};
    wasm_memorytype_vec_t memories;
    wasm_memorytype_vec_new(&memories, 2, elements);
    wasm_memorytype_vec_delete(&memories);
    CHECK(!wasm_memorytype_new(NULL));
}

static void ports(void)
{
    wasm_name_t module, name;
    wasm_name_new_from_string(&module, "env");
    wasm_name_new_from_string(&name, "exit");
    wasm_importtype_t *import = wasm_importtype_new(
        &module, &name, wasm_functype_as_externtype(wasm_functype_new_0_0()));
    CHECK(module.size == 0 && !module.data);
    wasm_importtype_t *copy = wasm_importtype_copy(import);
    wasm_importtype_delete(import);
    CHECK(wasm_importtype_module(copy)->size == 3 && memcmp(wasm_importtype_name(copy)->data, "exit", 4) == 0);
    CHECK(wasm_externtype_kind(wasm_importtype_type(copy)) == WASM_EXTERN_FUNC);
    wasm_importtype_delete(copy);
    wasm_name_new_from_string(&module, "env");
    wasm_name_new_empty(&name);
    CHECK(!wasm_importtype_new(&module, &name, NULL));

    wasm_name_new_from_string_nt(&name, "memory");
    CHECK(name.size == 7);
    wasm_limits_t limits = {1, 2};
    wasm_exporttype_t *export = wasm_exporttype_new(
        &name, wasm_memorytype_as_externtype(wasm_memorytype_new(&limits)));
    wasm_exporttype_t *again = wasm_exporttype_copy(export);
    wasm_exporttype_delete(export);
    CHECK(wasm_exporttype_name(again)->size == 7);
    CHECK(wasm_externtype_as_memorytype_const(wasm_exporttype_type(again)));
    wasm_exporttype_delete(again);
    wasm_name_new_empty(&name);
    CHECK(!wasm_exporttype_new(&name, NULL));
}

static void vectors(void)
{
    wasm_byte_vec_t bytes, copy;
    wasm_byte_vec_new_uninitialized(&bytes, 1000);
    CHECK(bytes.size == 1000 && bytes.data);
    memset(bytes.data, 7, 1000);
    wasm_byte_vec_copy(&copy, &bytes);
    wasm_byte_vec_delete(&bytes);
    CHECK(copy.size == 1000 && copy.data[999] == 7);
    wasm_byte_vec_delete(&copy);
    wasm_byte_vec_new(&bytes, 0, NULL);
    CHECK(bytes.size == 0 && !bytes.data);
    wasm_byte_vec_delete(&bytes);
    wasm_byte_vec_new_empty(&bytes);
    CHECK(bytes.size == 0 && !bytes.data);
    wasm_byte_vec_copy(&copy, &bytes);
    CHECK(copy.size == 0 && !copy.data);

    /* More than there is. */
    wasm_byte_vec_new_uninitialized(&bytes, SIZE_MAX);
    CHECK(bytes.size == SIZE_MAX && !bytes.data);
    wasm_byte_vec_copy(&copy, &bytes);
    CHECK(copy.size == SIZE_MAX && !copy.data);
    wasm_byte_vec_delete(&copy);
    wasm_byte_vec_delete(&bytes);
    wasm_val_vec_t vals;
    wasm_val_vec_new_uninitialized(&vals, SIZE_MAX / sizeof(wasm_val_t) + 2);
    CHECK(!vals.data);
    wasm_val_vec_delete(&vals);

    /* What nobody filled is deleted all the same. */
    wasm_extern_vec_t externs;
    wasm_extern_vec_new_uninitialized(&externs, 5);
    wasm_extern_vec_delete(&externs);
    wasm_val_vec_new_uninitialized(&vals, 5);
    wasm_val_vec_delete(&vals);
    wasm_importtype_vec_t imports;
    wasm_importtype_vec_new_uninitialized(&imports, 5);
    wasm_importtype_vec_delete(&imports);

    int x = 0;
    wasm_val_t val;
    wasm_val_init_ptr(&val, &x);
    CHECK(wasm_val_ptr(&val) == &x);
}

int main(void)
{
    valtypes();
    functypes();
    others();
    ports();
    vectors();
    return 0;
}
