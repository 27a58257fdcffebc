// path_link: one more name for a file.
// run: --dir .::/
// needs: links

#include "../check.h"

static void test(void) {
    make_paths();
    OK(path_link(DIR, 0, PATH("plain"), DIR, PATH("name")));
    EQUAL(status_of("name").inode, status_of("plain").inode);
    EQUAL(status_of("name").links, 2);
    uint32_t sub = open_path("sub", OPEN_DIRECTORY, RIGHT_PATH_LINK_SOURCE | RIGHT_PATH_LINK_TARGET, 0);
    OK(path_link(DIR, 0, PATH("name"), sub, PATH("other")));
    EQUAL(status_of("sub/other").links, 3);
    OK(path_link(sub, 0, PATH("other"), DIR, PATH("back")));
    OK(path_unlink_file(DIR, PATH("plain")));
    EQUAL(status_of("back").size, 4);
    OK(path_link(DIR, 0, PATH("back"), DIR, PATH("plain")));

    // A symbolic link gets another name itself; following is for others.
    OK(path_symlink(PATH("nowhere"), DIR, PATH("dangling")));
    OK(path_link(DIR, 0, PATH("dangling"), DIR, PATH("dangling too")));
    EQUAL(status_of("dangling too").filetype, FILETYPE_SYMBOLIC_LINK);
    HOLDS(path_link(DIR, LOOKUP_FOLLOW, PATH("dangling"), DIR, PATH("x")) != ERRNO_SUCCESS);

    FAILS(EXIST, path_link(DIR, 0, PATH("plain"), DIR, PATH("name")));
    FAILS(EXIST, path_link(DIR, 0, PATH("plain"), DIR, PATH("plain")));
    FAILS(EXIST, path_link(DIR, 0, PATH("plain"), DIR, PATH("dangling")));
    // A directory has one name.
    FAILS(PERM, path_link(DIR, 0, PATH("sub"), DIR, PATH("x")));
    FAILS(INVAL, path_link(DIR, 2, PATH("plain"), DIR, PATH("x")));
    FAILS(INVAL, path_link(DIR, 0xffffffff, PATH("plain"), DIR, PATH("x")));
    HOLDS(path_link(DIR, 0, PATH("plain"), DIR, PATH("x/")) != ERRNO_SUCCESS);
    FAILS(NOTDIR, path_link(DIR, 0, PATH("plain/"), DIR, PATH("x")));
    FAILS(NOTDIR, path_link(DIR, 0, PATH("plain/."), DIR, PATH("x")));
    HOLDS(path_link(DIR, 0, PATH("plain"), DIR, PATH("x/.")) != ERRNO_SUCCESS);
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_link(DIR, 0, path, size, DIR, PATH("x")));
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_link(DIR, 0, PATH("plain"), DIR, path, size));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_link(DIR, 0, place, size, DIR, PATH("x")));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_link(DIR, 0, PATH("plain"), DIR, place, size));
    EACH_BAD_FD(fd) FAILS(BADF, path_link(fd, 0, PATH("plain"), DIR, PATH("x")));
    EACH_BAD_FD(fd) FAILS(BADF, path_link(DIR, 0, PATH("plain"), fd, PATH("x")));
    FAILS(NOTDIR, path_link(1, 0, PATH("plain"), DIR, PATH("x")));
    FAILS(NOTDIR, path_link(DIR, 0, PATH("plain"), 1, PATH("x")));

    uint32_t source = open_path("sub", OPEN_DIRECTORY, RIGHT_PATH_LINK_SOURCE, 0);
    uint32_t target = open_path("sub", OPEN_DIRECTORY, RIGHT_PATH_LINK_TARGET, 0);
    FAILS(NOTCAPABLE, path_link(DIR, 0, PATH("plain"), source, PATH("x")));
    FAILS(NOTCAPABLE, path_link(target, 0, PATH("other"), DIR, PATH("x")));
    OK(path_link(source, 0, PATH("other"), target, PATH("more")));
    HOLDS(!is_there("x") && !is_there("sub/x"));
}
