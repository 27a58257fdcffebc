// fd_filestat_set_times: each of the two times is kept, set, or made the present.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "text");
    // Whole seconds, for file systems that know no parts of them.
    const uint64_t then = 1234567890000000000, later = 1300000000000000000;
    OK(fd_filestat_set_times(file, then, later, FSTFLAG_ATIM | FSTFLAG_MTIM));
    EQUAL(status_of("file").accessed, then);
    EQUAL(status_of("file").modified, later);
    OK(fd_filestat_set_times(file, 0, then, FSTFLAG_MTIM));
    EQUAL(status_of("file").accessed, then);
    EQUAL(status_of("file").modified, then);
    OK(fd_filestat_set_times(file, 5000000000, 7, 0));
    EQUAL(status_of("file").accessed, then);
    EQUAL(status_of("file").modified, then);
    OK(fd_filestat_set_times(file, 1, 1, FSTFLAG_ATIM_NOW));
    HOLDS(status_of("file").accessed > then);
    EQUAL(status_of("file").modified, then);
    OK(fd_filestat_set_times(file, 0, 1, FSTFLAG_ATIM | FSTFLAG_MTIM_NOW));
    EQUAL(status_of("file").accessed, 0);
    HOLDS(status_of("file").modified > then);

    FAILS(INVAL, fd_filestat_set_times(file, 0, 0, FSTFLAG_ATIM | FSTFLAG_ATIM_NOW));
    FAILS(INVAL, fd_filestat_set_times(file, 0, 0, FSTFLAG_MTIM | FSTFLAG_MTIM_NOW));
    FAILS(INVAL, fd_filestat_set_times(file, 0, 0, 0x10));
    FAILS(INVAL, fd_filestat_set_times(file, 0, 0, 0xffffffff));
    EACH_BAD_FD(fd) FAILS(BADF, fd_filestat_set_times(fd, 0, 0, FSTFLAG_ATIM));
    EQUAL(status_of("file").accessed, 0);

    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ, 0);
    FAILS(NOTCAPABLE, fd_filestat_set_times(lacking, then, then, FSTFLAG_ATIM));
    EQUAL(status_of("file").accessed, 0);
}
