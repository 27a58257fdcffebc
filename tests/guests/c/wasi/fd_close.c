// fd_close: a closed descriptor is none, whatever kind it was.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "text");
    uint32_t second = open_path("file", 0, RIGHTS_FILE, 0);
    HOLDS(file != second);
    uint8_t bytes[8];
    iovec_t vector = {bytes, sizeof bytes};
    uint32_t size = 0;
    OK(fd_close(file));
    FAILS(BADF, fd_close(file));
    FAILS(BADF, fd_read(file, &vector, 1, &size));
    FAILS(BADF, fd_tell(file, bytes));
    // The other descriptor of the same file lives.
    OK(fd_read(second, &vector, 1, &size));
    EQUAL(size, 4);

    // What is opened next is not what was closed, though it may have its number.
    uint32_t other = make_file("other", "!");
    OK(fd_read(other, &vector, 1, &size));
    EQUAL(size, 1);
    EQUAL(bytes[0], '!');

    uint32_t directory = make_directory("directory");
    OK(fd_close(directory));
    FAILS(BADF, path_open(directory, 0, PATH("x"), OPEN_CREATE, 0, 0, 0, &size));
    FAILS(BADF, fd_readdir(directory, bytes, sizeof bytes, 0, &size));

    // A file lives as long as it is open, though its name is gone.
    OK(path_unlink_file(DIR, PATH("other")));
    OK(fd_pread(other, &vector, 1, 0, &size));
    EQUAL(size, 1);
    OK(fd_close(other));

    OK(fd_close(0));
    FAILS(BADF, fd_read(0, &vector, 1, &size));
    EACH_BAD_FD(fd) FAILS(BADF, fd_close(fd));

    // What was preopened can be closed, and then there is no way in any more.
    OK(fd_close(DIR));
    FAILS(BADF, path_filestat_get(DIR, 0, PATH("file"), at(4096)));
    FAILS(BADF, path_open(DIR, 0, PATH("file"), 0, 0, 0, 0, &file));
    FAILS(BADF, fd_prestat_get(DIR, bytes));
    FAILS(BADF, fd_close(DIR));
    OK(fd_close(second));
}
