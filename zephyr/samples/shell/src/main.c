/* Modules come over the shell's line, and run in threads of their own: `moteur` in the shell. */

#include "runner.h"

#include <zephyr/kernel.h>

int main(void)
{
	int error = runner_init();

	if (error == 0) {
		printk("`moteur receive` takes a module, `moteur run` runs it\n");
	}
	return error;
}
