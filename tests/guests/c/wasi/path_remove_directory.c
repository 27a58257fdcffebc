// path_remove_directory: an empty directory goes.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    make_paths();
    OK(path_create_directory(DIR, PATH("a")));
    OK(path_remove_directory(DIR, PATH("a")));
    HOLDS(!is_there("a"));
    OK(path_create_directory(DIR, PATH("a")));
    OK(path_remove_directory(DIR, PATH("sub/../a/")));
    HOLDS(!is_there("a"));

    OK(path_create_directory(DIR, PATH("full")));
    OK(path_create_directory(DIR, PATH("full/inner")));
    FAILS(NOTEMPTY, path_remove_directory(DIR, PATH("full")));
    FAILS(NOTDIR, path_remove_directory(DIR, PATH("plain")));
    if (has_links()) {
        OK(path_symlink(PATH("sub"), DIR, PATH("link")));
        FAILS(NOTDIR, path_remove_directory(DIR, PATH("link")));
        HOLDS(is_there("link"));
    }
    FAILS(NOENT, path_remove_directory(DIR, PATH("missing")));
    FAILS(INVAL, path_remove_directory(DIR, PATH(".")));
    FAILS(INVAL, path_remove_directory(DIR, PATH("sub/.")));
    HOLDS(path_remove_directory(DIR, PATH("full/inner/..")) != ERRNO_SUCCESS);
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_remove_directory(DIR, path, size));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_remove_directory(DIR, place, size));
    EACH_BAD_FD(fd) FAILS(BADF, path_remove_directory(fd, PATH("sub")));
    FAILS(NOTDIR, path_remove_directory(1, PATH("sub")));
    FAILS(NOTDIR, path_remove_directory(open_path("plain", 0, RIGHTS_FILE, 0), PATH("sub")));
    uint32_t lacking = open_path("full", OPEN_DIRECTORY, RIGHT_PATH_OPEN, 0);
    FAILS(NOTCAPABLE, path_remove_directory(lacking, PATH("inner")));
    HOLDS(is_there("sub") && is_there("full/inner"));

    // One that is open can go; nothing can be made in it any more.
    uint32_t open = open_path("full/inner", OPEN_DIRECTORY, RIGHT_PATH_CREATE_DIRECTORY | RIGHT_FD_READDIR, 0);
    OK(path_remove_directory(DIR, PATH("full/inner")));
    FAILS(NOENT, path_create_directory(open, PATH("x")));
}
