// fd_fdstat_set_rights: rights can be given away, and never be had back.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "text");
    fdstat_t stat = {0};
    OK(fd_fdstat_set_rights(file, RIGHTS_FILE, 0));
    uint64_t less = RIGHTS_FILE & ~(RIGHT_FD_WRITE | RIGHT_FD_FILESTAT_SET_SIZE);
    OK(fd_fdstat_set_rights(file, less, 0));
    OK(fd_fdstat_get(file, &stat));
    EQUAL(stat.rights_base, less);
    EQUAL(stat.rights_inheriting, 0);

    uint8_t bytes[4];
    iovec_t vector = {bytes, sizeof bytes};
    uint32_t size = 0;
    FAILS(NOTCAPABLE, fd_write(file, &vector, 1, &size));
    FAILS(NOTCAPABLE, fd_pwrite(file, &vector, 1, 0, &size));
    FAILS(NOTCAPABLE, fd_filestat_set_size(file, 0));
    OK(fd_read(file, &vector, 1, &size));
    EQUAL(size, 4);

    FAILS(NOTCAPABLE, fd_fdstat_set_rights(file, RIGHTS_FILE, 0));
    FAILS(NOTCAPABLE, fd_fdstat_set_rights(file, less, RIGHT_FD_READ));
    FAILS(NOTCAPABLE, fd_fdstat_set_rights(file, RIGHT_PATH_OPEN, 0));
    OK(fd_fdstat_get(file, &stat));
    EQUAL(stat.rights_base, less);

    OK(fd_fdstat_set_rights(file, 0, 0));
    FAILS(NOTCAPABLE, fd_read(file, &vector, 1, &size));
    FAILS(NOTCAPABLE, fd_seek(file, 0, WHENCE_SET, bytes));
    OK(fd_fdstat_set_rights(file, 0, 0));
    OK(fd_close(file));
    EACH_BAD_FD(fd) FAILS(BADF, fd_fdstat_set_rights(fd, 0, 0));

    // A directory hands on no more than it has.
    uint32_t directory = make_directory("directory");
    OK(fd_fdstat_get(DIR, &stat));
    OK(fd_fdstat_set_rights(DIR, stat.rights_base & ~RIGHT_PATH_UNLINK_FILE, RIGHT_FD_READ | RIGHT_FD_READDIR));
    FAILS(NOTCAPABLE, path_unlink_file(DIR, PATH("file")));
    FAILS(NOTCAPABLE, path_open(DIR, 0, PATH("file"), 0, RIGHT_FD_WRITE, 0, 0, &file));
    OK(path_open(DIR, 0, PATH("file"), 0, RIGHT_FD_READ, 0, 0, &file));
    HOLDS(is_there("file"));
    OK(fd_close(directory));
}
