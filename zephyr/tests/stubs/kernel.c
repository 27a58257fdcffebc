/* The few functions of the kernel that the shim needs to run on the host. */

#include <zephyr/kernel.h>
#include <zephyr/random/random.h>

#include <stdarg.h>
#include <string.h>
#include <time.h>

static uint64_t microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int64_t k_uptime_ticks(void)
{
	return (int64_t)(microseconds() / 1000);
}

uint32_t k_cycle_get_32(void)
{
	return (uint32_t)microseconds();
}

uint64_t k_cycle_get_64(void)
{
	return microseconds();
}

int32_t k_sleep(k_timeout_t timeout)
{
	struct timespec time = {.tv_sec = timeout.ticks / 1000, .tv_nsec = timeout.ticks % 1000 * 1000000};

	nanosleep(&time, NULL);
	return 0;
}

_Noreturn void k_panic(void)
{
	abort();
}

void k_str_out(char *bytes, size_t count)
{
	fwrite(bytes, 1, count, stdout);
}

void printk(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
}

int sys_csrand_get(void *to, size_t count)
{
	memset(to, 7, count);
	return 0;
}

void sys_rand_get(void *to, size_t count)
{
	memset(to, 7, count);
}
