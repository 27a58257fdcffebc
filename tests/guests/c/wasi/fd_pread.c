// fd_pread: reads at a place, whatever the position is.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "0123456789");
    uint8_t first[4], second[16];
    iovec_t vectors[4] = {{first, 4}, {at(0), 0}, {second, 16}};
    uint32_t size = 99;
    OK(fd_pread(file, vectors, 3, 0, &size));
    EQUAL(size, 10);
    HOLDS(same(first, "0123", 4) && same(second, "456789", 6));
    OK(fd_pread(file, vectors, 1, 8, &size));
    EQUAL(size, 2);
    HOLDS(same(first, "8923", 4));
    OK(fd_pread(file, vectors, 3, 10, &size));
    EQUAL(size, 0);
    OK(fd_pread(file, vectors, 3, 1ull << 40, &size));
    EQUAL(size, 0);
    OK(fd_pread(file, vectors, 0, 0, &size));
    EQUAL(size, 0);
    uint64_t position = 99;
    OK(fd_tell(file, &position));
    EQUAL(position, 0);

    FAILS(INVAL, fd_pread(file, vectors, 1, 1ull << 63, &size));
    FAILS(INVAL, fd_pread(file, vectors, 1, UINT64_MAX, &size));
    EACH_BAD_VECTORS(list, count, errno) FAILS_WITH(errno, fd_pread(file, list, count, 0, &size));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, fd_pread(file, vectors, 1, 0, place));
    EACH_BAD_FD(fd) FAILS(BADF, fd_pread(fd, vectors, 1, 0, &size));
    FAILS(SPIPE, fd_pread(0, vectors, 1, 0, &size));
    FAILS(ISDIR, fd_pread(open_path(".", OPEN_DIRECTORY, RIGHT_FD_READDIR, 0), vectors, 1, 0, &size));

    // Onto the vectors themselves, and with the size in the midst of what is read.
    vectors[0] = (iovec_t){vectors, sizeof vectors};
    OK(fd_pread(file, vectors, 1, 0, &size));
    EQUAL(size, 10);
    HOLDS(same(vectors, "0123456789", 10));
    vectors[0] = (iovec_t){second, 16};
    OK(fd_pread(file, vectors, 1, 0, second + 4));
    HOLDS(same(second, "0123\x0a\0\0\0", 8));

    uint32_t lacking = open_path("file", 0, RIGHT_FD_WRITE | RIGHT_FD_SEEK, 0);
    vectors[0] = (iovec_t){first, 4};
    FAILS(NOTCAPABLE, fd_pread(lacking, vectors, 1, 0, &size));
    lacking = open_path("file", 0, RIGHT_FD_READ, 0);
    FAILS(NOTCAPABLE, fd_pread(lacking, vectors, 1, 0, &size));
}
