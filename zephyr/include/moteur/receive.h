/*
 * Receives a file over a serial line by YMODEM, which `moteur send`, `sb` of lrzsz, minicom and Tera Term speak
 * (CONFIG_MOTEUR_RECEIVE).
 *
 * A receiver knows nothing of the line: it takes bytes, and says what to send and what happened. It belongs to no runtime
 * and takes memory from nowhere.
 */
#ifndef MOTEUR_RECEIVE_H_
#define MOTEUR_RECEIVE_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Holds a block of 1 KB. What stands in it is none of the application's business. */
struct moteur_receiver {
	uint64_t state[136];
};

/* What happened. After the first three, the application says moteur_receiver_accept() or moteur_receiver_cancel(); until
 * then the sender waits. */
enum moteur_receiver_event {
	MOTEUR_RECEIVER_NOTHING = 0,
	/* A file of `file_bytes` is offered: `bytes` is its name, as the sender's system has it, without a zero. */
	MOTEUR_RECEIVER_FILE = 1,
	/* The file's next bytes have come. */
	MOTEUR_RECEIVER_BLOCK = 2,
	/* All bytes have come. */
	MOTEUR_RECEIVER_COMPLETE = 3,
	/* The sender knows that all is well; the transfer is over. */
	MOTEUR_RECEIVER_END = 4,
	/* The transfer is over, without a file: `bytes` is a text that says why, without a zero. */
	MOTEUR_RECEIVER_STOPPED = 5,
};

struct moteur_receiver_step {
	enum moteur_receiver_event event;
	/* What to send now. */
	const uint8_t *send;
	size_t send_count;
	/* What belongs to the event, until the receiver is used again. */
	const uint8_t *bytes;
	size_t count;
	uint32_t file_bytes;
};

/* A receiver that waits for a sender. */
void moteur_receiver_start(struct moteur_receiver *receiver);

/* A byte has come. */
void moteur_receiver_byte(struct moteur_receiver *receiver, uint8_t byte, struct moteur_receiver_step *step);

/* Nothing has come for a second. Senders begin when they hear what this sends. */
void moteur_receiver_silence(struct moteur_receiver *receiver, struct moteur_receiver_step *step);

/* Says yes to the last event. */
void moteur_receiver_accept(struct moteur_receiver *receiver, struct moteur_receiver_step *step);

/* Ends the transfer, at any time. `moteur send` shows its user a line of text that is sent next. */
void moteur_receiver_cancel(struct moteur_receiver *receiver, struct moteur_receiver_step *step);

#ifdef __cplusplus
}
#endif

#endif
