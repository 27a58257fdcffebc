/* Sockets of Zephyr's network, or of what it is offloaded to. None of these functions waits. */

#include "shim.h"
#include "kernel.h"

#include <errno.h>
#include <string.h>

/* Zephyr's sockets know Zephyr's flags, whatever the C library calls them. */
#if __has_include(<zephyr/posix/fcntl.h>)
#include <zephyr/posix/fcntl.h>
#else
#include <fcntl.h>
#endif

#if __has_include(<zephyr/net/socket.h>)
#include <zephyr/net/socket.h>
#else
#include <net/socket.h>
#endif

/* The last error as ours. */
static int failure(void)
{
	switch (errno) {
	case EINPROGRESS:
	case EALREADY:
	case EINTR:
		return SHIM_WOULD_BLOCK;
	case ENOBUFS:
		return SHIM_EXHAUSTED;
	case ECONNREFUSED:
		return SHIM_REFUSED;
	case ECONNRESET:
		return SHIM_RESET;
	case ECONNABORTED:
		return SHIM_ABORTED;
	case ENOTCONN:
	case EDESTADDRREQ:
		return SHIM_NOT_CONNECTED;
	case EISCONN:
		return SHIM_CONNECTED;
	case EADDRINUSE:
		return SHIM_ADDRESS_IN_USE;
	case EADDRNOTAVAIL:
		return SHIM_NO_ADDRESS;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
		return SHIM_UNREACHABLE;
	case ETIMEDOUT:
		return SHIM_TIMED_OUT;
	case EMSGSIZE:
		return SHIM_MESSAGE_TOO_LONG;
	case EOPNOTSUPP:
	case ENOPROTOOPT:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
	case EPFNOSUPPORT:
		return SHIM_UNSUPPORTED;
	default:
		return moteur_shim_error(errno);
	}
}

static int checked(int result)
{
	return result < 0 ? failure() : result;
}

/* An address as Zephyr has it, and how many bytes of it count. */
static socklen_t encode(const struct moteur_shim_address *address, struct sockaddr_storage *to)
{
	memset(to, 0, sizeof(*to));
	if (address->is_v6) {
		struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(address->port);
		memcpy(&v6->sin6_addr, address->bytes, 16);
		return sizeof(*v6);
	} else {
		struct sockaddr_in *v4 = (struct sockaddr_in *)to;

		v4->sin_family = AF_INET;
		v4->sin_port = htons(address->port);
		memcpy(&v4->sin_addr, address->bytes, 4);
		return sizeof(*v4);
	}
}

static int decode(const struct sockaddr_storage *from, struct moteur_shim_address *address)
{
	const struct sockaddr *any = (const struct sockaddr *)from;

	memset(address, 0, sizeof(*address));
	if (any->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;

		address->is_v6 = true;
		address->port = ntohs(v6->sin6_port);
		memcpy(address->bytes, &v6->sin6_addr, 16);
	} else if (any->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;

		address->port = ntohs(v4->sin_port);
		memcpy(address->bytes, &v4->sin_addr, 4);
	} else {
		return SHIM_UNSUPPORTED;
	}
	return 0;
}

/* A socket that does not wait, or is closed again. */
static int without_waiting(int socket)
{
	int flags;

	if (socket < 0) {
		return failure();
	}
	flags = zsock_fcntl(socket, F_GETFL, 0);
	if (flags < 0 || zsock_fcntl(socket, F_SETFL, flags | O_NONBLOCK) < 0) {
		int error = failure();

		(void)zsock_close(socket);
		return error;
	}
	return socket;
}

int moteur_shim_socket_open(bool is_v6, bool is_stream)
{
	return without_waiting(zsock_socket(is_v6 ? AF_INET6 : AF_INET, is_stream ? SOCK_STREAM : SOCK_DGRAM,
					    is_stream ? IPPROTO_TCP : IPPROTO_UDP));
}

void moteur_shim_socket_close(int socket)
{
	(void)zsock_close(socket);
}

int moteur_shim_socket_bind(int socket, const struct moteur_shim_address *address)
{
	struct sockaddr_storage own;
	socklen_t bytes = encode(address, &own);

	return checked(zsock_bind(socket, (struct sockaddr *)&own, bytes));
}

int moteur_shim_socket_listen(int socket, int backlog)
{
	return checked(zsock_listen(socket, backlog));
}

int moteur_shim_socket_accept(int socket, struct moteur_shim_address *from)
{
	struct sockaddr_storage peer;
	socklen_t bytes = sizeof(peer);
	int accepted = without_waiting(zsock_accept(socket, (struct sockaddr *)&peer, &bytes));
	int error = accepted < 0 ? accepted : decode(&peer, from);

	if (error < 0 && accepted >= 0) {
		(void)zsock_close(accepted);
	}
	return error < 0 ? error : accepted;
}

int moteur_shim_socket_connect(int socket, const struct moteur_shim_address *address)
{
	struct sockaddr_storage peer;
	socklen_t bytes = encode(address, &peer);

	return checked(zsock_connect(socket, (struct sockaddr *)&peer, bytes));
}

int moteur_shim_socket_receive(int socket, uint8_t *to, size_t count, bool peeks, struct moteur_shim_address *from,
			       bool *has_from)
{
	struct sockaddr_storage peer;
	socklen_t bytes = sizeof(peer);
	int received;

	memset(&peer, 0, sizeof(peer));
	received = zsock_recvfrom(socket, to, MIN(count, INT32_MAX), ZSOCK_MSG_DONTWAIT | (peeks ? ZSOCK_MSG_PEEK : 0),
				  (struct sockaddr *)&peer, &bytes);
	if (received < 0) {
		return failure();
	}
	*has_from = bytes > 0 && decode(&peer, from) == 0;
	return received;
}

int moteur_shim_socket_send(int socket, const uint8_t *from, size_t count, const struct moteur_shim_address *to)
{
	struct sockaddr_storage peer;
	socklen_t bytes = to != NULL ? encode(to, &peer) : 0;

	return checked(zsock_sendto(socket, from, MIN(count, INT32_MAX), ZSOCK_MSG_DONTWAIT,
				    to != NULL ? (struct sockaddr *)&peer : NULL, bytes));
}

int moteur_shim_socket_shutdown(int socket, bool reads, bool writes)
{
	int how = reads && writes ? ZSOCK_SHUT_RDWR : reads ? ZSOCK_SHUT_RD : ZSOCK_SHUT_WR;

	return checked(zsock_shutdown(socket, how));
}

int moteur_shim_socket_own_address(int socket, struct moteur_shim_address *address)
{
	struct sockaddr_storage own;
	socklen_t bytes = sizeof(own);
	int error = zsock_getsockname(socket, (struct sockaddr *)&own, &bytes);

	return error < 0 ? failure() : decode(&own, address);
}

int moteur_shim_socket_peer_address(int socket, struct moteur_shim_address *address)
{
#if KERNEL_VERSION_NUMBER >= 0x030300
	struct sockaddr_storage peer;
	socklen_t bytes = sizeof(peer);
	int error = zsock_getpeername(socket, (struct sockaddr *)&peer, &bytes);

	return error < 0 ? failure() : decode(&peer, address);
#else
	ARG_UNUSED(socket);
	ARG_UNUSED(address);
	return SHIM_UNSUPPORTED;
#endif
}

int moteur_shim_socket_ready(int socket, bool writes)
{
	struct zsock_pollfd event = {.fd = socket, .events = writes ? ZSOCK_POLLOUT : ZSOCK_POLLIN};
	int count = zsock_poll(&event, 1, 0);

	return count < 0 ? failure() : count > 0;
}

/* What the options that are on or off are called here. */
static int option_name(enum moteur_shim_option option, int *level)
{
	*level = SOL_SOCKET;
	switch (option) {
	case SHIM_OPTION_REUSE_ADDRESS:
		return SO_REUSEADDR;
	case SHIM_OPTION_KEEP_ALIVE:
		return SO_KEEPALIVE;
	case SHIM_OPTION_NO_DELAY:
		*level = IPPROTO_TCP;
		return TCP_NODELAY;
	default:
		return -1;
	}
}

int moteur_shim_socket_set_option(int socket, enum moteur_shim_option option, bool is_on)
{
	int level;
	int name = option_name(option, &level);
	int value = is_on;

	return name < 0 ? SHIM_UNSUPPORTED : checked(zsock_setsockopt(socket, level, name, &value, sizeof(value)));
}

int moteur_shim_socket_option(int socket, enum moteur_shim_option option)
{
	int level;
	int name = option_name(option, &level);
	int value = 0;
	socklen_t bytes = sizeof(value);

	if (name < 0) {
		return SHIM_UNSUPPORTED;
	}
	return zsock_getsockopt(socket, level, name, &value, &bytes) < 0 ? failure() : value != 0;
}
