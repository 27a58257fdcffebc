// A guest that is allowed nothing: it opens no socket, and reaches nobody through the one that it is given.
// run: --listen 127.0.0.1:0
// editions: preview1

#include "../sockets.h"

static void test(void) {
    uint32_t fd = 77;
    for (uint32_t family = IPV4; family <= IPV6; family++) {
        FAILS(ACCES, sock_open(0xffffffff, family, STREAM, &fd));
        FAILS(ACCES, sock_open(0xffffffff, family, DATAGRAM, &fd));
    }
    EQUAL(fd, 77);
    hints_t any = {0, 0, 0};
    found_t found;
    FAILS(ACCES, sock_addr_resolve("localhost", "", &any, &found, 1, &fd));

    const uint32_t listener = 3;
    address_t own;
    OK(sock_addr_local(listener, &own));
    HOLDS(own.ipv4.port != 0);
    FAILS(ACCES, sock_connect(listener, &own));
    FAILS(ACCES, sock_bind(listener, &own));
    FAILS(ACCES, sock_listen(listener, 1));
    OK(fd_fdstat_set_flags(listener, FDFLAG_NONBLOCK));
    FAILS(AGAIN, sock_accept(listener, 0, &fd));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, sock_accept(listener, 0, place));
    FAILS(INVAL, sock_accept(listener, FDFLAG_APPEND, &fd));
    OK(sock_close(listener));
    FAILS(BADF, sock_accept(listener, 0, &fd));
}
