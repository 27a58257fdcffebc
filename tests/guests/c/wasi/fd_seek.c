// fd_seek: the position from the beginning, from where it is, and from the end.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "0123456789");
    uint64_t position = 99;
    OK(fd_seek(file, 4, WHENCE_SET, &position));
    EQUAL(position, 4);
    OK(fd_seek(file, 3, WHENCE_CUR, &position));
    EQUAL(position, 7);
    OK(fd_seek(file, -5, WHENCE_CUR, &position));
    EQUAL(position, 2);
    OK(fd_seek(file, -1, WHENCE_END, &position));
    EQUAL(position, 9);
    char byte = 0;
    iovec_t vector = {&byte, 1};
    uint32_t size = 0;
    OK(fd_read(file, &vector, 1, &size));
    EQUAL(byte, '9');
    OK(fd_seek(file, 100, WHENCE_END, &position));
    EQUAL(position, 110);
    OK(fd_read(file, &vector, 1, &size));
    EQUAL(size, 0);
    EQUAL(status_of("file").size, 10);

    OK(fd_seek(file, 5, WHENCE_SET, &position));
    FAILS(INVAL, fd_seek(file, -1, WHENCE_SET, &position));
    FAILS(INVAL, fd_seek(file, -6, WHENCE_CUR, &position));
    FAILS(INVAL, fd_seek(file, -11, WHENCE_END, &position));
    FAILS(INVAL, fd_seek(file, INT64_MIN, WHENCE_CUR, &position));
    FAILS(INVAL, fd_seek(file, INT64_MIN, WHENCE_END, &position));
    // POSIX has EOVERFLOW for what a position cannot hold, Linux EINVAL.
    uint32_t errno = fd_seek(file, INT64_MAX, WHENCE_CUR, &position);
    HOLDS(errno == ERRNO_INVAL || errno == ERRNO_OVERFLOW);
    errno = fd_seek(file, INT64_MAX, WHENCE_END, &position);
    HOLDS(errno == ERRNO_INVAL || errno == ERRNO_OVERFLOW);
    FAILS(INVAL, fd_seek(file, 0, 3, &position));
    FAILS(INVAL, fd_seek(file, 0, 0x100, &position));
    FAILS(INVAL, fd_seek(file, 0, 0xffffffff, &position));
    EACH_BAD_PLACE(place, 8) FAILS(FAULT, fd_seek(file, 1, WHENCE_SET, place));
    EACH_BAD_FD(fd) FAILS(BADF, fd_seek(fd, 0, WHENCE_SET, &position));
    FAILS(SPIPE, fd_seek(1, 0, WHENCE_CUR, &position));
    // None of that moved it.
    OK(fd_seek(file, 0, WHENCE_CUR, &position));
    EQUAL(position, 5);

    // Who may tell, but not seek, may ask for no step.
    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ | RIGHT_FD_TELL, 0);
    OK(fd_seek(lacking, 0, WHENCE_CUR, &position));
    FAILS(NOTCAPABLE, fd_seek(lacking, 1, WHENCE_CUR, &position));
    FAILS(NOTCAPABLE, fd_seek(lacking, 0, WHENCE_SET, &position));
}
