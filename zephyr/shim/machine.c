/*
 * What wasm_export.h and wasm.h ask of a machine without an operating system: moteur_machine.h. Their guests' output comes in
 * pieces, and is gathered to lines here as it is for the guests of moteur/zephyr.h.
 */

#include "shim.h"
#include "kernel.h"

#include <moteur_machine.h>

#define LINE_BYTES 128

static struct line {
	size_t count;
	uint8_t bytes[LINE_BYTES];
} lines[2];

static K_MUTEX_DEFINE(lock);

static void send(struct line *line)
{
	if (line->count > 0) {
		moteur_shim_print(line->bytes, line->count);
		line->count = 0;
	}
}

void moteur_console_write(int stream, const uint8_t *bytes, size_t size)
{
	struct line *line = &lines[stream == 2];

	k_mutex_lock(&lock, K_FOREVER);
	for (size_t at = 0; at < size; at++) {
		line->bytes[line->count++] = bytes[at];
		if (bytes[at] == '\n' || line->count == LINE_BYTES) {
			send(line);
		}
	}
	k_mutex_unlock(&lock);
}

uint64_t moteur_clock_ns(void)
{
	return moteur_shim_monotonic_ns();
}
