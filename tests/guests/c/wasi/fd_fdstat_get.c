// fd_fdstat_get: what a descriptor is, how it was opened, and what it may.
// run: --dir .::/

#include "../check.h"

static fdstat_t stat_of(uint32_t fd) {
    fdstat_t stat;
    memset(&stat, 0xff, sizeof stat);
    OK(fd_fdstat_get(fd, &stat));
    return stat;
}

static void test(void) {
    uint32_t file = make_file("file", "text");
    fdstat_t stat = stat_of(file);
    EQUAL(stat.filetype, FILETYPE_REGULAR_FILE);
    EQUAL(stat.flags, 0);
    EQUAL(stat.rights_base & RIGHTS_FILE, RIGHTS_FILE);

    EQUAL(stat_of(open_path("file", 0, RIGHTS_FILE, FDFLAG_APPEND)).flags, FDFLAG_APPEND);
    stat = stat_of(open_path("file", 0, RIGHT_FD_READ | RIGHT_FD_SEEK, 0));
    // Who may seek may tell, says the standard.
    EQUAL(stat.rights_base, RIGHT_FD_READ | RIGHT_FD_SEEK | RIGHT_FD_TELL);
    stat = stat_of(open_path("file", 0, RIGHT_FD_WRITE, 0));
    EQUAL(stat.rights_base & (RIGHT_FD_READ | RIGHT_FD_WRITE), RIGHT_FD_WRITE);

    stat = stat_of(DIR);
    EQUAL(stat.filetype, FILETYPE_DIRECTORY);
    HOLDS(stat.rights_base & RIGHT_PATH_OPEN);
    HOLDS(stat.rights_inheriting & RIGHT_FD_READ);
    // A C library takes what can be seeked for no terminal.
    EQUAL(stat.rights_base & (RIGHT_FD_SEEK | RIGHT_FD_TELL), 0);
    EQUAL(stat_of(make_directory("directory")).filetype, FILETYPE_DIRECTORY);

    for (uint32_t stream = 0; stream < 3; stream++) {
        check_case = stream;
        stat = stat_of(stream);
        HOLDS(stat.filetype != FILETYPE_DIRECTORY && stat.filetype != FILETYPE_REGULAR_FILE);
        EQUAL(stat.rights_base & (RIGHT_FD_READ | RIGHT_FD_WRITE), stream ? RIGHT_FD_WRITE : RIGHT_FD_READ);
        EQUAL(stat.rights_base & RIGHT_FD_SEEK, 0);
    }

    OK(fd_fdstat_get(file, at(memory_bytes() - sizeof stat)));
    EACH_BAD_PLACE(place, sizeof stat) FAILS(FAULT, fd_fdstat_get(file, place));
    EACH_BAD_PLACE(place, sizeof stat) FAILS(FAULT, fd_fdstat_get(1, place));
    EACH_BAD_FD(fd) FAILS(BADF, fd_fdstat_get(fd, &stat));
}
