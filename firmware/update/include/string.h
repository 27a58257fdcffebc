/* What littlefs takes of the C library, for compilers that come without one. Rust's `compiler_builtins` has the first group,
 * the crates `tinyrlibc` and `littlefs2` (feature `c-stubs`) the second. */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);

char *strcpy(char *restrict to, const char *restrict from);
char *strchr(const char *text, int character);
size_t strspn(const char *text, const char *of);
size_t strcspn(const char *text, const char *of);
