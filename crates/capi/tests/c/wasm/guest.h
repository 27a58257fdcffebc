/* What the programs for wasm.h have in common: an engine, a module from an array, its exports by number. */
#ifndef MOTEUR_TESTS_GUEST_H
#define MOTEUR_TESTS_GUEST_H

#include "check.h"
#include "moteur.h"

#define UNUSED(name) (void)(name)

#ifdef MOTEUR_POOL_BYTES
/* A machine without an operating system: everything comes from one static pool. */
static unsigned char static_pool[MOTEUR_POOL_BYTES] __attribute__((aligned(16)));

__attribute__((constructor)) static void use_default_heap(void)
{
    CHECK(moteur_use_pool(static_pool, sizeof(static_pool)));
}
#else
static inline void use_default_heap(void)
{
    CHECK(moteur_use_pool(NULL, 0));
}
#endif

/* An engine that runs the native code which modules bring along, if they do. */
static inline wasm_engine_t *new_engine(void)
{
    wasm_config_t *config = wasm_config_new();
    CHECK(config);
    moteur_config_set_native(config, true);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    CHECK(engine);
    return engine;
}

/* A module from the array that `modules/NAME.wat` became. */
#define LOAD(store, name) load_module(store, name##_wasm, sizeof(name##_wasm))

static inline wasm_module_t *load_module(wasm_store_t *store, const unsigned char *bytes, size_t size)
{
    wasm_byte_vec_t binary;
    wasm_byte_vec_new(&binary, size, (const char *)bytes);
    CHECK(binary.data);
    wasm_module_t *module = wasm_module_new(store, &binary);
    wasm_byte_vec_delete(&binary);
    CHECK(module);
#ifdef MOTEUR_NATIVE
    CHECK(moteur_module_is_native(module));
#endif
    return module;
}

/* An instance with these imports, which must be made. */
static inline wasm_instance_t *instantiate(
    wasm_store_t *store, const wasm_module_t *module, const wasm_extern_vec_t *imports)
{
    wasm_trap_t *trap = NULL;
    wasm_instance_t *instance = wasm_instance_new(store, module, imports, &trap);
    CHECK(instance && !trap);
    return instance;
}

static inline wasm_func_t *func_at(const wasm_extern_vec_t *exports, size_t at)
{
    CHECK(at < exports->size);
    wasm_func_t *func = wasm_extern_as_func(exports->data[at]);
    CHECK(func);
    return func;
}

/* Ends the program where a trap has another message. */
static inline void check_message(const wasm_trap_t *trap, const char *expected)
{
    CHECK(trap);
    wasm_message_t message;
    wasm_trap_message(trap, &message);
    CHECK(message.size > 0 && message.data[message.size - 1] == 0);
    CHECK_TEXT(message.data, expected);
    wasm_name_delete(&message);
}

/* Calls a function that must return. */
static inline void call(const wasm_func_t *func, wasm_val_vec_t args, wasm_val_vec_t results)
{
    wasm_trap_t *trap = wasm_func_call(func, &args, &results);
    if (trap) {
        wasm_message_t message;
        wasm_trap_message(trap, &message);
        printf("trap: %s\n", message.data ? message.data : "");
        exit(1);
    }
}

#define VALS(array) ((wasm_val_vec_t)WASM_ARRAY_VEC(array))
#define NO_VALS ((wasm_val_vec_t)WASM_EMPTY_VEC)

/* Calls a function of numbers that returns one. */
static inline int32_t call_i32(const wasm_func_t *func, size_t count, wasm_val_t *args)
{
    wasm_val_t results[1] = {WASM_INIT_VAL};
    wasm_val_vec_t given = {count, args};
    call(func, given, VALS(results));
    CHECK(results[0].kind == WASM_I32);
    return results[0].of.i32;
}

/* Calls a function that must trap with this message. */
static inline void call_traps(const wasm_func_t *func, wasm_val_vec_t args, const char *message)
{
    wasm_val_vec_t results = WASM_EMPTY_VEC;
    wasm_trap_t *trap = wasm_func_call(func, &args, &results);
    check_message(trap, message);
    wasm_trap_delete(trap);
}

#endif
