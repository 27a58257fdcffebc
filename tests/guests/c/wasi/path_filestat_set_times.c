// path_filestat_set_times: the times of what a path names, or of the symbolic link itself.
// run: --dir .::/

#include "../check.h"

static const uint64_t then = 1234567890000000000, later = 1300000000000000000;
static const uint32_t both = FSTFLAG_ATIM | FSTFLAG_MTIM;

static void with_links(void) {
    OK(path_symlink(PATH("plain"), DIR, PATH("link")));
    OK(path_filestat_set_times(DIR, 0, PATH("link"), then, then, both));
    EQUAL(status_of("link").modified, then);
    HOLDS(status_of("plain").modified > later);
    OK(path_filestat_set_times(DIR, LOOKUP_FOLLOW, PATH("link"), later, later, both));
    EQUAL(status_of("link").modified, then);
    EQUAL(status_of("plain").modified, later);
}

static void test(void) {
    make_paths();
    OK(path_filestat_set_times(DIR, 0, PATH("plain"), then, later, both));
    EQUAL(status_of("plain").accessed, then);
    EQUAL(status_of("plain").modified, later);
    OK(path_filestat_set_times(DIR, 0, PATH("plain"), 1, 1, 0));
    EQUAL(status_of("plain").modified, later);
    OK(path_filestat_set_times(DIR, 0, PATH("sub"), then, later, both));
    EQUAL(status_of("sub").modified, later);
    OK(path_filestat_set_times(DIR, 0, PATH("plain"), 1, 1, FSTFLAG_MTIM_NOW));
    HOLDS(status_of("plain").modified > later);
    EQUAL(status_of("plain").accessed, then);

    if (has_links()) with_links();
    OK(path_filestat_set_times(DIR, 0, PATH("plain"), later, later, both));

    FAILS(INVAL, path_filestat_set_times(DIR, 0, PATH("plain"), 0, 0, FSTFLAG_ATIM | FSTFLAG_ATIM_NOW));
    FAILS(INVAL, path_filestat_set_times(DIR, 0, PATH("plain"), 0, 0, FSTFLAG_MTIM | FSTFLAG_MTIM_NOW));
    FAILS(INVAL, path_filestat_set_times(DIR, 0, PATH("plain"), 0, 0, 0x10));
    FAILS(INVAL, path_filestat_set_times(DIR, 0, PATH("plain"), 0, 0, 0xffffffff));
    FAILS(INVAL, path_filestat_set_times(DIR, 2, PATH("plain"), 0, 0, both));
    FAILS(NOTDIR, path_filestat_set_times(DIR, 0, PATH("plain/"), 0, 0, both));
    FAILS(NOTDIR, path_filestat_set_times(DIR, LOOKUP_FOLLOW, PATH("plain/."), 0, 0, both));
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_filestat_set_times(DIR, 0, path, size, 0, 0, both));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_filestat_set_times(DIR, 0, place, size, 0, 0, both));
    EACH_BAD_FD(fd) FAILS(BADF, path_filestat_set_times(fd, 0, PATH("plain"), 0, 0, both));
    FAILS(NOTDIR, path_filestat_set_times(1, 0, PATH("plain"), 0, 0, both));
    uint32_t file = open_path("plain", 0, RIGHTS_FILE, 0);
    FAILS(NOTDIR, path_filestat_set_times(file, 0, PATH("x"), 0, 0, both));
    uint32_t lacking = open_path("sub", OPEN_DIRECTORY, RIGHT_PATH_OPEN, 0);
    FAILS(NOTCAPABLE, path_filestat_set_times(lacking, 0, PATH("."), 0, 0, both));
    EQUAL(status_of("plain").modified, later);
    EQUAL(status_of("sub").modified, later);
}
