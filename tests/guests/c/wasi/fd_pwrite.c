// fd_pwrite: writes at a place, whatever the position is.
// run: --dir .::/

#include "../check.h"

static uint32_t file;

static int holds(const char *text, uint32_t text_size) {
    char bytes[64];
    iovec_t vector = {bytes, sizeof bytes};
    uint32_t size = 0;
    OK(fd_pread(file, &vector, 1, 0, &size));
    return size == text_size && same(bytes, text, size);
}

static void test(void) {
    file = make_file("file", "0123456789");
    iovec_t vectors[3] = {{"ab", 2}, {at(0), 0}, {"cd", 2}};
    uint32_t size = 99;
    OK(fd_pwrite(file, vectors, 3, 2, &size));
    EQUAL(size, 4);
    HOLDS(holds("01abcd6789", 10));
    // Behind the end there are zeros.
    OK(fd_pwrite(file, vectors, 1, 12, &size));
    EQUAL(size, 2);
    HOLDS(holds("01abcd6789\0\0ab", 14));
    OK(fd_pwrite(file, vectors, 0, 100, &size));
    EQUAL(size, 0);
    EQUAL(status_of("file").size, 14);
    uint64_t position = 99;
    OK(fd_tell(file, &position));
    EQUAL(position, 0);

    FAILS(FBIG, fd_pwrite(file, vectors, 1, 1ull << 63, &size));
    FAILS(FBIG, fd_pwrite(file, vectors, 1, UINT64_MAX, &size));
    FAILS(FBIG, fd_pwrite(file, vectors, 1, INT64_MAX, &size));
    EACH_BAD_VECTORS(list, count, errno) FAILS_WITH(errno, fd_pwrite(file, list, count, 0, &size));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, fd_pwrite(file, vectors, 1, 0, place));
    EACH_BAD_FD(fd) FAILS(BADF, fd_pwrite(fd, vectors, 1, 0, &size));
    FAILS(SPIPE, fd_pwrite(1, vectors, 1, 0, &size));
    // Nothing of all that was written.
    HOLDS(holds("01abcd6789\0\0ab", 14));

    // The vectors themselves are written, with the size over the first of them.
    iovec_t own[1] = {{own, 8}};
    uint32_t address = (uint32_t)(uintptr_t)own;
    OK(fd_pwrite(file, own, 1, 0, own));
    uint32_t written[2] = {0};
    iovec_t back = {written, 8};
    OK(fd_pread(file, &back, 1, 0, &size));
    EQUAL(written[0], address);
    EQUAL(written[1], 8);
    EQUAL((uintptr_t)own[0].address, 8);

    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ | RIGHT_FD_SEEK, 0);
    FAILS(NOTCAPABLE, fd_pwrite(lacking, vectors, 1, 0, &size));
    lacking = open_path("file", 0, RIGHT_FD_WRITE, 0);
    FAILS(NOTCAPABLE, fd_pwrite(lacking, vectors, 1, 0, &size));
}
