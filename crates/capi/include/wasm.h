/*
 * The standard C interface of WebAssembly runtimes (wasm-c-api), as Moteur offers it.
 *
 * Ownership. What is marked `own` belongs to whoever holds it, who gives it away or deletes it, once:
 *   - a result marked `own` is the caller's; so is what a function wrote to a parameter called `out`;
 *   - a parameter marked `own` is the function's from the call on, also where the function fails. A vector that was given
 *     away is empty afterwards;
 *   - a vector that is owned includes its elements; so does a value its reference;
 *   - everything else is lent: results for as long as what they were asked of, parameters for the call.
 *
 * Handles. Every reference (`wasm_func_t` and all that `WASM_DECLARE_REF` declares below) is a handle. Deleting it says
 * that the program no longer uses the object through it. Handles keep their store: they may be deleted in any order,
 * before or after the store, the engine and each other, and they work until the last of them is gone. Functions, globals,
 * tables, memories and instances stay in their store until then; modules, traps and foreign objects go earlier, with the
 * last handle and the last place in a guest that refers to them.
 * What a finalizer deletes must not be a handle of the store that the finalizer is for: it would keep that store.
 *
 * Memory. All functions that make something may find no memory left, and then give null (for vectors, an array that is
 * null; for what they return as `own wasm_trap_t*`, a trap that says so and takes no memory). Vectors, types and
 * configurations come from the default heap, everything else from the engine's; `moteur.h` says which these are.
 *
 * Null. A null pointer where an object is expected is no crime: the function does nothing, and gives null, false or 0.
 * Why something failed is what `moteur_store_error` in `moteur.h` tells.
 *
 * Threads. Engines, shared modules, types and vectors may be used by several threads, as far as nobody changes them
 * meanwhile. A store with all its handles is for one thread at a time. No function of the program that is called from
 * here may throw or jump out of the call.
 */
#ifndef WASM_H
#define WASM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef WASM_API_EXTERN
#if defined(_WIN32) && !defined(__MINGW32__) && !defined(LIBWASM_STATIC)
#define WASM_API_EXTERN __declspec(dllimport)
#else
#define WASM_API_EXTERN
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define own

typedef char byte_t;
typedef float float32_t;
typedef double float64_t;

/* ---- What groups of declarations have alike ---- */

/* An object, and what deletes it; null is nothing to delete. */
#define WASM_DECLARE_OWN(name)                                                 \
    typedef struct wasm_##name##_t wasm_##name##_t;                            \
    WASM_API_EXTERN void wasm_##name##_delete(own wasm_##name##_t *);

/*
 * A vector: `size` elements at `data`. Elements are bytes, values, or pointers to objects that belong to the vector.
 *   new_empty          writes a vector without elements
 *   new_uninitialized  writes one with `size` elements of zero bytes, for the program to fill; it may be deleted as it is
 *   new                writes one with the elements that are given away; without `data`, as new_uninitialized
 *   copy               writes one with copies of all elements
 *   delete             deletes all elements (null ones are none) and the array, and leaves an empty vector
 * Without memory `data` is null while `size` stays what was asked for; whatever takes such a vector fails.
 * The array is freed by `delete` only.
 */
#define WASM_DECLARE_VEC(name, ptr_or_none)                                    \
    typedef struct wasm_##name##_vec_t {                                       \
        size_t size;                                                           \
        wasm_##name##_t ptr_or_none *data;                                     \
    } wasm_##name##_vec_t;                                                     \
    WASM_API_EXTERN void wasm_##name##_vec_new_empty(                          \
        own wasm_##name##_vec_t *out);                                         \
    WASM_API_EXTERN void wasm_##name##_vec_new_uninitialized(                  \
        own wasm_##name##_vec_t *out, size_t size);                            \
    WASM_API_EXTERN void wasm_##name##_vec_new(                                \
        own wasm_##name##_vec_t *out, size_t size,                             \
        own wasm_##name##_t ptr_or_none const data[]);                         \
    WASM_API_EXTERN void wasm_##name##_vec_copy(                               \
        own wasm_##name##_vec_t *out, const wasm_##name##_vec_t *);            \
    WASM_API_EXTERN void wasm_##name##_vec_delete(own wasm_##name##_vec_t *);

/* A type: an object that is copied as a whole, and vectors of them. */
#define WASM_DECLARE_TYPE(name)                                                \
    WASM_DECLARE_OWN(name)                                                     \
    WASM_DECLARE_VEC(name, *)                                                  \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_copy(                   \
        const wasm_##name##_t *);

/*
 * A handle.
 *   copy                          another handle of the same object
 *   same                          whether both are handles of one object, or both null
 *   get_host_info                 what the program attached to the object, null if nothing; all handles agree on it
 *   set_host_info                 attaches a pointer, instead of what was attached before
 *   set_host_info_with_finalizer  also tells the program when the pointer is no longer attached: because the object goes,
 *                                 or something else was attached, or there was no memory to note it
 */
#define WASM_DECLARE_REF_BASE(name)                                            \
    WASM_DECLARE_OWN(name)                                                     \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_copy(                   \
        const wasm_##name##_t *);                                              \
    WASM_API_EXTERN bool wasm_##name##_same(                                   \
        const wasm_##name##_t *, const wasm_##name##_t *);                     \
    WASM_API_EXTERN void *wasm_##name##_get_host_info(                         \
        const wasm_##name##_t *);                                              \
    WASM_API_EXTERN void wasm_##name##_set_host_info(                          \
        wasm_##name##_t *, void *info);                                        \
    WASM_API_EXTERN void wasm_##name##_set_host_info_with_finalizer(           \
        wasm_##name##_t *, void *info, void (*finalizer)(void *info));

/*
 * A handle that can be seen as a reference (`as_ref`), and a reference that can be seen as such a handle, if it is one
 * (`ref_as`, otherwise null). Both are the same handle: one deletes it.
 */
#define WASM_DECLARE_REF(name)                                                 \
    WASM_DECLARE_REF_BASE(name)                                                \
    WASM_API_EXTERN wasm_ref_t *wasm_##name##_as_ref(wasm_##name##_t *);       \
    WASM_API_EXTERN wasm_##name##_t *wasm_ref_as_##name(wasm_ref_t *);         \
    WASM_API_EXTERN const wasm_ref_t *wasm_##name##_as_ref_const(              \
        const wasm_##name##_t *);                                              \
    WASM_API_EXTERN const wasm_##name##_t *wasm_ref_as_##name##_const(         \
        const wasm_ref_t *);

/*
 * A handle whose object other stores and threads can have too.
 *   share   the object without a store: it may go to any thread, and outlives the store
 *   obtain  a handle in a store. Where the store is of another engine, the object is made anew for that
 */
#define WASM_DECLARE_SHARABLE_REF(name)                                        \
    WASM_DECLARE_REF(name)                                                     \
    WASM_DECLARE_OWN(shared_##name)                                            \
    WASM_API_EXTERN own wasm_shared_##name##_t *wasm_##name##_share(           \
        const wasm_##name##_t *);                                              \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_obtain(                 \
        wasm_store_t *, const wasm_shared_##name##_t *);

/* A vector without elements, and one of an array of the program's, which is lent, never given away or deleted. */
#define WASM_EMPTY_VEC {0, NULL}
#define WASM_ARRAY_VEC(array) {sizeof(array) / sizeof(*(array)), array}

/* ---- Bytes and names ---- */

typedef byte_t wasm_byte_t;
WASM_DECLARE_VEC(byte, )

/* Names are bytes of UTF-8, without a zero behind them unless the program put one there. */
typedef wasm_byte_vec_t wasm_name_t;

#define wasm_name wasm_byte_vec
#define wasm_name_new wasm_byte_vec_new
#define wasm_name_new_empty wasm_byte_vec_new_empty
#define wasm_name_new_uninitialized wasm_byte_vec_new_uninitialized
/* The same as the one above, by the name that the standard's header spells so. */
#define wasm_name_new_new_uninitialized wasm_byte_vec_new_uninitialized
#define wasm_name_copy wasm_byte_vec_copy
#define wasm_name_delete wasm_byte_vec_delete

/* A name from a C string. */
static inline void wasm_name_new_from_string(own wasm_name_t *out, const char *s)
{
    wasm_name_new(out, strlen(s), s);
}

/* A name from a C string, with the zero at its end. */
static inline void wasm_name_new_from_string_nt(own wasm_name_t *out, const char *s)
{
    wasm_name_new(out, strlen(s) + 1, s);
}

/* ---- Configurations, engines, stores ---- */

/* How an engine shall work. `moteur.h` has what can be set. */
WASM_DECLARE_OWN(config)

WASM_API_EXTERN own wasm_config_t *wasm_config_new(void);

/* What stores and modules share. It stays as long as one of them is there, deleted or not. */
WASM_DECLARE_OWN(engine)

WASM_API_EXTERN own wasm_engine_t *wasm_engine_new(void);
WASM_API_EXTERN own wasm_engine_t *wasm_engine_new_with_config(own wasm_config_t *);

/* What owns the objects of guests. */
WASM_DECLARE_OWN(store)

WASM_API_EXTERN own wasm_store_t *wasm_store_new(wasm_engine_t *);

/* ---- Types of values ---- */

typedef uint8_t wasm_valkind_t;
enum wasm_valkind_enum {
    WASM_I32,
    WASM_I64,
    WASM_F32,
    WASM_F64,
    WASM_EXTERNREF = 128,
    WASM_FUNCREF,
};

/* The type of a value. It takes no memory: the same kind is always the same object. */
WASM_DECLARE_TYPE(valtype)

/* The type of this kind; null for a number that is no kind. */
WASM_API_EXTERN own wasm_valtype_t *wasm_valtype_new(wasm_valkind_t);

WASM_API_EXTERN wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t *);

static inline bool wasm_valkind_is_num(wasm_valkind_t k)
{
    return k < WASM_EXTERNREF;
}

static inline bool wasm_valkind_is_ref(wasm_valkind_t k)
{
    return k >= WASM_EXTERNREF;
}

static inline bool wasm_valtype_is_num(const wasm_valtype_t *t)
{
    return wasm_valkind_is_num(wasm_valtype_kind(t));
}

static inline bool wasm_valtype_is_ref(const wasm_valtype_t *t)
{
    return wasm_valkind_is_ref(wasm_valtype_kind(t));
}

static inline own wasm_valtype_t *wasm_valtype_new_i32(void)
{
    return wasm_valtype_new(WASM_I32);
}

static inline own wasm_valtype_t *wasm_valtype_new_i64(void)
{
    return wasm_valtype_new(WASM_I64);
}

static inline own wasm_valtype_t *wasm_valtype_new_f32(void)
{
    return wasm_valtype_new(WASM_F32);
}

static inline own wasm_valtype_t *wasm_valtype_new_f64(void)
{
    return wasm_valtype_new(WASM_F64);
}

static inline own wasm_valtype_t *wasm_valtype_new_externref(void)
{
    return wasm_valtype_new(WASM_EXTERNREF);
}

static inline own wasm_valtype_t *wasm_valtype_new_funcref(void)
{
    return wasm_valtype_new(WASM_FUNCREF);
}

/* ---- Types of what is imported and exported ---- */

typedef uint8_t wasm_mutability_t;
enum wasm_mutability_enum {
    WASM_CONST,
    WASM_VAR,
};

/* Elements of a table, or pages of 64 KiB. `wasm_limits_max_default` as the maximum means that there is none. */
typedef struct wasm_limits_t {
    uint32_t min;
    uint32_t max;
} wasm_limits_t;

static const uint32_t wasm_limits_max_default = 0xffffffff;

/* Functions. Null if an element of either vector is null, or memory ran out when the vector was made. */
WASM_DECLARE_TYPE(functype)

WASM_API_EXTERN own wasm_functype_t *wasm_functype_new(
    own wasm_valtype_vec_t *params, own wasm_valtype_vec_t *results);

WASM_API_EXTERN const wasm_valtype_vec_t *wasm_functype_params(const wasm_functype_t *);
WASM_API_EXTERN const wasm_valtype_vec_t *wasm_functype_results(const wasm_functype_t *);

/* Globals. */
WASM_DECLARE_TYPE(globaltype)

WASM_API_EXTERN own wasm_globaltype_t *wasm_globaltype_new(
    own wasm_valtype_t *, wasm_mutability_t);

WASM_API_EXTERN const wasm_valtype_t *wasm_globaltype_content(const wasm_globaltype_t *);
WASM_API_EXTERN wasm_mutability_t wasm_globaltype_mutability(const wasm_globaltype_t *);

/* Tables. Null if the elements' type is none of references. */
WASM_DECLARE_TYPE(tabletype)

WASM_API_EXTERN own wasm_tabletype_t *wasm_tabletype_new(
    own wasm_valtype_t *, const wasm_limits_t *);

WASM_API_EXTERN const wasm_valtype_t *wasm_tabletype_element(const wasm_tabletype_t *);
WASM_API_EXTERN const wasm_limits_t *wasm_tabletype_limits(const wasm_tabletype_t *);

/* Memories. Those whose pages are bytes have limits rounded down to pages of 64 KiB. */
WASM_DECLARE_TYPE(memorytype)

WASM_API_EXTERN own wasm_memorytype_t *wasm_memorytype_new(const wasm_limits_t *);

WASM_API_EXTERN const wasm_limits_t *wasm_memorytype_limits(const wasm_memorytype_t *);

/* Any of the four. */
WASM_DECLARE_TYPE(externtype)

typedef uint8_t wasm_externkind_t;
enum wasm_externkind_enum {
    WASM_EXTERN_FUNC,
    WASM_EXTERN_GLOBAL,
    WASM_EXTERN_TABLE,
    WASM_EXTERN_MEMORY,
};

WASM_API_EXTERN wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t *);

/* The same object, seen as any type; and as one of the four, or null if it is another. */
WASM_API_EXTERN wasm_externtype_t *wasm_functype_as_externtype(wasm_functype_t *);
WASM_API_EXTERN wasm_externtype_t *wasm_globaltype_as_externtype(wasm_globaltype_t *);
WASM_API_EXTERN wasm_externtype_t *wasm_tabletype_as_externtype(wasm_tabletype_t *);
WASM_API_EXTERN wasm_externtype_t *wasm_memorytype_as_externtype(wasm_memorytype_t *);

WASM_API_EXTERN wasm_functype_t *wasm_externtype_as_functype(wasm_externtype_t *);
WASM_API_EXTERN wasm_globaltype_t *wasm_externtype_as_globaltype(wasm_externtype_t *);
WASM_API_EXTERN wasm_tabletype_t *wasm_externtype_as_tabletype(wasm_externtype_t *);
WASM_API_EXTERN wasm_memorytype_t *wasm_externtype_as_memorytype(wasm_externtype_t *);

WASM_API_EXTERN const wasm_externtype_t *wasm_functype_as_externtype_const(
    const wasm_functype_t *);
WASM_API_EXTERN const wasm_externtype_t *wasm_globaltype_as_externtype_const(
    const wasm_globaltype_t *);
WASM_API_EXTERN const wasm_externtype_t *wasm_tabletype_as_externtype_const(
    const wasm_tabletype_t *);
WASM_API_EXTERN const wasm_externtype_t *wasm_memorytype_as_externtype_const(
    const wasm_memorytype_t *);

WASM_API_EXTERN const wasm_functype_t *wasm_externtype_as_functype_const(
    const wasm_externtype_t *);
WASM_API_EXTERN const wasm_globaltype_t *wasm_externtype_as_globaltype_const(
    const wasm_externtype_t *);
WASM_API_EXTERN const wasm_tabletype_t *wasm_externtype_as_tabletype_const(
    const wasm_externtype_t *);
WASM_API_EXTERN const wasm_memorytype_t *wasm_externtype_as_memorytype_const(
    const wasm_externtype_t *);

/* What a module asks for: two names and a type. */
WASM_DECLARE_TYPE(importtype)

WASM_API_EXTERN own wasm_importtype_t *wasm_importtype_new(
    own wasm_name_t *module, own wasm_name_t *name, own wasm_externtype_t *);

WASM_API_EXTERN const wasm_name_t *wasm_importtype_module(const wasm_importtype_t *);
WASM_API_EXTERN const wasm_name_t *wasm_importtype_name(const wasm_importtype_t *);
WASM_API_EXTERN const wasm_externtype_t *wasm_importtype_type(const wasm_importtype_t *);

/* What a module offers: a name and a type. */
WASM_DECLARE_TYPE(exporttype)

WASM_API_EXTERN own wasm_exporttype_t *wasm_exporttype_new(
    own wasm_name_t *, own wasm_externtype_t *);

WASM_API_EXTERN const wasm_name_t *wasm_exporttype_name(const wasm_exporttype_t *);
WASM_API_EXTERN const wasm_externtype_t *wasm_exporttype_type(const wasm_exporttype_t *);

/* ---- References and values ---- */

/*
 * A handle of anything. What guests hold as `externref` may be a handle of any kind; as `funcref`, of a function.
 *
 * An object that a guest was given as `externref` stays at least as long as it stands in a global or table of the store,
 * or the call lasts that it was given in. Now and then, when many have been given, those that are in no such place any
 * more are let go. Where the start function of an instance failed, all stay as long as the store.
 */
WASM_DECLARE_REF_BASE(ref)

typedef struct wasm_val_t {
    wasm_valkind_t kind;
    union {
        int32_t i32;
        int64_t i64;
        float32_t f32;
        float64_t f64;
        wasm_ref_t *ref;
    } of;
} wasm_val_t;

/* Deletes the value's reference, if it has one. */
WASM_API_EXTERN void wasm_val_delete(own wasm_val_t *v);

/* A copy has a handle of its own, or null where memory ran out. */
WASM_API_EXTERN void wasm_val_copy(own wasm_val_t *out, const wasm_val_t *);

WASM_DECLARE_VEC(val, )

/* Initialisers of values. */
#define WASM_I32_VAL(i) {.kind = WASM_I32, .of = {.i32 = i}}
#define WASM_I64_VAL(i) {.kind = WASM_I64, .of = {.i64 = i}}
#define WASM_F32_VAL(z) {.kind = WASM_F32, .of = {.f32 = z}}
#define WASM_F64_VAL(z) {.kind = WASM_F64, .of = {.f64 = z}}
#define WASM_REF_VAL(r) {.kind = WASM_EXTERNREF, .of = {.ref = r}}
#define WASM_INIT_VAL {.kind = WASM_EXTERNREF, .of = {.ref = NULL}}

/* An address as an integer of its width. */
static inline void wasm_val_init_ptr(own wasm_val_t *out, void *p)
{
#if UINTPTR_MAX == UINT32_MAX
    out->kind = WASM_I32;
    out->of.i32 = (int32_t)(intptr_t)p;
#elif UINTPTR_MAX == UINT64_MAX
    out->kind = WASM_I64;
    out->of.i64 = (int64_t)(intptr_t)p;
#endif
}

static inline void *wasm_val_ptr(const wasm_val_t *val)
{
#if UINTPTR_MAX == UINT32_MAX
    return (void *)(intptr_t)val->of.i32;
#elif UINTPTR_MAX == UINT64_MAX
    return (void *)(intptr_t)val->of.i64;
#endif
}

/* ---- Traps ---- */

/* A place in a guest where a call was made or a trap happened. */
WASM_DECLARE_OWN(frame)
WASM_DECLARE_VEC(frame, *)

WASM_API_EXTERN own wasm_frame_t *wasm_frame_copy(const wasm_frame_t *);

/* The frame's instance, lent as long as the frame is there; copy the handle to keep it. */
WASM_API_EXTERN struct wasm_instance_t *wasm_frame_instance(const wasm_frame_t *);

/* The function's index in its module. */
WASM_API_EXTERN uint32_t wasm_frame_func_index(const wasm_frame_t *);

/* Bytes from the beginning of the function's body; SIZE_MAX where the place is not known, as in native code without offsets. */
WASM_API_EXTERN size_t wasm_frame_func_offset(const wasm_frame_t *);

/* Bytes from the beginning of the module; SIZE_MAX where the place is not known. */
WASM_API_EXTERN size_t wasm_frame_module_offset(const wasm_frame_t *);

/* A text with a zero at its end, which counts as one of its bytes. */
typedef wasm_name_t wasm_message_t;

/* Why a call ended early. */
WASM_DECLARE_REF(trap)

/*
 * A trap for a function of the program to return. The message is copied, and gets a zero at its end if it has none.
 * Without memory it is a trap that says so, and null only without a store.
 */
WASM_API_EXTERN own wasm_trap_t *wasm_trap_new(wasm_store_t *store, const wasm_message_t *);

/* What happened, in the words of the official test suite where the guest did it ("integer divide by zero"). */
WASM_API_EXTERN void wasm_trap_message(const wasm_trap_t *, own wasm_message_t *out);

/* The innermost frame of a guest; null if no guest was active. */
WASM_API_EXTERN own wasm_frame_t *wasm_trap_origin(const wasm_trap_t *);

/* The frames that the trap came through, innermost first; of a deep recursion only the inner ones (32, or 12 on machines
 * of 32 bits). */
WASM_API_EXTERN void wasm_trap_trace(const wasm_trap_t *, own wasm_frame_vec_t *out);

/* ---- Foreign objects ---- */

/* An object of the program's, for guests to hold: what it is, is what the program attaches to it. */
WASM_DECLARE_REF(foreign)

WASM_API_EXTERN own wasm_foreign_t *wasm_foreign_new(wasm_store_t *);

/* ---- Modules ---- */

WASM_DECLARE_SHARABLE_REF(module)

/* Decodes and validates a module, and keeps a copy of the bytes. Null if it is no valid module that this runtime takes. */
WASM_API_EXTERN own wasm_module_t *wasm_module_new(
    wasm_store_t *, const wasm_byte_vec_t *binary);

/* Whether `wasm_module_new` would take it. */
WASM_API_EXTERN bool wasm_module_validate(wasm_store_t *, const wasm_byte_vec_t *binary);

/* What the module asks for and offers, in its order. */
WASM_API_EXTERN void wasm_module_imports(const wasm_module_t *, own wasm_importtype_vec_t *out);
WASM_API_EXTERN void wasm_module_exports(const wasm_module_t *, own wasm_exporttype_vec_t *out);

/*
 * The module as bytes that `wasm_module_deserialize` reads, on this machine or another: a header with a sum against damage,
 * and the bytes of the module, with the native code that it came with. Reading validates as `wasm_module_new` does; native
 * code is no more trusted than there.
 */
WASM_API_EXTERN void wasm_module_serialize(const wasm_module_t *, own wasm_byte_vec_t *out);
WASM_API_EXTERN own wasm_module_t *wasm_module_deserialize(
    wasm_store_t *, const wasm_byte_vec_t *);

/* ---- Functions ---- */

WASM_DECLARE_REF(func)

/*
 * A function of the program, as guests call it. `args` is lent; `results` has as many values as the function's type, zero
 * or null, and the function writes those that it gives away. It returns null, or a trap, which it gives away and which
 * ends the guest. Results of other kinds than the type's end the guest with a trap too.
 */
typedef own wasm_trap_t *(*wasm_func_callback_t)(
    const wasm_val_vec_t *args, own wasm_val_vec_t *results);
typedef own wasm_trap_t *(*wasm_func_callback_with_env_t)(
    void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results);

WASM_API_EXTERN own wasm_func_t *wasm_func_new(
    wasm_store_t *, const wasm_functype_t *, wasm_func_callback_t);

/* `finalizer`, if it is not null, is called with `env` when the function goes; where none is made, at once. */
WASM_API_EXTERN own wasm_func_t *wasm_func_new_with_env(
    wasm_store_t *, const wasm_functype_t *type, wasm_func_callback_with_env_t,
    void *env, void (*finalizer)(void *));

WASM_API_EXTERN own wasm_functype_t *wasm_func_type(const wasm_func_t *);
WASM_API_EXTERN size_t wasm_func_param_arity(const wasm_func_t *);
WASM_API_EXTERN size_t wasm_func_result_arity(const wasm_func_t *);

/*
 * Calls a function. The arguments' number and kinds must be the type's (null references of either kind will do).
 * `results` has room for as many values as the type, or for none, and then they are dropped. What stood there before is
 * overwritten, not deleted; after a trap nothing was written. Null means that the function returned.
 */
WASM_API_EXTERN own wasm_trap_t *wasm_func_call(
    const wasm_func_t *, const wasm_val_vec_t *args, wasm_val_vec_t *results);

/* ---- Globals ---- */

WASM_DECLARE_REF(global)

/* A global with this value; null if the value is of another kind. */
WASM_API_EXTERN own wasm_global_t *wasm_global_new(
    wasm_store_t *, const wasm_globaltype_t *, const wasm_val_t *);

WASM_API_EXTERN own wasm_globaltype_t *wasm_global_type(const wasm_global_t *);

WASM_API_EXTERN void wasm_global_get(const wasm_global_t *, own wasm_val_t *out);

/* Does nothing if the global is constant or the value is of another kind. */
WASM_API_EXTERN void wasm_global_set(wasm_global_t *, const wasm_val_t *);

/* ---- Tables ---- */

WASM_DECLARE_REF(table)

typedef uint32_t wasm_table_size_t;

/* A table with all elements `init`, which may be null. */
WASM_API_EXTERN own wasm_table_t *wasm_table_new(
    wasm_store_t *, const wasm_tabletype_t *, wasm_ref_t *init);

/* The type has the present size as its minimum. */
WASM_API_EXTERN own wasm_tabletype_t *wasm_table_type(const wasm_table_t *);

/* Null for an element that is null, and for an index out of range. */
WASM_API_EXTERN own wasm_ref_t *wasm_table_get(const wasm_table_t *, wasm_table_size_t index);

/* Whether the element was set: the index is in range, and the reference of the table's type. */
WASM_API_EXTERN bool wasm_table_set(wasm_table_t *, wasm_table_size_t index, wasm_ref_t *);

WASM_API_EXTERN wasm_table_size_t wasm_table_size(const wasm_table_t *);

/* Whether so many elements were added, all `init`. */
WASM_API_EXTERN bool wasm_table_grow(wasm_table_t *, wasm_table_size_t delta, wasm_ref_t *init);

/* ---- Memories ---- */

WASM_DECLARE_REF(memory)

typedef uint32_t wasm_memory_pages_t;

static const size_t MEMORY_PAGE_SIZE = 0x10000;

/* A memory of zeros. */
WASM_API_EXTERN own wasm_memory_t *wasm_memory_new(wasm_store_t *, const wasm_memorytype_t *);

/* The type has the present size as its minimum. */
WASM_API_EXTERN own wasm_memorytype_t *wasm_memory_type(const wasm_memory_t *);

/* The first byte: lent until the memory grows, which a guest may make it do in any call. */
WASM_API_EXTERN byte_t *wasm_memory_data(wasm_memory_t *);
WASM_API_EXTERN size_t wasm_memory_data_size(const wasm_memory_t *);

/* Whole pages of 64 KiB, also where the memory's own pages are bytes. */
WASM_API_EXTERN wasm_memory_pages_t wasm_memory_size(const wasm_memory_t *);

/* Whether so many pages of 64 KiB were added. */
WASM_API_EXTERN bool wasm_memory_grow(wasm_memory_t *, wasm_memory_pages_t delta);

/* ---- What is imported and exported ---- */

/* A function, global, table or memory. */
WASM_DECLARE_REF(extern)
WASM_DECLARE_VEC(extern, *)

WASM_API_EXTERN wasm_externkind_t wasm_extern_kind(const wasm_extern_t *);
WASM_API_EXTERN own wasm_externtype_t *wasm_extern_type(const wasm_extern_t *);

/* The same handle, seen as any of the four; and as one of them, or null if it is another. */
WASM_API_EXTERN wasm_extern_t *wasm_func_as_extern(wasm_func_t *);
WASM_API_EXTERN wasm_extern_t *wasm_global_as_extern(wasm_global_t *);
WASM_API_EXTERN wasm_extern_t *wasm_table_as_extern(wasm_table_t *);
WASM_API_EXTERN wasm_extern_t *wasm_memory_as_extern(wasm_memory_t *);

WASM_API_EXTERN wasm_func_t *wasm_extern_as_func(wasm_extern_t *);
WASM_API_EXTERN wasm_global_t *wasm_extern_as_global(wasm_extern_t *);
WASM_API_EXTERN wasm_table_t *wasm_extern_as_table(wasm_extern_t *);
WASM_API_EXTERN wasm_memory_t *wasm_extern_as_memory(wasm_extern_t *);

WASM_API_EXTERN const wasm_extern_t *wasm_func_as_extern_const(const wasm_func_t *);
WASM_API_EXTERN const wasm_extern_t *wasm_global_as_extern_const(const wasm_global_t *);
WASM_API_EXTERN const wasm_extern_t *wasm_table_as_extern_const(const wasm_table_t *);
WASM_API_EXTERN const wasm_extern_t *wasm_memory_as_extern_const(const wasm_memory_t *);

WASM_API_EXTERN const wasm_func_t *wasm_extern_as_func_const(const wasm_extern_t *);
WASM_API_EXTERN const wasm_global_t *wasm_extern_as_global_const(const wasm_extern_t *);
WASM_API_EXTERN const wasm_table_t *wasm_extern_as_table_const(const wasm_extern_t *);
WASM_API_EXTERN const wasm_memory_t *wasm_extern_as_memory_const(const wasm_extern_t *);

/* ---- Instances ---- */

WASM_DECLARE_REF(instance)

/*
 * Instantiates a module with imports in its order, and runs its start function. Where that fails, also for imports that
 * don't fit, the result is null and `*trap`, if `trap` is not null, says why; otherwise `*trap` is null.
 */
WASM_API_EXTERN own wasm_instance_t *wasm_instance_new(
    wasm_store_t *, const wasm_module_t *, const wasm_extern_vec_t *imports,
    own wasm_trap_t **trap);

/* All that the instance exports, in its module's order. */
WASM_API_EXTERN void wasm_instance_exports(const wasm_instance_t *, own wasm_extern_vec_t *out);

/* ---- Types of functions in one line: so many parameters, so many results ---- */

static inline own wasm_functype_t *wasm_functype_new_0_0(void)
{
    wasm_valtype_vec_t params = WASM_EMPTY_VEC, results = WASM_EMPTY_VEC;
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_1_0(own wasm_valtype_t *p)
{
    wasm_valtype_t *ps[1] = {p};
    wasm_valtype_vec_t params, results = WASM_EMPTY_VEC;
    wasm_valtype_vec_new(&params, 1, ps);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_2_0(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2)
{
    wasm_valtype_t *ps[2] = {p1, p2};
    wasm_valtype_vec_t params, results = WASM_EMPTY_VEC;
    wasm_valtype_vec_new(&params, 2, ps);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_3_0(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *p3)
{
    wasm_valtype_t *ps[3] = {p1, p2, p3};
    wasm_valtype_vec_t params, results = WASM_EMPTY_VEC;
    wasm_valtype_vec_new(&params, 3, ps);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_0_1(own wasm_valtype_t *r)
{
    wasm_valtype_t *rs[1] = {r};
    wasm_valtype_vec_t params = WASM_EMPTY_VEC, results;
    wasm_valtype_vec_new(&results, 1, rs);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_1_1(
    own wasm_valtype_t *p, own wasm_valtype_t *r)
{
    wasm_valtype_t *ps[1] = {p}, *rs[1] = {r};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 1, ps);
    wasm_valtype_vec_new(&results, 1, rs);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_2_1(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *r)
{
    wasm_valtype_t *ps[2] = {p1, p2}, *rs[1] = {r};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 2, ps);
    wasm_valtype_vec_new(&results, 1, rs);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_3_1(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *p3,
    own wasm_valtype_t *r)
{
    wasm_valtype_t *ps[3] = {p1, p2, p3}, *rs[1] = {r};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 3, ps);
    wasm_valtype_vec_new(&results, 1, rs);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_0_2(
    own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    wasm_valtype_t *rs[2] = {r1, r2};
    wasm_valtype_vec_t params = WASM_EMPTY_VEC, results;
    wasm_valtype_vec_new(&results, 2, rs);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_1_2(
    own wasm_valtype_t *p, own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    wasm_valtype_t *ps[1] = {p}, *rs[2] = {r1, r2};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 1, ps);
    wasm_valtype_vec_new(&results, 2, rs);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_2_2(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2,
    own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    wasm_valtype_t *ps[2] = {p1, p2}, *rs[2] = {r1, r2};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 2, ps);
    wasm_valtype_vec_new(&results, 2, rs);
    return wasm_functype_new(&params, &results);
}

static inline own wasm_functype_t *wasm_functype_new_3_2(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *p3,
    own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    wasm_valtype_t *ps[3] = {p1, p2, p3}, *rs[2] = {r1, r2};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 3, ps);
    wasm_valtype_vec_new(&results, 2, rs);
    return wasm_functype_new(&params, &results);
}

#undef own

#ifdef __cplusplus
}
#endif

#endif
