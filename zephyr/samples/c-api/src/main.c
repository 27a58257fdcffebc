/* A program as it is written for WAMR: nothing in it knows Moteur. */

#include <zephyr/kernel.h>

#include <wasm_export.h>

static const uint8_t guest[] __aligned(16) = {
#include "guest.wasm.inc"
};

static char pool[CONFIG_MOTEUR_POOL_BYTES] __aligned(8);

static int32_t square(wasm_exec_env_t exec_env, int32_t number)
{
	ARG_UNUSED(exec_env);
	return number * number;
}

static NativeSymbol symbols[] = {
	{"square", square, "(i)i", NULL},
};

static void call(wasm_module_inst_t instance, wasm_exec_env_t environment, const char *name, uint32_t argument)
{
	wasm_function_inst_t function = wasm_runtime_lookup_function(instance, name);
	uint32_t cells[1] = {argument};

	if (!function) {
		printk("no function %s\n", name);
	} else if (wasm_runtime_call_wasm(environment, function, 1, cells)) {
		printk("%s(%u) = %u\n", name, argument, cells[0]);
	} else {
		printk("%s(%u): %s\n", name, argument, wasm_runtime_get_exception(instance));
		wasm_runtime_clear_exception(instance);
	}
}

static void run(wasm_module_t module)
{
	char error[128];
	wasm_module_inst_t instance = wasm_runtime_instantiate(module, 2048, 0, error, sizeof(error));
	wasm_exec_env_t environment;

	if (!instance) {
		printk("%s\n", error);
		return;
	}
	environment = wasm_runtime_create_exec_env(instance, 2048);
	if (environment) {
		call(instance, environment, "sum_of_squares", 10);
		call(instance, environment, "fail", 1);
		call(instance, environment, "sum_of_squares", 3);
		wasm_runtime_destroy_exec_env(environment);
	}
	wasm_runtime_deinstantiate(instance);
}

int main(void)
{
	RuntimeInitArgs arguments = {
		.mem_alloc_type = Alloc_With_Pool,
		.mem_alloc_option.pool = {.heap_buf = pool, .heap_size = sizeof(pool)},
		.native_module_name = "env",
		.native_symbols = symbols,
		.n_native_symbols = ARRAY_SIZE(symbols),
	};
	char error[128];
	wasm_module_t module;

	if (!wasm_runtime_full_init(&arguments)) {
		printk("no runtime\n");
		return 1;
	}
	module = wasm_runtime_load((uint8_t *)guest, sizeof(guest), error, sizeof(error));
	if (module) {
		run(module);
		wasm_runtime_unload(module);
	} else {
		printk("%s\n", error);
	}
	wasm_runtime_destroy();
	printk("done\n");
	return 0;
}
