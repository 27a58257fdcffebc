/* Stands for Zephyr's header of this name: as much of it as the shim uses. */
#ifndef STUB_LOG_H_
#define STUB_LOG_H_

#define LOG_MODULE_REGISTER(name, level) extern int log_##name[(level) + 1]

#endif
