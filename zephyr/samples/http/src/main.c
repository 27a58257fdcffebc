/* Lets a guest serve HTTP at port 8080, and asks it over the loopback. */

#include <errno.h>
#include <moteur/zephyr.h>
#include <string.h>
#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>

#define PORT 8080

static const uint8_t guest[] __aligned(16) = {
#include "guest.wasm.inc"
};

static uint8_t pool[CONFIG_MOTEUR_POOL_BYTES] __aligned(8);

static int run(struct moteur *runtime)
{
	static const char *const listeners[] = {"0.0.0.0:8080"};
	static const struct moteur_world world = {
		.listeners = listeners,
		.listener_count = ARRAY_SIZE(listeners),
	};
	struct moteur_module *module = NULL;
	struct moteur_instance *instance = NULL;
	int error = moteur_load(runtime, guest, sizeof(guest), MOTEUR_IN_PLACE, &module);

	if (error == 0) {
		error = moteur_instantiate(module, &world, &instance);
	}
	if (error == 0) {
		error = moteur_run(instance);
	}
	if (error != 0) {
		printk("error %d: %s\n", error, moteur_error_text(runtime));
	}
	moteur_release(instance);
	moteur_unload(module);
	return error;
}

/* Prints what came, line by line, without those of the header but the first. */
static void show(char *text)
{
	char *body = strstr(text, "\r\n\r\n");

	text[strcspn(text, "\r")] = '\0';
	printk("client: %s\n", text);
	if (body != NULL) {
		body += 4;
		body[strcspn(body, "\n")] = '\0';
		printk("client: %s\n", body);
	}
}

/* How often to try. */
#define TRIES 50

/* Connects, as soon as somebody listens. */
static int connect_to_guest(void)
{
	struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(PORT)};

	server.sin_addr.s_addr = htonl(0x7f000001);
	for (int i = 0; i < TRIES; i++) {
		int connection = zsock_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

		if (connection >= 0 && zsock_connect(connection, (struct sockaddr *)&server, sizeof(server)) == 0) {
			return connection;
		}
		if (i == TRIES - 1) {
			printk("client: no connection: error %d\n", errno);
		}
		zsock_close(connection);
		k_msleep(100);
	}
	return -1;
}

static void ask(const char *path)
{
	static char text[512];
	size_t filled = 0;
	ssize_t count;
	int connection = connect_to_guest();

	if (connection < 0) {
		return;
	}
	count = snprintk(text, sizeof(text), "GET %s HTTP/1.0\r\n\r\n", path);
	count = zsock_send(connection, text, count, 0);
	while (count > 0 && filled < sizeof(text) - 1) {
		count = zsock_recv(connection, &text[filled], sizeof(text) - 1 - filled, 0);
		filled += MAX(count, 0);
	}
	text[filled] = '\0';
	zsock_close(connection);
	show(text);
}

static void client(void *a, void *b, void *c)
{
	static const char *const paths[] = {"/", "/nothing", "/", "/stop"};

	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	/* On a board, others may ask as well. */
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		ask(paths[i]);
	}
}

K_THREAD_DEFINE(client_thread, 3072, client, NULL, NULL, NULL, 7, 0, 500);

int main(void)
{
	struct moteur *runtime;
	int error = moteur_create(&runtime, pool, sizeof(pool), &MOTEUR_OPTIONS_DEFAULT);

	if (error == 0) {
		error = run(runtime);
		moteur_destroy(runtime);
	}
	printk("guest ended with %d\n", error);
	return error;
}
