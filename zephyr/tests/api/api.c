/* Calls every function of moteur/zephyr.h, with good arguments and bad; without Zephyr, over the stubs. */

#include <moteur/zephyr.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

static int checks;

#define CHECK(condition)                                                                                              \
	do {                                                                                                          \
		checks++;                                                                                             \
		if (!(condition)) {                                                                                   \
			printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                        \
			exit(1);                                                                                      \
		}                                                                                                     \
	} while (0)

static _Alignas(8) uint8_t pool[256 * 1024];
static char printed[256];

static void output(void *context, int stream, const char *bytes, size_t count)
{
	CHECK(context == printed && stream == 1 && count < sizeof(printed));
	memcpy(printed, bytes, count);
	printed[count] = 0;
}

static int twice(struct moteur_caller *caller, void *context, const struct moteur_value *arguments,
		 struct moteur_value *results)
{
	(void)caller;
	CHECK(arguments[0].kind == MOTEUR_I32 && results[0].kind == MOTEUR_I32);
	results[0].of.i32 = 2 * arguments[0].of.i32;
	return *(int *)context;
}

static int note(struct moteur_caller *caller, void *context, const struct moteur_value *arguments,
		struct moteur_value *results)
{
	const char *text = moteur_caller_memory(caller, (uint32_t)arguments[0].of.i32, (uint32_t)arguments[1].of.i32);

	(void)results;
	if (!text) {
		return MOTEUR_TRAP;
	}
	memcpy(context, text, (size_t)arguments[1].of.i32);
	return 0;
}

static int mix(struct moteur_caller *caller, void *context, const struct moteur_value *arguments,
	       struct moteur_value *results)
{
	(void)caller;
	(void)context;
	results[0].of.f64 = arguments[0].of.i32 + (double)arguments[1].of.i64 + arguments[2].of.f32 + arguments[3].of.f64;
	return 0;
}

static const struct moteur_options options = {
	.stack_bytes = 4096,
	.native_stack_bytes = 4096,
	.memory_bytes_max = 65536,
	.table_elements_max = 100,
	.fuel = true,
	.output = output,
	.output_context = printed,
};

static struct moteur *runtime;
static int status;
static char noted[8];

static void define(void)
{
	CHECK(moteur_define(runtime, "env", "twice", "(i)i", twice, &status) == MOTEUR_OK);
	CHECK(moteur_define(runtime, "env", "note", "(ii)", note, noted) == MOTEUR_OK);
	CHECK(moteur_define(runtime, "env", "mix", "(iIfF)F", mix, NULL) == MOTEUR_OK);
	CHECK(moteur_define(runtime, "env", "bad", "(x)", mix, NULL) == MOTEUR_INVALID);
	CHECK(moteur_define(runtime, "env", "bad", "(iiiiiiiiiiiiiiiii)", mix, NULL) == MOTEUR_INVALID);
	CHECK(moteur_define(runtime, "env", "bad", "(i", mix, NULL) == MOTEUR_INVALID);
	CHECK(moteur_define(runtime, "env", "bad", "()ii", mix, NULL) == MOTEUR_INVALID);
	CHECK(moteur_define(runtime, "env", NULL, "()", mix, NULL) == MOTEUR_INVALID);
	CHECK(moteur_define(runtime, "env", "bad", "()", NULL, NULL) == MOTEUR_INVALID);
}

static void values(struct moteur_instance *instance)
{
	struct moteur_value sum[2] = {{MOTEUR_I32, {.i32 = 20}}, {MOTEUR_I32, {.i32 = 2}}};
	struct moteur_value mixed[4] = {{MOTEUR_I32, {.i32 = -1}}, {MOTEUR_I64, {.i64 = 1LL << 40}},
					{MOTEUR_F32, {.f32 = 0.5f}}, {MOTEUR_F64, {.f64 = 0.25}}};
	struct moteur_value results[2] = {0};

	CHECK(moteur_set_fuel(instance, 1000) == MOTEUR_OK);
	CHECK(moteur_call(instance, "add", sum, 2, results, 1) == MOTEUR_OK);
	CHECK(results[0].kind == MOTEUR_I32 && results[0].of.i32 == 42);
	CHECK(moteur_call(instance, "mixed", mixed, 4, results, 1) == MOTEUR_OK);
	CHECK(results[0].kind == MOTEUR_F64 && results[0].of.f64 == (double)(1LL << 40) - 0.25);
	CHECK(moteur_call(instance, "two", NULL, 0, results, 2) == MOTEUR_OK);
	CHECK(results[0].kind == MOTEUR_I64 && results[0].of.i64 == -1);
	CHECK(results[1].kind == MOTEUR_F32 && results[1].of.f32 == 0.5f);
	CHECK(moteur_call(instance, "add", sum, 1, results, 1) == MOTEUR_BAD_TYPE);
	CHECK(moteur_call(instance, "add", mixed, 2, results, 1) == MOTEUR_BAD_TYPE);
	CHECK(moteur_call(instance, "add", sum, 2, results, 2) == MOTEUR_BAD_TYPE);
	CHECK(moteur_call(instance, "none", NULL, 0, NULL, 0) == MOTEUR_NO_EXPORT);
	CHECK(moteur_call(instance, NULL, NULL, 0, NULL, 0) == MOTEUR_INVALID);
	sum[0].kind = 9;
	CHECK(moteur_call(instance, "add", sum, 2, results, 1) == MOTEUR_BAD_TYPE);
}

static int frames;

static void frame(void *context, int stream, const char *bytes, size_t count)
{
	CHECK(context == &frames && stream == 2 && count > 0 && bytes[count - 1] == '\n');
	frames++;
}

static void failures(struct moteur_instance *instance)
{
	struct moteur_value one = {MOTEUR_I32, {.i32 = 0}};
	struct moteur_value result;

	CHECK(moteur_call(instance, "divide", &one, 1, &result, 1) == MOTEUR_TRAP);
	CHECK(strcmp(moteur_error_text(runtime), "integer divide by zero") == 0);
	frames = 0;
	moteur_backtrace(instance, frame, &frames);
	CHECK(frames == 1);
	CHECK(moteur_call(instance, "recurse", &one, 1, NULL, 0) == MOTEUR_TRAP);
	CHECK(strcmp(moteur_error_text(runtime), "call stack exhausted") == 0);
	CHECK(moteur_call(instance, "spin", NULL, 0, NULL, 0) == MOTEUR_TRAP);
	CHECK(strcmp(moteur_error_text(runtime), "all fuel consumed") == 0);
	CHECK(moteur_set_fuel(instance, 1000) == MOTEUR_OK);
	status = 77;
	CHECK(moteur_call(instance, "add", (struct moteur_value[2]){one, one}, 2, &result, 1) == MOTEUR_HOST);
	status = 0;
	CHECK(moteur_run(instance) == MOTEUR_EXIT && moteur_exit_status(runtime) == 3);
	moteur_interrupt(instance);
	CHECK(moteur_call(instance, "spin", NULL, 0, NULL, 0) == MOTEUR_TRAP);
}

static void memory(struct moteur_instance *instance)
{
	CHECK(memcmp(moteur_memory(instance, 16, 6), "a line", 6) == 0);
	CHECK(moteur_memory(instance, 65530, 7) == NULL && moteur_memory(instance, 65530, 6) != NULL);
	CHECK(moteur_memory(instance, UINT32_MAX, UINT32_MAX) == NULL);
	CHECK(moteur_call(instance, "tell", NULL, 0, NULL, 0) == MOTEUR_OK && memcmp(noted, "a line", 6) == 0);
	CHECK(moteur_call(instance, "tell_wrong", NULL, 0, NULL, 0) == MOTEUR_TRAP);
	CHECK(moteur_call(instance, "say", NULL, 0, NULL, 0) == MOTEUR_OK);
	CHECK(strcmp(printed, "a line of the guest\n") == 0);
}

static void life(enum moteur_bytes how)
{
	struct moteur_module *module = NULL;
	struct moteur_instance *instance = NULL;
	struct moteur_statistics before, after;

	moteur_get_statistics(runtime, &before);
	CHECK(moteur_load(runtime, guest, 20, how, &module) == MOTEUR_BAD_MODULE);
	CHECK(strlen(moteur_error_text(runtime)) > 0);
	CHECK(moteur_load(runtime, NULL, 0, how, &module) == MOTEUR_INVALID);
	CHECK(moteur_load(runtime, guest, sizeof(guest), how, &module) == MOTEUR_OK);
	CHECK(!moteur_is_native(module));
	CHECK(moteur_destroy(runtime) == MOTEUR_IN_USE);
	CHECK(moteur_instantiate(module, NULL, &instance) == MOTEUR_OK);
	CHECK(moteur_unload(module) == MOTEUR_IN_USE);
	values(instance);
	memory(instance);
	failures(instance);
	moteur_release(instance);
	CHECK(moteur_unload(module) == MOTEUR_OK);
	moteur_get_statistics(runtime, &after);
	CHECK(after.used == before.used && after.peak > before.used && after.capacity == before.capacity);
}

/* Whatever the pool's size, there is an error or everything works, and nothing is lost. */
static void small_pools(void)
{
	int made = 0;

	for (size_t bytes = 0; bytes < 80 * 1024; bytes += 512) {
		struct moteur_module *module = NULL;
		struct moteur_instance *instance = NULL;
		int error = moteur_create(&runtime, pool, bytes, &options);

		if (error) {
			CHECK(error == MOTEUR_NO_MEMORY);
			continue;
		}
		error = moteur_define(runtime, "env", "twice", "(i)i", twice, &status);
		error = error ? error : moteur_define(runtime, "env", "note", "(ii)", note, noted);
		error = error ? error : moteur_define(runtime, "env", "mix", "(iIfF)F", mix, NULL);
		error = error ? error : moteur_load(runtime, guest, sizeof(guest), MOTEUR_IN_PLACE, &module);
		error = error ? error : moteur_instantiate(module, NULL, &instance);
		CHECK(error == MOTEUR_OK || error == MOTEUR_NO_MEMORY);
		made += error == MOTEUR_OK;
		moteur_release(instance);
		CHECK(moteur_unload(module) == MOTEUR_OK && moteur_destroy(runtime) == MOTEUR_OK);
	}
	CHECK(made > 0);
}

int main(void)
{
	struct moteur *other;
	struct moteur_module *module;
	struct moteur_instance *instance;
	static _Alignas(8) uint8_t second[16 * 1024];

	CHECK(moteur_create(&runtime, pool, sizeof(pool), NULL) == MOTEUR_INVALID);
	CHECK(moteur_create(&runtime, pool, sizeof(pool), &options) == MOTEUR_OK);
	CHECK(moteur_load(runtime, guest, sizeof(guest), MOTEUR_IN_PLACE, &module) == MOTEUR_OK);
	CHECK(moteur_instantiate(module, NULL, &instance) == MOTEUR_BAD_IMPORT);
	CHECK(strstr(moteur_error_text(runtime), "env::twice") != NULL);
	CHECK(moteur_unload(module) == MOTEUR_OK);
	define();
	/* A second runtime knows nothing of the first. */
	CHECK(moteur_create(&other, second, sizeof(second), &options) == MOTEUR_OK);
	CHECK(moteur_load(other, guest, sizeof(guest), MOTEUR_IN_PLACE, &module) == MOTEUR_OK);
	CHECK(moteur_instantiate(module, NULL, &instance) == MOTEUR_BAD_IMPORT);
	CHECK(moteur_unload(module) == MOTEUR_OK && moteur_destroy(other) == MOTEUR_OK);
	life(MOTEUR_IN_PLACE);
	life(MOTEUR_COPY);
	CHECK(moteur_destroy(runtime) == MOTEUR_OK);
	CHECK(moteur_destroy(NULL) == MOTEUR_OK && moteur_unload(NULL) == MOTEUR_OK);
	moteur_release(NULL);
	moteur_interrupt(NULL);
	small_pools();
	printf("%d checks\n", checks);
	return 0;
}
