// fd_renumber: a descriptor moves to the number of another, which is closed by that.
// run: --dir .::/

#include "../check.h"

static char first_byte(uint32_t fd) {
    char byte = 0;
    iovec_t vector = {&byte, 1};
    uint32_t size = 0;
    return fd_pread(fd, &vector, 1, 0, &size) ? '?' : byte;
}

static void test(void) {
    uint32_t a = make_file("a", "a"), b = make_file("b", "b");
    uint64_t position = 0;
    OK(fd_seek(a, 1, WHENCE_SET, &position));
    OK(fd_renumber(a, b));
    EQUAL(first_byte(b), 'a');
    OK(fd_tell(b, &position));
    EQUAL(position, 1);
    FAILS(BADF, fd_tell(a, &position));
    FAILS(BADF, fd_close(a));

    OK(fd_renumber(b, b));
    EQUAL(first_byte(b), 'a');
    // A number that is not open is no place to move to.
    EACH_BAD_FD(fd) FAILS(BADF, fd_renumber(b, fd));
    EACH_BAD_FD(fd) FAILS(BADF, fd_renumber(fd, b));
    EACH_BAD_FD(fd) FAILS(BADF, fd_renumber(fd, fd));
    EQUAL(first_byte(b), 'a');

    // Rights move along.
    uint32_t lacking = open_path("b", 0, RIGHT_FD_READ, 0), c = make_file("c", "c");
    OK(fd_renumber(lacking, c));
    iovec_t vector = {"x", 1};
    uint32_t size = 0;
    FAILS(NOTCAPABLE, fd_write(c, &vector, 1, &size));

    // A stream may be replaced, and then that is where its number leads.
    OK(fd_renumber(b, 0));
    char byte = 0;
    vector = (iovec_t){&byte, 1};
    OK(fd_seek(0, 0, WHENCE_SET, &position));
    OK(fd_read(0, &vector, 1, &size));
    EQUAL(byte, 'a');

    // So may a preopened directory: by its number nothing is found any more.
    OK(fd_renumber(0, DIR));
    prestat_t prestat;
    FAILS(BADF, fd_prestat_get(DIR, &prestat));
    FAILS(NOTDIR, path_open(DIR, 0, PATH("a"), 0, 0, 0, 0, &size));
    EQUAL(first_byte(DIR), 'a');
}
