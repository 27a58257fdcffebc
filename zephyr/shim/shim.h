/*
 * What the Rust library asks of Zephyr. Zephyr's own interface is macros and inline functions, which depend on the
 * application's configuration; here they become functions with fixed names and types. A function whose part of Zephyr
 * is not configured is still there, and answers SHIM_UNSUPPORTED.
 *
 * crates/platform/src/zephyr/shim.rs declares the same.
 */
#ifndef MOTEUR_SHIM_H_
#define MOTEUR_SHIM_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of `ERRORS` in crates/platform/src/zephyr/mod.rs. */
enum shim_error {
	SHIM_FAILED = -1,
	SHIM_UNSUPPORTED = -2,
	SHIM_INVALID = -3,
	SHIM_EXHAUSTED = -4,
	SHIM_BAD_HANDLE = -5,
	SHIM_WOULD_BLOCK = -6,
	SHIM_NOT_FOUND = -7,
	SHIM_EXISTS = -8,
	SHIM_NOT_DIRECTORY = -9,
	SHIM_IS_DIRECTORY = -10,
	SHIM_NOT_EMPTY = -11,
	SHIM_DENIED = -12,
	SHIM_NOT_PERMITTED = -13,
	SHIM_READ_ONLY = -14,
	SHIM_NO_SPACE = -15,
	SHIM_TOO_LARGE = -16,
	SHIM_NAME_TOO_LONG = -17,
	SHIM_CROSS_DEVICE = -18,
	SHIM_BUSY = -19,
	SHIM_NOT_SEEKABLE = -20,
	SHIM_CLOSED = -21,
	SHIM_REFUSED = -22,
	SHIM_RESET = -23,
	SHIM_ABORTED = -24,
	SHIM_NOT_CONNECTED = -25,
	SHIM_CONNECTED = -26,
	SHIM_ADDRESS_IN_USE = -27,
	SHIM_NO_ADDRESS = -28,
	SHIM_UNREACHABLE = -29,
	SHIM_TIMED_OUT = -30,
	SHIM_MESSAGE_TOO_LONG = -31,
	SHIM_LOOP = -32,
};

/* The error for a number of errno.h, which differ between C libraries. */
int moteur_shim_error(int number);

/* The end of a panic in Rust: says where, and stops the kernel. */
void moteur_panic(const char *file, size_t length, uint32_t line);

/* Writes bytes to the kernel's console: at once, as they are, and not through the log. */
void moteur_shim_print(const uint8_t *bytes, size_t count);

/* Nanoseconds since the kernel started, one step of that clock, and since 1970 or 0 where nobody knows. */
uint64_t moteur_shim_monotonic_ns(void);
uint64_t moteur_shim_resolution_ns(void);
uint64_t moteur_shim_realtime_ns(void);
/* Sleeps, for that long or a little less. */
void moteur_shim_wait_ns(uint64_t ns);

/* Random bytes that are good enough for keys, or those of CONFIG_TEST_RANDOM_GENERATOR where somebody chose them. */
bool moteur_shim_has_random(void);
int moteur_shim_random(uint8_t *to, size_t count);

/* Whether bytes belong to the image that the firmware runs from, whose constants are executable as its functions are. */
bool moteur_shim_is_firmware(const uint8_t *start, size_t count);

/* Copies code to RAM that is executed and not written (CONFIG_MOTEUR_CODE_BYTES), and gives that RAM back. */
int moteur_shim_code_take(uint8_t **place, const uint8_t *from, size_t count);
int moteur_shim_code_give(uint8_t *place, size_t count);

/* What stands at a path, which is absolute, as all here are: a directory, or a file of so many bytes. */
int moteur_shim_file_find(const char *path, bool *is_directory, uint64_t *size);
/* Makes an empty file, or cuts the one that is there to no bytes. */
int moteur_shim_file_create(const char *path);
/* These say how many bytes they have read or written. Between a file's end and `offset` zeros are written. */
int moteur_shim_file_read(const char *path, uint8_t *to, size_t count, uint64_t offset);
int moteur_shim_file_write(const char *path, const uint8_t *from, size_t count, uint64_t offset);
int moteur_shim_file_append(const char *path, const uint8_t *from, size_t count);
/* Cuts a file, or fills it up with zeros. */
int moteur_shim_file_set_size(const char *path, uint64_t size);
int moteur_shim_file_create_directory(const char *path);
/* Removes a file or an empty directory. */
int moteur_shim_file_remove(const char *path);
int moteur_shim_file_rename(const char *path, const char *new_path);
/* Hands each name in a directory to `each`, with how many bytes it has. */
typedef void (*moteur_shim_name_t)(void *context, const uint8_t *name, size_t count, bool is_directory);
int moteur_shim_file_list(const char *path, moteur_shim_name_t each, void *context);
/* How many files and directories a guest may have open. */
extern const uint16_t moteur_shim_files_max;

/* An address of a socket: IPv4 has four bytes. The port is a number as others are. */
struct moteur_shim_address {
	uint8_t bytes[16];
	uint16_t port;
	bool is_v6;
};

/* What can be on or off. */
enum moteur_shim_option {
	SHIM_OPTION_REUSE_ADDRESS = 0,
	SHIM_OPTION_KEEP_ALIVE = 1,
	SHIM_OPTION_NO_DELAY = 2,
};

/* Sockets, by Zephyr's numbers. None of these functions waits: they answer SHIM_WOULD_BLOCK. */
int moteur_shim_socket_open(bool is_v6, bool is_stream);
void moteur_shim_socket_close(int socket);
int moteur_shim_socket_bind(int socket, const struct moteur_shim_address *address);
int moteur_shim_socket_listen(int socket, int backlog);
int moteur_shim_socket_accept(int socket, struct moteur_shim_address *from);
/* Asked again, it says whether the connection stands. */
int moteur_shim_socket_connect(int socket, const struct moteur_shim_address *address);
int moteur_shim_socket_receive(int socket, uint8_t *to, size_t count, bool peeks, struct moteur_shim_address *from,
			       bool *has_from);
int moteur_shim_socket_send(int socket, const uint8_t *from, size_t count, const struct moteur_shim_address *to);
int moteur_shim_socket_shutdown(int socket, bool reads, bool writes);
int moteur_shim_socket_own_address(int socket, struct moteur_shim_address *address);
int moteur_shim_socket_peer_address(int socket, struct moteur_shim_address *address);
/* 1 if it can be read, or written, without waiting. */
int moteur_shim_socket_ready(int socket, bool writes);
int moteur_shim_socket_set_option(int socket, enum moteur_shim_option option, bool is_on);
int moteur_shim_socket_option(int socket, enum moteur_shim_option option);

#endif
