/*
 * Stands for Zephyr's header of this name: as much of it as the shim uses, with the types that Zephyr documents. What runs
 * on the host does what Zephyr would; api.c runs with it.
 */
#ifndef STUB_KERNEL_H_
#define STUB_KERNEL_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ARG_UNUSED(x) (void)(x)
#define __aligned(x) __attribute__((__aligned__(x)))
#define __weak __attribute__((__weak__))
#define CODE_UNREACHABLE __builtin_unreachable()
#define NSEC_PER_SEC 1000000000U

/* 1 if a macro is defined as 1, otherwise 0. */
#define STUB_COMMA_1 ignored,
#define STUB_SECOND(ignored, value, ...) value
#define STUB_PICK(...) STUB_SECOND(__VA_ARGS__)
#define STUB_IS(x) STUB_PICK(STUB_COMMA_##x 1, 0)
#define STUB_ENABLED(x) STUB_IS(x)
#define IS_ENABLED(option) STUB_ENABLED(option)

#define MIN(a, b) ((a) < (b) ? (a) : (b))

struct k_thread;
typedef struct k_thread *k_tid_t;

/* There is one thread. */
static inline k_tid_t k_current_get(void)
{
	static int thread;

	return (k_tid_t)&thread;
}

struct k_spinlock {
	int unused;
};

typedef struct {
	int key;
} k_spinlock_key_t;

static inline k_spinlock_key_t k_spin_lock(struct k_spinlock *lock)
{
	ARG_UNUSED(lock);
	return (k_spinlock_key_t){0};
}

static inline void k_spin_unlock(struct k_spinlock *lock, k_spinlock_key_t key)
{
	ARG_UNUSED(lock);
	ARG_UNUSED(key);
}

struct k_mutex {
	int unused;
};

#define K_MUTEX_DEFINE(name) struct k_mutex name

typedef struct {
	int64_t ticks;
} k_timeout_t;

#define K_TICKS(count) ((k_timeout_t){.ticks = (int64_t)(count)})

#define K_FOREVER ((k_timeout_t){.ticks = -1})

static inline int k_mutex_lock(struct k_mutex *mutex, k_timeout_t timeout)
{
	ARG_UNUSED(mutex);
	ARG_UNUSED(timeout);
	return 0;
}

static inline int k_mutex_unlock(struct k_mutex *mutex)
{
	ARG_UNUSED(mutex);
	return 0;
}

/* A tick has a millisecond, a cycle a microsecond. The cycle counter turns over with its 32 bits. */
int64_t k_uptime_ticks(void);
uint32_t k_cycle_get_32(void);
uint64_t k_cycle_get_64(void);
int32_t k_sleep(k_timeout_t timeout);

static inline uint64_t k_ticks_to_cyc_floor64(uint64_t ticks)
{
	return ticks * 1000;
}

static inline uint64_t k_ticks_to_ns_floor64(uint64_t ticks)
{
	return ticks * 1000000;
}

static inline uint64_t k_ticks_to_ns_ceil64(uint64_t ticks)
{
	return ticks * 1000000;
}

static inline uint64_t k_cyc_to_ns_floor64(uint64_t cycles)
{
	return cycles * 1000;
}

static inline uint64_t k_cyc_to_ns_ceil64(uint64_t cycles)
{
	return cycles * 1000;
}

static inline uint64_t k_ns_to_ticks_ceil64(uint64_t ns)
{
	return (ns + 999999) / 1000000;
}

static inline bool k_is_user_context(void)
{
	return false;
}

_Noreturn void k_panic(void);
void k_str_out(char *bytes, size_t count);
void printk(const char *format, ...);

#endif
