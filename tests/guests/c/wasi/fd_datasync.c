// fd_datasync: the bytes that were written are on the medium, if not their time.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "text");
    OK(fd_datasync(file));
    EQUAL(status_of("file").size, 4);
    EACH_BAD_FD(fd) FAILS(BADF, fd_datasync(fd));
    // A pipe has no medium.
    FAILS(INVAL, fd_datasync(1));

    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ, 0);
    FAILS(NOTCAPABLE, fd_datasync(lacking));
    OK(fd_close(file));
    FAILS(BADF, fd_datasync(file));
}
