#include "runner.h"
#include "fault.h"
#include "store.h"

#include <errno.h>
#include <moteur/zephyr.h>
#include <stdio.h>
#include <string.h>
#include <zephyr/fatal.h>
#include <zephyr/kernel.h>

#define RUNNERS CONFIG_SAMPLE_RUNNERS
#define ARGUMENTS_MAX 16
#define ARGUMENT_BYTES 128
#define TEXT_BYTES 128

/* How long a module may take to see that it should stop. */
#define PATIENCE_MS 1000
/* How often it is looked whether it has. */
#define LOOK_MS 50

enum state {
	FREE,
	RUNS,
	/* Its thread returns, or has returned. */
	ENDED,
	/* Its thread was ended: by a fault of the processor, or by force. What stands in the pool means nothing. */
	KILLED,
};

struct runner {
	struct k_thread thread;
	atomic_t state;
	const struct shell *sh;
	struct stored *stored;
	/* What the module is told. */
	size_t count;
	const char *arguments[ARGUMENTS_MAX];
	char bytes[ARGUMENT_BYTES];
	uint32_t fuel;
	/* Under `lock`: what can be interrupted, and since when it should stop. */
	struct moteur_instance *instance;
	int64_t stop_since;
	int64_t began;
	/* Its thread holds what others need, so it cannot be ended now. */
	volatile bool busy;
	/* How it ended. */
	int error;
	int status;
	char text[TEXT_BYTES];
	struct moteur_statistics statistics;
};

static struct runner runners[RUNNERS];
static K_THREAD_STACK_ARRAY_DEFINE(stacks, RUNNERS, CONFIG_SAMPLE_RUNNER_STACK_BYTES);
static uint8_t pools[RUNNERS][CONFIG_MOTEUR_POOL_BYTES] __aligned(16);

static K_MUTEX_DEFINE(lock);
/* Given when a module ends, or is to end. */
static K_SEM_DEFINE(news, 0, K_SEM_MAX_LIMIT);

static K_MUTEX_DEFINE(output_lock);
static K_CONDVAR_DEFINE(output_free);
static bool output_held;

void runner_hold_output(void)
{
	k_mutex_lock(&output_lock, K_FOREVER);
	output_held = true;
	k_mutex_unlock(&output_lock);
}

void runner_release_output(void)
{
	k_mutex_lock(&output_lock, K_FOREVER);
	output_held = false;
	k_condvar_broadcast(&output_free);
	k_mutex_unlock(&output_lock);
}

static void wait_for_output(void)
{
	k_mutex_lock(&output_lock, K_FOREVER);
	while (output_held) {
		k_condvar_wait(&output_free, &output_lock, K_FOREVER);
	}
	k_mutex_unlock(&output_lock);
}

/* A line of the module's. */
static void print(void *context, int stream, const char *bytes, size_t count)
{
	struct runner *runner = context;

	runner->busy = true;
	wait_for_output();
	shell_fprintf(runner->sh, stream == 2 ? SHELL_WARNING : SHELL_NORMAL, "%.*s", (int)count, bytes);
	runner->busy = false;
}

/* Lets others interrupt the instance, or no longer. */
static void publish(struct runner *runner, struct moteur_instance *instance)
{
	runner->busy = true;
	k_mutex_lock(&lock, K_FOREVER);
	runner->instance = instance;
	if (instance != NULL && runner->stop_since != 0) {
		moteur_interrupt(instance);
	}
	k_mutex_unlock(&lock);
	runner->busy = false;
}

static int run_instance(struct runner *runner, struct moteur_instance *instance)
{
	int error = runner->fuel != 0 ? moteur_set_fuel(instance, runner->fuel) : 0;

	if (error == 0) {
		publish(runner, instance);
		error = moteur_run(instance);
		publish(runner, NULL);
	}
	return error;
}

static int run_module(struct runner *runner, struct moteur *runtime)
{
	const struct moteur_world world = {
		.arguments = runner->arguments,
		.argument_count = runner->count,
	};
	struct moteur_module *module = NULL;
	struct moteur_instance *instance = NULL;
	int error = moteur_load(runtime, runner->stored->bytes, runner->stored->count, MOTEUR_IN_PLACE, &module);

	if (error == 0) {
		error = moteur_instantiate(module, &world, &instance);
	}
	if (error == 0) {
		error = run_instance(runner, instance);
	}
	if (error != 0) {
		snprintf(runner->text, sizeof(runner->text), "%s", moteur_error_text(runtime));
		runner->status = moteur_exit_status(runtime);
	}
	if (error == MOTEUR_TRAP) {
		moteur_backtrace(instance, print, runner);
	}
	moteur_release(instance);
	moteur_unload(module);
	return error;
}

static void run(void *argument, void *pool, void *unused)
{
	struct runner *runner = argument;
	struct moteur_options options = MOTEUR_OPTIONS_DEFAULT;
	struct moteur *runtime = NULL;

	ARG_UNUSED(unused);
	options.fuel = runner->fuel != 0;
	options.output = print;
	options.output_context = runner;
	runner->error = moteur_create(&runtime, pool, CONFIG_MOTEUR_POOL_BYTES, &options);
	if (runner->error == 0) {
		runner->error = run_module(runner, runtime);
		moteur_get_statistics(runtime, &runner->statistics);
		moteur_destroy(runtime);
	} else {
		snprintf(runner->text, sizeof(runner->text), "the pool is too small for a runtime");
	}
	atomic_set(&runner->state, ENDED);
	k_sem_give(&news);
}

/* Says how a module ended. */
static void report(struct runner *runner)
{
	const char *name = runner->stored->name;

	wait_for_output();
	if (atomic_get(&runner->state) == KILLED) {
		shell_error(runner->sh, "%s: %s", name, runner->text);
	} else if (runner->error == 0 || (runner->error == MOTEUR_EXIT && runner->status == 0)) {
		shell_print(runner->sh, "%s: done, with %zu of %zu bytes", name, runner->statistics.peak,
			    runner->statistics.capacity);
	} else {
		shell_error(runner->sh, "%s: %s (at most %zu of %zu bytes of its pool were in use)", name, runner->text,
			    runner->statistics.peak, runner->statistics.capacity);
	}
}

static void finish(struct runner *runner)
{
	k_thread_join(&runner->thread, K_FOREVER);
	if (atomic_get(&runner->state) == KILLED) {
		moteur_abandon(&runner->thread);
	}
	report(runner);
	store_unuse(runner->stored);
	k_mutex_lock(&lock, K_FOREVER);
	runner->instance = NULL;
	runner->stop_since = 0;
	k_mutex_unlock(&lock);
	atomic_set(&runner->state, FREE);
}

/* Ends a thread that should have stopped, unless it is just ending, or holds something. */
static void force(struct runner *runner)
{
	k_sched_lock();
	if (!runner->busy && atomic_cas(&runner->state, RUNS, KILLED)) {
		snprintf(runner->text, sizeof(runner->text), "ended by force: it did not stop for %d ms", PATIENCE_MS);
		k_thread_abort(&runner->thread);
	}
	k_sched_unlock();
}

/* Looks after the threads that run modules: tells how they ended, and ends those that do not listen. */
static void attend(void *a, void *b, void *c)
{
	k_timeout_t timeout = K_FOREVER;

	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	for (;;) {
		k_sem_take(&news, timeout);
		timeout = K_FOREVER;
		for (size_t i = 0; i < RUNNERS; i++) {
			struct runner *runner = &runners[i];
			int state = atomic_get(&runner->state);

			if (state == RUNS && runner->stop_since != 0) {
				timeout = K_MSEC(LOOK_MS);
				if (k_uptime_get() - runner->stop_since > PATIENCE_MS) {
					force(runner);
					state = atomic_get(&runner->state);
				}
			}
			if (state == ENDED || state == KILLED) {
				finish(runner);
			}
		}
	}
}

K_THREAD_STACK_DEFINE(attendant_stack, 2048);
static struct k_thread attendant;

int runner_init(void)
{
	/* Above the shell: it does little, and what it does should not wait. */
	k_tid_t thread = k_thread_create(&attendant, attendant_stack, K_THREAD_STACK_SIZEOF(attendant_stack), attend, NULL,
					 NULL, NULL, CONFIG_SHELL_THREAD_PRIORITY - 1, 0, K_NO_WAIT);

	return k_thread_name_set(thread, "attendant");
}

/* Whether an interrupt handler has failed, and not the thread that it interrupted. */
static bool is_in_interrupt(const struct arch_esf *esf)
{
#ifdef CONFIG_CPU_CORTEX_M
	/* The number of the exception that was being handled. */
	return esf != NULL && (esf->basic.xpsr & IPSR_ISR_Msk) != 0;
#else
	ARG_UNUSED(esf);
	return false;
#endif
}

/* What the kernel does after a fault of the processor: a thread that ran a module ends, anything else stops the machine. */
void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *esf)
{
	for (size_t i = 0; i < RUNNERS && !is_in_interrupt(esf); i++) {
		struct runner *runner = &runners[i];

		/* One that holds something would leave everybody else without it. */
		if (k_current_get() == &runner->thread && !runner->busy) {
			snprintf(runner->text, sizeof(runner->text), "ended by the kernel: %s", fault_text(reason));
			atomic_set(&runner->state, KILLED);
			k_sem_give(&news);
			return;
		}
	}
	k_fatal_halt(reason);
}

/* Copies what the module is told. */
static int tell(struct runner *runner, size_t count, char **arguments)
{
	size_t filled = 0;

	if (count > ARGUMENTS_MAX) {
		return -E2BIG;
	}
	for (size_t i = 0; i < count; i++) {
		size_t bytes = strlen(arguments[i]) + 1;

		if (bytes > sizeof(runner->bytes) - filled) {
			return -E2BIG;
		}
		runner->arguments[i] = memcpy(&runner->bytes[filled], arguments[i], bytes);
		filled += bytes;
	}
	runner->count = count;
	return 0;
}

static struct runner *find_free(void)
{
	for (size_t i = 0; i < RUNNERS; i++) {
		if (atomic_get(&runners[i].state) == FREE) {
			return &runners[i];
		}
	}
	return NULL;
}

int runner_start(const struct shell *sh, size_t count, char **arguments, uint32_t fuel)
{
	struct runner *runner = find_free();
	size_t at = runner - runners;
	int error;

	if (runner == NULL) {
		return -EBUSY;
	}
	error = tell(runner, count, arguments);
	if (error != 0) {
		return error;
	}
	runner->stored = store_use(arguments[0]);
	if (runner->stored == NULL) {
		return -ENOENT;
	}
	runner->sh = sh;
	runner->fuel = fuel;
	runner->busy = false;
	runner->began = k_uptime_get();
	atomic_set(&runner->state, RUNS);
	k_thread_create(&runner->thread, stacks[at], K_THREAD_STACK_SIZEOF(stacks[at]), run, runner, pools[at], NULL,
			K_LOWEST_APPLICATION_THREAD_PRIO, K_FP_REGS, K_FOREVER);
	k_thread_name_set(&runner->thread, runner->stored->name);
	k_thread_start(&runner->thread);
	return 0;
}

int runner_stop(const char *name)
{
	int count = 0;

	k_mutex_lock(&lock, K_FOREVER);
	for (size_t i = 0; i < RUNNERS; i++) {
		struct runner *runner = &runners[i];

		if (atomic_get(&runner->state) == RUNS && strcmp(runner->stored->name, name) == 0) {
			runner->stop_since = k_uptime_get();
			/* One without an instance sees that it should stop when it has one. */
			moteur_interrupt(runner->instance);
			count++;
		}
	}
	k_mutex_unlock(&lock);
	k_sem_give(&news);
	return count;
}

void runner_each(void (*each)(const char *name, uint32_t ms, void *context), void *context)
{
	for (size_t i = 0; i < RUNNERS; i++) {
		if (atomic_get(&runners[i].state) == RUNS) {
			each(runners[i].stored->name, (uint32_t)(k_uptime_get() - runners[i].began), context);
		}
	}
}
