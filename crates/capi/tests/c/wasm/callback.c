/* Functions of the program: with and without environment, that call back, that delete what they run in, that err. */
#include "guest.h"
#include "modules/std_callback.h"
#include "modules/std_nested.h"

static wasm_trap_t *print(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    CHECK(args->size == 1 && args->data[0].kind == WASM_I32);
    CHECK(results->size == 1 && results->data[0].kind == WASM_I32);
    wasm_val_copy(&results->data[0], &args->data[0]);
    return NULL;
}

static wasm_trap_t *closure(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    CHECK(args->size == 0);
    results->data[0].kind = WASM_I32;
    results->data[0].of.i32 = *(int *)env;
    return NULL;
}

static int finalized = 0;

static void finalize(void *env)
{
    CHECK(*(int *)env == 42);
    finalized++;
}

static wasm_func_t *new_closure(wasm_store_t *store, wasm_func_callback_with_env_t callback, int *env)
{
    wasm_functype_t *type = wasm_functype_new_0_1(wasm_valtype_new_i32());
    wasm_func_t *func = wasm_func_new_with_env(store, type, callback, env, finalize);
    wasm_functype_delete(type);
    CHECK(func);
    return func;
}

static void environments(wasm_engine_t *engine)
{
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_callback);
    int env = 42;
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    wasm_func_t *print_func = wasm_func_new(store, type, print);
    wasm_functype_delete(type);
    wasm_func_t *closure_func = new_closure(store, closure, &env);
    CHECK(wasm_func_param_arity(print_func) == 1 && wasm_func_result_arity(print_func) == 1);
    CHECK(wasm_func_param_arity(closure_func) == 0 && wasm_func_result_arity(closure_func) == 1);

    wasm_extern_t *externs[] = {wasm_func_as_extern(print_func), wasm_func_as_extern(closure_func)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    wasm_instance_t *instance = instantiate(store, module, &imports);
    wasm_extern_vec_t exports;
    wasm_instance_exports(instance, &exports);
    wasm_val_t args[] = {WASM_I32_VAL(3), WASM_I32_VAL(4)};
    CHECK(call_i32(func_at(&exports, 0), 2, args) == 49);

    /* The program may call its own function, too. */
    wasm_val_t one[] = {WASM_I32_VAL(-9)};
    CHECK(call_i32(print_func, 1, one) == -9);

    wasm_store_delete(store);
    wasm_func_delete(print_func);
    wasm_func_delete(closure_func);
    wasm_module_delete(module);
    wasm_instance_delete(instance);
    CHECK(finalized == 0);
    /* The exports are the last that keep the store. */
    wasm_extern_vec_delete(&exports);
    CHECK(finalized == 1);
}

/* A function that could not be made is finalized too. */
static void failures(wasm_engine_t *engine)
{
    int env = 42;
    wasm_store_t *store = wasm_store_new(engine);
    finalized = 0;
    CHECK(!wasm_func_new_with_env(store, NULL, closure, &env, finalize));
    CHECK(finalized == 1);
    CHECK(!wasm_func_new_with_env(NULL, NULL, closure, &env, finalize));
    CHECK(finalized == 2);
    wasm_functype_t *type = wasm_functype_new_0_1(wasm_valtype_new_i32());
    CHECK(!wasm_func_new_with_env(store, type, NULL, &env, finalize));
    CHECK(finalized == 3);
    wasm_functype_delete(type);
    wasm_store_delete(store);
}

static wasm_trap_t *wrong_kind(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(env);
    UNUSED(args);
    results->data[0].kind = WASM_I64;
    results->data[0].of.i64 = 1;
    return NULL;
}

static wasm_trap_t *no_results(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(env);
    UNUSED(args);
    wasm_val_vec_delete(results);
    return NULL;
}

static wasm_trap_t *own_results(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(args);
    wasm_val_t val = WASM_I32_VAL(*(int *)env);
    wasm_val_vec_delete(results);
    wasm_val_vec_new(results, 1, &val);
    return NULL;
}

static void results(wasm_engine_t *engine)
{
    int env = 42;
    wasm_store_t *store = wasm_store_new(engine);
    wasm_func_t *func = new_closure(store, wrong_kind, &env);
    call_traps(func, NO_VALS, "the types do not match");
    wasm_func_delete(func);
    func = new_closure(store, no_results, &env);
    call_traps(func, NO_VALS, "the types do not match");
    wasm_func_delete(func);
    func = new_closure(store, own_results, &env);
    CHECK(call_i32(func, 0, NULL) == 42);
    wasm_func_delete(func);
    wasm_store_delete(store);
}

/* What a function that calls back needs. */
struct nest {
    wasm_store_t *store;
    wasm_func_t *down;
    int depth;
    int deletes;
};

static wasm_trap_t *again(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    struct nest *nest = env;
    nest->depth++;
    wasm_val_vec_t given = *args;
    if (nest->deletes) {
        /* The guest that runs loses its last handles. */
        wasm_func_delete(nest->down);
        wasm_store_delete(nest->store);
        nest->down = NULL;
        nest->store = NULL;
        results->data[0] = (wasm_val_t)WASM_I32_VAL(11);
        return NULL;
    }
    return wasm_func_call(nest->down, &given, results);
}

static void nested(wasm_engine_t *engine, int deletes)
{
    struct nest nest = {wasm_store_new(engine), NULL, 0, deletes};
    wasm_module_t *module = LOAD(nest.store, std_nested);
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    wasm_func_t *func = wasm_func_new_with_env(nest.store, type, again, &nest, NULL);
    wasm_functype_delete(type);
    wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    wasm_instance_t *instance = instantiate(nest.store, module, &imports);
    wasm_func_delete(func);
    wasm_module_delete(module);
    wasm_extern_vec_t exports;
    wasm_instance_exports(instance, &exports);
    wasm_instance_delete(instance);
    nest.down = wasm_func_copy(func_at(&exports, 0));
    wasm_extern_vec_delete(&exports);

    wasm_val_t args[] = {WASM_I32_VAL(3)};
    if (deletes) {
        CHECK(call_i32(nest.down, 1, args) == 11);
        CHECK(nest.depth == 1 && !nest.down);
        return;
    }
    wasm_val_vec_t given = WASM_ARRAY_VEC(args), results = WASM_EMPTY_VEC;
    wasm_trap_t *trap = wasm_func_call(nest.down, &given, &results);
    check_message(trap, "unreachable");
    CHECK(nest.depth == 3);
    /* The frames of all four calls, each once. */
    wasm_frame_vec_t trace;
    wasm_trap_trace(trap, &trace);
    CHECK(trace.size == 4);
    for (size_t at = 0; at < trace.size; at++)
        CHECK(wasm_frame_func_index(trace.data[at]) == 1);
    wasm_frame_vec_delete(&trace);
    wasm_trap_delete(trap);
    /* The native stack has an end, which no guest reaches. */
    args[0].of.i32 = 100000;
    call_traps(nest.down, VALS(args), "host and guest functions are nested too deeply");
    CHECK(nest.depth > 3 + 5 && nest.depth < 3 + 1000);
    args[0].of.i32 = 0;
    call_traps(nest.down, VALS(args), "unreachable");
    wasm_func_delete(nest.down);
    wasm_store_delete(nest.store);
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    environments(engine);
    failures(engine);
    results(engine);
    nested(engine, 0);
    nested(engine, 1);
    wasm_engine_delete(engine);
    return 0;
}
