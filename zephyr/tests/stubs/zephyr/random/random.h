/* Stands for Zephyr's header of this name: as much of it as the shim uses. */
#ifndef STUB_RANDOM_H_
#define STUB_RANDOM_H_

#include <stddef.h>

int sys_csrand_get(void *to, size_t count);
void sys_rand_get(void *to, size_t count);

#endif
