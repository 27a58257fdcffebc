/* Errors, the console, the clock and random bytes: what every configuration has. */

#include "shim.h"
#include "kernel.h"

#include <errno.h>
#include <stdio.h>

#if defined(CONFIG_CSPRNG_ENABLED) || defined(CONFIG_TEST_RANDOM_GENERATOR)
#if __has_include(<zephyr/random/random.h>)
#include <zephyr/random/random.h>
#elif __has_include(<zephyr/random/rand32.h>)
#include <zephyr/random/rand32.h>
#else
#include <random/rand32.h>
#endif
#endif

#ifdef CONFIG_POSIX_TIMERS
#include <time.h>
#endif

LOG_MODULE_REGISTER(moteur, CONFIG_MOTEUR_LOG_LEVEL);

#ifdef CONFIG_USERSPACE
K_APPMEM_PARTITION_DEFINE(moteur_partition);
#endif

int moteur_shim_error(int number)
{
	switch (number < 0 ? -number : number) {
	case EPERM:
		return SHIM_NOT_PERMITTED;
	case ENOENT:
		return SHIM_NOT_FOUND;
	case EBADF:
		return SHIM_BAD_HANDLE;
	case EAGAIN:
		return SHIM_WOULD_BLOCK;
	case ENOMEM:
	case ENFILE:
	case EMFILE:
		return SHIM_EXHAUSTED;
	case EACCES:
		return SHIM_DENIED;
	case EBUSY:
		return SHIM_BUSY;
	case EEXIST:
		return SHIM_EXISTS;
	case EXDEV:
		return SHIM_CROSS_DEVICE;
	case ENOTDIR:
		return SHIM_NOT_DIRECTORY;
	case EISDIR:
		return SHIM_IS_DIRECTORY;
	case EINVAL:
		return SHIM_INVALID;
	case EFBIG:
		return SHIM_TOO_LARGE;
	case ENOSPC:
		return SHIM_NO_SPACE;
	case ESPIPE:
		return SHIM_NOT_SEEKABLE;
	case EROFS:
		return SHIM_READ_ONLY;
	case EPIPE:
		return SHIM_CLOSED;
	case ENOSYS:
	case ENOTSUP:
		return SHIM_UNSUPPORTED;
	case ENOTEMPTY:
		return SHIM_NOT_EMPTY;
	case ENAMETOOLONG:
		return SHIM_NAME_TOO_LONG;
	case ELOOP:
		return SHIM_LOOP;
	default:
		return SHIM_FAILED;
	}
}

void moteur_panic(const char *file, size_t length, uint32_t line)
{
	printk("moteur: panic at %.*s:%u\n", (int)length, file, line);
	k_panic();
	CODE_UNREACHABLE;
}

#ifdef CONFIG_ARCH_POSIX
/* Rust's own library for a host has been built for programs that unwind. Nothing here does. */
void rust_eh_personality(void)
{
	k_panic();
}
#endif

void moteur_shim_print(const uint8_t *bytes, size_t count)
{
#ifdef CONFIG_PRINTK
	k_str_out((char *)bytes, count);
#else
	(void)fwrite(bytes, 1, count, stdout);
#endif
}

/*
 * The kernel keeps time in ticks, which may be as long as 10 ms; its cycle counter is finer, but often has 32 bits only.
 * So ticks say in which of the counter's turns we are. They are a system call, the counter is not.
 */
static uint64_t cycles(void)
{
#ifdef CONFIG_TIMER_HAS_64BIT_CYCLE_COUNTER
	return k_cycle_get_64();
#else
	uint64_t rough = k_ticks_to_cyc_floor64(k_uptime_ticks());
	int32_t ahead = (int32_t)(k_cycle_get_32() - (uint32_t)rough);

	return ahead > 0 ? rough + ahead : rough;
#endif
}

uint64_t moteur_shim_monotonic_ns(void)
{
#ifdef CONFIG_USERSPACE
	if (k_is_user_context()) {
		return k_ticks_to_ns_floor64(k_uptime_ticks());
	}
#endif
	return k_cyc_to_ns_floor64(cycles());
}

uint64_t moteur_shim_resolution_ns(void)
{
#ifdef CONFIG_USERSPACE
	if (k_is_user_context()) {
		return k_ticks_to_ns_ceil64(1);
	}
#endif
	return k_cyc_to_ns_ceil64(1);
}

/* An application that knows the date defines this function. */
__weak uint64_t moteur_realtime_ns(void)
{
#ifdef CONFIG_POSIX_TIMERS
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) == 0) {
		return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
	}
#endif
	return 0;
}

uint64_t moteur_shim_realtime_ns(void)
{
	return moteur_realtime_ns();
}

void moteur_shim_wait_ns(uint64_t ns)
{
	k_sleep(K_TICKS(k_ns_to_ticks_ceil64(ns)));
}

bool moteur_shim_has_random(void)
{
	return IS_ENABLED(CONFIG_CSPRNG_ENABLED) || IS_ENABLED(CONFIG_TEST_RANDOM_GENERATOR);
}

int moteur_shim_random(uint8_t *to, size_t count)
{
#if defined(CONFIG_CSPRNG_ENABLED)
	return sys_csrand_get(to, count) == 0 ? 0 : SHIM_FAILED;
#elif defined(CONFIG_TEST_RANDOM_GENERATOR)
	sys_rand_get(to, count);
	return 0;
#else
	ARG_UNUSED(to);
	ARG_UNUSED(count);
	return SHIM_UNSUPPORTED;
#endif
}
