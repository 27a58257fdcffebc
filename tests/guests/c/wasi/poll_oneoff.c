// poll_oneoff: waits for clocks, files and streams, and says what has happened.
// run: --dir .::/
// stdin: text

#include "../check.h"

static uint64_t now(uint32_t clock) {
    uint64_t time = 0;
    OK(clock_time_get(clock, 0, &time));
    return time;
}

static subscription_t on_clock(uint32_t clock, uint64_t timeout, uint16_t flags, uint64_t userdata) {
    subscription_t subscription;
    memset(&subscription, 0, sizeof subscription);
    subscription.userdata = userdata;
    subscription.tag = EVENT_CLOCK;
    subscription.clock.id = clock;
    subscription.clock.timeout = timeout;
    subscription.clock.flags = flags;
    return subscription;
}

static subscription_t on_fd(uint8_t tag, uint32_t fd, uint64_t userdata) {
    subscription_t subscription;
    memset(&subscription, 0, sizeof subscription);
    subscription.userdata = userdata;
    subscription.tag = tag;
    subscription.fd = fd;
    return subscription;
}

static void waits_for_clocks(void) {
    subscription_t wanted[2];
    event_t happened[2];
    uint32_t count = 99;
    const uint64_t span = 30000000;
    for (uint32_t clock = CLOCK_REALTIME; clock <= CLOCK_MONOTONIC; clock++) {
        check_case = clock;
        uint64_t begin = now(clock);
        wanted[0] = on_clock(clock, span, 0, 7);
        memset(happened, 0xff, sizeof happened);
        OK(poll_oneoff(wanted, happened, 1, &count));
        EQUAL(count, 1);
        EQUAL(happened[0].userdata, 7);
        EQUAL(happened[0].error, ERRNO_SUCCESS);
        EQUAL(happened[0].tag, EVENT_CLOCK);
        EQUAL(happened[1].userdata, -1);
        HOLDS(now(clock) >= begin + span);
        begin = now(clock);
        wanted[0] = on_clock(clock, begin + span, SUBSCRIPTION_ABSOLUTE, 8);
        OK(poll_oneoff(wanted, happened, 1, &count));
        HOLDS(now(clock) >= begin + span);
        // What is past is over at once, and so is nothing.
        wanted[0] = on_clock(clock, 1, SUBSCRIPTION_ABSOLUTE, 9);
        OK(poll_oneoff(wanted, happened, 1, &count));
        EQUAL(happened[0].userdata, 9);
        wanted[0] = on_clock(clock, 0, 0, 10);
        OK(poll_oneoff(wanted, happened, 1, &count));
        EQUAL(happened[0].userdata, 10);
    }
    check_case = 0;
    // The shorter of two, though the longer is for ever.
    wanted[0] = on_clock(CLOCK_MONOTONIC, UINT64_MAX, 0, 1);
    wanted[1] = on_clock(CLOCK_MONOTONIC, 1000000, 0, 2);
    OK(poll_oneoff(wanted, happened, 2, &count));
    EQUAL(count, 1);
    EQUAL(happened[0].userdata, 2);
}

static void waits_for_descriptors(void) {
    subscription_t wanted[6];
    event_t happened[6];
    uint32_t count = 99;
    uint32_t file = make_file("file", "text");
    wanted[0] = on_fd(EVENT_FD_READ, file, 1);
    wanted[1] = on_fd(EVENT_FD_WRITE, file, 2);
    OK(poll_oneoff(wanted, happened, 2, &count));
    EQUAL(count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        EQUAL(happened[i].userdata, i + 1);
        EQUAL(happened[i].error, ERRNO_SUCCESS);
        EQUAL(happened[i].tag, EVENT_FD_READ + i);
    }
    HOLDS(happened[0].bytes >= 1);
    // There is something to read on the standard input, and the output takes something.
    wanted[0] = on_fd(EVENT_FD_READ, 0, 3);
    OK(poll_oneoff(wanted, happened, 1, &count));
    EQUAL(count, 1);
    EQUAL(happened[0].userdata, 3);
    EQUAL(happened[0].error, ERRNO_SUCCESS);
    wanted[0] = on_fd(EVENT_FD_WRITE, 1, 4);
    wanted[1] = on_clock(CLOCK_MONOTONIC, 10000000000, 0, 5);
    OK(poll_oneoff(wanted, happened, 2, &count));
    EQUAL(count, 1);
    EQUAL(happened[0].userdata, 4);

    // What is wrong with one is told in its event, and the others go on.
    for (uint32_t i = 0; i < BAD_FDS; i++) wanted[i] = on_fd(EVENT_FD_READ, bad_fds[i], 100 + i);
    wanted[4] = on_clock(77, 0, 0, 104);
    wanted[5] = on_fd(EVENT_FD_READ, file, 105);
    OK(poll_oneoff(wanted, happened, 6, &count));
    EQUAL(count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        EQUAL(happened[i].userdata, 100 + i);
        EQUAL(happened[i].error, i < 4 ? ERRNO_BADF : i == 4 ? ERRNO_INVAL : ERRNO_SUCCESS);
    }
    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ, 0);
    wanted[0] = on_fd(EVENT_FD_READ, lacking, 1);
    OK(poll_oneoff(wanted, happened, 1, &count));
    EQUAL(happened[0].error, ERRNO_NOTCAPABLE);
}

static void test(void) {
    waits_for_clocks();
    waits_for_descriptors();

    subscription_t wanted[2] = {on_clock(CLOCK_MONOTONIC, 0, 0, 1), on_clock(CLOCK_MONOTONIC, 0, 0, 2)};
    event_t happened[2];
    uint32_t count = 99;
    // To wait for nothing at all is to wait for ever.
    FAILS(INVAL, poll_oneoff(wanted, happened, 0, &count));
    subscription_t strange = on_fd(3, 0, 1);
    FAILS(INVAL, poll_oneoff(&strange, happened, 1, &count));
    strange = on_fd(0xff, 0, 1);
    FAILS(INVAL, poll_oneoff(&strange, happened, 1, &count));
    EQUAL(count, 99);

    EACH_BAD_PLACE(place, sizeof *wanted) FAILS(FAULT, poll_oneoff(place, happened, 1, &count));
    EACH_BAD_PLACE(place, 2 * sizeof *happened) FAILS(FAULT, poll_oneoff(wanted, place, 2, &count));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, poll_oneoff(wanted, happened, 1, place));
    // More subscriptions than there can be; some of these sizes are small modulo 2^32.
    uint32_t counts[] = {0xffffffff, 0x80000000, 0x10000000, 0x08000001, 89478486, 76695845, 100000};
    for (uint32_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        check_case = i;
        FAILS(FAULT, poll_oneoff(wanted, happened, counts[i], &count));
        FAILS(FAULT, poll_oneoff(at(0), at(0), counts[i], at(0)));
    }
    EQUAL(count, 99);

    // Events over the subscriptions, and the count over the events: nonsense, and no more than that.
    static uint8_t both[256];
    memcpy(both, wanted, sizeof wanted);
    OK(poll_oneoff(both, both, 1, &count));
    EQUAL(count, 1);
    EQUAL(*(uint64_t *)both, 1);
    memcpy(both, wanted, sizeof wanted);
    OK(poll_oneoff(wanted, both, 2, both));
    EQUAL(*(uint32_t *)both, 2);
}
