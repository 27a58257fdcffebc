/* Modules: kinds and versions, names, custom sections, and modules that import from others. */
#include "start.h"
#include "modules/add.h"
#include "modules/circle.h"
#include "modules/provider.h"
#include "modules/user.h"

static int read_count, destroyed_count;

static bool reader(package_type_t type, const char *name, uint8_t **buffer, uint32_t *size)
{
    CHECK(type == Wasm_Module_Bytecode);
    read_count++;
    if (strcmp(name, "provider") != 0)
        return false;
    *buffer = malloc(sizeof(provider_wasm));
    CHECK(*buffer);
    memcpy(*buffer, provider_wasm, sizeof(provider_wasm));
    *size = sizeof(provider_wasm);
    return true;
}

static void destroyer(uint8_t *buffer, uint32_t size)
{
    CHECK(size == sizeof(provider_wasm));
    destroyed_count++;
    free(buffer);
}

static void names(void)
{
    CHECK(get_package_type(add_wasm, sizeof(add_wasm)) == Wasm_Module_Bytecode);
    CHECK(wasm_runtime_get_file_package_type(add_wasm, 3) == Package_Type_Unknown);
    CHECK(wasm_runtime_get_file_package_version(add_wasm, sizeof(add_wasm)) == 1);
    CHECK(wasm_runtime_get_file_package_version(add_wasm, 7) == 0);
    CHECK(wasm_runtime_get_current_package_version(Wasm_Module_Bytecode) == 1);
    CHECK(wasm_runtime_get_current_package_version(Wasm_Module_AoT) == 0);
    CHECK(!wasm_runtime_is_xip_file(add_wasm, sizeof(add_wasm)));

    wasm_module_t module = load(add_wasm, sizeof(add_wasm));
    CHECK(wasm_runtime_get_module_package_type(module) == Wasm_Module_Bytecode);
    CHECK(wasm_runtime_get_module_package_version(module) == 1);
    CHECK(!wasm_runtime_is_underlying_binary_freeable(module));
    CHECK_TEXT(wasm_runtime_get_module_name(module), "");
    CHECK(wasm_runtime_set_module_name(module, "adder", error, sizeof(error)));
    CHECK_TEXT(wasm_runtime_get_module_name(module), "adder");
    wasm_runtime_unload(module);
    wasm_runtime_unload(module);

    /* Bytes that the program frees. */
    uint8_t *bytes = malloc(sizeof(provider_wasm));
    CHECK(bytes);
    memcpy(bytes, provider_wasm, sizeof(provider_wasm));
    LoadArgs args = { .name = NULL, .wasm_binary_freeable = true };
    module = wasm_runtime_load_ex(bytes, sizeof(provider_wasm), &args, error, sizeof(error));
    CHECK(module && wasm_runtime_is_underlying_binary_freeable(module));
    memset(bytes, 0, sizeof(provider_wasm));
    free(bytes);
    CHECK_TEXT(wasm_runtime_get_module_name(module), "provider");
    uint32_t len = 0;
    const uint8_t *note = wasm_runtime_get_custom_section(module, "note", &len);
    CHECK(note && len == 17 && memcmp(note, "as it was written", len) == 0);
    CHECK(!wasm_runtime_get_custom_section(module, "nothing", &len));
    wasm_module_inst_t instance = instantiate(module, 0);
    /* The instance needs no handle of its module. */
    wasm_runtime_unload(module);
    uint32_t cells[1] = { 21 };
    CHECK(call(instance, "twice", 1, cells) && cells[0] == 42);
    CHECK(wasm_runtime_get_module(instance) == module);
    wasm_runtime_deinstantiate(instance);

    char name[] = "as loaded";
    args.name = name;
    module = wasm_runtime_load_ex(add_wasm, sizeof(add_wasm), &args, error, sizeof(error));
    name[0] = 0;
    CHECK_TEXT(wasm_runtime_get_module_name(module), "as loaded");
    wasm_runtime_unload(module);
}

/* Modules that import from a registered one. */
static void use(void)
{
    wasm_module_t module = load(user_wasm, sizeof(user_wasm));
    wasm_module_inst_t one = instantiate(module, 0), other = instantiate(module, 0);
    uint32_t cells[1] = { 10 };
    CHECK(call(one, "four_times", 1, cells) && cells[0] == 40);
    CHECK(call(one, "calls", 0, cells) && cells[0] == 2);
    /* Each has an instance of its own. */
    CHECK(call(other, "calls", 0, cells) && cells[0] == 0);
    cells[0] = 0x12345678;
    CHECK(call(one, "store", 1, cells));
    CHECK(*(uint8_t *)wasm_runtime_addr_app_to_native(one, 0) == 0x78);
    CHECK(*(uint8_t *)wasm_runtime_addr_app_to_native(other, 0) == 0);
    CHECK(!call(one, "break", 0, cells));
    CHECK_TEXT(wasm_runtime_get_exception(one), "Exception: unreachable");
    CHECK(!wasm_runtime_get_exception(other));
    wasm_runtime_deinstantiate(other);
    wasm_runtime_deinstantiate(one);
    wasm_runtime_unload(module);
}

int main(void)
{
    start();
    wasm_runtime_set_log_level(WASM_LOG_LEVEL_FATAL);
    names();

    /* Nobody has the module yet. */
    wasm_module_t module = load(user_wasm, sizeof(user_wasm));
    CHECK(!wasm_runtime_instantiate(module, 0, 0, error, sizeof(error)));
    CHECK_TEXT(error, "WASM module instantiate failed: failed to link import memory (provider, memory)");

    wasm_module_t provider = load(provider_wasm, sizeof(provider_wasm));
    CHECK(!wasm_runtime_find_module_registered("provider"));
    CHECK(!wasm_runtime_register_module("env", provider, error, sizeof(error)));
    CHECK_TEXT(error, "Register module failed: can not register as a built-in module");
    CHECK(!wasm_runtime_register_module(NULL, provider, error, sizeof(error)));
    CHECK(wasm_runtime_register_module("provider", provider, error, sizeof(error)));
    CHECK(wasm_runtime_register_module("provider", provider, error, sizeof(error)));
    CHECK(!wasm_runtime_register_module("provider", module, error, sizeof(error)));
    CHECK(wasm_runtime_find_module_registered("provider") == provider);
    wasm_runtime_unload(provider);
    use();
    wasm_module_t circle = load(circle_wasm, sizeof(circle_wasm));
    CHECK(wasm_runtime_register_module("circle", circle, error, sizeof(error)));
    CHECK(!wasm_runtime_instantiate(circle, 0, 0, error, sizeof(error)));
    CHECK_TEXT(error, "WASM module instantiate failed: found circular dependency");
    /* Neither it nor the first one is unloaded: the runtime's end does that. */
    wasm_runtime_destroy();

    start();
    wasm_runtime_set_log_level(WASM_LOG_LEVEL_FATAL);
    wasm_runtime_set_module_reader(reader, destroyer);
    use();
    use();
    CHECK(read_count == 1 && destroyed_count == 0);
    wasm_runtime_destroy();
    CHECK(destroyed_count == 1);
    return 0;
}
