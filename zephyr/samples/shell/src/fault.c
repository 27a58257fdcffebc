#include "fault.h"

#include <zephyr/fatal.h>
#include <zephyr/kernel.h>

const char *fault_text(unsigned int reason)
{
	switch (reason) {
	case K_ERR_STACK_CHK_FAIL:
#ifdef CONFIG_CPU_CORTEX_M
	case K_ERR_ARM_USAGE_STACK_OVERFLOW:
	case K_ERR_ARM_MEM_STACKING:
#endif
		return "its thread's stack overflowed";
	case K_ERR_KERNEL_PANIC:
	case K_ERR_KERNEL_OOPS:
		return "it brought the runtime out of step";
#ifdef CONFIG_CPU_CORTEX_M
	case K_ERR_ARM_USAGE_UNDEFINED_INSTRUCTION:
		return "an undefined instruction";
	case K_ERR_ARM_MEM_INSTRUCTION_ACCESS:
	case K_ERR_ARM_BUS_INSTRUCTION_BUS:
	case K_ERR_ARM_USAGE_ILLEGAL_EPSR:
		return "a jump to where no code is";
	case K_ERR_ARM_MEM_DATA_ACCESS:
	case K_ERR_ARM_BUS_PRECISE_DATA_BUS:
	case K_ERR_ARM_BUS_IMPRECISE_DATA_BUS:
		return "an access to memory that is not its own";
#endif
	default:
		return "a fault of the processor";
	}
}
