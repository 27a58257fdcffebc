/* Threads of the program's: spawned environments, and stopping a guest. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>

#include "start.h"
#include "modules/calls.h"
#include "modules/traps.h"

static void *callback(wasm_exec_env_t env, void *argument)
{
    wasm_module_inst_t instance = wasm_runtime_get_module_inst(env);
    CHECK(wasm_runtime_thread_env_inited());
    wasm_function_inst_t add = wasm_runtime_lookup_function(instance, "add");
    int *sum = argument;
    for (int n = 0; n < 1000; n++) {
        uint32_t cells[2] = { (uint32_t)*sum, 2 };
        CHECK(wasm_runtime_call_wasm(env, add, 2, cells));
        *sum = (int)cells[0];
    }
    return argument;
}

static void *stop(void *instance)
{
    CHECK(wasm_runtime_init_thread_env());
    struct timespec moment = { .tv_sec = 0, .tv_nsec = 20000000 };
    nanosleep(&moment, NULL);
    wasm_runtime_terminate(instance);
    wasm_runtime_destroy_thread_env();
    CHECK(!wasm_runtime_thread_env_inited());
    return NULL;
}

int main(void)
{
    start();
    wasm_module_t module = load(calls_wasm, sizeof(calls_wasm));
    wasm_module_inst_t instance = instantiate(module, 0);
    wasm_exec_env_t env = wasm_runtime_get_exec_env_singleton(instance);
    int custom, sums[4] = { 0, 1, 2, 3 };
    wasm_runtime_set_custom_data(instance, &custom);

    /* An environment with an instance of its own. */
    wasm_exec_env_t spawned = wasm_runtime_spawn_exec_env(env);
    CHECK(spawned && wasm_runtime_get_module_inst(spawned) != instance);
    CHECK(wasm_runtime_get_module(wasm_runtime_get_module_inst(spawned)) == module);
    CHECK(wasm_runtime_get_custom_data(wasm_runtime_get_module_inst(spawned)) == &custom);
    wasm_runtime_destroy_spawned_exec_env(spawned);

    wasm_thread_t threads[4];
    wasm_runtime_set_max_thread_num(4);
    for (int n = 0; n < 4; n++)
        CHECK(wasm_runtime_spawn_thread(env, &threads[n], callback, &sums[n]) == 0);
    for (int n = 0; n < 4; n++) {
        void *result = NULL;
        CHECK(wasm_runtime_join_thread(threads[n], n ? &result : NULL) == 0);
        CHECK(sums[n] == 2000 + n && (n == 0 || result == &sums[n]));
    }
    wasm_runtime_set_max_thread_num(0);
    CHECK(wasm_runtime_spawn_thread(env, threads, callback, sums) != 0);
    CHECK(wasm_runtime_spawn_thread(env, threads, NULL, sums) != 0);
    CHECK(wasm_runtime_join_thread(0, NULL) != 0);
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);

    /* Another thread ends a loop that does not end. */
    module = load(traps_wasm, sizeof(traps_wasm));
    instance = instantiate(module, 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, stop, instance) == 0);
    CHECK(!call(instance, "spin", 0, NULL));
    CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: terminated by user");
    CHECK(pthread_join(thread, NULL) == 0);
    uint32_t cells[2] = { 6, 2 };
    CHECK(!call(instance, "divide", 2, cells));
    wasm_runtime_clear_exception(instance);
    CHECK(call(instance, "divide", 2, cells) && cells[0] == 3);
    /* Before it is called. */
    wasm_runtime_terminate(instance);
    CHECK(!call(instance, "divide", 2, cells));
    CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: terminated by user");
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
