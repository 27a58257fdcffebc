/* The kernel's reasons for ending a thread, in words. */
#ifndef FAULT_H_
#define FAULT_H_

const char *fault_text(unsigned int reason);

#endif
