// path_readlink: what a symbolic link says, as much of it as fits.
// run: --dir .::/
// needs: links

#include "../check.h"

static void test(void) {
    make_paths();
    OK(path_symlink(PATH("some/where"), DIR, PATH("link")));
    char text[16];
    uint32_t used = 99;
    memset(text, 0x55, sizeof text);
    OK(path_readlink(DIR, PATH("link"), text, sizeof text, &used));
    EQUAL(used, 10);
    HOLDS(same(text, "some/where\x55", 11));
    memset(text, 0x55, sizeof text);
    OK(path_readlink(DIR, PATH("link"), text, 4, &used));
    EQUAL(used, 4);
    HOLDS(same(text, "some\x55", 5));
    OK(path_readlink(DIR, PATH("link"), text, 10, &used));
    EQUAL(used, 10);
    OK(path_readlink(DIR, PATH("sub/../link"), text, sizeof text, &used));
    EQUAL(used, 10);
    // POSIX wants room for something, Linux refuses none.
    used = 0;
    uint32_t errno = path_readlink(DIR, PATH("link"), text, 0, &used);
    HOLDS((errno == ERRNO_SUCCESS && used == 0) || errno == ERRNO_INVAL);

    FAILS(INVAL, path_readlink(DIR, PATH("plain"), text, sizeof text, &used));
    FAILS(INVAL, path_readlink(DIR, PATH("sub"), text, sizeof text, &used));
    FAILS(INVAL, path_readlink(DIR, PATH("."), text, sizeof text, &used));
    // Behind the slash is what the link leads to, and that is no link.
    OK(path_symlink(PATH("sub"), DIR, PATH("way")));
    FAILS(INVAL, path_readlink(DIR, PATH("way/"), text, sizeof text, &used));
    FAILS(INVAL, path_readlink(DIR, PATH("way/."), text, sizeof text, &used));
    EACH_BAD_PATH(path, size, errno) FAILS_WITH(errno, path_readlink(DIR, path, size, text, sizeof text, &used));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_readlink(DIR, place, size, text, sizeof text, &used));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, path_readlink(DIR, PATH("link"), place, size, &used));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, path_readlink(DIR, PATH("link"), text, sizeof text, place));
    EACH_BAD_FD(fd) FAILS(BADF, path_readlink(fd, PATH("link"), text, sizeof text, &used));
    FAILS(NOTDIR, path_readlink(1, PATH("link"), text, sizeof text, &used));
    uint32_t lacking = open_path("sub", OPEN_DIRECTORY, RIGHT_PATH_OPEN, 0);
    FAILS(NOTCAPABLE, path_readlink(lacking, PATH("x"), text, sizeof text, &used));

    // The path is read while the text is written, so one may not be the other; but the size may be over the text.
    memcpy(text, "link", 4);
    FAILS(FAULT, path_readlink(DIR, text, 4, text, sizeof text, &used));
    FAILS(FAULT, path_readlink(DIR, text, 4, text + 3, 8, &used));
    OK(path_readlink(DIR, text, 4, text + 4, 10, &used));
    HOLDS(same(text, "linksome/where", 14));
    OK(path_readlink(DIR, PATH("link"), text, sizeof text, text));
    HOLDS(same(text, "\x0a\0\0\0/where", 10));
    // Text beyond ASCII.
    OK(path_symlink(PATH("wöher/☂"), DIR, PATH("text")));
    OK(path_readlink(DIR, PATH("text"), text, sizeof text, &used));
    EQUAL(used, sizeof "wöher/☂" - 1);
}
