/* Stands for Zephyr's header of this name: as much of it as the shim uses. */
#ifndef STUB_VERSION_H_
#define STUB_VERSION_H_

#ifndef KERNEL_VERSION_NUMBER
#define KERNEL_VERSION_NUMBER 0x030701
#endif

#endif
