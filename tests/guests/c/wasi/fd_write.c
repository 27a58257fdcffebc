// fd_write: writes on from the position of a file, and to the standard output in order.
// run: --dir .::/
// stdout: from two vectors
// stdout: and one

#include "../check.h"

static uint32_t file;

static int holds(const char *text) {
    char bytes[64];
    iovec_t vector = {bytes, sizeof bytes};
    uint32_t size = 0;
    OK(fd_pread(file, &vector, 1, 0, &size));
    return size == length(text) && same(bytes, text, size);
}

static void test(void) {
    iovec_t vectors[4] = {{"from two", 8}, {at(0), 0}, {" vectors\n", 9}};
    uint32_t size = 99;
    OK(fd_write(1, vectors, 3, &size));
    EQUAL(size, 17);
    iovec_t one = {"and one\n", 8};
    OK(fd_write(1, &one, 1, &size));
    EQUAL(size, 8);
    OK(fd_write(1, vectors, 0, &size));
    EQUAL(size, 0);

    file = make_file("file", "0123456789");
    vectors[2].size = 1;
    OK(fd_write(file, vectors, 3, &size));
    EQUAL(size, 9);
    HOLDS(holds("from two 9"));
    OK(fd_write(file, &one, 1, &size));
    HOLDS(holds("from two and one\n"));
    uint32_t appending = open_path("file", 0, RIGHTS_FILE, FDFLAG_APPEND);
    one.size = 3;
    OK(fd_write(appending, &one, 1, &size));
    HOLDS(holds("from two and one\nand"));

    // Nothing is written when something is wrong.
    EACH_BAD_VECTORS(list, count, errno) FAILS_WITH(errno, fd_write(file, list, count, &size));
    EACH_BAD_VECTORS(list, count, errno) FAILS_WITH(errno, fd_write(1, list, count, &size));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, fd_write(file, &one, 1, place));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, fd_write(1, &one, 1, place));
    EACH_BAD_FD(fd) FAILS(BADF, fd_write(fd, &one, 1, &size));
    FAILS(BADF, fd_write(0, &one, 1, &size));
    HOLDS(holds("from two and one\nand"));
    uint64_t position = 0;
    OK(fd_tell(file, &position));
    EQUAL(position, 17);

    // The size over the vector that is being written.
    iovec_t own[1] = {{own, 8}};
    OK(fd_write(file, own, 1, own));
    EQUAL((uintptr_t)own[0].address, 8);

    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ, 0);
    FAILS(NOTCAPABLE, fd_write(lacking, &one, 1, &size));
    // A directory has no bytes to write, whoever asks.
    HOLDS(fd_write(DIR, &one, 1, &size) != ERRNO_SUCCESS);
}
