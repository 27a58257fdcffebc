// sock_send: only to sockets, however much else is wrong.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t size = 99, file = make_file("file", "text");
    iovec_t vector = {"other text", 10};
    FAILS(NOTSOCK, sock_send(file, &vector, 1, 0, &size));
    FAILS(NOTSOCK, sock_send(DIR, &vector, 1, 0, &size));
    FAILS(NOTSOCK, sock_send(1, &vector, 1, 0, &size));
    EACH_BAD_FD(fd) FAILS(BADF, sock_send(fd, &vector, 1, 0, &size));
    EACH_BAD_VECTORS(list, count, errno) {
        uint32_t given = sock_send(file, list, count, 0, &size);
        HOLDS(given == ERRNO_NOTSOCK || given == errno);
    }
    EACH_BAD_PLACE(place, 4) HOLDS(sock_send(file, &vector, 1, 0, place) != ERRNO_SUCCESS);
    EQUAL(size, 99);
    EQUAL(status_of("file").size, 4);
}
