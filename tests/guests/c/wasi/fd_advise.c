// fd_advise: every advice is taken, and changes nothing that can be seen.
// run: --dir .::/

#include "../check.h"

static void test(void) {
    uint32_t file = make_file("file", "0123456789");
    for (uint32_t advice = ADVICE_NORMAL; advice <= ADVICE_NOREUSE; advice++) {
        check_case = advice;
        OK(fd_advise(file, 0, 0, advice));
        OK(fd_advise(file, 3, 4, advice));
        OK(fd_advise(file, 1000, 1000, advice));
    }
    EQUAL(status_of("file").size, 10);

    FAILS(INVAL, fd_advise(file, 0, 0, 6));
    FAILS(INVAL, fd_advise(file, 0, 0, 0x100));
    FAILS(INVAL, fd_advise(file, 0, 0, 0xffffffff));
    FAILS(INVAL, fd_advise(file, UINT64_MAX, 1, ADVICE_NORMAL));
    EACH_BAD_FD(fd) FAILS(BADF, fd_advise(fd, 0, 0, ADVICE_NORMAL));
    FAILS(SPIPE, fd_advise(1, 0, 0, ADVICE_NORMAL));

    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ, 0);
    FAILS(NOTCAPABLE, fd_advise(lacking, 0, 0, ADVICE_NORMAL));
}
