/* The shell's command `moteur`. */

#include "receive.h"
#include "runner.h"
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zephyr/shell/shell.h>

static int receive(const struct shell *sh, size_t count, char **words)
{
	const char *name = count > 1 ? words[1] : NULL;

	if (name != NULL && strlen(name) >= STORE_NAME_BYTES) {
		shell_error(sh, "a name has at most %d characters", STORE_NAME_BYTES - 1);
		return -EINVAL;
	}
	shell_print(sh, "Send a module by YMODEM now: with `moteur send`, `sb`, minicom, Tera Term. Ctrl-C ends this.");
	if (receive_start(sh, name) != 0) {
		shell_error(sh, "another shell receives a module");
		return -EBUSY;
	}
	return 0;
}

static void show_run(const char *name, uint32_t ms, void *context)
{
	shell_print(context, "%-24srunning for %u ms", name, ms);
}

static int list(const struct shell *sh, size_t count, char **words)
{
	bool any = false;

	ARG_UNUSED(count);
	ARG_UNUSED(words);
	for (size_t i = 0; i < CONFIG_SAMPLE_MODULES_MAX; i++) {
		const struct stored *stored = store_at(i);

		if (stored != NULL) {
			any = true;
			shell_print(sh, "%-24s%zu bytes", stored->name, stored->count);
		}
	}
	if (!any) {
		shell_print(sh, "no modules: `moteur receive` takes one");
	}
	runner_each(show_run, (void *)sh);
	return 0;
}

/* The number behind `-f`, and whether it is one. */
static bool parse_fuel(const char *word, uint32_t *fuel)
{
	char *end;
	unsigned long number = strtoul(word, &end, 10);

	*fuel = (uint32_t)number;
	return *word >= '1' && *word <= '9' && *end == '\0' && number <= UINT32_MAX;
}

static int run(const struct shell *sh, size_t count, char **words)
{
	uint32_t fuel = 0;
	int error;

	if (count > 2 && strcmp(words[1], "-f") == 0) {
		if (count == 3 || !parse_fuel(words[2], &fuel)) {
			shell_error(sh, "-f wants a number of operators, and a module behind it");
			return -EINVAL;
		}
		count -= 2;
		words += 2;
	}
	error = runner_start(sh, count - 1, &words[1], fuel);
	switch (error) {
	case 0:
		break;
	case -ENOENT:
		shell_error(sh, "%s: there is no such module", words[1]);
		break;
	case -EBUSY:
		shell_error(sh, "%d modules run already", CONFIG_SAMPLE_RUNNERS);
		break;
	default:
		shell_error(sh, "the arguments are too long");
		break;
	}
	return error;
}

static int stop(const struct shell *sh, size_t count, char **words)
{
	ARG_UNUSED(count);
	if (runner_stop(words[1]) == 0) {
		shell_error(sh, "%s: no such module runs", words[1]);
		return -ENOENT;
	}
	return 0;
}

static int remove_module(const struct shell *sh, size_t count, char **words)
{
	int error = store_remove(words[1]);

	ARG_UNUSED(count);
	if (error != 0) {
		shell_error(sh, "%s: %s", words[1], error == -EBUSY ? "it is running" : "there is no such module");
	}
	return error;
}

SHELL_STATIC_SUBCMD_SET_CREATE(
	commands,
	SHELL_CMD_ARG(receive, NULL, "[NAME]: takes a module over this line, by YMODEM", receive, 1, 1),
	SHELL_CMD_ARG(list, NULL, "modules, and what runs", list, 1, 0),
	SHELL_CMD_ARG(run, NULL, "[-f FUEL] NAME [ARGUMENT...]: runs a module", run, 2, SHELL_OPT_ARG_CHECK_SKIP),
	SHELL_CMD_ARG(stop, NULL, "NAME: stops it", stop, 2, 0),
	SHELL_CMD_ARG(rm, NULL, "NAME: forgets it", remove_module, 2, 0), SHELL_SUBCMD_SET_END);
SHELL_CMD_REGISTER(moteur, &commands, "WebAssembly modules", NULL);
