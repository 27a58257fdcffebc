// sock_shutdown: only of sockets.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "text");
    for (uint32_t how = 1; how <= 3; how++) {
        check_case = how;
        FAILS(NOTSOCK, sock_shutdown(file, how));
        FAILS(NOTSOCK, sock_shutdown(DIR, how));
        FAILS(NOTSOCK, sock_shutdown(1, how));
        EACH_BAD_FD(fd) FAILS(BADF, sock_shutdown(fd, how));
    }
    HOLDS(sock_shutdown(file, 0) != ERRNO_SUCCESS);
    HOLDS(sock_shutdown(file, 0xffffffff) != ERRNO_SUCCESS);
    OK(fd_close(file));
}
