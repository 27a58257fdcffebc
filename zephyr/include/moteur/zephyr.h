/*
 * Moteur on Zephyr: runs WebAssembly modules from C.
 *
 * A runtime lives in a buffer that the application gives it and takes memory from nowhere else. There may be several at
 * a time; they share nothing. One thread at a time may use a runtime and what was made with it; only moteur_interrupt()
 * may be called by any other thread and by interrupts.
 *
 *	static uint8_t pool[CONFIG_MOTEUR_POOL_BYTES] __aligned(8);
 *	struct moteur *runtime;
 *	struct moteur_module *module;
 *	struct moteur_instance *instance;
 *
 *	int error = moteur_create(&runtime, pool, sizeof(pool), &MOTEUR_OPTIONS_DEFAULT);
 *	error = error ? error : moteur_load(runtime, wasm, sizeof(wasm), MOTEUR_IN_PLACE, &module);
 *	error = error ? error : moteur_instantiate(module, NULL, &instance);
 *	error = error ? error : moteur_call(instance, "run", NULL, 0, NULL, 0);
 */
#ifndef MOTEUR_ZEPHYR_H_
#define MOTEUR_ZEPHYR_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * With CONFIG_USERSPACE: the library's own variables, which belong to no runtime: a counter, by which runtimes tell
 * each other's objects. A thread of user mode needs it in its memory domain, beside the partition of its pool.
 */
extern struct k_mem_partition moteur_partition;

/* What functions return: zero, or why not. moteur_error_text() says it in words, with names and offsets. */
enum moteur_error {
	MOTEUR_OK = 0,
	/* The pool is full; moteur_statistics() says how full. */
	MOTEUR_NO_MEMORY = -1,
	/* The bytes are no module that this runtime accepts. */
	MOTEUR_BAD_MODULE = -2,
	/* The module can only run as native code, which is refused. */
	MOTEUR_NATIVE_REFUSED = -3,
	/* The module imports what nobody has defined, or not with this type. */
	MOTEUR_BAD_IMPORT = -4,
	/* There is no export of that name and kind. */
	MOTEUR_NO_EXPORT = -5,
	/* The arguments or results are not those of the function. */
	MOTEUR_BAD_TYPE = -6,
	/* The guest has trapped: it divided by zero, or left its memory, say. */
	MOTEUR_TRAP = -7,
	/* The guest ended itself; moteur_exit_status() has its status. */
	MOTEUR_EXIT = -8,
	/* A limit of the options was reached. */
	MOTEUR_LIMIT = -9,
	/* A host function returned an error that is none of these. */
	MOTEUR_HOST = -10,
	/* An argument makes no sense: a null pointer, an address outside of memory, a text that is not UTF-8. */
	MOTEUR_INVALID = -11,
	/* What was to be destroyed is still used. */
	MOTEUR_IN_USE = -12,
	/* This part was left out of the firmware: see CONFIG_MOTEUR_*. */
	MOTEUR_UNSUPPORTED = -13,
};

struct moteur;
struct moteur_module;
struct moteur_instance;
/* A call of a host function, valid until it returns. */
struct moteur_caller;

enum moteur_kind {
	MOTEUR_I32 = 0,
	MOTEUR_I64 = 1,
	MOTEUR_F32 = 2,
	MOTEUR_F64 = 3,
};

/* A value of the guest. */
struct moteur_value {
	enum moteur_kind kind;
	union {
		int32_t i32;
		int64_t i64;
		float f32;
		double f64;
	} of;
};

/*
 * Gets what the guest prints: stream 1 is its standard output, 2 its standard error; `bytes` is a line with its end, or
 * 128 bytes of a longer one. It must not use the runtime.
 */
typedef void (*moteur_output_t)(void *context, int stream, const char *bytes, size_t count);

struct moteur_options {
	/* Bytes of a guest's stack for calls; what a guest keeps in memory has a stack there. One for each instance. */
	size_t stack_bytes;
	/* Bytes of the thread's stack that native code may use. The runtime itself needs 2 KB besides. */
	size_t native_stack_bytes;
	/* Bytes that a guest's memory may have at most, and elements of its tables. */
	size_t memory_bytes_max;
	uint32_t table_elements_max;
	/* Whether guests pay for what they execute: see moteur_set_fuel(). */
	bool fuel;
	/* Whether the interpreter translates all functions when a module is instantiated, and not each when it is first called. */
	bool eager;
	/* Where output goes, and what is handed to that; NULL is the console. */
	moteur_output_t output;
	void *output_context;
};

/* The options of the application's configuration. */
#ifdef CONFIG_MOTEUR
static const struct moteur_options MOTEUR_OPTIONS_DEFAULT = {
	.stack_bytes = CONFIG_MOTEUR_STACK_BYTES,
	.native_stack_bytes = CONFIG_MOTEUR_NATIVE_STACK_BYTES,
	.memory_bytes_max = CONFIG_MOTEUR_MEMORY_BYTES_MAX,
	.table_elements_max = CONFIG_MOTEUR_TABLE_ELEMENTS_MAX,
#ifdef CONFIG_MOTEUR_FUEL
	.fuel = true,
#endif
#ifdef CONFIG_MOTEUR_EAGER
	.eager = true,
#endif
};
#endif

/* Makes a runtime in `pool`, which it keeps until it is destroyed. Wherever it begins, multiples of 8 waste nothing. */
int moteur_create(struct moteur **runtime, void *pool, size_t bytes, const struct moteur_options *options);

/* Gives the pool back. MOTEUR_IN_USE while there are modules; nothing has happened then. NULL is ignored. */
int moteur_destroy(struct moteur *runtime);

/* Why the last function that was called with this runtime, or with anything made with it, failed: a text that is there
 * until the next such call. */
const char *moteur_error_text(const struct moteur *runtime);

/* The guest's status after MOTEUR_EXIT. */
int moteur_exit_status(const struct moteur *runtime);

struct moteur_statistics {
	/* Bytes that the pool has for allocations, that are in use, and that were at most. */
	size_t capacity;
	size_t used;
	size_t peak;
};

void moteur_get_statistics(const struct moteur *runtime, struct moteur_statistics *statistics);

/*
 * A function of the application. It reads `arguments` and writes as many `results` as its signature says, whose kinds are
 * set already. It returns zero, MOTEUR_TRAP to end the guest with a trap, or any other number, which moteur_call() then
 * reports as MOTEUR_HOST.
 */
typedef int (*moteur_function_t)(struct moteur_caller *caller, void *context, const struct moteur_value *arguments,
				 struct moteur_value *results);

/*
 * Lets modules import a function. The signature has a letter for each parameter, in parentheses, and for the result behind
 * them: `i` and `I` are integers of 32 and 64 bits, `f` and `F` such floats. "(iI)f" takes two and returns one, "()" nothing.
 * At most 16 parameters.
 */
int moteur_define(struct moteur *runtime, const char *module, const char *name, const char *signature,
		  moteur_function_t function, void *context);

/* The guest's memory from `address` on, if there are so many bytes; otherwise NULL. Valid until the guest runs again. */
void *moteur_caller_memory(struct moteur_caller *caller, uint32_t address, uint32_t bytes);

enum moteur_bytes {
	/* The module's bytes stay where they are, in flash for instance, for as long as the module exists. Code that runs
	 * in place begins at a multiple of 16. */
	MOTEUR_IN_PLACE = 0,
	/* They are copied to the pool. Native code goes to CONFIG_MOTEUR_CODE_BYTES, or is not used. */
	MOTEUR_COPY = 1,
};

/* Checks a module. */
int moteur_load(struct moteur *runtime, const void *wasm, size_t bytes, enum moteur_bytes how,
		struct moteur_module **module);

/* Whether the module's native code is used. If it brings some along and that is not, moteur_error_text() says why. */
bool moteur_is_native(struct moteur_module *module);

/* MOTEUR_IN_USE while there are instances. NULL is ignored. */
int moteur_unload(struct moteur_module *module);

/* A directory that a guest gets, and all below it. */
struct moteur_directory {
	/* What the guest calls it, and where it is: "/" and "/lfs/guest", say. */
	const char *guest;
	const char *host;
	bool writable;
};

/* What a guest of WASI has of the world. */
struct moteur_world {
	const char *const *arguments;
	size_t argument_count;
	/* "NAME=value" */
	const char *const *environment;
	size_t environment_count;
	const struct moteur_directory *directories;
	size_t directory_count;
	/* Where sockets of this machine listen for the guest: "192.0.2.1:80". It finds them behind its directories, as the
	 * descriptors from 3 on. */
	const char *const *listeners;
	size_t listener_count;
	/* What it may reach: "192.0.2.7:443/tcp", "10.0.0.0/8:*", "*:53/udp". Without a word that is nothing. */
	const char *const *reachable;
	size_t reachable_count;
};

/* Makes an instance, and runs the module's start function. `world` may be NULL. */
int moteur_instantiate(struct moteur_module *module, const struct moteur_world *world,
		       struct moteur_instance **instance);

/* Calls an exported function. Results get their kinds, too. */
int moteur_call(struct moteur_instance *instance, const char *name, const struct moteur_value *arguments,
		size_t argument_count, struct moteur_value *results, size_t result_count);

/* Runs a program: its `_start`, as WASI has it, or else `main`. The status is what moteur_exit_status() then gives. */
int moteur_run(struct moteur_instance *instance);

/* The instance's memory from `address` on, if there are so many bytes; otherwise NULL. Valid until the guest runs. */
void *moteur_memory(struct moteur_instance *instance, uint32_t address, uint32_t bytes);

/* How many operators the guest may execute from now on. MOTEUR_UNSUPPORTED unless the options have `fuel`. */
int moteur_set_fuel(struct moteur_instance *instance, uint64_t fuel);

/* Stops the guest, from another thread or an interrupt: its call ends with MOTEUR_TRAP. Interpreted code always sees it,
 * native code unless it was compiled not to look. */
void moteur_interrupt(struct moteur_instance *instance);

/* The guest functions that were active when the last call failed, innermost first, each given to `line`. */
void moteur_backtrace(struct moteur_instance *instance, moteur_output_t line, void *context);

/* Gives back all that the instance took. NULL is ignored. */
void moteur_release(struct moteur_instance *instance);

struct k_thread;

/*
 * A thread was ended while it used runtimes: by k_thread_abort(), or by a fault of the processor. Gives back the memory for
 * native code that their modules took. The runtimes' pools may then be used for something else; they hold nothing that
 * anybody has to give back, as long as the guests had no files or sockets open.
 */
void moteur_abandon(struct k_thread *thread);

#ifdef __cplusplus
}
#endif

#endif
