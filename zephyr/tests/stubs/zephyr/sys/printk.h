/* Stands for Zephyr's header of this name; the functions are in kernel.h. */
