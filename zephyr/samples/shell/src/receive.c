#include "receive.h"
#include "runner.h"
#include "store.h"

#include <errno.h>
#include <moteur/receive.h>
#include <stdio.h>
#include <string.h>
#include <zephyr/kernel.h>

/* When to give up. */
#define SILENT_SECONDS_MAX 60
#define CTRL_C 3
/* What a module begins with. */
static const uint8_t magic[] = {0, 'a', 's', 'm'};

static struct transfer {
	/* The shell whose line is taken. */
	const struct shell *sh;
	struct moteur_receiver receiver;
	char name[STORE_NAME_BYTES];
	uint8_t *bytes;
	size_t count;
	size_t filled;
	/* A sender has answered. */
	bool began;
	int silent_seconds;
} transfer;

/* The shell's thread has bytes, the kernel's work queue seconds. */
static K_MUTEX_DEFINE(lock);

static void second(struct k_work *work);
static K_WORK_DELAYABLE_DEFINE(seconds, second);

/* Puts bytes on the line as they are. */
static void send(const uint8_t *bytes, size_t count)
{
	const struct shell_transport *line = transfer.sh->iface;

	while (count > 0) {
		size_t sent = 0;

		if (line->api->write(line, bytes, count, &sent) != 0) {
			return;
		}
		bytes += sent;
		count -= sent;
		if (sent == 0) {
			k_msleep(1);
		}
	}
}

/* Gives the line back to the shell. */
static void finish(void)
{
	shell_set_bypass(transfer.sh, NULL);
	store_free(transfer.bytes);
	transfer.bytes = NULL;
	transfer.sh = NULL;
	k_work_cancel_delayable(&seconds);
	runner_release_output();
}

/* Ends the transfer. `moteur send` shows the text; a person at the line sees it too. */
static void refuse(const char *text)
{
	struct moteur_receiver_step step;

	moteur_receiver_cancel(&transfer.receiver, &step);
	send(step.send, step.send_count);
	send((const uint8_t *)text, strlen(text));
	send((const uint8_t *)"\r\n", 2);
	finish();
}

/* Without a name of its own the module gets the file's, without its directory and `.wasm`. */
static void take_name(const uint8_t *bytes, size_t count)
{
	static const char extension[] = ".wasm";
	size_t tail = sizeof(extension) - 1;

	for (size_t i = count; i > 0; i--) {
		if (bytes[i - 1] == '/' || bytes[i - 1] == '\\') {
			bytes += i;
			count -= i;
			break;
		}
	}
	if (count > tail && memcmp(&bytes[count - tail], extension, tail) == 0) {
		count -= tail;
	}
	snprintf(transfer.name, sizeof(transfer.name), "%.*s", (int)count, (const char *)bytes);
}

/* NULL, or why the file that is offered cannot come. */
static const char *offered(const struct moteur_receiver_step *step)
{
	int error;

	if (transfer.name[0] == '\0') {
		take_name(step->bytes, step->count);
	}
	error = store_may_put(transfer.name);
	if (error != 0) {
		return error == -EBUSY ? "a module of this name is running" : "there are too many modules";
	}
	if (step->file_bytes < sizeof(magic)) {
		return "this is no WebAssembly module";
	}
	transfer.count = step->file_bytes;
	transfer.filled = 0;
	transfer.bytes = store_allocate(transfer.count);
	return transfer.bytes == NULL ? "there is not so much memory for modules" : NULL;
}

static const char *take_block(const struct moteur_receiver_step *step)
{
	if (step->count > transfer.count - transfer.filled) {
		return "there are more bytes than the sender said";
	}
	memcpy(&transfer.bytes[transfer.filled], step->bytes, step->count);
	if (transfer.filled == 0 && memcmp(transfer.bytes, magic, MIN(step->count, sizeof(magic))) != 0) {
		return "this is no WebAssembly module";
	}
	transfer.filled += step->count;
	return NULL;
}

/* All bytes are there, and the sender does not know yet that they are taken. */
static const char *complete(void)
{
	if (store_put(transfer.name, transfer.bytes, transfer.count) != 0) {
		return "there are too many modules, or it is running";
	}
	transfer.bytes = NULL;
	return NULL;
}

static void step_taken(const struct moteur_receiver_step *taken);

static void accept_unless(const char *refused)
{
	struct moteur_receiver_step step;

	if (refused != NULL) {
		refuse(refused);
		return;
	}
	moteur_receiver_accept(&transfer.receiver, &step);
	step_taken(&step);
}

static void step_taken(const struct moteur_receiver_step *taken)
{
	send(taken->send, taken->send_count);
	switch (taken->event) {
	case MOTEUR_RECEIVER_NOTHING:
		break;
	case MOTEUR_RECEIVER_FILE:
		transfer.began = true;
		accept_unless(offered(taken));
		break;
	case MOTEUR_RECEIVER_BLOCK:
		accept_unless(take_block(taken));
		break;
	case MOTEUR_RECEIVER_COMPLETE:
		accept_unless(complete());
		break;
	case MOTEUR_RECEIVER_END:
		finish();
		break;
	case MOTEUR_RECEIVER_STOPPED:
		send(taken->bytes, taken->count);
		send((const uint8_t *)"\r\n", 2);
		finish();
		break;
	}
}

static void second(struct k_work *work)
{
	struct moteur_receiver_step step;

	ARG_UNUSED(work);
	k_mutex_lock(&lock, K_FOREVER);
	if (transfer.sh != NULL) {
		k_work_schedule(&seconds, K_SECONDS(1));
		if (++transfer.silent_seconds > SILENT_SECONDS_MAX) {
			refuse("nobody sends a module");
		} else {
			moteur_receiver_silence(&transfer.receiver, &step);
			step_taken(&step);
		}
	}
	k_mutex_unlock(&lock);
}

/* Bytes have come to the shell. */
static void bytes_came(const struct shell *sh, uint8_t *bytes, size_t count)
{
	struct moteur_receiver_step step;

	ARG_UNUSED(sh);
	k_mutex_lock(&lock, K_FOREVER);
	for (size_t i = 0; i < count && transfer.sh != NULL; i++) {
		transfer.silent_seconds = 0;
		if (bytes[i] == CTRL_C && !transfer.began) {
			refuse("cancelled");
			break;
		}
		moteur_receiver_byte(&transfer.receiver, bytes[i], &step);
		step_taken(&step);
	}
	if (transfer.sh != NULL) {
		k_work_reschedule(&seconds, K_SECONDS(1));
	}
	k_mutex_unlock(&lock);
}

int receive_start(const struct shell *sh, const char *name)
{
	int error = 0;

	k_mutex_lock(&lock, K_FOREVER);
	if (transfer.sh != NULL) {
		error = -EBUSY;
	} else {
		transfer.sh = sh;
		transfer.began = false;
		transfer.silent_seconds = 0;
		snprintf(transfer.name, sizeof(transfer.name), "%s", name != NULL ? name : "");
		moteur_receiver_start(&transfer.receiver);
		runner_hold_output();
		shell_set_bypass(sh, bytes_came);
		k_work_reschedule(&seconds, K_SECONDS(1));
	}
	k_mutex_unlock(&lock);
	return error;
}
