/*
 * The functions that programs written for WAMR, the WebAssembly Micro Runtime, call, as Moteur offers them.
 */
#ifndef _WASM_EXPORT_H
#define _WASM_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef WASM_RUNTIME_API_EXTERN
#define WASM_RUNTIME_API_EXTERN
#endif

/* Initialises the runtime with the system's allocator. Calls are counted. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_init(void);

/* Takes one initialisation back; the last one gives all memory back. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_destroy(void);

#ifdef __cplusplus
}
#endif

#endif
