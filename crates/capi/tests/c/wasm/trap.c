/* Traps of the guest and of the program, their messages and frames. */
#include "guest.h"
#include "modules/std_trap.h"

static wasm_trap_t *fail(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(args);
    UNUSED(results);
    wasm_name_t message;
    wasm_name_new_from_string_nt(&message, "callback abort");
    wasm_trap_t *trap = wasm_trap_new((wasm_store_t *)env, &message);
    wasm_name_delete(&message);
    wasm_trap_set_host_info(trap, &message);
    return trap;
}

static void check_frame(const wasm_frame_t *frame, const wasm_instance_t *instance, uint32_t func)
{
    CHECK(frame);
    CHECK(wasm_instance_same(wasm_frame_instance(frame), instance));
    CHECK(wasm_frame_func_index(frame) == func);
    CHECK(wasm_frame_module_offset(frame) > wasm_frame_func_offset(frame));
    CHECK(wasm_frame_module_offset(frame) < sizeof(std_trap_wasm));
}

/* A trap of the guest's, with these functions active. */
static void check_trace(
    const wasm_trap_t *trap, const wasm_instance_t *instance, size_t count, const uint32_t *funcs)
{
    wasm_frame_t *origin = wasm_trap_origin(trap);
    check_frame(origin, instance, funcs[0]);
    wasm_frame_vec_t trace, copy;
    wasm_trap_trace(trap, &trace);
    CHECK(trace.size == count);
    for (size_t at = 0; at < count; at++)
        check_frame(trace.data[at], instance, funcs[at]);
    CHECK(wasm_frame_module_offset(trace.data[0]) == wasm_frame_module_offset(origin));
    wasm_frame_vec_copy(&copy, &trace);
    wasm_frame_vec_delete(&trace);
    CHECK(copy.size == count);
    check_frame(copy.data[count - 1], instance, funcs[count - 1]);
    wasm_frame_t *last = wasm_frame_copy(copy.data[count - 1]);
    wasm_frame_vec_delete(&copy);
    check_frame(last, instance, funcs[count - 1]);
    wasm_frame_delete(last);
    wasm_frame_delete(origin);
}

static wasm_trap_t *call_trapping(const wasm_extern_vec_t *exports, size_t at)
{
    wasm_val_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t *trap = wasm_func_call(func_at(exports, at), &none, &none);
    CHECK(trap);
    return trap;
}

/* Traps that were not made by a guest. */
static void own_traps(wasm_store_t *store)
{
    wasm_name_t message;
    wasm_name_new_from_string(&message, "no zero at the end");
    wasm_trap_t *trap = wasm_trap_new(store, &message);
    wasm_name_delete(&message);
    check_message(trap, "no zero at the end");
    CHECK(!wasm_trap_origin(trap));
    wasm_frame_vec_t trace;
    wasm_trap_trace(trap, &trace);
    CHECK(trace.size == 0);
    wasm_frame_vec_delete(&trace);
    wasm_trap_t *copy = wasm_trap_copy(trap);
    CHECK(copy != trap && wasm_trap_same(copy, trap));
    CHECK(wasm_ref_as_trap(wasm_trap_as_ref(copy)) == copy);
    CHECK(!wasm_ref_as_func(wasm_trap_as_ref(copy)));
    wasm_trap_delete(trap);
    check_message(copy, "no zero at the end");
    wasm_trap_delete(copy);

    wasm_byte_vec_new_empty(&message);
    trap = wasm_trap_new(store, &message);
    check_message(trap, "");
    wasm_trap_delete(trap);
    trap = wasm_trap_new(store, NULL);
    check_message(trap, "");
    wasm_trap_delete(trap);
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    own_traps(store);

    wasm_module_t *module = LOAD(store, std_trap);
    wasm_functype_t *type = wasm_functype_new_0_1(wasm_valtype_new_i32());
    wasm_func_t *func = wasm_func_new_with_env(store, type, fail, store, NULL);
    wasm_functype_delete(type);
    wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    wasm_instance_t *instance = instantiate(store, module, &imports);
    wasm_func_delete(func);
    wasm_extern_vec_t exports;
    wasm_instance_exports(instance, &exports);
    wasm_module_delete(module);

    /* The very trap that the program made comes out, with the guest's frames. */
    wasm_trap_t *trap = call_trapping(&exports, 0);
    check_message(trap, "callback abort");
    CHECK(wasm_trap_get_host_info(trap) != NULL);
    const uint32_t callback[] = {1};
    check_trace(trap, instance, 1, callback);
    wasm_trap_delete(trap);

    trap = call_trapping(&exports, 1);
    check_message(trap, "unreachable");
    const uint32_t own[] = {4, 3, 2};
    check_trace(trap, instance, 3, own);
    wasm_frame_t *origin = wasm_trap_origin(trap);
    /* Behind the count of locals and a `nop`. */
    CHECK(wasm_frame_func_offset(origin) == 2);
    wasm_frame_delete(origin);
    wasm_trap_delete(trap);

    wasm_val_t zero[] = {WASM_I32_VAL(1), WASM_I32_VAL(0)};
    call_traps(func_at(&exports, 2), VALS(zero), "integer divide by zero");
    wasm_message_t message;
    moteur_store_error(store, &message);
    CHECK_TEXT(message.data, "integer divide by zero");
    wasm_name_delete(&message);
    wasm_val_t edge[] = {WASM_I32_VAL(INT32_MIN), WASM_I32_VAL(-1)};
    call_traps(func_at(&exports, 2), VALS(edge), "integer overflow");
    call_traps(func_at(&exports, 3), NO_VALS, "call stack exhausted");

    /* What does not fit the function's type is refused. */
    call_traps(func_at(&exports, 2), NO_VALS, "the types do not match");
    wasm_val_t wide[] = {WASM_I64_VAL(1), WASM_I32_VAL(1)};
    call_traps(func_at(&exports, 2), VALS(wide), "the types do not match");
    wasm_val_t reference[] = {WASM_INIT_VAL, WASM_I32_VAL(1)};
    call_traps(func_at(&exports, 2), VALS(reference), "the types do not match");
    wasm_val_vec_t no_array = {2, NULL};
    call_traps(func_at(&exports, 2), no_array, "out of memory");
    wasm_val_t room[3];
    wasm_val_t six[] = {WASM_I32_VAL(6), WASM_I32_VAL(3)};
    wasm_val_vec_t args = WASM_ARRAY_VEC(six), results = WASM_ARRAY_VEC(room);
    trap = wasm_func_call(func_at(&exports, 2), &args, &results);
    check_message(trap, "the types do not match");
    wasm_trap_delete(trap);
    CHECK(call_i32(func_at(&exports, 2), 2, six) == 2);
    /* A function that is none. */
    trap = wasm_func_call(NULL, &args, &results);
    check_message(trap, "not a function");
    wasm_trap_set_host_info(trap, &args);
    CHECK(!wasm_trap_get_host_info(trap) && wasm_trap_same(trap, wasm_trap_copy(trap)));
    wasm_trap_delete(trap);

    /* A trap outlives all else. */
    trap = call_trapping(&exports, 1);
    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(instance);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    origin = wasm_trap_origin(trap);
    wasm_trap_delete(trap);
    wasm_extern_vec_t late;
    wasm_instance_exports(wasm_frame_instance(origin), &late);
    CHECK(late.size == 4);
    wasm_frame_delete(origin);
    wasm_extern_vec_delete(&late);
    return 0;
}
