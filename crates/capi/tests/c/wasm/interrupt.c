/* A thread stops what another one runs. */
/* Barriers are of POSIX, not of C. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "guest.h"
#include "modules/std_spin.h"

static pthread_barrier_t turning;

static wasm_trap_t *turn(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(args);
    UNUSED(results);
    pthread_barrier_wait(&turning);
    return NULL;
}

static void *stop(void *argument)
{
    pthread_barrier_wait(&turning);
    moteur_interrupt_raise(argument);
    return NULL;
}

int main(void)
{
    CHECK(pthread_barrier_init(&turning, NULL, 2) == 0);
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_spin);
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasm_func_t *func = wasm_func_new(store, type, turn);
    wasm_functype_delete(type);
    wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
    wasm_instance_t *instance = instantiate(store, module, &imports);
    wasm_instance_exports(instance, &exports);
    moteur_interrupt_t *interrupt = moteur_interrupt_new(store);
    CHECK(interrupt);

    for (int round = 0; round < 5; round++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, stop, interrupt) == 0);
        call_traps(func_at(&exports, 0), NO_VALS, "interrupted");
        CHECK(pthread_join(thread, NULL) == 0);
        /* Nothing runs until it is cleared. */
        wasm_val_vec_t none = WASM_EMPTY_VEC;
        wasm_trap_t *trap = wasm_func_call(func_at(&exports, 0), &none, &none);
        check_message(trap, "interrupted");
        wasm_trap_delete(trap);
        moteur_interrupt_clear(interrupt);
        call(func_at(&exports, 1), NO_VALS, NO_VALS);
    }

    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(instance);
    wasm_func_delete(func);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    moteur_interrupt_raise(interrupt);
    moteur_interrupt_delete(interrupt);
    CHECK(pthread_barrier_destroy(&turning) == 0);
    return 0;
}
