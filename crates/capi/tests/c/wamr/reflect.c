/* What modules import and export. */
#include "start.h"
#include "modules/items.h"
#include "modules/user.h"

int main(void)
{
    start();
    wasm_module_t module = load(user_wasm, sizeof(user_wasm));
    CHECK(wasm_runtime_get_import_count(module) == 4);
    wasm_import_t import;
    wasm_runtime_get_import_type(module, 0, &import);
    CHECK_TEXT(import.module_name, "provider");
    CHECK_TEXT(import.name, "twice");
    CHECK(import.kind == WASM_IMPORT_EXPORT_KIND_FUNC && !import.linked);
    CHECK(wasm_func_type_get_param_count(import.u.func_type) == 1);
    CHECK(wasm_func_type_get_param_valkind(import.u.func_type, 0) == WASM_I32);
    CHECK(wasm_func_type_get_param_valkind(import.u.func_type, 1) == 0xFF);
    CHECK(wasm_func_type_get_result_count(import.u.func_type) == 1);
    CHECK(wasm_func_type_get_result_valkind(import.u.func_type, 0) == WASM_I32);
    wasm_runtime_get_import_type(module, 3, &import);
    CHECK(import.kind == WASM_IMPORT_EXPORT_KIND_MEMORY);
    CHECK(wasm_memory_type_get_init_page_count(import.u.memory_type) == 1);
    CHECK(wasm_memory_type_get_max_page_count(import.u.memory_type) == 65536);
    CHECK(!wasm_memory_type_get_shared(import.u.memory_type));
    /* A type of another kind. */
    CHECK(wasm_func_type_get_param_count((wasm_func_type_t)import.u.memory_type) == 0);
    wasm_runtime_get_import_type(module, 4, &import);
    CHECK(!import.name);
    wasm_runtime_get_import_type(module, -1, &import);
    CHECK(!import.name);
    CHECK(wasm_runtime_get_export_count(module) == 4);
    wasm_runtime_unload(module);

    module = load(items_wasm, sizeof(items_wasm));
    CHECK(wasm_runtime_get_import_count(module) == 0);
    CHECK(wasm_runtime_get_export_count(module) == 6);
    wasm_export_t export;
    wasm_runtime_get_export_type(module, 0, &export);
    CHECK_TEXT(export.name, "count");
    CHECK(export.kind == WASM_IMPORT_EXPORT_KIND_GLOBAL);
    CHECK(wasm_global_type_get_valkind(export.u.global_type) == WASM_I32);
    CHECK(wasm_global_type_get_mutable(export.u.global_type));
    wasm_runtime_get_export_type(module, 1, &export);
    CHECK(wasm_global_type_get_valkind(export.u.global_type) == WASM_I64);
    CHECK(!wasm_global_type_get_mutable(export.u.global_type));
    wasm_runtime_get_export_type(module, 4, &export);
    CHECK(export.kind == WASM_IMPORT_EXPORT_KIND_TABLE);
    CHECK(wasm_table_type_get_elem_kind(export.u.table_type) == WASM_FUNCREF);
    CHECK(wasm_table_type_get_init_size(export.u.table_type) == 3);
    CHECK(wasm_table_type_get_max_size(export.u.table_type) == 10);
    CHECK(!wasm_table_type_get_shared(export.u.table_type));
    wasm_runtime_get_export_type(module, 5, &export);
    CHECK(export.kind == WASM_IMPORT_EXPORT_KIND_FUNC);
    wasm_runtime_get_export_type(module, 6, &export);
    CHECK(!export.name);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
