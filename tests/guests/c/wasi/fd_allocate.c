// fd_allocate: a file becomes as long as asked for, and never shorter.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "0123456789");
    OK(fd_allocate(file, 0, 5));
    EQUAL(status_of("file").size, 10);
    OK(fd_allocate(file, 8, 12));
    EQUAL(status_of("file").size, 20);
    uint8_t bytes[20];
    iovec_t vector = {bytes, sizeof bytes};
    uint32_t size = 0;
    OK(fd_pread(file, &vector, 1, 0, &size));
    EQUAL(size, 20);
    HOLDS(same(bytes, "0123456789\0\0\0\0\0\0\0\0\0\0", 20));

    FAILS(INVAL, fd_allocate(file, 0, 0));
    // Neither end fits what a file can have.
    FAILS(FBIG, fd_allocate(file, 1ull << 63, 1));
    FAILS(FBIG, fd_allocate(file, 0, UINT64_MAX));
    FAILS(FBIG, fd_allocate(file, UINT64_MAX, UINT64_MAX));
    FAILS(FBIG, fd_allocate(file, INT64_MAX, 1));
    EQUAL(status_of("file").size, 20);
    EACH_BAD_FD(fd) FAILS(BADF, fd_allocate(fd, 0, 1));
    FAILS(SPIPE, fd_allocate(1, 0, 1));

    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ | RIGHT_FD_WRITE, 0);
    FAILS(NOTCAPABLE, fd_allocate(lacking, 0, 100));
    EQUAL(status_of("file").size, 20);
}
