// fd_tell: where the next read or write goes.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "0123456789");
    uint64_t position = 99;
    OK(fd_tell(file, &position));
    EQUAL(position, 0);
    uint8_t bytes[4];
    iovec_t vector = {bytes, sizeof bytes};
    uint32_t size = 0;
    OK(fd_read(file, &vector, 1, &size));
    OK(fd_tell(file, &position));
    EQUAL(position, 4);
    OK(fd_write(file, &vector, 1, &size));
    OK(fd_tell(file, &position));
    EQUAL(position, 8);
    OK(fd_seek(file, 1ll << 40, WHENCE_SET, &position));
    OK(fd_tell(file, &position));
    EQUAL(position, 1ll << 40);
    // Each opening has its own.
    OK(fd_tell(open_path("file", 0, RIGHTS_FILE, 0), &position));
    EQUAL(position, 0);

    OK(fd_tell(file, at(memory_bytes() - 8)));
    EACH_BAD_PLACE(place, 8) FAILS(FAULT, fd_tell(file, place));
    EACH_BAD_FD(fd) FAILS(BADF, fd_tell(fd, &position));
    FAILS(SPIPE, fd_tell(1, &position));
    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ, 0);
    FAILS(NOTCAPABLE, fd_tell(lacking, &position));
}
