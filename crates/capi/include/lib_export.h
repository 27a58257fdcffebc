/*
 * Functions of C for guests to import: how a program lists them for
 * wasm_runtime_register_natives (wasm_export.h).
 */
#ifndef _LIB_EXPORT_H_
#define _LIB_EXPORT_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A function that guests can import. All that is pointed to stays as it is
   until the function is unregistered. */
typedef struct NativeSymbol {
    /* The name that it is imported by. */
    const char *symbol;
    /* Its first parameter is a wasm_exec_env_t. */
    void *func_ptr;
    /* What the others are: see wasm_runtime_register_natives. Null or empty for
       numbers as the import has them, which is not checked. */
    const char *signature;
    /* What wasm_runtime_get_function_attachment gives while it runs. */
    void *attachment;
} NativeSymbol;

/* Rows for a function with its own name, or (2) whose name ends in _wrapper
   and which guests know without that. */
#define EXPORT_WASM_API(symbol) { #symbol, (void *)symbol, NULL, NULL }
#define EXPORT_WASM_API2(symbol) { #symbol, (void *)symbol##_wrapper, NULL, NULL }
#define EXPORT_WASM_API_WITH_SIG(symbol, signature) { #symbol, (void *)symbol, signature, NULL }
#define EXPORT_WASM_API_WITH_SIG2(symbol, signature) { #symbol, (void *)symbol##_wrapper, signature, NULL }
#define EXPORT_WASM_API_WITH_ATT(symbol, signature, attachment) { #symbol, (void *)symbol, signature, attachment }
#define EXPORT_WASM_API_WITH_ATT2(symbol, signature, attachment) \
    { #symbol, (void *)symbol##_wrapper, signature, attachment }

#ifdef __cplusplus
}
#endif

#endif
