/* Runs modules, each in a thread and a pool of its own. */
#ifndef RUNNER_H_
#define RUNNER_H_

#include <stdint.h>
#include <zephyr/shell/shell.h>

/* Starts the thread that looks after the others. */
int runner_init(void);

/*
 * Runs a module; what it prints, and how it ends, goes to `sh`. The first argument is the module's name. With `fuel` it
 * ends after so many operators; 0 is no limit. -ENOENT if there is no such module, -EBUSY if too many run already, -E2BIG
 * if the arguments are too long.
 */
int runner_start(const struct shell *sh, size_t count, char **arguments, uint32_t fuel);

/* Stops every run of a module: says how many. One that does not listen is ended by force after a second. */
int runner_stop(const char *name);

/* Calls `each` for every module that runs, with the milliseconds since it began. */
void runner_each(void (*each)(const char *name, uint32_t ms, void *context), void *context);

/* Holds back what modules print, and lets it go on. */
void runner_hold_output(void);
void runner_release_output(void);

#endif
