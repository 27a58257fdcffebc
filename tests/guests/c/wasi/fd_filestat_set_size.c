// fd_filestat_set_size: a file is cut, or filled up with zeros.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "0123456789");
    uint64_t position = 0;
    OK(fd_seek(file, 7, WHENCE_SET, &position));
    OK(fd_filestat_set_size(file, 3));
    EQUAL(status_of("file").size, 3);
    OK(fd_filestat_set_size(file, 6));
    uint8_t bytes[10];
    iovec_t vector = {bytes, sizeof bytes};
    uint32_t size = 0;
    OK(fd_pread(file, &vector, 1, 0, &size));
    EQUAL(size, 6);
    HOLDS(same(bytes, "012\0\0\0", 6));
    // The position stays, though it is behind the end now.
    OK(fd_tell(file, &position));
    EQUAL(position, 7);
    OK(fd_read(file, &vector, 1, &size));
    EQUAL(size, 0);
    OK(fd_filestat_set_size(file, 0));
    EQUAL(status_of("file").size, 0);

    FAILS(FBIG, fd_filestat_set_size(file, 1ull << 63));
    FAILS(FBIG, fd_filestat_set_size(file, UINT64_MAX));
    EQUAL(status_of("file").size, 0);
    EACH_BAD_FD(fd) FAILS(BADF, fd_filestat_set_size(fd, 0));
    FAILS(INVAL, fd_filestat_set_size(1, 0));

    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ | RIGHT_FD_WRITE, 0);
    FAILS(NOTCAPABLE, fd_filestat_set_size(lacking, 5));
    EQUAL(status_of("file").size, 0);
}
