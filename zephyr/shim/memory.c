/*
 * The names by which code for Arm's EABI copies and fills memory, over the functions of the C library that is there anyhow:
 * otherwise Rust's own come along, which take 3 KB.
 */

#include <string.h>

void __aeabi_memcpy(void *to, const void *from, size_t count);
void __aeabi_memcpy4(void *to, const void *from, size_t count) __attribute__((alias("__aeabi_memcpy")));
void __aeabi_memcpy8(void *to, const void *from, size_t count) __attribute__((alias("__aeabi_memcpy")));
void __aeabi_memmove(void *to, const void *from, size_t count);
void __aeabi_memmove4(void *to, const void *from, size_t count) __attribute__((alias("__aeabi_memmove")));
void __aeabi_memmove8(void *to, const void *from, size_t count) __attribute__((alias("__aeabi_memmove")));
void __aeabi_memset(void *to, size_t count, int value);
void __aeabi_memset4(void *to, size_t count, int value) __attribute__((alias("__aeabi_memset")));
void __aeabi_memset8(void *to, size_t count, int value) __attribute__((alias("__aeabi_memset")));
void __aeabi_memclr(void *to, size_t count);
void __aeabi_memclr4(void *to, size_t count) __attribute__((alias("__aeabi_memclr")));
void __aeabi_memclr8(void *to, size_t count) __attribute__((alias("__aeabi_memclr")));

void __aeabi_memcpy(void *to, const void *from, size_t count)
{
	memcpy(to, from, count);
}

void __aeabi_memmove(void *to, const void *from, size_t count)
{
	memmove(to, from, count);
}

void __aeabi_memset(void *to, size_t count, int value)
{
	memset(to, value, count);
}

void __aeabi_memclr(void *to, size_t count)
{
	memset(to, 0, count);
}
