/* Stands for Zephyr's header of this name: as much of it as the shim uses. */
#ifndef STUB_APP_MEMDOMAIN_H_
#define STUB_APP_MEMDOMAIN_H_

struct k_mem_partition {
	int unused;
};

#define K_APPMEM_PARTITION_DEFINE(name) struct k_mem_partition name

#endif
