/* Memory of guests: addresses, what the program takes there, memories as such; and memory of the runtime. */
#include "start.h"
#include "modules/allocator.h"
#include "modules/full.h"
#include "modules/memory.h"

static void addresses(wasm_module_inst_t instance)
{
    uint8_t *base = wasm_runtime_addr_app_to_native(instance, 0);
    CHECK(base);
    CHECK(wasm_runtime_addr_app_to_native(instance, 65535) == base + 65535);
    CHECK(!wasm_runtime_addr_app_to_native(instance, 65536));
    CHECK(!wasm_runtime_addr_app_to_native(instance, UINT64_MAX));
    CHECK(wasm_runtime_addr_native_to_app(instance, base + 7) == 7);
    CHECK(wasm_runtime_addr_native_to_app(instance, base + 65536) == 0);
    CHECK(wasm_runtime_addr_native_to_app(instance, base - 1) == 0);
    CHECK(wasm_runtime_addr_native_to_app(instance, NULL) == 0);

    CHECK(wasm_runtime_validate_app_addr(instance, 0, 65536));
    CHECK(wasm_runtime_validate_app_addr(instance, 65536, 0));
    CHECK(wasm_runtime_validate_native_addr(instance, base, 65536));
    CHECK(wasm_runtime_validate_app_str_addr(instance, 100));
    CHECK(!wasm_runtime_get_exception(instance));
    const uint64_t bad[][2] = { { 0, 65537 }, { 65535, 2 }, { 65536, 1 }, { UINT64_MAX, 1 }, { 1, UINT64_MAX } };
    for (size_t at = 0; at < sizeof(bad) / sizeof(bad[0]); at++) {
        CHECK(!wasm_runtime_validate_app_addr(instance, bad[at][0], bad[at][1]));
        CHECK_TEXT(wasm_runtime_get_exception(instance), "Exception: out of bounds memory access");
        wasm_runtime_clear_exception(instance);
    }
    CHECK(!wasm_runtime_validate_native_addr(instance, base, 65537));
    CHECK(!wasm_runtime_validate_native_addr(instance, base - 1, 1));
    CHECK(!wasm_runtime_validate_app_str_addr(instance, 65536));
    wasm_runtime_clear_exception(instance);

    uint64_t from, to;
    CHECK(wasm_runtime_get_app_addr_range(instance, 10, &from, &to) && from == 0 && to == 65536);
    CHECK(wasm_runtime_get_app_addr_range(instance, 10, NULL, NULL));
    CHECK(!wasm_runtime_get_app_addr_range(instance, 65536, &from, &to));
    uint8_t *first, *end;
    CHECK(wasm_runtime_get_native_addr_range(instance, base + 10, &first, &end));
    CHECK(first == base && end == base + 65536);
    CHECK(!wasm_runtime_get_native_addr_range(instance, end, &first, &end));
}

/* A heap behind __heap_base. */
static void heap(wasm_module_inst_t instance)
{
    void *place = NULL;
    uint64_t a = wasm_runtime_module_malloc(instance, 1000, &place);
    CHECK(a >= 4096 && a + 1000 <= 4096 + 8192);
    CHECK(place == wasm_runtime_addr_app_to_native(instance, a));
    memset(place, 1, 1000);
    uint64_t b = wasm_runtime_module_dup_data(instance, "hello", 6);
    CHECK(b && strcmp(wasm_runtime_addr_app_to_native(instance, b), "hello") == 0);
    CHECK(!wasm_runtime_module_malloc(instance, 8192, NULL));
    CHECK(!wasm_runtime_module_malloc(instance, UINT64_MAX, NULL));
    wasm_runtime_module_free(instance, a);
    CHECK(wasm_runtime_module_malloc(instance, 1000, NULL) == a);
    wasm_runtime_module_free(instance, a);
    wasm_runtime_module_free(instance, b);
    /* Not from there, twice, nothing. */
    wasm_runtime_module_free(instance, b);
    wasm_runtime_module_free(instance, 1);
    wasm_runtime_module_free(instance, 0);
    wasm_runtime_module_free(instance, UINT64_MAX);
}

static void memories(wasm_module_inst_t instance)
{
    wasm_memory_inst_t memory = wasm_runtime_get_default_memory(instance);
    CHECK(memory && memory == wasm_runtime_lookup_memory(instance, "memory"));
    CHECK(memory == wasm_runtime_get_memory(instance, 0));
    CHECK(!wasm_runtime_get_memory(instance, 1));
    CHECK(!wasm_runtime_lookup_memory(instance, "load8"));
    CHECK(wasm_memory_get_cur_page_count(memory) == 1);
    CHECK(wasm_memory_get_max_page_count(memory) == 3);
    CHECK(wasm_memory_get_bytes_per_page(memory) == 65536);
    CHECK(!wasm_memory_get_shared(memory));
    CHECK(wasm_memory_get_base_address(memory) == wasm_runtime_addr_app_to_native(instance, 0));
    uint32_t cells[1] = { 1 };
    CHECK(call(instance, "grow", 1, cells) && cells[0] == 1);
    CHECK(wasm_memory_get_cur_page_count(memory) == 2);
    CHECK(wasm_memory_enlarge(memory, 1));
    CHECK(!wasm_runtime_enlarge_memory(instance, 1));
    CHECK(!wasm_memory_enlarge(memory, UINT64_MAX));
    cells[0] = 3 * 65536 - 1;
    CHECK(call(instance, "load8", 1, cells) && cells[0] == 0);
    cells[0] = 100;
    CHECK(call(instance, "load8", 1, cells) && cells[0] == 't');
}

int main(void)
{
    start();
    wasm_module_t module = load(memory_wasm, sizeof(memory_wasm));
    wasm_module_inst_t instance = instantiate(module, 8192);
    addresses(instance);
    heap(instance);
    memories(instance);
    wasm_runtime_deinstantiate(instance);

    /* Without a heap there is nothing to take. */
    instance = instantiate(module, 0);
    CHECK(!wasm_runtime_module_malloc(instance, 1, NULL));
    wasm_runtime_deinstantiate(instance);
    /* A limit below the module's own. */
    InstantiationArgs args = { .default_stack_size = 8192, .host_managed_heap_size = 0, .max_memory_pages = 2 };
    instance = wasm_runtime_instantiate_ex(module, &args, error, sizeof(error));
    CHECK(instance && wasm_runtime_enlarge_memory(instance, 1) && !wasm_runtime_enlarge_memory(instance, 1));
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);

    /* The guest's own allocator comes first. */
    module = load(allocator_wasm, sizeof(allocator_wasm));
    instance = instantiate(module, 8192);
    wasm_global_inst_t live;
    CHECK(wasm_runtime_get_export_global_inst(instance, "live", &live));
    CHECK(wasm_runtime_module_malloc(instance, 16, NULL) == 1024);
    CHECK(wasm_runtime_module_malloc(instance, 16, NULL) == 1040);
    CHECK(*(int32_t *)live.global_data == 2);
    CHECK(!wasm_runtime_module_malloc(instance, 40000, NULL));
    wasm_runtime_module_free(instance, 1024);
    CHECK(*(int32_t *)live.global_data == 1);
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);

    /* A heap beyond the module's maximum, which the guest shares. */
    module = load(full_wasm, sizeof(full_wasm));
    instance = instantiate(module, 4096);
    uint64_t address = wasm_runtime_module_malloc(instance, 100, NULL);
    CHECK(address >= 65536 && wasm_runtime_validate_app_addr(instance, address, 100));
    uint32_t cells[1] = { 100 };
    CHECK(call(instance, "take", 1, cells) && cells[0] > address);
    CHECK(call(instance, "give", 1, cells));
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);

    /* The runtime's own. */
    char *text = wasm_runtime_malloc(10);
    CHECK(text && (uintptr_t)text % (2 * sizeof(void *)) == 0);
    strcpy(text, "123456789");
    text = wasm_runtime_realloc(text, 1000);
    CHECK_TEXT(text, "123456789");
    text = wasm_runtime_realloc(text, 4);
    CHECK(text && memcmp(text, "1234", 4) == 0);
    wasm_runtime_free(text);
    wasm_runtime_free(NULL);
    text = wasm_runtime_realloc(NULL, 0);
    CHECK(text);
    wasm_runtime_free(text);
    text = wasm_runtime_aligned_alloc(512, 256);
    CHECK(text && (uintptr_t)text % 256 == 0);
    wasm_runtime_free(text);
    CHECK(!wasm_runtime_aligned_alloc(10, 3) && !wasm_runtime_aligned_alloc(0, 8) &&
          !wasm_runtime_aligned_alloc(12, 8));
    wasm_runtime_destroy();
    return 0;
}
