// The functions that WAMR adds to WASI's for sockets, with their records and constants, and what the programs here have in
// common. WAMR's library for C calls the same functions.

#ifndef SOCKETS_H
#define SOCKETS_H

#include "check.h"

enum {
    ERRNO_ACCES = 2,
    ERRNO_ADDRINUSE = 3,
    ERRNO_ADDRNOTAVAIL = 4,
    ERRNO_AFNOSUPPORT = 5,
    ERRNO_AGAIN = 6,
    ERRNO_CONNREFUSED = 14,
    ERRNO_ISCONN = 30,
    ERRNO_MSGSIZE = 35,
    ERRNO_NOPROTOOPT = 50,
    ERRNO_NOTCONN = 53,
    ERRNO_PIPE = 64,
};

enum { IPV4, IPV6, ANY_FAMILY };
enum { DATAGRAM, STREAM };
enum { ANY_TYPE = -1 };
enum { PEEK = 1, WAIT_ALL = 2 };
enum { TRUNCATED = 1 };
enum { SHUT_READ = 1, SHUT_WRITE = 2 };

// An address with a port, both in the machine's order.
typedef struct {
    uint32_t kind;
    union {
        struct {
            uint8_t octets[4];
            uint16_t port;
        } ipv4;
        struct {
            uint16_t segments[8];
            uint16_t port;
        } ipv6;
    };
} address_t;

typedef struct {
    address_t address;
    int32_t type;
} found_t;

typedef struct {
    int32_t type;
    uint32_t family;
    uint8_t valid;
} hints_t;

_Static_assert(sizeof(address_t) == 24 && sizeof(found_t) == 28 && sizeof(hints_t) == 12, "as WAMR has them");

WASI(sock_open, uint32_t pool, uint32_t family, uint32_t type, void *opened);
WASI(sock_close, uint32_t fd);
WASI(sock_connect, uint32_t fd, void *address);
WASI(sock_bind, uint32_t fd, void *address);
WASI(sock_listen, uint32_t fd, uint32_t backlog);
WASI(sock_addr_local, uint32_t fd, void *address);
WASI(sock_addr_remote, uint32_t fd, void *address);
WASI(sock_addr_resolve, void *host, void *service, void *hints, void *found, uint32_t room, void *count);
WASI(sock_send_to, uint32_t fd, void *vectors, uint32_t count, uint32_t flags, void *to, void *size);
WASI(sock_recv_from, uint32_t fd, void *vectors, uint32_t count, uint32_t flags, void *from, void *size);
WASI(sock_set_recv_timeout, uint32_t fd, uint64_t us);
WASI(sock_get_recv_timeout, uint32_t fd, void *us);
WASI(sock_set_linger, uint32_t fd, uint32_t on, uint32_t seconds);
WASI(sock_get_linger, uint32_t fd, void *on, void *seconds);

// Options that are a number, each with how many bytes it has.
#define EACH_OPTION(option)                                                                                       \
    option(keep_alive, 1) option(reuse_addr, 1) option(reuse_port, 1) option(tcp_no_delay, 1)                     \
        option(tcp_quick_ack, 1) option(tcp_fastopen_connect, 1) option(tcp_keep_idle, 4) option(tcp_keep_intvl, 4) \
            option(ip_ttl, 1) option(recv_buf_size, 4) option(send_buf_size, 4) option(broadcast, 1)              \
                option(ip_multicast_ttl, 1) option(ipv6_only, 1)

#define DECLARE_OPTION(name, bytes)                         \
    WASI(sock_get_##name, uint32_t fd, void *value); \
    WASI(sock_set_##name, uint32_t fd, uint32_t value);
EACH_OPTION(DECLARE_OPTION)

// 127.0.0.1 with that port.
static address_t loopback(uint16_t port) {
    return (address_t){.kind = IPV4, .ipv4 = {{127, 0, 0, 1}, port}};
}

// A socket that is open; a failure is a failed check, and gives a descriptor that is none.
static uint32_t open_socket(uint32_t family, uint32_t type) {
    uint32_t fd = 0xffffffff;
    check_equal("sockets.h", __LINE__, "open_socket", sock_open(0xffffffff, family, type, &fd), 0);
    return fd;
}

// A socket at a port of 127.0.0.1 that the system chooses, and that port.
static uint32_t bound_socket(uint32_t type, uint16_t *port) {
    uint32_t fd = open_socket(IPV4, type);
    address_t address = loopback(0);
    check_equal("sockets.h", __LINE__, "sock_bind", sock_bind(fd, &address), 0);
    check_equal("sockets.h", __LINE__, "sock_addr_local", sock_addr_local(fd, &address), 0);
    *port = address.ipv4.port;
    return fd;
}

typedef struct {
    uint32_t client, server;
} connection_t;

// A connection of this program with itself.
static connection_t connected(void) {
    uint16_t port;
    uint32_t listener = bound_socket(STREAM, &port);
    connection_t connection = {open_socket(IPV4, STREAM), 0xffffffff};
    address_t address = loopback(port);
    OK(sock_listen(listener, 4));
    OK(sock_connect(connection.client, &address));
    OK(sock_accept(listener, 0, &connection.server));
    OK(sock_close(listener));
    return connection;
}

// Sends a text in one piece; how many bytes were taken, or the negative of the error number.
static int32_t send_text(uint32_t fd, const char *text) {
    iovec_t vector = {(void *)text, length(text)};
    uint32_t size = 0, error = sock_send(fd, &vector, 1, 0, &size);
    return error ? -(int32_t)error : (int32_t)size;
}

static char received_text[64];
static uint16_t received_flags;

// Receives up to so many bytes into `received_text`; how many, or the negative of the error number.
static int32_t receive(uint32_t fd, uint32_t bytes, uint32_t flags) {
    iovec_t vector = {received_text, bytes};
    uint32_t size = 0, error = sock_recv(fd, &vector, 1, flags, &size, &received_flags);
    return error ? -(int32_t)error : (int32_t)size;
}

#endif
