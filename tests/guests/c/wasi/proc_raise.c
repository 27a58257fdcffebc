// proc_raise: there are no signals, of any number.
// run:

#include "../check.h"

static void test(void) {
    for (uint32_t signal = 0; signal < 32; signal++) {
        check_case = signal;
        FAILS(NOSYS, proc_raise(signal));
    }
    FAILS(NOSYS, proc_raise(0xff));
    FAILS(NOSYS, proc_raise(0xffffffff));
}
