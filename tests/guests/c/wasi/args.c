// args_get, args_sizes_get: the arguments as they were given.
// run: --dir .::/ -- one "" "drei Wörter"

#include "../check.h"

static void *pointers[5];
static char texts[4096];

static int ends_with(uint32_t index, const char *text) {
    return length(pointers[index]) == length(text) && same(pointers[index], text, length(text));
}

static void test(void) {
    uint32_t count = 0, size = 0;
    OK(args_sizes_get(&count, &size));
    EQUAL(count, 4);
    pointers[4] = at(0x12345678);
    memset(texts, 0x55, sizeof texts);
    OK(args_get(pointers, texts));
    // No pointer and no byte more than was announced.
    EQUAL((uintptr_t)pointers[4], 0x12345678);
    EQUAL(texts[size], 0x55);
    EQUAL(texts[size - 1], 0);
    HOLDS(length(pointers[0]) > 0);
    HOLDS(ends_with(1, "one"));
    HOLDS(ends_with(2, ""));
    HOLDS(ends_with(3, "drei Wörter"));
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += length(pointers[i]) + 1;
    EQUAL(sum, size);
    EQUAL((uintptr_t)pointers[0], (uintptr_t)texts);

    // The last place where they fit, then each place where they don't.
    OK(args_get(at(memory_bytes() - 16), texts));
    OK(args_get(pointers, at(memory_bytes() - size)));
    EACH_BAD_PLACE(place, 16) FAILS(FAULT, args_get(place, texts));
    EACH_BAD_PLACE(place, size) FAILS(FAULT, args_get(pointers, place));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, args_sizes_get(place, &size));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, args_sizes_get(&count, place));

    // Both results in one place: the second stays.
    OK(args_sizes_get(&count, &count));
    EQUAL(count, size);
    // One list over the other gives nonsense, but in its place.
    memset(texts, 0x55, sizeof texts);
    OK(args_get(texts, texts));
    EQUAL(texts[size], 0x55);
}
