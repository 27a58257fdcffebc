// fd_read: reads on from the position of a file, and the standard input to its end.
// run: --dir .::/
// stdin: some words\n

#include "../check.h"

static void test(void) {
    uint8_t first[4], second[32];
    iovec_t vectors[4] = {{at(0), 0}, {first, 4}, {second, 32}};
    uint32_t size = 99, total = 0;
    OK(fd_read(0, vectors, 2, &size));
    HOLDS(size >= 1 && size <= 4 && same(first, "some", size));
    iovec_t all = {second, 32};
    for (total = size; total < 11; total += size) {
        if (!OK(fd_read(0, &all, 1, &size)) || !HOLDS(size > 0)) break;
        HOLDS(same(second, &"some words\n"[total], size));
    }
    EQUAL(total, 11);
    OK(fd_read(0, &all, 1, &size));
    EQUAL(size, 0);
    OK(fd_read(0, &all, 1, &size));
    EQUAL(size, 0);

    uint32_t file = make_file("file", "0123456789");
    OK(fd_read(file, vectors, 2, &size));
    EQUAL(size, 4);
    HOLDS(same(first, "0123", 4));
    OK(fd_read(file, vectors, 3, &size));
    EQUAL(size, 6);
    HOLDS(same(first, "4567", 4) && same(second, "89", 2));
    OK(fd_read(file, vectors, 3, &size));
    EQUAL(size, 0);
    OK(fd_read(file, vectors, 0, &size));
    EQUAL(size, 0);
    uint64_t position = 0;
    OK(fd_tell(file, &position));
    EQUAL(position, 10);

    // Nothing is read when something is wrong.
    OK(fd_seek(file, 0, WHENCE_SET, &position));
    EACH_BAD_VECTORS(list, count, errno) FAILS_WITH(errno, fd_read(file, list, count, &size));
    EACH_BAD_VECTORS(list, count, errno) FAILS_WITH(errno, fd_read(0, list, count, &size));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, fd_read(file, vectors, 2, place));
    EACH_BAD_FD(fd) FAILS(BADF, fd_read(fd, vectors, 2, &size));
    FAILS(BADF, fd_read(1, vectors, 2, &size));
    OK(fd_tell(file, &position));
    EQUAL(position, 0);
    FAILS(ISDIR, fd_read(open_path(".", OPEN_DIRECTORY, RIGHT_FD_READDIR, 0), vectors, 2, &size));

    vectors[0] = (iovec_t){vectors, sizeof vectors};
    OK(fd_read(file, vectors, 1, &size));
    EQUAL(size, 10);
    HOLDS(same(vectors, "0123456789", 10));
    OK(fd_seek(file, 0, WHENCE_SET, &position));
    vectors[0] = (iovec_t){second, 32};
    OK(fd_read(file, vectors, 1, second + 4));
    HOLDS(same(second, "0123\x0a\0\0\0", 8));

    uint32_t lacking = open_path("file", 0, RIGHT_FD_WRITE, 0);
    FAILS(NOTCAPABLE, fd_read(lacking, vectors, 1, &size));
}
