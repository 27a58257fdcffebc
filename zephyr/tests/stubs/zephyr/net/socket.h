/* Stands for Zephyr's header of this name: as much of it as the shim uses, on top of the host's. */
#ifndef STUB_SOCKET_H_
#define STUB_SOCKET_H_

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define ZSOCK_MSG_PEEK 0x02
#define ZSOCK_MSG_DONTWAIT 0x40
#define ZSOCK_POLLIN 1
#define ZSOCK_POLLOUT 4
#define ZSOCK_SHUT_RD 0
#define ZSOCK_SHUT_WR 1
#define ZSOCK_SHUT_RDWR 2

struct zsock_pollfd {
	int fd;
	short events;
	short revents;
};

int zsock_socket(int family, int type, int protocol);
int zsock_close(int socket);
int zsock_bind(int socket, const struct sockaddr *address, socklen_t bytes);
int zsock_listen(int socket, int backlog);
int zsock_accept(int socket, struct sockaddr *address, socklen_t *bytes);
int zsock_connect(int socket, const struct sockaddr *address, socklen_t bytes);
ssize_t zsock_recvfrom(int socket, void *to, size_t count, int flags, struct sockaddr *from, socklen_t *bytes);
ssize_t zsock_sendto(int socket, const void *from, size_t count, int flags, const struct sockaddr *to, socklen_t bytes);
int zsock_shutdown(int socket, int how);
int zsock_getsockname(int socket, struct sockaddr *address, socklen_t *bytes);
int zsock_getpeername(int socket, struct sockaddr *address, socklen_t *bytes);
int zsock_fcntl(int socket, int command, int flags);
int zsock_poll(struct zsock_pollfd *events, int count, int timeout);
int zsock_setsockopt(int socket, int level, int name, const void *value, socklen_t bytes);
int zsock_getsockopt(int socket, int level, int name, void *value, socklen_t *bytes);

#endif
