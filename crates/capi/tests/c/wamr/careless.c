/* Null for everything, nothing initialised, and things taken back in any order. */
#include "start.h"
#include "modules/add.h"
#include "modules/calls.h"

/* Every function with nothing. */
static void nothing(void)
{
    wasm_import_t import;
    wasm_export_t export;
    wasm_global_inst_t global;
    wasm_table_inst_t table;
    wasm_valkind_t kinds[1];
    void *object;
    uint32_t index;
    CHECK(!wasm_runtime_load(NULL, 0, NULL, 0));
    CHECK(!wasm_runtime_load_ex(NULL, 0, NULL, error, sizeof(error)));
    CHECK(!wasm_runtime_resolve_symbols(NULL));
    wasm_runtime_unload(NULL);
    CHECK(get_package_type(NULL, 0) == Package_Type_Unknown);
    CHECK(wasm_runtime_get_module_package_type(NULL) == Package_Type_Unknown);
    CHECK(wasm_runtime_get_file_package_version(NULL, 0) == 0 && wasm_runtime_get_module_package_version(NULL) == 0);
    CHECK(!wasm_runtime_is_underlying_binary_freeable(NULL));
    CHECK(!wasm_runtime_set_module_name(NULL, NULL, NULL, 0));
    CHECK_TEXT(wasm_runtime_get_module_name(NULL), "");
    CHECK(!wasm_runtime_get_custom_section(NULL, NULL, NULL));
    CHECK(!wasm_runtime_register_module(NULL, NULL, NULL, 0) && !wasm_runtime_find_module_registered(NULL));
    wasm_runtime_set_module_reader(NULL, NULL);
    CHECK(wasm_runtime_get_import_count(NULL) == -1 && wasm_runtime_get_export_count(NULL) == -1);
    wasm_runtime_get_import_type(NULL, 0, &import);
    wasm_runtime_get_import_type(NULL, 0, NULL);
    wasm_runtime_get_export_type(NULL, 0, &export);
    wasm_runtime_get_export_type(NULL, 0, NULL);
    CHECK(!import.name && !export.name);
    CHECK(!wasm_runtime_is_import_func_linked(NULL, NULL) && !wasm_runtime_is_import_global_linked(NULL, NULL));
    CHECK(wasm_func_type_get_param_count(NULL) == 0 && wasm_func_type_get_result_count(NULL) == 0);
    CHECK(wasm_global_type_get_valkind(NULL) == 0xFF && wasm_table_type_get_elem_kind(NULL) == 0xFF);
    CHECK(wasm_memory_type_get_init_page_count(NULL) == 0 && wasm_table_type_get_max_size(NULL) == 0);
    CHECK(!wasm_runtime_register_natives(NULL, NULL, 0) && !wasm_runtime_unregister_natives(NULL, NULL));
    CHECK(!wasm_runtime_register_natives_raw("env", NULL, 1));
    CHECK(!wasm_runtime_get_function_attachment(NULL));
    CHECK(!wasm_runtime_instantiate(NULL, 0, 0, error, sizeof(error)) && error[0]);
    CHECK(!wasm_runtime_instantiate_ex(NULL, NULL, NULL, 0) && !wasm_runtime_instantiate_ex2(NULL, NULL, NULL, 0));
    CHECK(!wasm_runtime_instantiation_args_create(NULL));
    wasm_runtime_instantiation_args_destroy(NULL);
    wasm_runtime_instantiation_args_set_custom_data(NULL, NULL);
    wasm_runtime_deinstantiate(NULL);
    CHECK(!wasm_runtime_get_module(NULL));
    CHECK(!wasm_runtime_lookup_function(NULL, NULL));
    CHECK(wasm_func_get_param_count(NULL, NULL) == 0 && wasm_func_get_result_count(NULL, NULL) == 0);
    wasm_func_get_param_types(NULL, NULL, kinds);
    wasm_func_get_result_types(NULL, NULL, NULL);
    CHECK(!wasm_runtime_create_exec_env(NULL, 0) && !wasm_runtime_get_exec_env_singleton(NULL));
    wasm_runtime_destroy_exec_env(NULL);
    CHECK(!wasm_runtime_get_module_inst(NULL));
    wasm_runtime_set_module_inst(NULL, NULL);
    wasm_runtime_set_user_data(NULL, NULL);
    CHECK(!wasm_runtime_get_user_data(NULL));
    CHECK(!wasm_runtime_call_wasm(NULL, NULL, 0, NULL) && !wasm_runtime_call_indirect(NULL, 0, 0, NULL));
    CHECK(!wasm_runtime_call_wasm_a(NULL, NULL, 0, NULL, 0, NULL));
    CHECK(!wasm_application_execute_main(NULL, 0, NULL) && !wasm_application_execute_func(NULL, NULL, 0, NULL));
    wasm_runtime_set_instruction_count_limit(NULL, 0);
    CHECK(!wasm_runtime_get_exception(NULL));
    wasm_runtime_set_exception(NULL, "text");
    wasm_runtime_clear_exception(NULL);
    wasm_runtime_terminate(NULL);
    wasm_runtime_dump_call_stack(NULL);
    CHECK(wasm_runtime_get_call_stack_buf_size(NULL) == 0 && wasm_runtime_dump_call_stack_to_buf(NULL, NULL, 0) == 0);
    CHECK(!wasm_runtime_module_malloc(NULL, 1, NULL) && !wasm_runtime_module_dup_data(NULL, NULL, 1));
    wasm_runtime_module_free(NULL, 1);
    CHECK(!wasm_runtime_validate_app_addr(NULL, 0, 0) && !wasm_runtime_validate_native_addr(NULL, NULL, 0));
    CHECK(!wasm_runtime_validate_app_str_addr(NULL, 0) && !wasm_runtime_addr_app_to_native(NULL, 0));
    CHECK(!wasm_runtime_addr_native_to_app(NULL, NULL) && !wasm_runtime_get_app_addr_range(NULL, 0, NULL, NULL));
    CHECK(!wasm_runtime_get_native_addr_range(NULL, NULL, NULL, NULL));
    CHECK(!wasm_runtime_lookup_memory(NULL, NULL) && !wasm_runtime_get_default_memory(NULL));
    CHECK(wasm_memory_get_cur_page_count(NULL) == 0 && !wasm_memory_get_base_address(NULL));
    CHECK(!wasm_memory_enlarge(NULL, 1) && !wasm_runtime_enlarge_memory(NULL, 1));
    CHECK(!wasm_runtime_get_export_global_inst(NULL, NULL, &global));
    CHECK(!wasm_runtime_get_export_table_inst(NULL, NULL, &table) && !wasm_table_get_func_inst(NULL, NULL, 0));
    wasm_runtime_set_custom_data(NULL, NULL);
    CHECK(!wasm_runtime_get_custom_data(NULL) && !wasm_runtime_get_context(NULL, NULL));
    wasm_runtime_set_context(NULL, NULL, NULL);
    wasm_runtime_set_context_spread(NULL, NULL, NULL);
    wasm_runtime_destroy_context_key(NULL);
    CHECK(!wasm_externref_obj2ref(NULL, NULL, &index) && !wasm_externref_ref2obj(1, &object));
    CHECK(!wasm_externref_objdel(NULL, NULL) && !wasm_externref_set_cleanup(NULL, NULL, NULL));
    CHECK(!wasm_runtime_get_mem_alloc_info(NULL));
    wasm_runtime_get_version(NULL, NULL, NULL);
    wasm_runtime_free(NULL);
}

int main(void)
{
    nothing();
    CHECK(!wasm_runtime_malloc(1) && !wasm_runtime_create_context_key(NULL));
    CHECK(!wasm_runtime_load(add_wasm, sizeof(add_wasm), error, sizeof(error)));
    start();
    nothing();
    uint32_t major = 99, minor = 99, patch = 99;
    wasm_runtime_get_version(&major, &minor, &patch);
    CHECK(major + minor + patch > 0 && major < 99 && minor < 99 && patch < 99);

    /* The module first, then the instance, then its environments; each twice. */
    wasm_module_t module = load(calls_wasm, sizeof(calls_wasm));
    wasm_module_inst_t instance = instantiate(module, 0), other = instantiate(module, 0);
    wasm_exec_env_t one = wasm_runtime_create_exec_env(instance, 0), two = wasm_runtime_create_exec_env(instance, 0);
    wasm_runtime_unload(module);
    wasm_runtime_unload(module);
    wasm_runtime_destroy_exec_env(one);
    wasm_runtime_destroy_exec_env(one);
    uint32_t cells[2] = { 1, 2 };
    CHECK(wasm_runtime_call_wasm(two, wasm_runtime_lookup_function(instance, "add"), 2, cells) && cells[0] == 3);
    CHECK(!wasm_runtime_call_wasm(two, NULL, 2, cells));
    wasm_function_inst_t add = wasm_runtime_lookup_function(instance, "add");
    wasm_runtime_set_module_inst(two, NULL);
    CHECK(!wasm_runtime_call_wasm(two, add, 2, cells) && !wasm_runtime_call_indirect(two, 0, 2, cells));
    CHECK(!wasm_runtime_call_wasm_a(two, add, 0, NULL, 0, NULL));
    wasm_runtime_set_module_inst(two, instance);
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_destroy_exec_env(two);
    CHECK(call(other, "add", 2, cells));
    /* The rest is the runtime's to end, and what is called after that does nothing. */
    CHECK(load(add_wasm, sizeof(add_wasm)));
    wasm_runtime_destroy();
    wasm_runtime_deinstantiate(other);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
