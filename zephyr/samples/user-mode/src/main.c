/* Runs a guest in a thread of user mode, which reaches nothing but the pool, its stack, and what is constant. */

#include <moteur/zephyr.h>
#include <zephyr/app_memory/app_memdomain.h>
#include <zephyr/fatal.h>
#include <zephyr/kernel.h>

static const uint8_t guest[] __aligned(16) = {
#include "guest.wasm.inc"
};

/* What the thread may write. */
K_APPMEM_PARTITION_DEFINE(guest_partition);
K_APP_BMEM(guest_partition) static uint8_t __aligned(16) pool[CONFIG_MOTEUR_POOL_BYTES];
K_APP_BMEM(guest_partition) static int result;

/* What it may not: it belongs to no partition. */
static volatile int kernel_memory = 42;

static struct k_mem_domain domain;
static struct k_thread thread;
static K_THREAD_STACK_DEFINE(stack, 6144);

/* A function of the application that is wrong, as the guest's native code could be. */
static int poke(struct moteur_caller *caller, void *context, const struct moteur_value *arguments,
		struct moteur_value *results)
{
	ARG_UNUSED(caller);
	ARG_UNUSED(context);
	ARG_UNUSED(arguments);
	ARG_UNUSED(results);
	kernel_memory = 0;
	return 0;
}

static int run(struct moteur *runtime, const char *function)
{
	struct moteur_module *module = NULL;
	struct moteur_instance *instance = NULL;
	struct moteur_value status;
	int error = moteur_define(runtime, "env", "poke", "()", poke, NULL);

	if (error == 0) {
		error = moteur_load(runtime, guest, sizeof(guest), MOTEUR_IN_PLACE, &module);
	}
	if (error == 0) {
		error = moteur_instantiate(module, NULL, &instance);
	}
	if (error == 0) {
		error = moteur_call(instance, function, NULL, 0, &status, 1);
	}
	if (error != 0) {
		printk("error %d: %s\n", error, moteur_error_text(runtime));
	}
	moteur_release(instance);
	moteur_unload(module);
	return error;
}

static void work(void *function, void *b, void *c)
{
	struct moteur *runtime;
	int error;

	ARG_UNUSED(b);
	ARG_UNUSED(c);
	if (!k_is_user_context()) {
		printk("the thread is privileged\n");
		return;
	}
	printk("the thread is unprivileged\n");
	error = moteur_create(&runtime, pool, sizeof(pool), &MOTEUR_OPTIONS_DEFAULT);
	if (error == 0) {
		error = run(runtime, function);
		moteur_destroy(runtime);
	}
	result = error;
}

/* Runs a function of the guest in a thread of its own, and waits for that. */
static int run_unprivileged(const char *function)
{
	result = -1;
	k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), work, (void *)function, NULL, NULL,
			CONFIG_MAIN_THREAD_PRIORITY, K_USER, K_FOREVER);
	k_mem_domain_add_thread(&domain, &thread);
	k_thread_start(&thread);
	k_thread_join(&thread, K_FOREVER);
	return result;
}

/* A fault of that thread ends it; any other stops the machine. */
void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *esf)
{
	ARG_UNUSED(esf);
	if (k_current_get() != &thread) {
		k_fatal_halt(reason);
	}
}

int main(void)
{
	struct k_mem_partition *partitions[] = {&guest_partition, &moteur_partition};

	if (k_mem_domain_init(&domain, ARRAY_SIZE(partitions), partitions) != 0) {
		printk("there is no memory domain\n");
		return 1;
	}
	if (run_unprivileged("greet") == 0) {
		printk("the guest is done\n");
	}
	if (run_unprivileged("poke_kernel") != 0 && kernel_memory == 42) {
		printk("the thread was ended; the kernel's memory is as it was\n");
	}
	/* What stands in the pool means nothing any more, and nobody has to clear it. */
	moteur_abandon(&thread);
	if (run_unprivileged("greet") == 0) {
		printk("a new thread in the same pool works\n");
	}
	return 0;
}
