// clock_res_get, clock_time_get: four clocks that count, none of them backwards.
// run:

#include "../check.h"

// 2024-01-01 00:00 UTC, in nanoseconds since 1970.
static const uint64_t YEAR_2024 = 1704067200000000000;

static void test(void) {
    for (uint32_t clock = CLOCK_REALTIME; clock <= CLOCK_THREAD_CPUTIME; clock++) {
        check_case = clock;
        uint64_t resolution = 0, before = 0, after = 0;
        OK(clock_res_get(clock, &resolution));
        HOLDS(resolution > 0 && resolution <= 1000000000);
        OK(clock_time_get(clock, 0, &before));
        // The precision is a wish.
        OK(clock_time_get(clock, UINT64_MAX, &after));
        HOLDS(before <= after);
        for (volatile uint32_t i = 0; i < 300000; i++) {}
        OK(clock_time_get(clock, 1, &after));
        HOLDS(before < after);
        EACH_BAD_PLACE(place, 8) FAILS(FAULT, clock_res_get(clock, place));
        EACH_BAD_PLACE(place, 8) FAILS(FAULT, clock_time_get(clock, 0, place));
    }
    uint64_t time = 0;
    OK(clock_time_get(CLOCK_REALTIME, 0, &time));
    HOLDS(time > YEAR_2024);
    OK(clock_time_get(CLOCK_REALTIME, 0, at(memory_bytes() - 8)));
    // Records of a guest need not be aligned.
    OK(clock_time_get(CLOCK_REALTIME, 0, at(4097)));

    time = 42;
    FAILS(INVAL, clock_res_get(4, &time));
    FAILS(INVAL, clock_res_get(0xffffffff, &time));
    FAILS(INVAL, clock_time_get(4, 0, &time));
    FAILS(INVAL, clock_time_get(0xffffffff, 0, &time));
    FAILS(INVAL, clock_time_get(0x10000, 0, &time));
    EQUAL(time, 42);
}
