// Options of sockets with WAMR's functions: what is set is asked for again, in records of the right size.
// run: --allow-net 127.0.0.1:1
// editions: preview1

#include "../sockets.h"

static uint32_t stream, stream_v6, datagram;

// Sets and asks, and no byte beyond the value is written.
#define KEEPS(fd, name, bytes, value)                        \
    do {                                                     \
        uint64_t found = 0xeeeeeeeeeeeeeeee, wanted = found; \
        memset(&wanted, 0, bytes);                           \
        wanted |= value;                                     \
        OK(sock_set_##name(fd, value));                      \
        OK(sock_get_##name(fd, &found));                     \
        EQUAL(found, wanted);                                \
    } while (0)

// A place across 2^32 is a good one for a single byte: the first.
#define BAD_ARGUMENTS(name, bytes)                                \
    EACH_BAD_FD(bad) FAILS(BADF, sock_set_##name(bad, 1));        \
    EACH_BAD_FD(bad) FAILS(BADF, sock_get_##name(bad, at(1024))); \
    FAILS(NOTSOCK, sock_set_##name(1, 1));                        \
    EACH_BAD_PLACE(place, bytes) HOLDS(place == NULL || sock_get_##name(stream, place) != ERRNO_SUCCESS);

static void test(void) {
    stream = open_socket(IPV4, STREAM);
    stream_v6 = open_socket(IPV6, STREAM);
    datagram = open_socket(IPV4, DATAGRAM);
    for (uint32_t on = 2; on-- > 0;) {
        KEEPS(stream, keep_alive, 1, on);
        KEEPS(stream, reuse_addr, 1, on);
        KEEPS(stream, tcp_no_delay, 1, on);
        KEEPS(stream, tcp_fastopen_connect, 1, on);
        KEEPS(stream_v6, ipv6_only, 1, on);
        KEEPS(datagram, broadcast, 1, on);
        KEEPS(stream, ip_ttl, 1, 17u + on);
        KEEPS(datagram, ip_multicast_ttl, 1, 17u + on);
        KEEPS(stream, tcp_keep_idle, 4, 17u + on);
        KEEPS(stream, tcp_keep_intvl, 4, 17u + on);
    }
    uint64_t us = 1;
    OK(sock_set_recv_timeout(stream, 5000000000));
    OK(sock_get_recv_timeout(stream, &us));
    EQUAL(us, 5000000000);
    uint8_t on = 9;
    uint32_t seconds = 9;
    OK(sock_set_linger(stream, 1, 3));
    OK(sock_get_linger(stream, &on, &seconds));
    EQUAL(on, 1);
    EQUAL(seconds, 3);
    uint32_t room = 0;
    OK(sock_set_recv_buf_size(stream, 16384));
    OK(sock_get_recv_buf_size(stream, &room));
    HOLDS(room >= 16384);
    FAILS(INVAL, sock_set_ip_ttl(stream, 256));
    FAILS(NOPROTOOPT, sock_set_tcp_no_delay(datagram, 1));
    EACH_OPTION(BAD_ARGUMENTS)
}
