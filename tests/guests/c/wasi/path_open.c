// path_open: files and directories, made or found, with the rights that were asked for.
// run: --dir .::/

#include "../check.h"

static uint32_t opened;

static uint32_t open_with(const char *path, uint32_t lookup, uint32_t open, uint64_t rights, uint32_t flags) {
    opened = 0xffffffff;
    return path_open(DIR, lookup, (void *)path, length(path), open, rights, 0, flags, &opened);
}

static void opens_and_makes(void) {
    OK(open_with("new", 0, OPEN_CREATE, RIGHTS_FILE, 0));
    HOLDS(opened > DIR && opened < 1000);
    EQUAL(status_of("new").size, 0);
    OK(open_with("new", 0, OPEN_CREATE, RIGHTS_FILE, 0));
    FAILS(EXIST, open_with("new", 0, OPEN_CREATE | OPEN_EXCLUSIVE, RIGHTS_FILE, 0));
    OK(open_with("newer", 0, OPEN_CREATE | OPEN_EXCLUSIVE, RIGHTS_FILE, 0));
    FAILS(NOENT, open_with("missing", 0, 0, RIGHTS_FILE, 0));
    OK(open_with("plain", 0, OPEN_TRUNCATE, RIGHTS_FILE, 0));
    EQUAL(status_of("plain").size, 0);
    // A failure gives no descriptor.
    EQUAL(open_with("missing", 0, 0, RIGHTS_FILE, 0), ERRNO_NOENT);
    EQUAL(opened, 0xffffffff);

    OK(open_with("sub", 0, OPEN_DIRECTORY, RIGHT_FD_READDIR, 0));
    OK(open_with("sub", 0, 0, RIGHT_FD_READDIR, 0));
    OK(open_with(".", 0, OPEN_DIRECTORY, RIGHT_FD_READDIR, 0));
    OK(open_with("sub/", 0, OPEN_DIRECTORY, RIGHT_FD_READDIR, 0));
    OK(open_with("sub/../sub/.", 0, OPEN_DIRECTORY, RIGHT_FD_READDIR, 0));
    // From the inside there is no way up either.
    uint32_t sub = 0;
    const uint64_t passed_on = RIGHT_FD_READ | RIGHT_FD_READDIR;
    OK(path_open(DIR, 0, PATH("sub"), OPEN_DIRECTORY, RIGHT_PATH_OPEN, passed_on, 0, &sub));
    FAILS(PERM, path_open(sub, 0, PATH("../plain"), 0, RIGHT_FD_READ, 0, 0, &opened));
    FAILS(PERM, path_open(sub, 0, PATH(".."), OPEN_DIRECTORY, RIGHT_FD_READDIR, 0, 0, &opened));
    FAILS(NOTDIR, open_with("plain", 0, OPEN_DIRECTORY, RIGHT_FD_READDIR, 0));
    FAILS(NOTDIR, open_with("plain/", 0, 0, RIGHT_FD_READ, 0));
    FAILS(NOTDIR, open_with("plain/.", 0, 0, RIGHT_FD_READ, 0));
    FAILS(NOTDIR, open_with("plain/.", 0, OPEN_CREATE, RIGHTS_FILE, 0));
    FAILS(ISDIR, open_with("sub", 0, 0, RIGHT_FD_READ | RIGHT_FD_WRITE, 0));
    HOLDS(open_with("fresh/", 0, OPEN_CREATE, RIGHTS_FILE, 0) != ERRNO_SUCCESS);
    HOLDS(!is_there("fresh"));
}

static void follows_links(void) {
    OK(path_symlink(PATH("plain"), DIR, PATH("link")));
    OK(open_with("link", LOOKUP_FOLLOW, 0, RIGHTS_FILE, 0));
    FAILS(LOOP, open_with("link", 0, 0, RIGHTS_FILE, 0));
    OK(path_symlink(PATH("sub"), DIR, PATH("way")));
    OK(open_with("way/made", 0, OPEN_CREATE, RIGHTS_FILE, 0));
    HOLDS(is_there("sub/made"));
    OK(path_symlink(PATH("a/b"), DIR, PATH("dangling")));
    FAILS(NOENT, open_with("dangling", LOOKUP_FOLLOW, 0, RIGHTS_FILE, 0));
    OK(path_symlink(PATH("one"), DIR, PATH("two")));
    OK(path_symlink(PATH("two"), DIR, PATH("one")));
    FAILS(LOOP, open_with("one", LOOKUP_FOLLOW, 0, RIGHTS_FILE, 0));
    FAILS(LOOP, open_with("one/x", 0, OPEN_CREATE, RIGHTS_FILE, 0));
    FAILS(EXIST, open_with("dangling", LOOKUP_FOLLOW, OPEN_CREATE | OPEN_EXCLUSIVE, RIGHTS_FILE, 0));
}

static void keeps_to_rights(void) {
    uint8_t bytes[4] = "text";
    iovec_t vector = {bytes, sizeof bytes};
    uint32_t size = 0;
    OK(open_with("new", 0, 0, RIGHT_FD_READ, 0));
    OK(fd_read(opened, &vector, 1, &size));
    FAILS(NOTCAPABLE, fd_write(opened, &vector, 1, &size));
    OK(open_with("new", 0, 0, RIGHT_FD_WRITE, FDFLAG_APPEND));
    OK(fd_write(opened, &vector, 1, &size));
    OK(fd_write(opened, &vector, 1, &size));
    FAILS(NOTCAPABLE, fd_read(opened, &vector, 1, &size));
    EQUAL(status_of("new").size, 8);

    // What a directory was opened without cannot be done below it.
    uint32_t none = 0, lacking = open_path("sub", OPEN_DIRECTORY, RIGHT_FD_READDIR, 0);
    FAILS(NOTCAPABLE, path_open(lacking, 0, PATH("made"), 0, 0, 0, 0, &none));
    OK(path_open(DIR, 0, PATH("sub"), OPEN_DIRECTORY, RIGHT_PATH_OPEN, RIGHT_FD_READ, 0, &lacking));
    OK(path_open(lacking, 0, PATH("made"), 0, RIGHT_FD_READ, 0, 0, &none));
    FAILS(NOTCAPABLE, path_open(lacking, 0, PATH("made"), 0, RIGHT_FD_READ | RIGHT_FD_WRITE, 0, 0, &none));
    FAILS(NOTCAPABLE, path_open(lacking, 0, PATH("more"), OPEN_CREATE, RIGHT_FD_READ, 0, 0, &none));
    FAILS(NOTCAPABLE, path_open(lacking, 0, PATH("made"), OPEN_TRUNCATE, RIGHT_FD_READ, 0, 0, &none));
    HOLDS(!is_there("sub/more"));
    // Nor does it hand on what it does not have to hand on.
    fdstat_t stat = {0};
    const uint64_t all = (RIGHT_SOCK_ACCEPT << 1) - 1;
    const uint64_t some = RIGHT_FD_READDIR | RIGHT_PATH_OPEN;
    OK(path_open(DIR, 0, PATH("sub"), OPEN_DIRECTORY, RIGHT_PATH_OPEN, some, 0, &lacking));
    OK(path_open(lacking, 0, PATH("."), OPEN_DIRECTORY, some, all, 0, &none));
    OK(fd_fdstat_get(none, &stat));
    EQUAL(stat.rights_base & ~some, 0);
    EQUAL(stat.rights_inheriting & ~some, 0);
}

static void test(void) {
    make_paths();
    opens_and_makes();
    if (has_links()) follows_links();
    OK(fd_close(open_path("sub/made", OPEN_CREATE, RIGHTS_FILE, 0)));
    keeps_to_rights();

    FAILS(INVAL, open_with("plain", 2, 0, RIGHT_FD_READ, 0));
    FAILS(INVAL, open_with("plain", 0xffffffff, 0, RIGHT_FD_READ, 0));
    FAILS(INVAL, open_with("plain", 0, 0x10, RIGHT_FD_READ, 0));
    FAILS(INVAL, open_with("plain", 0, 0x10000, RIGHT_FD_READ, 0));
    FAILS(INVAL, open_with("plain", 0, 0, RIGHT_FD_READ, 0x20));
    FAILS(INVAL, open_with("plain", 0, 0, RIGHT_FD_READ, 0xffffffff));
    // A directory that is to be made, or cut, as a file.
    FAILS(INVAL, open_with("fresh", 0, OPEN_CREATE | OPEN_DIRECTORY, RIGHT_FD_READ, 0));
    HOLDS(open_with("sub", 0, OPEN_TRUNCATE | OPEN_DIRECTORY, RIGHT_FD_READ, 0) != ERRNO_SUCCESS);
    HOLDS(!is_there("fresh"));

    const uint64_t read = RIGHT_FD_READ;
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_open(DIR, 1, path, size, 0, read, 0, 0, &opened));
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_open(DIR, 0, path, size, OPEN_CREATE, read, 0, 0, &opened));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_open(DIR, 0, place, size, 0, read, 0, 0, &opened));
    EACH_BAD_FD(fd) FAILS(BADF, path_open(fd, 0, PATH("plain"), 0, read, 0, 0, &opened));
    FAILS(NOTDIR, path_open(0, 0, PATH("plain"), 0, read, 0, 0, &opened));
    FAILS(NOTDIR, path_open(open_path("plain", 0, RIGHTS_FILE, 0), 0, PATH("x"), 0, read, 0, 0, &opened));

    // Where the descriptor cannot be told, nothing is made, and nothing stays open.
    for (uint32_t i = 0; i < 200; i++) {
        EACH_BAD_PLACE(place, 4) FAILS(FAULT, path_open(DIR, 0, PATH("fault"), OPEN_CREATE, read, 0, 0, place));
    }
    HOLDS(!is_there("fault"));
    OK(open_with("plain", 0, 0, RIGHT_FD_READ, 0));
    HOLDS(opened < 1000);
    // The descriptor over the path.
    uint8_t both[8] = "plain";
    OK(path_open(DIR, 0, both, 5, 0, read, 0, 0, both));
    OK(fd_close(*(uint32_t *)both));
}
