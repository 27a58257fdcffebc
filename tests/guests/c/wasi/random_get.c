// random_get: bytes that nobody can foretell, as many as were asked for.
// run:

#include "../check.h"

static uint8_t one[1000], other[1000];

static void test(void) {
    OK(random_get(one, sizeof one - 8));
    OK(random_get(other, sizeof other - 8));
    HOLDS(!same(one, other, sizeof one - 8));
    // Not a byte more; and of 992 bytes, each of which has 256 values, few are zero.
    HOLDS(same(one + sizeof one - 8, "\0\0\0\0\0\0\0\0", 8));
    uint32_t zeros = 0;
    for (uint32_t i = 0; i < sizeof one - 8; i++) zeros += one[i] == 0;
    HOLDS(zeros < 40);
    OK(random_get(one, 0));
    OK(random_get(at(memory_bytes() - 100), 100));
    // A whole mebibyte at once.
    uint32_t begin = memory_bytes();
    HOLDS((int32_t)__builtin_wasm_memory_grow(0, 16) > 0);
    OK(random_get(at(begin), 1 << 20));
    HOLDS(!same(at(begin + (1 << 20) - 16), "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16));
    EACH_BAD_BUFFER(place, size) FAILS(FAULT, random_get(place, size));
}
