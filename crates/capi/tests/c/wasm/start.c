/* Start functions that trap, and imports that do not fit. */
#include "guest.h"
#include "modules/std_start.h"

static int started = 0;

static wasm_trap_t *start(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(args);
    UNUSED(results);
    started++;
    return NULL;
}

static wasm_trap_t *refuse(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    UNUSED(args);
    UNUSED(results);
    wasm_message_t message;
    wasm_name_new_from_string_nt(&message, "not today");
    wasm_trap_t *trap = wasm_trap_new((wasm_store_t *)env, &message);
    wasm_name_delete(&message);
    return trap;
}

static void fails(wasm_store_t *store, wasm_module_t *module, size_t count, wasm_extern_t **externs, const char *message)
{
    wasm_extern_vec_t imports = {count, externs};
    wasm_trap_t *trap = NULL;
    CHECK(!wasm_instance_new(store, module, &imports, &trap));
    check_message(trap, message);
    wasm_trap_delete(trap);
    /* Nobody has to ask why. */
    CHECK(!wasm_instance_new(store, module, &imports, NULL));
}

int main(void)
{
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine), *other = wasm_store_new(engine);
    wasm_module_t *module = LOAD(store, std_start);
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasm_func_t *func = wasm_func_new(store, type, start);
    wasm_func_t *foreign = wasm_func_new(other, type, start);
    wasm_func_t *refusing = wasm_func_new_with_env(store, type, refuse, store, NULL);
    wasm_functype_delete(type);
    type = wasm_functype_new_1_0(wasm_valtype_new_i32());
    wasm_func_t *unfit = wasm_func_new(store, type, start);
    wasm_functype_delete(type);
    wasm_limits_t limits = {1, 1};
    wasm_memorytype_t *memorytype = wasm_memorytype_new(&limits);
    wasm_memory_t *memory = wasm_memory_new(store, memorytype);
    wasm_memorytype_delete(memorytype);

    wasm_extern_t *good[] = {wasm_func_as_extern(func), wasm_func_as_extern(func)};
    fails(store, module, 1, good, "unreachable");
    CHECK(started == 2);
    fails(store, module, 2, good, "more imports given than the module has (import 1)");
    fails(store, module, 0, NULL, "unknown import: ::started");
    wasm_extern_t *none[] = {NULL};
    fails(store, module, 1, none, "unknown import: ::started");
    wasm_extern_t *wrong[] = {wasm_func_as_extern(unfit)};
    fails(store, module, 1, wrong, "incompatible import type: ::started");
    wasm_extern_t *memories[] = {wasm_memory_as_extern(memory)};
    fails(store, module, 1, memories, "incompatible import type: ::started");
    wasm_extern_t *others[] = {wasm_func_as_extern(foreign)};
    fails(store, module, 1, others, "the handle belongs to another store");
    wasm_extern_t *refuses[] = {wasm_func_as_extern(refusing)};
    fails(store, module, 1, refuses, "not today");
    CHECK(started == 2);

    /* The trap of a start function has frames of an instance that nobody else knows. */
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(refuses);
    wasm_trap_t *trap;
    CHECK(!wasm_instance_new(store, module, &imports, &trap));
    wasm_frame_t *origin = wasm_trap_origin(trap);
    CHECK(origin && wasm_frame_instance(origin) && wasm_frame_func_index(origin) == 1);
    wasm_trap_delete(trap);
    wasm_frame_delete(origin);

    wasm_memory_delete(memory);
    wasm_func_delete(unfit);
    wasm_func_delete(refusing);
    wasm_func_delete(foreign);
    wasm_func_delete(func);
    wasm_module_delete(module);
    wasm_store_delete(other);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
