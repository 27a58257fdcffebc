// fd_sync: what was written is on the medium.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "text");
    OK(fd_sync(file));
    EQUAL(status_of("file").size, 4);
    EACH_BAD_FD(fd) FAILS(BADF, fd_sync(fd));
    // A pipe has no medium.
    FAILS(INVAL, fd_sync(1));

    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ, 0);
    FAILS(NOTCAPABLE, fd_sync(lacking));
    OK(fd_close(file));
    FAILS(BADF, fd_sync(file));
}
