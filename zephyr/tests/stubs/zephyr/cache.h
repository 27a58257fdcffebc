/* Stands for Zephyr's header of this name: what it had before 3.3, and since. */
#ifndef STUB_CACHE_H_
#define STUB_CACHE_H_

#include <stddef.h>

#include <zephyr/version.h>

#if KERNEL_VERSION_NUMBER >= 0x030300
static inline int sys_cache_data_flush_range(void *start, size_t count)
{
	(void)start;
	(void)count;
	return 0;
}

static inline int sys_cache_instr_flush_range(void *start, size_t count)
{
	(void)start;
	(void)count;
	return -1;
}

static inline int sys_cache_instr_invd_range(void *start, size_t count)
{
	(void)start;
	(void)count;
	return -1;
}

static inline int sys_cache_instr_invd_all(void)
{
	return 0;
}
#else
#define K_CACHE_WB 1
#define K_CACHE_INVD 2

static inline int sys_cache_data_range(void *start, size_t count, int operation)
{
	(void)start;
	(void)count;
	return operation;
}

static inline int sys_cache_instr_range(void *start, size_t count, int operation)
{
	(void)start;
	(void)count;
	return operation;
}
#endif

#endif
