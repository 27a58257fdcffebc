// path_symlink: a name that leads to another, wherever that is; going there is another matter.
// run: --dir .::/
// needs: links

#include "../check.h"

static void test(void) {
    make_paths();
    OK(path_symlink(PATH("plain"), DIR, PATH("link")));
    EQUAL(status_of("link").filetype, FILETYPE_SYMBOLIC_LINK);
    uint8_t bytes[8];
    iovec_t vector = {bytes, sizeof bytes};
    uint32_t size = 0;
    OK(fd_read(open_path("link", 0, RIGHT_FD_READ, 0), &vector, 1, &size));
    EQUAL(size, 4);
    OK(path_symlink(PATH("../plain"), DIR, PATH("sub/link")));
    EQUAL(status_of("sub/link").size, 8);
    OK(fd_read(open_path("sub/link", 0, RIGHT_FD_READ, 0), &vector, 1, &size));
    EQUAL(size, 4);
    OK(path_symlink(PATH("nowhere"), DIR, PATH("dangling")));

    // Links that lead out are refused when they are made, as far as that can be seen, and when they are followed.
    FAILS(PERM, path_symlink(PATH("/etc/passwd"), DIR, PATH("absolute")));
    if (path_symlink(PATH("../../outside"), DIR, PATH("up")) == ERRNO_SUCCESS) {
        FAILS(PERM, path_open(DIR, LOOKUP_FOLLOW, PATH("up"), 0, RIGHT_FD_READ, 0, 0, &size));
        FAILS(PERM, path_open(DIR, LOOKUP_FOLLOW, PATH("up"), OPEN_CREATE, RIGHT_FD_READ, 0, 0, &size));
        FAILS(PERM, path_create_directory(DIR, PATH("up/x")));
    }

    FAILS(EXIST, path_symlink(PATH("plain"), DIR, PATH("link")));
    FAILS(EXIST, path_symlink(PATH("plain"), DIR, PATH("sub")));
    FAILS(EXIST, path_symlink(PATH("plain"), DIR, PATH("dangling")));
    HOLDS(path_symlink(PATH("plain"), DIR, PATH("x/")) != ERRNO_SUCCESS);
    HOLDS(path_symlink(PATH("plain"), DIR, PATH("x/.")) != ERRNO_SUCCESS);
    FAILS(NOENT, path_symlink(PATH(""), DIR, PATH("x")));
    FAILS(INVAL, path_symlink(PATH("a\0b"), DIR, PATH("x")));
    FAILS(ILSEQ, path_symlink(PATH("\xff"), DIR, PATH("x")));
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_symlink(PATH("plain"), DIR, path, size));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_symlink(PATH("plain"), DIR, place, size));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_symlink(place, size, DIR, PATH("x")));
    EACH_BAD_FD(fd) FAILS(BADF, path_symlink(PATH("plain"), fd, PATH("x")));
    FAILS(NOTDIR, path_symlink(PATH("plain"), 1, PATH("x")));
    FAILS(NOTDIR, path_symlink(PATH("plain"), open_path("plain", 0, RIGHTS_FILE, 0), PATH("x")));
    uint32_t lacking = open_path("sub", OPEN_DIRECTORY, RIGHT_PATH_OPEN, 0);
    FAILS(NOTCAPABLE, path_symlink(PATH("plain"), lacking, PATH("x")));
    HOLDS(!is_there("x") && !is_there("sub/x") && !is_there("absolute"));
}
