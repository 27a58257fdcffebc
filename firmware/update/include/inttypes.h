/* The formats that littlefs names in messages, all of which are compiled out. */
#pragma once

#include <stdint.h>

#define PRId32 "d"
#define PRIu32 "u"
#define PRIx32 "x"
#define PRIu16 "u"
#define PRIx16 "x"
