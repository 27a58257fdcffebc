/* What a small embedder does: one module, one function of C, one call, all memory from one buffer. */
#include "moteur_machine.h"
#include "wasm_export.h"

static uint64_t buffer[48 * 1024 / 8];

void moteur_console_write(int stream, const uint8_t *bytes, size_t size)
{
    (void)stream, (void)bytes, (void)size;
}

uint64_t moteur_clock_ns(void)
{
    return 0;
}

static volatile int led;

static int32_t set_led(wasm_exec_env_t env, int32_t on)
{
    (void)env;
    led = on;
    return on;
}

static NativeSymbol symbols[] = { { "led", (void *)set_led, "(i)i", NULL } };

/* (module (import "env" "led" (func $led (param i32) (result i32)))
     (func (export "answer") (param i32) (result i32) (i32.mul (call $led (local.get 0)) (i32.const 42)))) */
static uint8_t module_bytes[] = { 0, 'a', 's', 'm', 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7F, 1, 0x7F, 2, 11, 1, 3,
                                  'e', 'n', 'v', 3, 'l', 'e', 'd', 0, 0, 3, 2, 1, 0, 7, 10, 1, 6, 'a', 'n', 's',
                                  'w', 'e', 'r', 0, 1, 10, 11, 1, 9, 0, 0x20, 0, 0x10, 0, 0x41, 42, 0x6C, 0x0B };

int main(void)
{
    char error[64];
    RuntimeInitArgs args = { .mem_alloc_type = Alloc_With_Pool };
    uint32_t cells[1] = { 1 };
    int status = 1;
    args.mem_alloc_option.pool.heap_buf = buffer;
    args.mem_alloc_option.pool.heap_size = sizeof(buffer);
    args.native_module_name = "env";
    args.native_symbols = symbols;
    args.n_native_symbols = 1;
    if (!wasm_runtime_full_init(&args))
        return status;
    wasm_module_t module = wasm_runtime_load(module_bytes, sizeof(module_bytes), error, sizeof(error));
    wasm_module_inst_t instance = wasm_runtime_instantiate(module, 2048, 0, error, sizeof(error));
    wasm_exec_env_t env = wasm_runtime_create_exec_env(instance, 2048);
    wasm_function_inst_t answer = wasm_runtime_lookup_function(instance, "answer");
    if (wasm_runtime_call_wasm(env, answer, 1, cells) && !wasm_runtime_get_exception(instance))
        status = cells[0] != 42 || led != 1;
    wasm_runtime_destroy_exec_env(env);
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    return status;
}
