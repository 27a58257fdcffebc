/*
 * RAM for native code that was received at run time. It lies in Zephyr's section for functions in RAM, which the MPU
 * makes executable and not writable wherever there is one; so it can only be written while the MPU is off, for as long
 * as the copy takes and with interrupts locked.
 */

#include "shim.h"
#include "kernel.h"

#include <moteur/zephyr.h>

#include <string.h>

#ifndef CONFIG_ARCH_POSIX
/* Of the linker script. */
extern char __rom_region_start[];
extern char __rom_region_end[];
#endif

bool moteur_shim_is_firmware(const uint8_t *start, size_t count)
{
#ifdef CONFIG_ARCH_POSIX
	/* A process's constants are not executable. */
	ARG_UNUSED(start);
	ARG_UNUSED(count);
	return false;
#else
	uintptr_t first = (uintptr_t)start;
	uintptr_t end = (uintptr_t)__rom_region_end;

	return first >= (uintptr_t)__rom_region_start && first <= end && count <= end - first;
#endif
}

#if CONFIG_MOTEUR_CODE_BYTES > 0

/* Code begins at a multiple of this. */
#define GRANULE 64
#define GRANULES (CONFIG_MOTEUR_CODE_BYTES / GRANULE)

/* Where Zephyr has no such section, the image lies in RAM, which is executable. */
#ifdef CONFIG_ARCH_HAS_RAMFUNC_SUPPORT
#define CODE_SECTION __attribute__((section(".ramfunc.moteur")))
#else
#define CODE_SECTION
#endif

static uint8_t region[GRANULES * GRANULE] __aligned(GRANULE) CODE_SECTION;

/* Which thread has taken each granule; NULL if nobody has. */
static k_tid_t owner[GRANULES];
static struct k_spinlock lock;

#ifdef CONFIG_ARM_MPU
/* Of the kernel, which declares them in a header of its own. */
void arm_core_mpu_enable(void);
void arm_core_mpu_disable(void);
#endif

/* Has the processor see code that was written: Zephyr looks after caches, and called that otherwise before 3.3. */
static void publish(uint8_t *start, size_t count)
{
#if KERNEL_VERSION_NUMBER >= 0x030300
	(void)sys_cache_data_flush_range(start, count);
	/* Instructions have to be forgotten. Ports differ in what they call that, and in what they can do by address. */
	if (sys_cache_instr_flush_range(start, count) != 0 && sys_cache_instr_invd_range(start, count) != 0) {
		(void)sys_cache_instr_invd_all();
	}
#elif defined(CONFIG_CACHE_MANAGEMENT)
	(void)sys_cache_data_range(start, count, K_CACHE_WB);
	(void)sys_cache_instr_range(start, count, K_CACHE_INVD);
#endif
#if defined(CONFIG_ARM)
	__asm__ volatile("dsb\n\tisb" ::: "memory");
#elif defined(CONFIG_RISCV) && defined(__riscv_zifencei)
	__asm__ volatile("fence.i" ::: "memory");
#else
	ARG_UNUSED(start);
	ARG_UNUSED(count);
	__asm__ volatile("" ::: "memory");
#endif
}

/* The first of so many free granules in a row; GRANULES if there are none. */
static size_t find(size_t wanted)
{
	size_t run = 0;

	for (size_t at = 0; at < GRANULES; at++) {
		run = owner[at] == NULL ? run + 1 : 0;
		if (run == wanted) {
			return at + 1 - wanted;
		}
	}
	return GRANULES;
}

int moteur_shim_code_take(uint8_t **place, const uint8_t *from, size_t count)
{
	size_t wanted = (count + GRANULE - 1) / GRANULE;
	k_spinlock_key_t key;
	size_t first;

#ifdef CONFIG_USERSPACE
	if (k_is_user_context()) {
		return SHIM_DENIED;
	}
#endif
	if (count == 0 || count > sizeof(region)) {
		return SHIM_EXHAUSTED;
	}
	key = k_spin_lock(&lock);
	first = find(wanted);
	if (first == GRANULES) {
		k_spin_unlock(&lock, key);
		return SHIM_EXHAUSTED;
	}
	for (size_t at = first; at < first + wanted; at++) {
		owner[at] = k_current_get();
	}
	*place = &region[first * GRANULE];
#ifdef CONFIG_ARM_MPU
	arm_core_mpu_disable();
#endif
	memcpy(*place, from, count);
#ifdef CONFIG_ARM_MPU
	arm_core_mpu_enable();
#endif
	publish(*place, count);
	k_spin_unlock(&lock, key);
	return 0;
}

int moteur_shim_code_give(uint8_t *place, size_t count)
{
	uintptr_t offset = (uintptr_t)place - (uintptr_t)region;
	size_t first = offset / GRANULE;
	size_t last = first + (count + GRANULE - 1) / GRANULE;

	if (offset < sizeof(region) && count > 0 && last <= GRANULES) {
		k_spinlock_key_t key = k_spin_lock(&lock);

		memset(&owner[first], 0, (last - first) * sizeof(owner[0]));
		k_spin_unlock(&lock, key);
	}
	return 0;
}

void moteur_abandon(struct k_thread *thread)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	for (size_t at = 0; at < GRANULES; at++) {
		if (owner[at] == thread) {
			owner[at] = NULL;
		}
	}
	k_spin_unlock(&lock, key);
}

#else

void moteur_abandon(struct k_thread *thread)
{
	ARG_UNUSED(thread);
}

int moteur_shim_code_take(uint8_t **place, const uint8_t *from, size_t count)
{
	ARG_UNUSED(place);
	ARG_UNUSED(from);
	ARG_UNUSED(count);
	return SHIM_UNSUPPORTED;
}

int moteur_shim_code_give(uint8_t *place, size_t count)
{
	ARG_UNUSED(place);
	ARG_UNUSED(count);
	return 0;
}

#endif
