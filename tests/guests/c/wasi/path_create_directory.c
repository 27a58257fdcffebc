// path_create_directory: makes one directory, where there is nothing.
// run: --dir .::/

#include "../check.h"

static void with_links(void) {
    OK(path_symlink(PATH("a"), DIR, PATH("link")));
    OK(path_create_directory(DIR, PATH("link/d")));
    EQUAL(status_of("a/d").filetype, FILETYPE_DIRECTORY);
    FAILS(EXIST, path_create_directory(DIR, PATH("link")));
    OK(path_symlink(PATH("nowhere"), DIR, PATH("dangling")));
    FAILS(EXIST, path_create_directory(DIR, PATH("dangling")));
    HOLDS(!is_there("nowhere"));
}

static void test(void) {
    make_paths();
    OK(path_create_directory(DIR, PATH("a")));
    EQUAL(status_of("a").filetype, FILETYPE_DIRECTORY);
    OK(path_create_directory(DIR, PATH("a/b")));
    OK(path_create_directory(DIR, PATH("a/./b/../c/")));
    EQUAL(status_of("a/c").filetype, FILETYPE_DIRECTORY);
    OK(path_create_directory(DIR, PATH("ö ü")));
    EQUAL(status_of("ö ü").filetype, FILETYPE_DIRECTORY);
    if (has_links()) with_links();

    FAILS(EXIST, path_create_directory(DIR, PATH("a")));
    FAILS(EXIST, path_create_directory(DIR, PATH("a/")));
    FAILS(EXIST, path_create_directory(DIR, PATH("plain")));
    FAILS(EXIST, path_create_directory(DIR, PATH(".")));
    HOLDS(path_create_directory(DIR, PATH("x/.")) != ERRNO_SUCCESS);

    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_create_directory(DIR, path, size));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_create_directory(DIR, place, size));
    EACH_BAD_FD(fd) FAILS(BADF, path_create_directory(fd, PATH("x")));
    FAILS(NOTDIR, path_create_directory(1, PATH("x")));
    FAILS(NOTDIR, path_create_directory(make_file("file", ""), PATH("x")));
    uint32_t lacking = open_path("a", OPEN_DIRECTORY, RIGHT_PATH_OPEN, 0);
    FAILS(NOTCAPABLE, path_create_directory(lacking, PATH("x")));
    HOLDS(!is_there("x") && !is_there("a/x"));
}
