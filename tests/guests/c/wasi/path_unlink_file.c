// path_unlink_file: a name goes, if it is not a directory's.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    make_paths();
    OK(fd_close(make_file("file", "text")));
    OK(path_unlink_file(DIR, PATH("file")));
    HOLDS(!is_there("file"));
    OK(fd_close(make_file("sub/file", "text")));
    OK(path_unlink_file(DIR, PATH("sub/./../sub/file")));
    HOLDS(!is_there("sub/file"));
    // A symbolic link goes itself.
    if (has_links()) {
        OK(path_symlink(PATH("plain"), DIR, PATH("link")));
        OK(path_unlink_file(DIR, PATH("link")));
        HOLDS(!is_there("link") && is_there("plain"));
    }

    FAILS(NOENT, path_unlink_file(DIR, PATH("file")));
    FAILS(ISDIR, path_unlink_file(DIR, PATH("sub")));
    FAILS(ISDIR, path_unlink_file(DIR, PATH("sub/")));
    FAILS(NOTDIR, path_unlink_file(DIR, PATH("plain/")));
    FAILS(NOTDIR, path_unlink_file(DIR, PATH("plain/.")));
    HOLDS(path_unlink_file(DIR, PATH(".")) != ERRNO_SUCCESS);
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_unlink_file(DIR, path, size));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_unlink_file(DIR, place, size));
    EACH_BAD_FD(fd) FAILS(BADF, path_unlink_file(fd, PATH("plain")));
    FAILS(NOTDIR, path_unlink_file(1, PATH("plain")));
    FAILS(NOTDIR, path_unlink_file(open_path("plain", 0, RIGHTS_FILE, 0), PATH("plain")));
    uint32_t lacking = open_path(".", OPEN_DIRECTORY, RIGHT_PATH_OPEN, 0);
    FAILS(NOTCAPABLE, path_unlink_file(lacking, PATH("plain")));
    HOLDS(is_there("plain") && is_there("sub"));
}
