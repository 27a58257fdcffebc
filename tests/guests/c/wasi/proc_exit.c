// proc_exit: the program ends there and then, with its status.
// run:
// exit: 77

#include "../check.h"

static void test(void) {
    if (!HOLDS(sizeof(void *) == 4)) return;
    print_counts();
    proc_exit(77);
}
