/* Globals, the program's and the guest's. */
#include "guest.h"
#include "modules/std_global.h"

static wasm_global_t *new_global(wasm_store_t *store, wasm_valkind_t kind, wasm_mutability_t mutability, wasm_val_t val)
{
    wasm_globaltype_t *type = wasm_globaltype_new(wasm_valtype_new(kind), mutability);
    wasm_global_t *global = wasm_global_new(store, type, &val);
    wasm_globaltype_delete(type);
    return global;
}

#define VAL(initialiser) ((wasm_val_t)initialiser)

static wasm_val_t get(const wasm_global_t *global)
{
    wasm_val_t val = WASM_I32_VAL(-1);
    wasm_global_get(global, &val);
    return val;
}

/* What a function of the guest's without arguments gives. */
static wasm_val_t ask(const wasm_extern_vec_t *exports, size_t at)
{
    wasm_val_t results[1] = {WASM_INIT_VAL};
    call(func_at(exports, at), NO_VALS, VALS(results));
    return results[0];
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_global_t *constant = new_global(store, WASM_I64, WASM_CONST, VAL(WASM_I64_VAL(INT64_MIN)));
    wasm_global_t *variable = new_global(store, WASM_F32, WASM_VAR, VAL(WASM_F32_VAL(1.5f)));
    CHECK(constant && variable);
    CHECK(!new_global(store, WASM_I32, WASM_VAR, VAL(WASM_I64_VAL(1))));
    CHECK(!new_global(store, WASM_FUNCREF, WASM_VAR, VAL(WASM_I32_VAL(1))));

    wasm_module_t *module = LOAD(store, std_global);
    wasm_extern_t *externs[] = {wasm_global_as_extern(constant), wasm_global_as_extern(variable)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
    wasm_instance_t *instance = instantiate(store, module, &imports);
    wasm_instance_exports(instance, &exports);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_global_t *mine = wasm_extern_as_global(exports.data[0]);
    wasm_global_t *fixed = wasm_extern_as_global(exports.data[1]);

    CHECK(get(constant).of.i64 == INT64_MIN && ask(&exports, 2).of.i64 == INT64_MIN);
    CHECK(get(variable).of.f32 == 1.5f && ask(&exports, 3).of.f32 == 1.5f);
    wasm_val_t val = WASM_F32_VAL(-2.25f);
    wasm_global_set(variable, &val);
    CHECK(ask(&exports, 3).of.f32 == -2.25f);
    wasm_val_t args[] = {WASM_F32_VAL(8.0f)};
    call(func_at(&exports, 4), VALS(args), NO_VALS);
    CHECK(get(variable).kind == WASM_F32 && get(variable).of.f32 == 8.0f);
    CHECK(get(mine).of.i32 == 5 && ask(&exports, 5).of.i32 == 5);
    val = VAL(WASM_I32_VAL(6));
    wasm_global_set(mine, &val);
    CHECK(ask(&exports, 5).of.i32 == 6);

    /* Neither constants change nor kinds. */
    val = VAL(WASM_I64_VAL(7));
    wasm_global_set(constant, &val);
    wasm_message_t message;
    moteur_store_error(store, &message);
    CHECK_TEXT(message.data, "the global is immutable");
    wasm_name_delete(&message);
    wasm_global_set(mine, &val);
    CHECK(get(constant).of.i64 == INT64_MIN && get(mine).of.i32 == 6);
    CHECK(get(fixed).of.f64 == 2.5);

    wasm_globaltype_t *type = wasm_global_type(fixed);
    CHECK(wasm_valtype_kind(wasm_globaltype_content(type)) == WASM_F64);
    CHECK(wasm_globaltype_mutability(type) == WASM_CONST);
    wasm_globaltype_delete(type);

    /* A NaN stays the one it is. */
    const uint32_t bits = 0x7fa12345;
    memcpy(&val.of.f32, &bits, sizeof(bits));
    val.kind = WASM_F32;
    wasm_global_set(variable, &val);
    uint32_t found;
    val = ask(&exports, 3);
    memcpy(&found, &val.of.f32, sizeof(found));
    CHECK(found == bits);

    /* Other handles are of the same global. */
    wasm_global_t *copy = wasm_global_copy(mine);
    CHECK(copy != mine && wasm_global_same(copy, mine) && !wasm_global_same(copy, fixed));
    wasm_extern_vec_delete(&exports);
    CHECK(get(copy).of.i32 == 6);
    wasm_global_delete(copy);
    wasm_global_delete(variable);
    wasm_global_delete(constant);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
