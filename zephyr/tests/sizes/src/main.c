/* What the sample `simple` costs: instructions by phase, the smallest pool in which it works, and the thread's stack. Prints one
 * figure a line, which xtask reads. */

#include <zephyr/kernel.h>

#include <moteur/zephyr.h>

/* An instruction takes a virtual nanosecond (`-icount shift=0`). */
#define INSTRUCTIONS_PER_CYCLE (NSEC_PER_SEC / sys_clock_hw_cycles_per_sec())

static const uint8_t guest[] __aligned(16) = {
#include "guest.wasm.inc"
};

static uint8_t pool[CONFIG_MOTEUR_POOL_BYTES] __aligned(8);

enum phase {
	START,
	INIT,
	LOAD,
	INSTANTIATE,
	RUN,
	PHASES,
};

static uint32_t times[PHASES];
static struct moteur_statistics statistics;

static void nowhere(void *context, int stream, const char *bytes, size_t count)
{
	ARG_UNUSED(context);
	ARG_UNUSED(stream);
	ARG_UNUSED(bytes);
	ARG_UNUSED(count);
}

/* Runs the guest once in a pool of this size. */
static int once(size_t bytes, const struct moteur_options *options)
{
	struct moteur *runtime;
	struct moteur_module *module = NULL;
	struct moteur_instance *instance = NULL;
	int error;

	times[START] = k_cycle_get_32();
	error = moteur_create(&runtime, pool, bytes, options);
	times[INIT] = k_cycle_get_32();
	if (error) {
		return error;
	}
	error = moteur_load(runtime, guest, sizeof(guest), MOTEUR_IN_PLACE, &module);
	times[LOAD] = k_cycle_get_32();
	if (!error) {
		error = moteur_instantiate(module, NULL, &instance);
	}
	times[INSTANTIATE] = k_cycle_get_32();
	if (!error) {
		error = moteur_run(instance);
	}
	times[RUN] = k_cycle_get_32();
	moteur_get_statistics(runtime, &statistics);
	moteur_release(instance);
	moteur_unload(module);
	moteur_destroy(runtime);
	return error;
}

int main(void)
{
	static const char *const names[PHASES] = {"", "init", "load", "instantiate", "run"};
	struct moteur_options silent = MOTEUR_OPTIONS_DEFAULT;
	size_t low = 0;
	size_t high = sizeof(pool);
	size_t unused;
	int error = once(sizeof(pool), &MOTEUR_OPTIONS_DEFAULT);

	if (error) {
		printk("error %d\n", error);
		return error;
	}
	for (enum phase phase = INIT; phase < PHASES; phase++) {
		printk("%s: %u\n", names[phase], (times[phase] - times[phase - 1]) * INSTRUCTIONS_PER_CYCLE);
	}
	printk("peak: %u\n", (unsigned int)statistics.peak);
	if (k_thread_stack_space_get(k_current_get(), &unused) == 0) {
		printk("stack: %u\n", (unsigned int)(CONFIG_MAIN_STACK_SIZE - unused));
	}
	silent.output = nowhere;
	while (high - low > 16) {
		size_t middle = (low + high) / 2;

		if (once(middle, &silent) == MOTEUR_OK) {
			high = middle;
		} else {
			low = middle;
		}
	}
	printk("pool: %u\n", (unsigned int)high);
	return 0;
}
