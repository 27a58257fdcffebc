/* Globals and tables. */
#include "start.h"
#include "modules/items.h"

int main(void)
{
    start();
    wasm_module_t module = load(items_wasm, sizeof(items_wasm));
    wasm_module_inst_t instance = instantiate(module, 0);
    wasm_global_inst_t global;
    CHECK(wasm_runtime_get_export_global_inst(instance, "count", &global));
    CHECK(global.kind == WASM_I32 && global.is_mutable && *(int32_t *)global.global_data == 7);
    uint32_t cells[2];
    CHECK(call(instance, "next", 0, cells) && cells[0] == 8);
    CHECK(*(int32_t *)global.global_data == 8);
    *(int32_t *)global.global_data = 100;
    CHECK(call(instance, "next", 0, cells) && cells[0] == 101);
    CHECK(wasm_runtime_get_export_global_inst(instance, "wide", &global));
    CHECK(global.kind == WASM_I64 && !global.is_mutable && *(int64_t *)global.global_data == -1);
    CHECK(wasm_runtime_get_export_global_inst(instance, "pi", &global));
    CHECK(global.kind == WASM_F64 && *(double *)global.global_data == 3.25);
    CHECK(!wasm_runtime_get_export_global_inst(instance, "held", &global));
    CHECK(!wasm_runtime_get_export_global_inst(instance, "next", &global));
    CHECK(!wasm_runtime_get_export_global_inst(instance, "nobody", &global));

    wasm_table_inst_t table;
    CHECK(wasm_runtime_get_export_table_inst(instance, "table", &table));
    CHECK(table.elem_kind == WASM_FUNCREF && table.cur_size == 3 && table.max_size == 10);
    CHECK(!wasm_table_get_func_inst(instance, &table, 0));
    CHECK(!wasm_table_get_func_inst(instance, &table, 3));
    wasm_function_inst_t next = wasm_table_get_func_inst(instance, &table, 1);
    CHECK(next && next == wasm_runtime_lookup_function(instance, "next"));
    CHECK(wasm_runtime_call_wasm(wasm_runtime_get_exec_env_singleton(instance), next, 0, cells) && cells[0] == 102);
    CHECK(!wasm_runtime_get_export_table_inst(instance, "count", &table));
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
