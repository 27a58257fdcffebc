// path_rename: another name, in place of what had it if that is of the same kind.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    make_paths();
    uint64_t inode = status_of("plain").inode;
    OK(path_rename(DIR, PATH("plain"), DIR, PATH("new")));
    HOLDS(!is_there("plain"));
    EQUAL(status_of("new").inode, inode);
    OK(fd_close(make_file("other", "longer text")));
    OK(path_rename(DIR, PATH("new"), DIR, PATH("other")));
    EQUAL(status_of("other").inode, inode);
    OK(path_rename(DIR, PATH("other"), DIR, PATH("other")));
    EQUAL(status_of("other").inode, inode);
    uint32_t sub = open_path("sub", OPEN_DIRECTORY, RIGHT_PATH_RENAME_SOURCE | RIGHT_PATH_RENAME_TARGET, 0);
    OK(path_rename(DIR, PATH("other"), sub, PATH("inside")));
    OK(path_rename(sub, PATH("inside"), DIR, PATH("plain")));
    EQUAL(status_of("plain").inode, inode);

    OK(path_create_directory(DIR, PATH("a")));
    OK(path_create_directory(DIR, PATH("b")));
    OK(path_rename(DIR, PATH("a"), DIR, PATH("b")));
    HOLDS(!is_there("a"));
    OK(path_rename(DIR, PATH("b/"), DIR, PATH("a/")));
    HOLDS(is_there("a"));
    OK(path_create_directory(DIR, PATH("a/full")));
    FAILS(NOTEMPTY, path_rename(DIR, PATH("sub"), DIR, PATH("a")));
    FAILS(ISDIR, path_rename(DIR, PATH("plain"), DIR, PATH("a")));
    FAILS(NOTDIR, path_rename(DIR, PATH("a"), DIR, PATH("plain")));
    FAILS(INVAL, path_rename(DIR, PATH("a"), DIR, PATH("a/full/deeper")));
    FAILS(NOENT, path_rename(DIR, PATH("missing"), DIR, PATH("x")));
    FAILS(NOTDIR, path_rename(DIR, PATH("plain/"), DIR, PATH("x")));
    FAILS(NOTDIR, path_rename(DIR, PATH("plain"), DIR, PATH("x/")));
    HOLDS(path_rename(DIR, PATH("plain/."), DIR, PATH("x")) != ERRNO_SUCCESS);
    HOLDS(path_rename(DIR, PATH("plain"), DIR, PATH("x/.")) != ERRNO_SUCCESS);
    HOLDS(path_rename(DIR, PATH("a/."), DIR, PATH("x")) != ERRNO_SUCCESS);

    // A symbolic link is moved itself.
    if (has_links()) {
        OK(path_symlink(PATH("plain"), DIR, PATH("link")));
        OK(path_rename(DIR, PATH("link"), DIR, PATH("link too")));
        EQUAL(status_of("link too").filetype, FILETYPE_SYMBOLIC_LINK);
    }
    EQUAL(status_of("plain").inode, inode);

    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_rename(DIR, path, size, DIR, PATH("x")));
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_rename(DIR, PATH("plain"), DIR, path, size));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_rename(DIR, place, size, DIR, PATH("x")));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_rename(DIR, PATH("plain"), DIR, place, size));
    EACH_BAD_FD(fd) FAILS(BADF, path_rename(fd, PATH("plain"), DIR, PATH("x")));
    EACH_BAD_FD(fd) FAILS(BADF, path_rename(DIR, PATH("plain"), fd, PATH("x")));
    FAILS(NOTDIR, path_rename(1, PATH("plain"), DIR, PATH("x")));
    FAILS(NOTDIR, path_rename(DIR, PATH("plain"), 1, PATH("x")));
    uint32_t source = open_path("a", OPEN_DIRECTORY, RIGHT_PATH_RENAME_SOURCE, 0);
    uint32_t target = open_path("a", OPEN_DIRECTORY, RIGHT_PATH_RENAME_TARGET, 0);
    FAILS(NOTCAPABLE, path_rename(target, PATH("full"), DIR, PATH("x")));
    FAILS(NOTCAPABLE, path_rename(DIR, PATH("plain"), source, PATH("x")));
    EQUAL(status_of("plain").inode, inode);
    HOLDS(!is_there("x") && is_there("a/full"));
}
