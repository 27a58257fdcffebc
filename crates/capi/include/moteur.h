/*
 * What Moteur adds to the standard interface in `wasm.h`: where memory comes from, which limits hold, and why something
 * failed. Ownership is marked and meant as there.
 */
#ifndef MOTEUR_H
#define MOTEUR_H

#include "wasm.h"

#ifdef __cplusplus
extern "C" {
#endif

#define own

/* ---- Memory ---- */

/*
 * Makes a pool inside `buffer` the default heap: what vectors, types and configurations come from, and engines that are
 * not told otherwise. The buffer is lent for as long as anything is in it. With null, the default heap is again the
 * system's allocator, if there is one; on a machine without an operating system there is none, and this is the first
 * function to call. What was made before goes back to where it came from. False if the buffer is too small for a pool.
 */
WASM_API_EXTERN bool moteur_use_pool(void *buffer, size_t bytes);

/* An engine whose stores and modules take all memory from a pool inside `buffer`, which is lent as above. */
WASM_API_EXTERN own wasm_engine_t *moteur_engine_new_with_pool(void *buffer, size_t bytes);

/* Bytes that are used of the engine's pool, of all that share it; 0 for the system's allocator, which keeps no account. */
WASM_API_EXTERN size_t moteur_engine_bytes_used(const wasm_engine_t *);

/* ---- Configurations ---- */

/* Takes all memory of the engine from a pool inside `buffer`, lent as above. False if it is too small for a pool. */
WASM_API_EXTERN bool moteur_config_set_pool(wasm_config_t *, void *buffer, size_t bytes);

/* Bytes of the guests' stack, which each store allocates: 1 MiB with an operating system, otherwise 8 KiB. */
WASM_API_EXTERN void moteur_config_set_stack_bytes(wasm_config_t *, size_t bytes);

/* Bytes that one memory may have at most. */
WASM_API_EXTERN void moteur_config_set_memory_bytes_max(wasm_config_t *, uint64_t bytes);

/* Elements that one table may have at most. */
WASM_API_EXTERN void moteur_config_set_table_elements_max(wasm_config_t *, uint32_t elements);

/* Instances that one store may have at most. */
WASM_API_EXTERN void moteur_config_set_instances_max(wasm_config_t *, uint32_t instances);

/* Whether guests pay with fuel for what they execute, and trap when it is spent. */
WASM_API_EXTERN void moteur_config_set_fuel(wasm_config_t *, bool on);

/* Whether functions are made ready when their module is instantiated, instead of when they are first called. */
WASM_API_EXTERN void moteur_config_set_eager(wasm_config_t *, bool on);

/*
 * Whether native code is run that modules bring along (`moteur compile` adds it). Nobody can check such code: whoever turns
 * this on vouches for every module that the engine loads. Without an operating system, code runs where the module's bytes
 * are, which the machine must be able to execute.
 */
WASM_API_EXTERN void moteur_config_set_native(wasm_config_t *, bool on);

/*
 * Whether memories get 8 GiB of addresses each, so that native code may run that leaves checking to the processor (`moteur
 * compile --guard-pages`). Only on Linux on x86-64 and AArch64, and only with native code.
 */
WASM_API_EXTERN void moteur_config_set_guard_pages(wasm_config_t *, bool on);

/* ---- Stores ---- */

/* Why the last function failed that gave null, false, or a trap: a text as a trap's, or empty. */
WASM_API_EXTERN void moteur_store_error(const wasm_store_t *, own wasm_message_t *out);

/* Sets how much fuel guests have left, and tells it. False, and 0, where the engine does not count fuel. */
WASM_API_EXTERN bool moteur_store_set_fuel(wasm_store_t *, uint64_t fuel);
WASM_API_EXTERN uint64_t moteur_store_fuel(const wasm_store_t *);

/* ---- Interrupts ---- */

/*
 * What stops the guest of a store: any thread may raise and clear it, while another is in a call, and before and after the
 * store is deleted. Raised, it makes guests trap at their next loop or call ("interrupted"), and each that starts, until it
 * is cleared. Only creating it counts as a use of the store.
 */
typedef struct moteur_interrupt_t moteur_interrupt_t;

WASM_API_EXTERN own moteur_interrupt_t *moteur_interrupt_new(const wasm_store_t *);
WASM_API_EXTERN void moteur_interrupt_delete(own moteur_interrupt_t *);
WASM_API_EXTERN void moteur_interrupt_raise(const moteur_interrupt_t *);
WASM_API_EXTERN void moteur_interrupt_clear(const moteur_interrupt_t *);

/* ---- Modules ---- */

/* As `wasm_module_new`, but the bytes stay where they are, such as in flash: they must stay there, unchanged, for ever. */
WASM_API_EXTERN own wasm_module_t *moteur_module_new_static(
    wasm_store_t *, const void *bytes, size_t size);

/* Whether the module runs as native code. */
WASM_API_EXTERN bool moteur_module_is_native(const wasm_module_t *);

#undef own

#ifdef __cplusplus
}
#endif

#endif
