/* How programs for wasm_export.h begin: interpreted, or with native code. */
#ifndef MOTEUR_TESTS_START_H
#define MOTEUR_TESTS_START_H

#include "check.h"
#include "wasm_export.h"

#ifdef MOTEUR_NATIVE
#define MODE Mode_LLVM_JIT
#else
#define MODE Mode_Interp
#endif

static char error[256];

#ifdef MOTEUR_POOL_BYTES
#include "moteur_machine.h"

static uint64_t pool[MOTEUR_POOL_BYTES / 8];

void moteur_console_write(int stream, const uint8_t *bytes, size_t size)
{
    fwrite(bytes, 1, size, stream == 2 ? stderr : stdout);
}

uint64_t moteur_clock_ns(void)
{
    static uint64_t now;
    return now += 1000;
}
#endif

/* Initialises the runtime: from a pool where there is no other memory. */
static inline void start(void)
{
    RuntimeInitArgs args;
    memset(&args, 0, sizeof(args));
    args.running_mode = MODE;
#ifdef MOTEUR_POOL_BYTES
    args.mem_alloc_type = Alloc_With_Pool;
    args.mem_alloc_option.pool.heap_buf = pool;
    args.mem_alloc_option.pool.heap_size = sizeof(pool);
#else
    args.mem_alloc_type = Alloc_With_System_Allocator;
#endif
    CHECK(wasm_runtime_full_init(&args));
}

/* Loads a module that must be good. */
static inline wasm_module_t load(uint8_t *bytes, uint32_t size)
{
    wasm_module_t module = wasm_runtime_load(bytes, size, error, sizeof(error));
    if (!module)
        printf("%s\n", error);
    CHECK(module);
    return module;
}

/* Instantiates a module that must be instantiable. */
static inline wasm_module_inst_t instantiate(wasm_module_t module, uint32_t heap)
{
    wasm_module_inst_t instance = wasm_runtime_instantiate(module, 8192, heap, error, sizeof(error));
    if (!instance)
        printf("%s\n", error);
    CHECK(instance);
    CHECK_TEXT(error, "");
    return instance;
}

/* Calls an exported function; says whether it returned. */
static inline bool call(wasm_module_inst_t instance, const char *name, uint32_t argc, uint32_t *argv)
{
    wasm_function_inst_t function = wasm_runtime_lookup_function(instance, name);
    CHECK(function);
    return wasm_runtime_call_wasm(wasm_runtime_get_exec_env_singleton(instance), function, argc, argv);
}

#endif
