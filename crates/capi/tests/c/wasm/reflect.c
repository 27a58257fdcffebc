/* What modules say of their imports and exports, and instances of what they export. */
#include "guest.h"
#include "modules/std_reflect.h"

static void check_name(const wasm_name_t *name, const char *expected)
{
    CHECK(name && name->size == strlen(expected) && memcmp(name->data, expected, name->size) == 0);
}

static void check_kinds(const wasm_valtype_vec_t *types, size_t count, const wasm_valkind_t *kinds)
{
    CHECK(types && types->size == count);
    for (size_t at = 0; at < count; at++)
        CHECK(wasm_valtype_kind(types->data[at]) == kinds[at]);
}

static void check_func(const wasm_externtype_t *type)
{
    const wasm_valkind_t params[] = {WASM_I32, WASM_I64, WASM_F32, WASM_F64, WASM_FUNCREF, WASM_EXTERNREF};
    const wasm_valkind_t results[] = {WASM_EXTERNREF, WASM_I32};
    const wasm_functype_t *func = wasm_externtype_as_functype_const(type);
    CHECK(func && wasm_externtype_kind(type) == WASM_EXTERN_FUNC);
    check_kinds(wasm_functype_params(func), 6, params);
    check_kinds(wasm_functype_results(func), 2, results);
}

static void check_global(const wasm_externtype_t *type, wasm_valkind_t kind, wasm_mutability_t mutability)
{
    const wasm_globaltype_t *global = wasm_externtype_as_globaltype_const(type);
    CHECK(global && wasm_externtype_kind(type) == WASM_EXTERN_GLOBAL);
    CHECK(wasm_valtype_kind(wasm_globaltype_content(global)) == kind);
    CHECK(wasm_globaltype_mutability(global) == mutability);
}

static void check_table(const wasm_externtype_t *type, wasm_valkind_t kind, uint32_t min, uint32_t max)
{
    const wasm_tabletype_t *table = wasm_externtype_as_tabletype_const(type);
    CHECK(table && wasm_externtype_kind(type) == WASM_EXTERN_TABLE);
    CHECK(wasm_valtype_kind(wasm_tabletype_element(table)) == kind);
    CHECK(wasm_tabletype_limits(table)->min == min && wasm_tabletype_limits(table)->max == max);
}

static void check_memory(const wasm_externtype_t *type, uint32_t min, uint32_t max)
{
    const wasm_memorytype_t *memory = wasm_externtype_as_memorytype_const(type);
    CHECK(memory && wasm_externtype_kind(type) == WASM_EXTERN_MEMORY);
    CHECK(wasm_memorytype_limits(memory)->min == min && wasm_memorytype_limits(memory)->max == max);
}

static void imports(const wasm_module_t *module)
{
    wasm_importtype_vec_t found, types;
    wasm_module_imports(module, &found);
    /* A copy has all that the first had. */
    wasm_importtype_vec_copy(&types, &found);
    wasm_importtype_vec_delete(&found);
    const char *names[4][2] = {{"a", "func"}, {"a", "global"}, {"b", "memory"}, {"b", "table"}};
    CHECK(types.size == 4);
    for (size_t at = 0; at < 4; at++) {
        check_name(wasm_importtype_module(types.data[at]), names[at][0]);
        check_name(wasm_importtype_name(types.data[at]), names[at][1]);
    }
    const wasm_valkind_t params[] = {WASM_I32, WASM_F64}, result[] = {WASM_I64};
    const wasm_functype_t *func = wasm_externtype_as_functype_const(wasm_importtype_type(types.data[0]));
    check_kinds(wasm_functype_params(func), 2, params);
    check_kinds(wasm_functype_results(func), 1, result);
    check_global(wasm_importtype_type(types.data[1]), WASM_F32, WASM_VAR);
    check_memory(wasm_importtype_type(types.data[2]), 1, 2);
    check_table(wasm_importtype_type(types.data[3]), WASM_FUNCREF, 2, wasm_limits_max_default);
    wasm_importtype_vec_delete(&types);
}

static void exports(const wasm_module_t *module)
{
    wasm_exporttype_vec_t found, types;
    wasm_module_exports(module, &found);
    wasm_exporttype_vec_copy(&types, &found);
    wasm_exporttype_vec_delete(&found);
    const char *names[4] = {"f", "g", "t", "m"};
    CHECK(types.size == 4);
    for (size_t at = 0; at < 4; at++)
        check_name(wasm_exporttype_name(types.data[at]), names[at]);
    check_func(wasm_exporttype_type(types.data[0]));
    check_global(wasm_exporttype_type(types.data[1]), WASM_I64, WASM_CONST);
    check_table(wasm_exporttype_type(types.data[2]), WASM_EXTERNREF, 3, 12);
    check_memory(wasm_exporttype_type(types.data[3]), 1, 2);
    wasm_exporttype_vec_delete(&types);
}

static wasm_trap_t *nothing(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(args);
    UNUSED(results);
    return NULL;
}

/* Makes what an import's type asks for. */
static wasm_extern_t *make(wasm_store_t *store, const wasm_externtype_t *type)
{
    wasm_val_t val = WASM_F32_VAL(0.5);
    switch (wasm_externtype_kind(type)) {
    case WASM_EXTERN_FUNC:
        return wasm_func_as_extern(wasm_func_new(store, wasm_externtype_as_functype_const(type), nothing));
    case WASM_EXTERN_GLOBAL:
        return wasm_global_as_extern(wasm_global_new(store, wasm_externtype_as_globaltype_const(type), &val));
    case WASM_EXTERN_TABLE:
        return wasm_table_as_extern(wasm_table_new(store, wasm_externtype_as_tabletype_const(type), NULL));
    default:
        return wasm_memory_as_extern(wasm_memory_new(store, wasm_externtype_as_memorytype_const(type)));
    }
}

static void instance(wasm_store_t *store, const wasm_module_t *module)
{
    wasm_importtype_vec_t types;
    wasm_module_imports(module, &types);
    wasm_extern_vec_t given, found;
    wasm_extern_vec_new_uninitialized(&given, types.size);
    for (size_t at = 0; at < types.size; at++) {
        given.data[at] = make(store, wasm_importtype_type(types.data[at]));
        CHECK(given.data[at]);
    }
    wasm_importtype_vec_delete(&types);
    wasm_instance_t *made = instantiate(store, module, &given);
    CHECK(wasm_memory_grow(wasm_extern_as_memory(given.data[2]), 1));
    wasm_instance_exports(made, &found);
    CHECK(found.size == 4);
    const wasm_externkind_t kinds[] = {WASM_EXTERN_FUNC, WASM_EXTERN_GLOBAL, WASM_EXTERN_TABLE, WASM_EXTERN_MEMORY};
    for (size_t at = 0; at < 4; at++) {
        const wasm_extern_t *item = found.data[at];
        CHECK(wasm_extern_kind(item) == kinds[at]);
        CHECK(!wasm_extern_as_func_const(item) == (at != 0));
        CHECK(!wasm_extern_as_global_const(item) == (at != 1));
        CHECK(!wasm_extern_as_table_const(item) == (at != 2));
        CHECK(!wasm_extern_as_memory_const(item) == (at != 3));
        CHECK(wasm_ref_as_extern_const(wasm_extern_as_ref_const(item)) == item);
    }
    /* What was imported and is exported again is the same. */
    CHECK(wasm_extern_same(found.data[3], given.data[2]));
    CHECK(!wasm_extern_same(found.data[2], given.data[3]));
    CHECK(!wasm_instance_same(made, NULL));
    wasm_externtype_t *type = wasm_extern_type(found.data[0]);
    check_func(type);
    wasm_externtype_delete(type);
    type = wasm_extern_type(found.data[1]);
    check_global(type, WASM_I64, WASM_CONST);
    wasm_externtype_delete(type);
    type = wasm_extern_type(found.data[2]);
    check_table(type, WASM_EXTERNREF, 3, 12);
    wasm_externtype_delete(type);
    type = wasm_extern_type(found.data[3]);
    check_memory(type, 2, 2);
    wasm_externtype_delete(type);
    wasm_functype_t *functype = wasm_func_type(func_at(&found, 0));
    check_func(wasm_functype_as_externtype(functype));
    wasm_functype_delete(functype);
    wasm_instance_delete(made);
    wasm_extern_vec_delete(&given);
    wasm_extern_vec_delete(&found);
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_reflect);
    imports(module);
    exports(module);
    instance(store, module);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
