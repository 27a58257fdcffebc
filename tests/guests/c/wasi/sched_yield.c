// sched_yield: gives way, and comes back.
// run:

#include "../check.h"

static void test(void) {
    for (uint32_t i = 0; i < 100; i++) OK(sched_yield());
}
