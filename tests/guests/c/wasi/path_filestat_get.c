// path_filestat_get: what is known of what a path names, or of the symbolic link itself.
// run: --dir .::/

#include "../check.h"

static filestat_t stat_of(uint32_t lookup, const char *path) {
    filestat_t stat;
    memset(&stat, 0xff, sizeof stat);
    check_equal(path, 0, "stat_of", path_filestat_get(DIR, lookup, (void *)path, length(path), &stat), 0);
    return stat;
}

static void with_links(uint64_t inode) {
    filestat_t stat;
    OK(path_symlink(PATH("plain"), DIR, PATH("link")));
    EQUAL(stat_of(0, "link").filetype, FILETYPE_SYMBOLIC_LINK);
    EQUAL(stat_of(0, "link").size, 5);
    EQUAL(stat_of(LOOKUP_FOLLOW, "link").inode, inode);
    OK(path_symlink(PATH("nowhere"), DIR, PATH("dangling")));
    EQUAL(stat_of(0, "dangling").filetype, FILETYPE_SYMBOLIC_LINK);
    FAILS(NOENT, path_filestat_get(DIR, LOOKUP_FOLLOW, PATH("dangling"), &stat));
    OK(path_symlink(PATH("circle"), DIR, PATH("circle")));
    FAILS(LOOP, path_filestat_get(DIR, LOOKUP_FOLLOW, PATH("circle"), &stat));
    FAILS(LOOP, path_filestat_get(DIR, 0, PATH("circle/x"), &stat));
    FAILS(NOTDIR, path_filestat_get(DIR, 0, PATH("link/"), &stat));
    // A slash behind a link means what it leads to.
    OK(path_symlink(PATH("sub"), DIR, PATH("way")));
    EQUAL(stat_of(0, "way").filetype, FILETYPE_SYMBOLIC_LINK);
    EQUAL(stat_of(0, "way/").filetype, FILETYPE_DIRECTORY);
    EQUAL(stat_of(0, "way/.").filetype, FILETYPE_DIRECTORY);
}

static void test(void) {
    make_paths();
    filestat_t stat = stat_of(0, "plain"), opened = {0};
    EQUAL(stat.filetype, FILETYPE_REGULAR_FILE);
    EQUAL(stat.size, 4);
    EQUAL(stat.links, 1);
    OK(fd_filestat_get(open_path("plain", 0, RIGHTS_FILE, 0), &opened));
    EQUAL(opened.inode, stat.inode);
    EQUAL(opened.device, stat.device);
    EQUAL(stat_of(LOOKUP_FOLLOW, "plain").inode, stat.inode);
    EQUAL(stat_of(0, "sub/../plain").inode, stat.inode);
    EQUAL(stat_of(0, "sub").filetype, FILETYPE_DIRECTORY);
    EQUAL(stat_of(0, ".").filetype, FILETYPE_DIRECTORY);
    EQUAL(stat_of(0, "sub/").filetype, FILETYPE_DIRECTORY);

    if (has_links()) with_links(stat.inode);

    FAILS(NOTDIR, path_filestat_get(DIR, 0, PATH("plain/"), &stat));
    FAILS(NOTDIR, path_filestat_get(DIR, 0, PATH("plain/."), &stat));
    FAILS(NOTDIR, path_filestat_get(DIR, LOOKUP_FOLLOW, PATH("plain/"), &stat));
    FAILS(NOTDIR, path_filestat_get(DIR, LOOKUP_FOLLOW, PATH("plain/."), &stat));
    FAILS(NOENT, path_filestat_get(DIR, 0, PATH("missing/"), &stat));
    FAILS(INVAL, path_filestat_get(DIR, 2, PATH("plain"), &stat));
    FAILS(INVAL, path_filestat_get(DIR, 0xffffffff, PATH("plain"), &stat));
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_filestat_get(DIR, LOOKUP_FOLLOW, path, size, &stat));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_filestat_get(DIR, 0, place, size, &stat));
    EACH_BAD_PLACE(place, sizeof stat) FAILS(FAULT, path_filestat_get(DIR, 0, PATH("plain"), place));
    EACH_BAD_FD(fd) FAILS(BADF, path_filestat_get(fd, 0, PATH("plain"), &stat));
    FAILS(NOTDIR, path_filestat_get(1, 0, PATH("plain"), &stat));
    FAILS(NOTDIR, path_filestat_get(open_path("plain", 0, RIGHTS_FILE, 0), 0, PATH("x"), &stat));
    uint32_t lacking = open_path("sub", OPEN_DIRECTORY, RIGHT_PATH_OPEN, 0);
    FAILS(NOTCAPABLE, path_filestat_get(lacking, 0, PATH("."), &stat));

    // The record over the path that leads to it.
    uint8_t both[sizeof stat] = "plain";
    OK(path_filestat_get(DIR, 0, both, 5, both));
    memcpy(&opened, both, sizeof opened);
    EQUAL(opened.size, 4);
}
