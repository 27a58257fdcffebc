/* Objects of the program's as references. */
#include "start.h"
#include "modules/externref.h"

static int objects[4], cleaned;

static void clean(void *object)
{
    CHECK(object >= (void *)objects && object < (void *)(objects + 4));
    cleaned++;
}

static void *look(wasm_exec_env_t env, void *object)
{
    CHECK(env);
    return object == &objects[1] ? &objects[2] : object;
}

static NativeSymbol symbols[] = { EXPORT_WASM_API_WITH_SIG(look, "(r)r") };

/* Calls a function of one object. */
static void *give(wasm_module_inst_t instance, const char *name, void *object)
{
    uint32_t cells[2] = { 0, 0 };
    memcpy(cells, &object, sizeof(object));
    CHECK(call(instance, name, sizeof(object) / 4, cells));
    memcpy(&object, cells, sizeof(object));
    return object;
}

int main(void)
{
    start();
    CHECK(wasm_runtime_register_natives("env", symbols, 1));
    wasm_module_t module = load(externref_wasm, sizeof(externref_wasm));
    wasm_module_inst_t instance = instantiate(module, 0);
    CHECK(give(instance, "same", &objects[0]) == &objects[0]);
    CHECK(give(instance, "same", NULL) == NULL);
    CHECK(give(instance, "look", &objects[1]) == &objects[2]);
    uint32_t cells[2] = { 0xFFFFFFFF, 0xFFFFFFFF };
    CHECK(call(instance, "is_null", sizeof(void *) / 4, cells) && cells[0] == 1);
    CHECK(wasm_externref_obj2ref(instance, &objects[3], cells));
    wasm_val_t arg = { .kind = WASM_EXTERNREF, .of.foreign = (uintptr_t)&objects[3] }, result;
    CHECK(wasm_runtime_call_wasm_a(wasm_runtime_get_exec_env_singleton(instance),
                                   wasm_runtime_lookup_function(instance, "same"), 1, &result, 1, &arg));
    CHECK(result.kind == WASM_EXTERNREF && result.of.foreign == (uintptr_t)&objects[3]);

    /* What the guest keeps lasts; what it does not is forgotten after the next call. */
    uint32_t held, lost, again;
    CHECK(wasm_externref_obj2ref(instance, &objects[0], &held));
    CHECK(wasm_externref_set_cleanup(instance, &objects[0], clean));
    give(instance, "hold", &objects[0]);
    CHECK(wasm_externref_obj2ref(instance, &objects[1], &lost));
    CHECK(wasm_externref_set_cleanup(instance, &objects[1], clean));
    CHECK(lost != held);
    uint32_t nothing[2];
    CHECK(call(instance, "held", 0, nothing));
    CHECK(cleaned == 1);
    void *object = NULL;
    CHECK(!wasm_externref_ref2obj(lost, &object) && !object);
    CHECK(wasm_externref_ref2obj(held, &object) && object == &objects[0]);
    CHECK(wasm_externref_ref2obj(0xFFFFFFFF, &object) && !object);
    CHECK(wasm_externref_obj2ref(instance, &objects[0], &again) && again == held);
    give(instance, "hold_too", &objects[2]);
    CHECK(wasm_externref_obj2ref(instance, &objects[2], &again));
    CHECK(call(instance, "held", 0, nothing));
    CHECK(wasm_externref_ref2obj(again, &object) && object == &objects[2]);
    give(instance, "hold", NULL);
    CHECK(cleaned == 2 && !wasm_externref_ref2obj(held, &object));

    /* Retained, deleted. */
    CHECK(wasm_externref_obj2ref(instance, &objects[1], &again) && wasm_externref_retain(again));
    CHECK(wasm_externref_set_cleanup(instance, &objects[1], clean));
    CHECK(call(instance, "held", 0, nothing));
    CHECK(wasm_externref_ref2obj(again, &object));
    CHECK(wasm_externref_objdel(instance, &objects[1]) && cleaned == 3);
    CHECK(!wasm_externref_objdel(instance, &objects[1]));
    CHECK(!wasm_externref_set_cleanup(instance, &objects[1], clean));
    CHECK(!wasm_externref_retain(again) && !wasm_externref_retain(0xFFFFFFFF));
    /* The rest ends with the instance. */
    CHECK(wasm_externref_set_cleanup(instance, &objects[2], clean));
    wasm_runtime_deinstantiate(instance);
    CHECK(cleaned == 4);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return 0;
}
