/* Where memory comes from: a pool, the program's functions; and what happens when there is none. */
#include "start.h"
#include "modules/calls.h"
#include "modules/memory.h"
#include "modules/user.h"
#include "modules/provider.h"

static uint64_t buffer[65536 / 8 * 8];
static int live, left, taken;

/* Counts, and fails once as many were taken as it may give. */
static void *counting_malloc(unsigned int size)
{
    if (left == 0)
        return NULL;
    left -= left > 0;
    live++;
    taken++;
    return malloc(size);
}

static void *counting_realloc(void *ptr, unsigned int size)
{
    if (left == 0)
        return NULL;
    left -= left > 0;
    return realloc(ptr, size);
}

static void counting_free(void *ptr)
{
    live--;
    free(ptr);
}

static int negate(wasm_exec_env_t env, int n)
{
    (void)env;
    return -n;
}

static NativeSymbol symbols[] = { EXPORT_WASM_API_WITH_SIG(negate, "(i)i") };

/* Does what programs do; says whether all of it worked. Whatever does not must not crash. */
static bool work(void)
{
    bool done = false;
    wasm_runtime_set_log_level(WASM_LOG_LEVEL_FATAL);
    wasm_module_t provider = wasm_runtime_load(provider_wasm, sizeof(provider_wasm), error, sizeof(error));
    wasm_module_t user = wasm_runtime_load(user_wasm, sizeof(user_wasm), error, sizeof(error));
    wasm_module_t calls = wasm_runtime_load(calls_wasm, sizeof(calls_wasm), error, sizeof(error));
    wasm_module_t memory = wasm_runtime_load(memory_wasm, sizeof(memory_wasm), error, sizeof(error));
    void *some = wasm_runtime_malloc(100);
    if (provider && user && calls && memory && some
        && wasm_runtime_register_module("provider", provider, error, sizeof(error))
        && wasm_runtime_set_module_name(user, "user", error, sizeof(error))
        && wasm_runtime_get_import_count(user) == 4) {
        wasm_module_inst_t one = wasm_runtime_instantiate(user, 4096, 0, error, sizeof(error));
        wasm_module_inst_t two = wasm_runtime_instantiate(calls, 4096, 0, error, sizeof(error));
        wasm_module_inst_t three = wasm_runtime_instantiate(memory, 4096, 2048, error, sizeof(error));
        uint32_t cells[20] = { 10, 2 };
        if (one && two && three) {
            wasm_exec_env_t env = wasm_runtime_create_exec_env(two, 4096);
            done = env && call(one, "four_times", 1, cells) && cells[0] == 40 && call(two, "many", 20, cells)
                   && wasm_runtime_get_default_memory(three)
                   && wasm_runtime_module_malloc(three, 16, NULL) != 0;
        }
        wasm_runtime_deinstantiate(two);
        wasm_runtime_deinstantiate(one);
    }
    wasm_runtime_free(some);
    wasm_runtime_unload(memory);
    return done;
}

static bool init_counting(void)
{
    RuntimeInitArgs args;
    memset(&args, 0, sizeof(args));
    args.mem_alloc_type = Alloc_With_Allocator;
    args.mem_alloc_option.allocator.malloc_func = (void *)counting_malloc;
    args.mem_alloc_option.allocator.realloc_func = (void *)counting_realloc;
    args.mem_alloc_option.allocator.free_func = (void *)counting_free;
    args.native_module_name = "env";
    args.native_symbols = symbols;
    args.n_native_symbols = 1;
    return wasm_runtime_full_init(&args);
}

int main(void)
{
    /* A pool, of which the account is known. */
    RuntimeInitArgs args;
    memset(&args, 0, sizeof(args));
    args.mem_alloc_type = Alloc_With_Pool;
    args.mem_alloc_option.pool.heap_buf = buffer;
    args.mem_alloc_option.pool.heap_size = 64;
    CHECK(!wasm_runtime_full_init(&args));
    args.mem_alloc_option.pool.heap_size = sizeof(buffer);
    args.running_mode = Mode_Fast_JIT;
    CHECK(!wasm_runtime_full_init(&args));
    args.running_mode = Mode_Interp;
    CHECK(wasm_runtime_full_init(&args));
    mem_alloc_info_t before, after;
    CHECK(wasm_runtime_get_mem_alloc_info(&before));
    CHECK(before.total_size <= sizeof(buffer) && before.total_free_size < before.total_size);
    CHECK(work());
    CHECK(wasm_runtime_get_mem_alloc_info(&after));
    CHECK(after.highmark_size > 65536 && after.total_free_size < before.total_free_size);
    void *place = wasm_runtime_malloc(16);
    CHECK(place > (void *)buffer && place < (void *)(buffer + sizeof(buffer) / 8));
    wasm_runtime_destroy();
    /* The pool is the program's again. */
    memset(buffer, 0xAA, sizeof(buffer));

    /* Every allocation may fail. */
    left = -1;
    CHECK(init_counting());
    CHECK(work());
    CHECK(!wasm_runtime_get_mem_alloc_info(&after));
    wasm_runtime_destroy();
    CHECK(live == 0);
    int most = taken;
    CHECK(most > 20);
    int worked = 0;
    for (int n = 0; n <= most * 2 && !worked; n++) {
        left = n;
        if (init_counting()) {
            worked = work();
            left = -1;
            wasm_runtime_destroy();
        }
        if (live != 0)
            printf("%d of %d allocations: %d are left\n", n, most, live);
        CHECK(live == 0);
    }
    CHECK(worked);
    args.mem_alloc_type = Alloc_With_Allocator;
    args.mem_alloc_option.allocator.malloc_func = NULL;
    CHECK(!wasm_runtime_full_init(&args));
    CHECK(!wasm_runtime_full_init(NULL));
    return 0;
}
