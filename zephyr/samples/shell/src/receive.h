/* Modules that come over the shell's line, by YMODEM. */
#ifndef RECEIVE_H_
#define RECEIVE_H_

#include <zephyr/shell/shell.h>

/* Takes the shell's line until a module has come, nothing has come for a minute, or somebody presses Ctrl-C. `name` is
 * what the module will be called, or NULL for its file's name. -EBUSY if another shell receives one. */
int receive_start(const struct shell *sh, const char *name);

#endif
