/* Runs the guest of guest.c while another thread logs. */

#include <moteur/zephyr.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

LOG_MODULE_REGISTER(lines);

static const uint8_t guest[] __aligned(16) = {
#include "guest.wasm.inc"
};

static uint8_t pool[CONFIG_MOTEUR_POOL_BYTES] __aligned(8);

/* Of the same priority as the guest: they take turns. */
static void noise(void *a, void *b, void *c)
{
	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	for (int i = 0; i < 100; i++) {
		LOG_INF("noise %d", i);
		k_yield();
	}
}

K_THREAD_DEFINE(noisy, 2048, noise, NULL, NULL, NULL, CONFIG_MAIN_THREAD_PRIORITY, 0, 0);

int main(void)
{
	struct moteur *runtime = NULL;
	struct moteur_module *module = NULL;
	struct moteur_instance *instance = NULL;
	int error = moteur_create(&runtime, pool, sizeof(pool), &MOTEUR_OPTIONS_DEFAULT);

	if (error == 0) {
		error = moteur_load(runtime, guest, sizeof(guest), MOTEUR_IN_PLACE, &module);
	}
	if (error == 0) {
		error = moteur_instantiate(module, NULL, &instance);
	}
	if (error == 0) {
		error = moteur_run(instance);
	}
	moteur_release(instance);
	moteur_unload(module);
	moteur_destroy(runtime);
	/* What the kernel prints goes through the log, which has lost some of the noise: it should not lose this. */
	k_msleep(1000);
	printk("lines: %d\n", error);
	return error;
}
