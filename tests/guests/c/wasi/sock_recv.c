// sock_recv: only of sockets, however much else is wrong.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t size = 99, file = make_file("file", "text");
    uint16_t flags = 99;
    uint8_t bytes[8] = "before";
    iovec_t vector = {bytes, sizeof bytes};
    FAILS(NOTSOCK, sock_recv(file, &vector, 1, 0, &size, &flags));
    FAILS(NOTSOCK, sock_recv(DIR, &vector, 1, 0, &size, &flags));
    FAILS(NOTSOCK, sock_recv(0, &vector, 1, 0, &size, &flags));
    EACH_BAD_FD(fd) FAILS(BADF, sock_recv(fd, &vector, 1, 0, &size, &flags));
    EACH_BAD_VECTORS(list, count, errno) {
        uint32_t given = sock_recv(file, list, count, 0, &size, &flags);
        HOLDS(given == ERRNO_NOTSOCK || given == errno);
    }
    EACH_BAD_PLACE(place, 4) HOLDS(sock_recv(file, &vector, 1, 0, place, place) != ERRNO_SUCCESS);
    EQUAL(size, 99);
    EQUAL(flags, 99);
    HOLDS(same(bytes, "before", 6));
}
