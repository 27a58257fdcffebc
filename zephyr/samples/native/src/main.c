/* Runs native code: where it is in flash, and then a copy of the same module as if it had been received, whose code goes to
 * RAM that is executable and not writable. */

#if __has_include(<zephyr/kernel.h>)
#include <zephyr/kernel.h>
#else
#include <zephyr.h>
#endif

#include <moteur/zephyr.h>

/* Code begins at a multiple of 16 in the file, and so must the file. */
static const uint8_t guest[] __aligned(16) = {
#include "guest.wasm.inc"
};

static uint8_t pool[CONFIG_MOTEUR_POOL_BYTES] __aligned(8);

static int run(struct moteur *runtime, enum moteur_bytes how)
{
	struct moteur_module *module = NULL;
	struct moteur_instance *instance = NULL;
	int64_t start = k_uptime_get();
	int error = moteur_load(runtime, guest, sizeof(guest), how, &module);

	if (!error) {
		printk("native: %s\n", moteur_is_native(module) ? "yes" : moteur_error_text(runtime));
		error = moteur_instantiate(module, NULL, &instance);
	}
	if (!error) {
		error = moteur_run(instance);
	}
	if (error) {
		printk("error: %s\n", moteur_error_text(runtime));
	} else {
		printk("elapsed: %d\n", (int)(k_uptime_get() - start));
	}
	moteur_release(instance);
	moteur_unload(module);
	return error;
}

int main(void)
{
	struct moteur *runtime;
	int error = moteur_create(&runtime, pool, sizeof(pool), &MOTEUR_OPTIONS_DEFAULT);

	if (error) {
		printk("error %d: the pool is too small for a runtime\n", error);
		return error;
	}
	printk("in flash\n");
	error = run(runtime, MOTEUR_IN_PLACE);
	if (!error) {
		printk("in RAM\n");
		error = run(runtime, MOTEUR_COPY);
	}
	moteur_destroy(runtime);
	return error;
}
