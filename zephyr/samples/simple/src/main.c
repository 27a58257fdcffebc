/* Runs the guest of guest.c, and says how long that took in milliseconds. */

#if __has_include(<zephyr/kernel.h>)
#include <zephyr/kernel.h>
#else
#include <zephyr.h>
#endif

#include <moteur/zephyr.h>

static const uint8_t guest[] __aligned(16) = {
#include "guest.wasm.inc"
};

static uint8_t pool[CONFIG_MOTEUR_POOL_BYTES] __aligned(8);

static int run(struct moteur *runtime)
{
	struct moteur_module *module = NULL;
	struct moteur_instance *instance = NULL;
	int error = moteur_load(runtime, guest, sizeof(guest), MOTEUR_IN_PLACE, &module);

	if (!error) {
		error = moteur_instantiate(module, NULL, &instance);
	}
	if (!error) {
		error = moteur_run(instance);
	}
	if (error) {
		printk("error: %s\n", moteur_error_text(runtime));
	}
	moteur_release(instance);
	moteur_unload(module);
	return error;
}

int main(void)
{
	int64_t start = k_uptime_get();
	struct moteur *runtime;
	int error = moteur_create(&runtime, pool, sizeof(pool), &MOTEUR_OPTIONS_DEFAULT);

	if (error) {
		printk("error %d: the pool is too small for a runtime\n", error);
		return error;
	}
	error = run(runtime);
	moteur_destroy(runtime);
	printk("elapsed: %d\n", (int)(k_uptime_get() - start));
	return error;
}
