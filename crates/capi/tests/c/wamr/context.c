/* Data of the program's at instances and environments. */
#include "start.h"
#include "modules/add.h"
#include "modules/starts.h"

static int destroyed, started;

static void destroy(wasm_module_inst_t instance, void *context)
{
    CHECK(instance);
    if (context)
        destroyed += *(int *)context;
}

/* A function that the start function calls sees the instance, and what its arguments gave it. */
static void on_start(wasm_exec_env_t env, const char *text, uint32_t size)
{
    wasm_module_inst_t instance = wasm_runtime_get_module_inst(env);
    CHECK(size == 5 && memcmp(text, "start", 5) == 0);
    CHECK(wasm_runtime_addr_native_to_app(instance, (void *)(uintptr_t)text) == 8);
    CHECK(wasm_runtime_get_custom_data(instance) == &started);
    started++;
}

static NativeSymbol symbols[] = { { "started", (void *)on_start, "(*~)", NULL } };

int main(void)
{
    start();
    wasm_module_t module = load(add_wasm, sizeof(add_wasm));
    wasm_module_inst_t one = instantiate(module, 0), other = instantiate(module, 0);
    int a = 1, b = 10;
    CHECK(!wasm_runtime_get_custom_data(one));
    wasm_runtime_set_custom_data(one, &a);
    CHECK(wasm_runtime_get_custom_data(one) == &a && !wasm_runtime_get_custom_data(other));

    void *key = wasm_runtime_create_context_key(destroy);
    void *plain = wasm_runtime_create_context_key(NULL);
    CHECK(key && plain && key != plain);
    CHECK(!wasm_runtime_get_context(one, key));
    wasm_runtime_set_context(one, key, &a);
    wasm_runtime_set_context(other, key, &b);
    wasm_runtime_set_context_spread(other, plain, &a);
    CHECK(wasm_runtime_get_context(one, key) == &a && wasm_runtime_get_context(other, key) == &b);
    CHECK(!wasm_runtime_get_context(one, plain) && wasm_runtime_get_context(other, plain) == &a);
    wasm_runtime_deinstantiate(one);
    CHECK(destroyed == 1);
    wasm_runtime_destroy_context_key(plain);
    wasm_runtime_destroy_context_key(plain);
    /* No more than eight. */
    int count = 1;
    while (wasm_runtime_create_context_key(NULL))
        count++;
    CHECK(count == 8);
    /* A key that is used again begins empty. */
    CHECK(!wasm_runtime_get_context(other, plain));
    wasm_runtime_set_context(other, (void *)1000, &a);
    CHECK(!wasm_runtime_get_context(other, (void *)1000) && !wasm_runtime_get_context(other, NULL));

    wasm_exec_env_t env = wasm_runtime_create_exec_env(other, 4096);
    wasm_runtime_set_user_data(env, &b);
    CHECK(wasm_runtime_get_user_data(env) == &b);
    CHECK(!wasm_runtime_get_user_data(wasm_runtime_get_exec_env_singleton(other)));
    wasm_runtime_unload(module);

    CHECK(wasm_runtime_register_natives("env", symbols, 1));
    module = load(starts_wasm, sizeof(starts_wasm));
    struct InstantiationArgs2 *args;
    CHECK(wasm_runtime_instantiation_args_create(&args));
    wasm_runtime_instantiation_args_set_custom_data(args, &started);
    wasm_runtime_instantiation_args_set_default_stack_size(args, 4096);
    wasm_runtime_instantiation_args_set_host_managed_heap_size(args, 0);
    wasm_runtime_instantiation_args_set_max_memory_pages(args, 4);
    CHECK(wasm_runtime_instantiate_ex2(module, args, error, sizeof(error)));
    wasm_runtime_instantiation_args_destroy(args);
    CHECK(started == 1);
    /* The runtime's end takes back the instances, their environments and the modules. */
    wasm_runtime_destroy();
    CHECK(destroyed == 11);
    return 0;
}
