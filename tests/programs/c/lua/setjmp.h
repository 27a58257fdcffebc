/* Lua includes this header even where it does not use what is in it; WASI's C library has none. */
#ifndef __wasm__
#include_next <setjmp.h>
#endif
