// fd_fdstat_set_flags: how a descriptor writes can be changed while it is open.
// run: --dir .::/

#include "../check.h"

static uint16_t flags_of(uint32_t fd) {
    fdstat_t stat = {0};
    OK(fd_fdstat_get(fd, &stat));
    return stat.flags;
}

static void write_text(uint32_t fd, const char *text) {
    iovec_t vector = {(void *)text, length(text)};
    uint32_t size = 0;
    OK(fd_write(fd, &vector, 1, &size));
    EQUAL(size, length(text));
}

static void test(void) {
    uint32_t file = make_file("file", "0123");
    OK(fd_fdstat_set_flags(file, FDFLAG_APPEND));
    EQUAL(flags_of(file), FDFLAG_APPEND);
    // The position is at the beginning, but that is not where it goes.
    write_text(file, "45");
    OK(fd_fdstat_set_flags(file, 0));
    EQUAL(flags_of(file), 0);
    uint64_t position = 0;
    OK(fd_seek(file, 0, WHENCE_SET, &position));
    write_text(file, "ab");
    char bytes[8];
    iovec_t vector = {bytes, sizeof bytes};
    uint32_t size = 0;
    OK(fd_pread(file, &vector, 1, 0, &size));
    EQUAL(size, 6);
    HOLDS(same(bytes, "ab2345", 6));

    OK(fd_fdstat_set_flags(file, FDFLAG_NONBLOCK));
    EQUAL(flags_of(file) & FDFLAG_NONBLOCK, FDFLAG_NONBLOCK);
    write_text(file, "c");

    FAILS(INVAL, fd_fdstat_set_flags(file, 0x20));
    FAILS(INVAL, fd_fdstat_set_flags(file, 0xffff));
    FAILS(INVAL, fd_fdstat_set_flags(file, 0x10000));
    FAILS(INVAL, fd_fdstat_set_flags(file, 0xffffffff));
    EACH_BAD_FD(fd) FAILS(BADF, fd_fdstat_set_flags(fd, 0));

    uint32_t lacking = open_path("file", 0, RIGHT_FD_WRITE, 0);
    FAILS(NOTCAPABLE, fd_fdstat_set_flags(lacking, FDFLAG_APPEND));
    EQUAL(flags_of(lacking), 0);
}
