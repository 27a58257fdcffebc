// sock_accept: only of sockets; the older edition has no such function.
// run: --dir .::/
// editions: preview1

#include "../check.h"

static void test(void) {
    uint32_t accepted = 99, file = make_file("file", "text");
    FAILS(NOTSOCK, sock_accept(file, 0, &accepted));
    FAILS(NOTSOCK, sock_accept(DIR, 0, &accepted));
    FAILS(NOTSOCK, sock_accept(0, 0, &accepted));
    FAILS(NOTSOCK, sock_accept(file, FDFLAG_NONBLOCK, &accepted));
    EACH_BAD_FD(fd) FAILS(BADF, sock_accept(fd, 0, &accepted));
    EACH_BAD_PLACE(place, 4) HOLDS(sock_accept(file, 0, place) != ERRNO_SUCCESS);
    EQUAL(accepted, 99);
}
