// environ_get, environ_sizes_get: the variables that were given, and none of the host's.
// run: --dir .::/ --env A=B --env EMPTY= --env "TEXT=ä = ö"

#include "../check.h"

static void *pointers[4];
static char texts[4096];

static int has(const char *text) {
    for (uint32_t i = 0; i < 3; i++) {
        if (length(pointers[i]) == length(text) && same(pointers[i], text, length(text))) return 1;
    }
    return 0;
}

static void test(void) {
    uint32_t count = 0, size = 0;
    OK(environ_sizes_get(&count, &size));
    EQUAL(count, 3);
    EQUAL(size, sizeof "A=B" + sizeof "EMPTY=" + sizeof "TEXT=ä = ö");
    pointers[3] = at(0x12345678);
    memset(texts, 0x55, sizeof texts);
    OK(environ_get(pointers, texts));
    EQUAL((uintptr_t)pointers[3], 0x12345678);
    EQUAL(texts[size], 0x55);
    HOLDS(has("A=B"));
    HOLDS(has("EMPTY="));
    HOLDS(has("TEXT=ä = ö"));

    OK(environ_get(at(memory_bytes() - 12), texts));
    OK(environ_get(pointers, at(memory_bytes() - size)));
    EACH_BAD_PLACE(place, 12) FAILS(FAULT, environ_get(place, texts));
    EACH_BAD_PLACE(place, size) FAILS(FAULT, environ_get(pointers, place));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, environ_sizes_get(place, &size));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, environ_sizes_get(&count, place));

    OK(environ_sizes_get(&count, &count));
    EQUAL(count, size);
    memset(texts, 0x55, sizeof texts);
    OK(environ_get(texts, texts));
    EQUAL(texts[size], 0x55);
}
