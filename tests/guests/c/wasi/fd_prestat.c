// fd_prestat_get, fd_prestat_dir_name: which directories the program was given, and by what names.
// run: --dir .::/ --dir .::second/name

#include "../check.h"

static void test(void) {
    prestat_t prestat = {99, 99};
    OK(fd_prestat_get(DIR, &prestat));
    EQUAL(prestat.tag, 0);
    EQUAL(prestat.name_size, 1);
    char name[16];
    memset(name, 0x55, sizeof name);
    OK(fd_prestat_dir_name(DIR, name, 1));
    HOLDS(same(name, "/\x55", 2));
    OK(fd_prestat_get(DIR + 1, &prestat));
    EQUAL(prestat.tag, 0);
    EQUAL(prestat.name_size, 11);
    OK(fd_prestat_dir_name(DIR + 1, name, 11));
    HOLDS(same(name, "second/name\x55", 12));

    FAILS(NAMETOOLONG, fd_prestat_dir_name(DIR + 1, name, 10));
    FAILS(NAMETOOLONG, fd_prestat_dir_name(DIR, name, 0));
    // A C library looks for directories until a descriptor is none.
    FAILS(BADF, fd_prestat_get(DIR + 2, &prestat));
    FAILS(BADF, fd_prestat_get(0, &prestat));
    FAILS(BADF, fd_prestat_dir_name(1, name, sizeof name));
    EACH_BAD_FD(fd) FAILS(BADF, fd_prestat_get(fd, &prestat));
    EACH_BAD_FD(fd) FAILS(BADF, fd_prestat_dir_name(fd, name, sizeof name));
    uint32_t opened = make_directory("directory");
    FAILS(BADF, fd_prestat_get(opened, &prestat));
    FAILS(BADF, fd_prestat_dir_name(opened, name, sizeof name));
    FAILS(BADF, fd_prestat_get(make_file("file", ""), &prestat));

    EACH_BAD_PLACE(place, sizeof prestat) FAILS(FAULT, fd_prestat_get(DIR, place));
    EACH_BAD_PLACE(place, 11) FAILS(FAULT, fd_prestat_dir_name(DIR + 1, place, 11));
    OK(fd_prestat_dir_name(DIR + 1, at(memory_bytes() - 11), 11));
    // Both names lead to the same directory.
    OK(path_create_directory(DIR, PATH("a")));
    OK(path_remove_directory(DIR + 1, PATH("a")));
}
