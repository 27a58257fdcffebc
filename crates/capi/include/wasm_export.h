/*
 * The functions of Moteur that programs written for WAMR, the WebAssembly Micro
 * Runtime, call. Names, types and texts are WAMR's, so that such a program
 * compiles and runs unchanged; docs/from-wamr.md says what is different, and
 * which functions are left out, and why.
 *
 * Rules for all functions:
 * - A handle that is null makes a function give false, null or zero.
 * - Modules and instances that are not taken back are taken back by the last
 *   wasm_runtime_destroy. Taking one back twice does nothing.
 * - An instance, with its execution environments, functions and memories, is
 *   used by one thread at a time. wasm_runtime_terminate is for any thread.
 * - A buffer for an error (error_buf) may be null. Its text always ends with a
 *   zero, and is empty where there is no error.
 * - No function ends the program, and none lets memory run out unnoticed.
 */
#ifndef _WASM_EXPORT_H
#define _WASM_EXPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib_export.h"

#ifndef WASM_RUNTIME_API_EXTERN
#if defined(__GNUC__) || defined(__clang__)
#define WASM_RUNTIME_API_EXTERN __attribute__((visibility("default")))
#else
#define WASM_RUNTIME_API_EXTERN
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Short names for functions of C that guests call, where there is a variable
   module_inst. */
#define get_module_inst(exec_env) wasm_runtime_get_module_inst(exec_env)
#define validate_app_addr(offset, size) wasm_runtime_validate_app_addr(module_inst, offset, size)
#define validate_app_str_addr(offset) wasm_runtime_validate_app_str_addr(module_inst, offset)
#define addr_app_to_native(offset) wasm_runtime_addr_app_to_native(module_inst, offset)
#define addr_native_to_app(ptr) wasm_runtime_addr_native_to_app(module_inst, ptr)
#define module_malloc(size, p_native_addr) wasm_runtime_module_malloc(module_inst, size, p_native_addr)
#define module_free(offset) wasm_runtime_module_free(module_inst, offset)

/* For functions that were registered with wasm_runtime_register_natives_raw:
   the place of the result, each argument in order, and the result. */
#define native_raw_return_type(type, args) type *raw_ret = (type *)(args)
#define native_raw_get_arg(type, name, args) type name = *((type *)(args++))
#define native_raw_set_return(val) *raw_ret = (val)

/* ---- Types ---- */

/* A module that was loaded. */
#ifndef WASM_MODULE_T_DEFINED
#define WASM_MODULE_T_DEFINED
struct WASMModuleCommon;
typedef struct WASMModuleCommon *wasm_module_t;
#endif

typedef enum {
    WASM_IMPORT_EXPORT_KIND_FUNC,
    WASM_IMPORT_EXPORT_KIND_TABLE,
    WASM_IMPORT_EXPORT_KIND_MEMORY,
    WASM_IMPORT_EXPORT_KIND_GLOBAL
} wasm_import_export_kind_t;

/* The library counts on the size that the machine's convention gives an enum of
   few values: compile with what is usual there. */
typedef char moteur_enums_are_usual[sizeof(wasm_import_export_kind_t)
#if defined(__arm__) && !defined(__linux__) && !defined(__APPLE__)
                                            == 1
#else
                                            == sizeof(int)
#endif
                                        ? 1
                                        : -1];

/* Types of imports and exports. They belong to their module. */
struct WASMFuncType;
typedef struct WASMFuncType *wasm_func_type_t;
struct WASMTableType;
typedef struct WASMTableType *wasm_table_type_t;
struct WASMGlobalType;
typedef struct WASMGlobalType *wasm_global_type_t;
#ifndef WASM_MEMORY_T_DEFINED
#define WASM_MEMORY_T_DEFINED
struct WASMMemory;
typedef struct WASMMemory WASMMemoryType;
#endif
typedef WASMMemoryType *wasm_memory_type_t;

/* Something that a module asks for. The names belong to the module. */
typedef struct wasm_import_t {
    const char *module_name;
    const char *name;
    wasm_import_export_kind_t kind;
    /* Whether something of that name is there now. */
    bool linked;
    union {
        wasm_func_type_t func_type;
        wasm_table_type_t table_type;
        wasm_global_type_t global_type;
        wasm_memory_type_t memory_type;
    } u;
} wasm_import_t;

/* Something that a module offers. The name belongs to the module. */
typedef struct wasm_export_t {
    const char *name;
    wasm_import_export_kind_t kind;
    union {
        wasm_func_type_t func_type;
        wasm_table_type_t table_type;
        wasm_global_type_t global_type;
        wasm_memory_type_t memory_type;
    } u;
} wasm_export_t;

/* An instance of a module. */
struct WASMModuleInstanceCommon;
typedef struct WASMModuleInstanceCommon *wasm_module_inst_t;

/* A function of an instance, which owns it. */
typedef void WASMFunctionInstanceCommon;
typedef WASMFunctionInstanceCommon *wasm_function_inst_t;

/* A memory of an instance, which owns it. */
struct WASMMemoryInstance;
typedef struct WASMMemoryInstance *wasm_memory_inst_t;

/* What a call is made in. */
struct WASMExecEnv;
typedef struct WASMExecEnv *wasm_exec_env_t;

typedef enum {
    Wasm_Module_Bytecode = 0,
    Wasm_Module_AoT,
    Package_Type_Unknown = 0xFFFF
} package_type_t;

#ifndef MEM_ALLOC_OPTION_DEFINED
#define MEM_ALLOC_OPTION_DEFINED
/* Where the runtime's memory comes from. */
typedef enum {
    /* A buffer of the program's: nothing is taken from anywhere else. */
    Alloc_With_Pool = 0,
    /* Functions of the program's. */
    Alloc_With_Allocator,
    /* The system's allocator. There is none without an operating system. */
    Alloc_With_System_Allocator,
} mem_alloc_type_t;

typedef enum { Alloc_For_Runtime, Alloc_For_LinearMemory } mem_alloc_usage_t;

typedef union MemAllocOption {
    struct {
        /* The runtime's until it is destroyed. */
        void *heap_buf;
        uint32_t heap_size;
    } pool;
    struct {
        /* void *(*)(unsigned int size), giving addresses aligned to 8 */
        void *malloc_func;
        /* void *(*)(void *ptr, unsigned int size), or null */
        void *realloc_func;
        /* void (*)(void *ptr) */
        void *free_func;
        /* Not used. */
        void *user_data;
    } allocator;
} MemAllocOption;
#endif

/* What a pool has, in bytes. */
typedef struct mem_alloc_info_t {
    uint32_t total_size;
    uint32_t total_free_size;
    /* The most that was in use at a time. */
    uint32_t highmark_size;
} mem_alloc_info_t;

/* How modules run. */
typedef enum RunningMode {
    Mode_Interp = 1,
    /* Not supported. */
    Mode_Fast_JIT,
    /* Native code that modules bring along (`moteur compile`) is run; whoever
       chooses this vouches for the modules. Others are interpreted. */
    Mode_LLVM_JIT,
    /* Not supported. */
    Mode_Multi_Tier_JIT,
} RunningMode;

/* How the runtime is initialised. Members that are zero have their defaults. */
typedef struct RuntimeInitArgs {
    mem_alloc_type_t mem_alloc_type;
    MemAllocOption mem_alloc_option;
    /* Functions to register, as wasm_runtime_register_natives does. */
    const char *native_module_name;
    NativeSymbol *native_symbols;
    uint32_t n_native_symbols;
    /* Threads that wasm_runtime_spawn_thread may run at a time; 4 by default. */
    uint32_t max_thread_num;
    /* Not used: there is no debugger. */
    char ip_addr[128];
    int unused;
    int instance_port;
    /* Not used: there is no such compiler, and no garbage collector. */
    uint32_t fast_jit_code_cache_size;
    uint32_t gc_heap_size;
    /* Mode_Interp by default. A mode that is not supported is refused. */
    RunningMode running_mode;
    /* Not used: modules are compiled before they are loaded. */
    uint32_t llvm_jit_opt_level;
    uint32_t llvm_jit_size_level;
    uint32_t segue_flags;
    bool enable_linux_perf;
} RuntimeInitArgs;

#ifndef LOAD_ARGS_OPTION_DEFINED
#define LOAD_ARGS_OPTION_DEFINED
/* How a module is loaded. */
typedef struct LoadArgs {
    /* Its name; copied. May be null. */
    char *name;
    /* Either of these makes the runtime copy the bytes. */
    bool clone_wasm_binary;
    bool wasm_binary_freeable;
    /* Imports are looked for when the module is instantiated in any case. */
    bool no_resolve;
} LoadArgs;
#endif

#ifndef INSTANTIATION_ARGS_OPTION_DEFINED
#define INSTANTIATION_ARGS_OPTION_DEFINED
/* How a module is instantiated: see wasm_runtime_instantiate. */
typedef struct InstantiationArgs {
    uint32_t default_stack_size;
    uint32_t host_managed_heap_size;
    /* Pages that a memory may have at most; 0 for what the module says. */
    uint32_t max_memory_pages;
} InstantiationArgs;
#endif

/* The same and more; see wasm_runtime_instantiation_args_create. */
struct InstantiationArgs2;

#ifndef WASM_VALKIND_T_DEFINED
#define WASM_VALKIND_T_DEFINED
typedef uint8_t wasm_valkind_t;
enum wasm_valkind_enum {
    WASM_I32,
    WASM_I64,
    WASM_F32,
    WASM_F64,
    WASM_V128,
    WASM_EXTERNREF = 128,
    WASM_FUNCREF,
};
#endif

#ifndef WASM_VAL_T_DEFINED
#define WASM_VAL_T_DEFINED
struct wasm_ref_t;

/* A value. */
typedef struct wasm_val_t {
    wasm_valkind_t kind;
    uint8_t _paddings[7];
    union {
        /* A function goes by its index in the module, or -1 for null. */
        int32_t i32;
        int64_t i64;
        float f32;
        double f64;
        /* An object of the program's. */
        uintptr_t foreign;
        struct wasm_ref_t *ref;
    } of;
} wasm_val_t;
#endif

/* A global. */
typedef struct wasm_global_inst_t {
    wasm_valkind_t kind;
    bool is_mutable;
    /* Where its value stands, for as long as the instance is there. */
    void *global_data;
} wasm_global_inst_t;

/* A table as it was when it was asked for. */
typedef struct wasm_table_inst_t {
    wasm_valkind_t elem_kind;
    uint32_t cur_size;
    uint32_t max_size;
    /* For wasm_table_get_func_inst. */
    void *elems;
} wasm_table_inst_t;

typedef enum {
    WASM_LOG_LEVEL_FATAL = 0,
    WASM_LOG_LEVEL_ERROR = 1,
    WASM_LOG_LEVEL_WARNING = 2,
    WASM_LOG_LEVEL_DEBUG = 3,
    WASM_LOG_LEVEL_VERBOSE = 4
} log_level_t;

/* ---- Life of the runtime ---- */

/* Initialises the runtime, with the system's allocator. Calls are counted
   together with those of wasm_runtime_full_init: what is initialised already
   stays as it is. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_init(void);

/* Initialises the runtime as the arguments say, which are read now. False if
   memory runs out, or the pool is too small, or the mode is not supported; then
   nothing is left behind. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_full_init(RuntimeInitArgs *init_args);

/* Takes one initialisation back. The last one takes back all instances and
   modules, and gives all memory back. No handle may be used after that. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_destroy(void);

/* Says which messages are written to the standard error; warnings (of imports
   that nobody has) and worse by default. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_log_level(log_level_t level);

/* Whether modules can run like that: Mode_Interp if the library has an
   interpreter, Mode_LLVM_JIT if it runs native code. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_is_running_mode_supported(RunningMode running_mode);

/* How modules run that are loaded from now on. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_set_default_running_mode(RunningMode running_mode);

/* Whether the instance runs like that. How it does was decided when its module
   was loaded, and cannot be changed. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_set_running_mode(wasm_module_inst_t module_inst, RunningMode running_mode);

/* How the instance runs: Mode_LLVM_JIT if its native code is run. */
WASM_RUNTIME_API_EXTERN RunningMode wasm_runtime_get_running_mode(wasm_module_inst_t module_inst);

/* The version of Moteur. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_get_version(uint32_t *major, uint32_t *minor, uint32_t *patch);

/* Memory of the runtime's heap, which the program gives back with
   wasm_runtime_free before it destroys the runtime. Aligned to two words; null
   if there is none. */
WASM_RUNTIME_API_EXTERN void *wasm_runtime_malloc(unsigned int size);

/* The same with another alignment: a power of two of which the size is a
   multiple. */
WASM_RUNTIME_API_EXTERN void *wasm_runtime_aligned_alloc(unsigned int size, unsigned int alignment);

/* Makes memory larger or smaller, and gives its new place. Null leaves it as it
   was. */
WASM_RUNTIME_API_EXTERN void *wasm_runtime_realloc(void *ptr, unsigned int size);

/* Gives memory back. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_free(void *ptr);

/* What the pool has; false if memory comes from anywhere else. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_get_mem_alloc_info(mem_alloc_info_t *mem_alloc_info);

/* ---- Modules ---- */

/* Wasm_Module_Bytecode if the bytes begin as a module does. There is no other
   kind: native code is a part of a module. */
WASM_RUNTIME_API_EXTERN package_type_t get_package_type(const uint8_t *buf, uint32_t size);
WASM_RUNTIME_API_EXTERN package_type_t wasm_runtime_get_file_package_type(const uint8_t *buf, uint32_t size);
WASM_RUNTIME_API_EXTERN package_type_t wasm_runtime_get_module_package_type(const wasm_module_t module);

/* The version of the format: what the bytes say, that of a module, that which
   is loaded. 0 if there is none. */
WASM_RUNTIME_API_EXTERN uint32_t wasm_runtime_get_file_package_version(const uint8_t *buf, uint32_t size);
WASM_RUNTIME_API_EXTERN uint32_t wasm_runtime_get_module_package_version(const wasm_module_t module);
WASM_RUNTIME_API_EXTERN uint32_t wasm_runtime_get_current_package_version(package_type_t package_type);

/* Whether the program has to map the bytes so that they can be executed: never.
   Native code runs in place where that is possible, and is copied elsewhere. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_is_xip_file(const uint8_t *buf, uint32_t size);

/* Loads a module: checks it, and keeps the address of its bytes, which are never
   written. They stay the program's, and stay as they are until the module is
   unloaded and its last instance is gone. Null, with a text that begins
   "WASM module load failed: ", if they are not a module. */
WASM_RUNTIME_API_EXTERN wasm_module_t wasm_runtime_load(uint8_t *buf, uint32_t size, char *error_buf,
                                                        uint32_t error_buf_size);

/* The same as the arguments say; they may be null. */
WASM_RUNTIME_API_EXTERN wasm_module_t wasm_runtime_load_ex(uint8_t *buf, uint32_t size, const LoadArgs *args,
                                                           char *error_buf, uint32_t error_buf_size);

/* Whether all functions that the module imports are there now. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_resolve_symbols(wasm_module_t module);

/* Unloads a module. Its instances stay, and so does its registration. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_unload(wasm_module_t module);

/* Whether the runtime has a copy of the bytes that the module was loaded from. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_is_underlying_binary_freeable(const wasm_module_t module);

/* Names a module. The name is copied. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_set_module_name(wasm_module_t module, const char *name, char *error_buf,
                                                          uint32_t error_buf_size);

/* The module's name: as it was named, or as its own name section says, or "".
   It belongs to the module, until that gets another name. */
WASM_RUNTIME_API_EXTERN const char *wasm_runtime_get_module_name(wasm_module_t module);

/* The content of the first custom section of this name, and its length; null if
   there is none. It is a part of the module's bytes. */
WASM_RUNTIME_API_EXTERN const uint8_t *wasm_runtime_get_custom_section(const wasm_module_t module_comm,
                                                                       const char *name, uint32_t *len);

/* Reads a module that another one imports from: sets address and size of its
   bytes. They stay as they are until the destroyer gets them. */
typedef bool (*module_reader)(package_type_t module_type, const char *module_name, uint8_t **p_buffer,
                              uint32_t *p_size);
/* Gets back what the reader gave, when the runtime is destroyed. */
typedef void (*module_destroyer)(uint8_t *buffer, uint32_t size);

/* Sets who reads modules that are imported from and not registered. Either may
   be null. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_module_reader(const module_reader reader,
                                                            const module_destroyer destroyer);

/* Lets other modules import from this one under the name, which is copied. Each
   instance of those gets an instance of this one of its own, which ends with
   it. The runtime needs the module until it is destroyed, even if the program
   unloads it. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_register_module(const char *module_name, wasm_module_t module,
                                                          char *error_buf, uint32_t error_buf_size);

/* The module that is registered under this name. */
WASM_RUNTIME_API_EXTERN wasm_module_t wasm_runtime_find_module_registered(const char *module_name);

/* ---- Imports and exports of a module ---- */

/* How many there are; -1 if memory runs out. */
WASM_RUNTIME_API_EXTERN int32_t wasm_runtime_get_import_count(const wasm_module_t module);
WASM_RUNTIME_API_EXTERN int32_t wasm_runtime_get_export_count(const wasm_module_t module);

/* One of them, counted from 0; its name is null if there is none. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_get_import_type(const wasm_module_t module, int32_t import_index,
                                                          wasm_import_t *import_type);
WASM_RUNTIME_API_EXTERN void wasm_runtime_get_export_type(const wasm_module_t module, int32_t export_index,
                                                          wasm_export_t *export_type);

/* Whether the runtime has a function of this name for modules to import. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_is_import_func_linked(const char *module_name, const char *func_name);

/* The same of globals: it has none. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_is_import_global_linked(const char *module_name, const char *global_name);

/* Kinds of values are 0xff where there is no such value. */
WASM_RUNTIME_API_EXTERN uint32_t wasm_func_type_get_param_count(const wasm_func_type_t func_type);
WASM_RUNTIME_API_EXTERN wasm_valkind_t wasm_func_type_get_param_valkind(const wasm_func_type_t func_type,
                                                                        uint32_t param_index);
WASM_RUNTIME_API_EXTERN uint32_t wasm_func_type_get_result_count(const wasm_func_type_t func_type);
WASM_RUNTIME_API_EXTERN wasm_valkind_t wasm_func_type_get_result_valkind(const wasm_func_type_t func_type,
                                                                         uint32_t result_index);
WASM_RUNTIME_API_EXTERN wasm_valkind_t wasm_global_type_get_valkind(const wasm_global_type_t global_type);
WASM_RUNTIME_API_EXTERN bool wasm_global_type_get_mutable(const wasm_global_type_t global_type);
/* Always false: modules with shared memories or tables are refused. */
WASM_RUNTIME_API_EXTERN bool wasm_memory_type_get_shared(const wasm_memory_type_t memory_type);
WASM_RUNTIME_API_EXTERN uint32_t wasm_memory_type_get_init_page_count(const wasm_memory_type_t memory_type);
WASM_RUNTIME_API_EXTERN uint32_t wasm_memory_type_get_max_page_count(const wasm_memory_type_t memory_type);
WASM_RUNTIME_API_EXTERN wasm_valkind_t wasm_table_type_get_elem_kind(const wasm_table_type_t table_type);
WASM_RUNTIME_API_EXTERN bool wasm_table_type_get_shared(const wasm_table_type_t table_type);
WASM_RUNTIME_API_EXTERN uint32_t wasm_table_type_get_init_size(const wasm_table_type_t table_type);
WASM_RUNTIME_API_EXTERN uint32_t wasm_table_type_get_max_size(const wasm_table_type_t table_type);

/* ---- Functions of C for guests ---- */

/*
 * Registers functions under the name of the module that guests import them from.
 * The name and the symbols stay the program's, and stay as they are until they
 * are unregistered. What was registered last comes first; registered functions
 * come before those of the library (libc, WASI). A function whose symbol is "f"
 * is also found as "_f".
 *
 * A function's first parameter is the wasm_exec_env_t of the call; the others
 * are as its signature says: a letter for each parameter in parentheses, and one
 * for the result behind them, if there is one.
 *
 *   i I f F  int32_t, int64_t, float, double
 *   r        void *: the object behind an externref
 *   *        an address of the guest's, as one of the program's. The bytes are
 *            inside memory: as many as the next argument says if that is ~,
 *            otherwise one
 *   ~        uint32_t: the length for the * before it
 *   $        const char *: a text of the guest's, which ends inside memory
 *
 * An address that is not inside memory ends the guest with the exception
 * "out of bounds memory access", and the function is not called. A function
 * whose signature is not that of the import is not linked.
 *
 * Arguments beyond the machine's registers take up to 24 words of its stack, or
 * 40 where floats have no registers of their own. A function that needs more
 * fails when it is called.
 */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_register_natives(const char *module_name, NativeSymbol *native_symbols,
                                                           uint32_t n_native_symbols);

/* The same for functions void (*)(wasm_exec_env_t, uint64_t *args), which find
   each argument in a cell of its own and leave the result in the first. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_register_natives_raw(const char *module_name, NativeSymbol *native_symbols,
                                                               uint32_t n_native_symbols);

/* Unregisters what was registered with these very symbols. Instances that
   import them still have them: take those back first. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_unregister_natives(const char *module_name, NativeSymbol *native_symbols);

/* What the function that is running was registered with. */
WASM_RUNTIME_API_EXTERN void *wasm_runtime_get_function_attachment(wasm_exec_env_t exec_env);

/* ---- Instances ---- */

/*
 * Instantiates a module, and runs its start function, then _initialize of WASI
 * modules, __post_instantiate, and __wasm_call_ctors of others.
 *
 * default_stack_size is the guest's stack in bytes as WAMR counts them, in cells
 * of 4 bytes: a machine of 64 bits takes twice as many. 0 is 16 KiB.
 *
 * host_managed_heap_size is a heap inside the guest's memory, for modules that do
 * not export malloc and free themselves: for wasm_runtime_module_malloc and for
 * the malloc that the module imports from env. It stands behind __heap_base if
 * the module exports that and there is room up to the end of memory; otherwise
 * memory is made larger by whole pages, beyond the module's maximum if need be.
 *
 * Null, with a text that begins "WASM module instantiate failed: ", if imports
 * are missing, memory runs out, or a function that runs now fails. A function
 * that nobody has is no error: calling it is.
 */
WASM_RUNTIME_API_EXTERN wasm_module_inst_t wasm_runtime_instantiate(const wasm_module_t module,
                                                                    uint32_t default_stack_size,
                                                                    uint32_t host_managed_heap_size, char *error_buf,
                                                                    uint32_t error_buf_size);

/* The same; args may be null. */
WASM_RUNTIME_API_EXTERN wasm_module_inst_t wasm_runtime_instantiate_ex(const wasm_module_t module,
                                                                       const InstantiationArgs *args, char *error_buf,
                                                                       uint32_t error_buf_size);

/* Makes arguments with all defaults. They are the program's, which destroys them
   when it likes. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_instantiation_args_create(struct InstantiationArgs2 **p);
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_destroy(struct InstantiationArgs2 *p);
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_set_default_stack_size(struct InstantiationArgs2 *p,
                                                                                    uint32_t v);
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_set_host_managed_heap_size(struct InstantiationArgs2 *p,
                                                                                        uint32_t v);
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_set_max_memory_pages(struct InstantiationArgs2 *p,
                                                                                  uint32_t v);
/* What wasm_runtime_get_custom_data gives from the beginning. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_set_custom_data(struct InstantiationArgs2 *p,
                                                                             void *custom_data);
/* These are instead of all that wasm_runtime_set_wasi_args and its like say of
   the module. What is pointed to stays as it is until the instantiation. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_set_wasi_arg(struct InstantiationArgs2 *p, char *argv[],
                                                                          int argc);
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_set_wasi_env(struct InstantiationArgs2 *p,
                                                                          const char *env[], uint32_t env_count);
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_set_wasi_dir(struct InstantiationArgs2 *p,
                                                                          const char *dir_list[], uint32_t dir_count,
                                                                          const char *map_dir_list[],
                                                                          uint32_t map_dir_count);
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_set_wasi_stdio(struct InstantiationArgs2 *p,
                                                                            int64_t stdinfd, int64_t stdoutfd,
                                                                            int64_t stderrfd);
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_set_wasi_addr_pool(struct InstantiationArgs2 *p,
                                                                                const char *addr_pool[],
                                                                                uint32_t addr_pool_size);
WASM_RUNTIME_API_EXTERN void wasm_runtime_instantiation_args_set_wasi_ns_lookup_pool(struct InstantiationArgs2 *p,
                                                                                     const char *ns_lookup_pool[],
                                                                                     uint32_t ns_lookup_pool_size);
WASM_RUNTIME_API_EXTERN wasm_module_inst_t wasm_runtime_instantiate_ex2(const wasm_module_t module,
                                                                        const struct InstantiationArgs2 *args,
                                                                        char *error_buf, uint32_t error_buf_size);

/* Ends an instance and all that belongs to it. One whose function is running is
   not ended. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_deinstantiate(wasm_module_inst_t module_inst);

/* The module of an instance. */
WASM_RUNTIME_API_EXTERN wasm_module_t wasm_runtime_get_module(wasm_module_inst_t module_inst);

/* ---- WASI ---- */

/*
 * What instances of the module find. All that is pointed to stays as it is until
 * the module was instantiated.
 *
 * dir_list     directories of the host, which guests find under the same names
 * map_dir_list the same as GUEST::HOST
 * env          NAME=VALUE
 * argv         the arguments, the program's name first
 * stdinfd ...  only the process's own streams can be given: 0, 1, 2 or a
 *              negative number; with any other, instantiation fails
 */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_wasi_args_ex(wasm_module_t module, const char *dir_list[],
                                                           uint32_t dir_count, const char *map_dir_list[],
                                                           uint32_t map_dir_count, const char *env[],
                                                           uint32_t env_count, char *argv[], int argc,
                                                           int64_t stdinfd, int64_t stdoutfd, int64_t stderrfd);

/* The same with the process's streams. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_wasi_args(wasm_module_t module, const char *dir_list[],
                                                        uint32_t dir_count, const char *map_dir_list[],
                                                        uint32_t map_dir_count, const char *env[], uint32_t env_count,
                                                        char *argv[], int argc);

/* Networks that guests may reach and be reached at, at every port: 10.0.0.0/8 or
   an address. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_wasi_addr_pool(wasm_module_t module, const char *addr_pool[],
                                                             uint32_t addr_pool_size);

/* Hosts that guests may look up by their names, and then reach. "*" is refused:
   it would be every host. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_wasi_ns_lookup_pool(wasm_module_t module, const char *ns_lookup_pool[],
                                                                  uint32_t ns_lookup_pool_size);

/* Whether the module imports from WASI. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_is_wasi_mode(wasm_module_inst_t module_inst);

/* _start of a WASI module. */
WASM_RUNTIME_API_EXTERN wasm_function_inst_t wasm_runtime_lookup_wasi_start_function(wasm_module_inst_t module_inst);

/* The status that the guest last ended itself with. */
WASM_RUNTIME_API_EXTERN uint32_t wasm_runtime_get_wasi_exit_code(wasm_module_inst_t module_inst);

/* ---- Functions of guests ---- */

/* The function that the instance exports under this name. */
WASM_RUNTIME_API_EXTERN wasm_function_inst_t wasm_runtime_lookup_function(const wasm_module_inst_t module_inst,
                                                                          const char *name);

/* Its type; the arrays have room for all. */
WASM_RUNTIME_API_EXTERN uint32_t wasm_func_get_param_count(const wasm_function_inst_t func_inst,
                                                           const wasm_module_inst_t module_inst);
WASM_RUNTIME_API_EXTERN uint32_t wasm_func_get_result_count(const wasm_function_inst_t func_inst,
                                                            const wasm_module_inst_t module_inst);
WASM_RUNTIME_API_EXTERN void wasm_func_get_param_types(const wasm_function_inst_t func_inst,
                                                       const wasm_module_inst_t module_inst,
                                                       wasm_valkind_t *param_types);
WASM_RUNTIME_API_EXTERN void wasm_func_get_result_types(const wasm_function_inst_t func_inst,
                                                        const wasm_module_inst_t module_inst,
                                                        wasm_valkind_t *result_types);

/* Makes an environment for calls of the instance's functions, which the program
   destroys; it ends with the instance in any case. The stack is the instance's,
   and is made larger if this asks for more; null if that fails. */
WASM_RUNTIME_API_EXTERN wasm_exec_env_t wasm_runtime_create_exec_env(wasm_module_inst_t module_inst,
                                                                     uint32_t stack_size);
WASM_RUNTIME_API_EXTERN void wasm_runtime_destroy_exec_env(wasm_exec_env_t exec_env);

/* The environment that the instance has, and that is not destroyed. */
WASM_RUNTIME_API_EXTERN wasm_exec_env_t wasm_runtime_get_exec_env_singleton(wasm_module_inst_t module_inst);

/* The instance that the environment is of; while a function of C runs, the one
   that called it. */
WASM_RUNTIME_API_EXTERN wasm_module_inst_t wasm_runtime_get_module_inst(wasm_exec_env_t exec_env);
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_module_inst(wasm_exec_env_t exec_env,
                                                          const wasm_module_inst_t module_inst);

/* An address of the program's at the environment. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_user_data(wasm_exec_env_t exec_env, void *user_data);
WASM_RUNTIME_API_EXTERN void *wasm_runtime_get_user_data(wasm_exec_env_t exec_env);

/*
 * Calls a function. argv holds argc cells, the arguments in order: i32 and f32
 * take one, i64 and f64 two (the low half first), an externref as many as an
 * address, a funcref one with the function's index or -1. The results replace
 * them, so there must be room for those. False if the function did not return:
 * wasm_runtime_get_exception says why. While an exception is set, nothing is
 * called.
 */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_call_wasm(wasm_exec_env_t exec_env, wasm_function_inst_t function,
                                                    uint32_t argc, uint32_t argv[]);

/* The same with values, whose kinds must be those of the function's type. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_call_wasm_a(wasm_exec_env_t exec_env, wasm_function_inst_t function,
                                                      uint32_t num_results, wasm_val_t results[], uint32_t num_args,
                                                      wasm_val_t *args);

/* Calls the function at this place of the instance's first table. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_call_indirect(wasm_exec_env_t exec_env, uint32_t element_index,
                                                        uint32_t argc, uint32_t argv[]);

/* Calls _start of a WASI module, or main, __main_argc_argv or _main with the
   texts in the guest's memory. main's result is written to where argv begins, as
   an int, if argc is not 0. A guest that ends itself is a success: see
   wasm_runtime_get_wasi_exit_code. */
WASM_RUNTIME_API_EXTERN bool wasm_application_execute_main(wasm_module_inst_t module_inst, int32_t argc,
                                                           char *argv[]);

/* Calls a function with arguments as texts ("-1", "0x1f", "1.5", "inf",
   "nan:0x200000", "null") and prints its results to the standard output, such as
   "0x2a:i32,1.5:f64". */
WASM_RUNTIME_API_EXTERN bool wasm_application_execute_func(wasm_module_inst_t module_inst, const char *name,
                                                           int32_t argc, char *argv[]);

/* How many units the next calls with this environment may execute, each of
   them; negative for no limit. A call that needs more fails with
   "instruction limit exceeded". Native code is not counted. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_instruction_count_limit(wasm_exec_env_t exec_env,
                                                                      int instruction_count);

/* ---- Exceptions ---- */

/* Why the last call failed, such as "Exception: unreachable", or null. The text
   is the instance's, until its exception changes. */
WASM_RUNTIME_API_EXTERN const char *wasm_runtime_get_exception(wasm_module_inst_t module_inst);

/* Lets the call fail that is running: for functions of C. The text, at most 116
   bytes of it, is copied behind "Exception: ". Null clears. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_exception(wasm_module_inst_t module_inst, const char *exception);

/* Lets calls be made again. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_clear_exception(wasm_module_inst_t module_inst);

/* Stops the guest at its next loop or call, with "terminated by user". From any
   thread, while the instance is there. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_terminate(wasm_module_inst_t module_inst);

/* The functions of the guest that were active when the last call failed, the
   innermost first, a line each: to the standard output, or to a buffer. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_dump_call_stack(wasm_exec_env_t exec_env);
/* The bytes that a buffer for it needs, the zero at the end included; 0 if there
   is none. */
WASM_RUNTIME_API_EXTERN uint32_t wasm_runtime_get_call_stack_buf_size(wasm_exec_env_t exec_env);
/* Gives how many bytes were written, the zero included. */
WASM_RUNTIME_API_EXTERN uint32_t wasm_runtime_dump_call_stack_to_buf(wasm_exec_env_t exec_env, char *buf,
                                                                     uint32_t len);

/* ---- Memory of guests ---- */

/* Takes bytes inside the guest's memory: from its own malloc if it exports that
   and free, otherwise from the heap that it was instantiated with. Gives their
   address for the guest, and for the program where p_native_addr is not null; 0
   if there is no room. Addresses of the program's are good until the memory
   grows, which any call may bring about. */
WASM_RUNTIME_API_EXTERN uint64_t wasm_runtime_module_malloc(wasm_module_inst_t module_inst, uint64_t size,
                                                            void **p_native_addr);
WASM_RUNTIME_API_EXTERN void wasm_runtime_module_free(wasm_module_inst_t module_inst, uint64_t ptr);

/* Takes bytes and copies these there. */
WASM_RUNTIME_API_EXTERN uint64_t wasm_runtime_module_dup_data(wasm_module_inst_t module_inst, const char *src,
                                                              uint64_t size);

/* Whether the bytes are inside the guest's memory; if not, the instance gets the
   exception "out of bounds memory access". */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_validate_app_addr(wasm_module_inst_t module_inst, uint64_t app_offset,
                                                            uint64_t size);
/* The same of a text, with the zero at its end. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_validate_app_str_addr(wasm_module_inst_t module_inst,
                                                                uint64_t app_str_offset);
/* The same of an address of the program's. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_validate_native_addr(wasm_module_inst_t module_inst, void *native_ptr,
                                                               uint64_t size);

/* Addresses of guests and of the program; null or 0 for what is not inside the
   guest's memory. */
WASM_RUNTIME_API_EXTERN void *wasm_runtime_addr_app_to_native(wasm_module_inst_t module_inst, uint64_t app_offset);
WASM_RUNTIME_API_EXTERN uint64_t wasm_runtime_addr_native_to_app(wasm_module_inst_t module_inst, void *native_ptr);

/* Where the memory begins and ends that the address is in. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_get_app_addr_range(wasm_module_inst_t module_inst, uint64_t app_offset,
                                                             uint64_t *p_app_start_offset,
                                                             uint64_t *p_app_end_offset);
WASM_RUNTIME_API_EXTERN bool wasm_runtime_get_native_addr_range(wasm_module_inst_t module_inst, uint8_t *native_ptr,
                                                                uint8_t **p_native_start_addr,
                                                                uint8_t **p_native_end_addr);

/* A memory of the instance: by its exported name, the first, or by its index. */
WASM_RUNTIME_API_EXTERN wasm_memory_inst_t wasm_runtime_lookup_memory(const wasm_module_inst_t module_inst,
                                                                      const char *name);
WASM_RUNTIME_API_EXTERN wasm_memory_inst_t wasm_runtime_get_default_memory(const wasm_module_inst_t module_inst);
WASM_RUNTIME_API_EXTERN wasm_memory_inst_t wasm_runtime_get_memory(const wasm_module_inst_t module_inst,
                                                                   uint32_t index);

/* Its size in pages, how many it may have, and the bytes of one. */
WASM_RUNTIME_API_EXTERN uint64_t wasm_memory_get_cur_page_count(const wasm_memory_inst_t memory_inst);
WASM_RUNTIME_API_EXTERN uint64_t wasm_memory_get_max_page_count(const wasm_memory_inst_t memory_inst);
WASM_RUNTIME_API_EXTERN uint64_t wasm_memory_get_bytes_per_page(const wasm_memory_inst_t memory_inst);
/* Always false. */
WASM_RUNTIME_API_EXTERN bool wasm_memory_get_shared(const wasm_memory_inst_t memory_inst);
/* Its first byte, until it grows. */
WASM_RUNTIME_API_EXTERN void *wasm_memory_get_base_address(const wasm_memory_inst_t memory_inst);
/* Grows by pages, within the limits. */
WASM_RUNTIME_API_EXTERN bool wasm_memory_enlarge(wasm_memory_inst_t memory_inst, uint64_t inc_page_count);
WASM_RUNTIME_API_EXTERN bool wasm_runtime_enlarge_memory(wasm_module_inst_t module_inst, uint64_t inc_page_count);

/* ---- Globals and tables ---- */

/* The global that the instance exports under this name; false if there is none,
   or if it holds a reference. What is written to a value must be of its kind. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_get_export_global_inst(const wasm_module_inst_t module_inst,
                                                                 const char *name, wasm_global_inst_t *global_inst);

/* The table that the instance exports under this name. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_get_export_table_inst(const wasm_module_inst_t module_inst,
                                                                const char *name, wasm_table_inst_t *table_inst);

/* The function at a place of the table; null if there is none. */
WASM_RUNTIME_API_EXTERN wasm_function_inst_t wasm_table_get_func_inst(const wasm_module_inst_t module_inst,
                                                                      const wasm_table_inst_t *table_inst,
                                                                      uint32_t idx);

/* ---- Data of the program's at an instance ---- */

/* One address. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_custom_data(wasm_module_inst_t module_inst, void *custom_data);
WASM_RUNTIME_API_EXTERN void *wasm_runtime_get_custom_data(wasm_module_inst_t module_inst);

/* One address for each key, of which there are at most 8. Where an instance
   ends, dtor (which may be null) gets what it has under the key, null too. */
WASM_RUNTIME_API_EXTERN void *wasm_runtime_create_context_key(void (*dtor)(wasm_module_inst_t inst, void *ctx));
/* What instances have under the key is forgotten, not destroyed. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_destroy_context_key(void *key);
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_context(wasm_module_inst_t inst, void *key, void *ctx);
/* The same for the instance and all that were spawned from it. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_context_spread(wasm_module_inst_t inst, void *key, void *ctx);
WASM_RUNTIME_API_EXTERN void *wasm_runtime_get_context(wasm_module_inst_t inst, void *key);

/* ---- Objects of the program's as references ---- */

/* The reference of an object, made now if it has none. Guests hold it as an
   externref. It lasts until the object is deleted, the instance ends, or a call
   returned after which no global and no table holds it. */
WASM_RUNTIME_API_EXTERN bool wasm_externref_obj2ref(wasm_module_inst_t module_inst, void *extern_obj,
                                                    uint32_t *p_externref_idx);
/* The object of a reference; false if there is none any more. */
WASM_RUNTIME_API_EXTERN bool wasm_externref_ref2obj(uint32_t externref_idx, void **p_extern_obj);
/* Ends the reference of an object now. */
WASM_RUNTIME_API_EXTERN bool wasm_externref_objdel(wasm_module_inst_t module_inst, void *extern_obj);
/* What is called with the object when its reference ends. */
WASM_RUNTIME_API_EXTERN bool wasm_externref_set_cleanup(wasm_module_inst_t module_inst, void *extern_obj,
                                                        void (*extern_obj_cleanup)(void *));
/* Lets a reference last until its object is deleted or the instance ends. */
WASM_RUNTIME_API_EXTERN bool wasm_externref_retain(uint32_t externref_idx);

/* ---- Threads of the program's; only with an operating system ---- */

/* Nothing has to be prepared for a thread, so these only remember. */
WASM_RUNTIME_API_EXTERN bool wasm_runtime_init_thread_env(void);
WASM_RUNTIME_API_EXTERN void wasm_runtime_destroy_thread_env(void);
WASM_RUNTIME_API_EXTERN bool wasm_runtime_thread_env_inited(void);

typedef void *(*wasm_thread_callback_t)(wasm_exec_env_t, void *);
typedef uintptr_t wasm_thread_t;

/* How many threads wasm_runtime_spawn_thread may run at a time. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_set_max_thread_num(uint32_t num);

/* Makes an environment for another thread, with an instance of its own of the
   same module: it has a memory of its own, and of WASI neither arguments nor
   variables nor directories. */
WASM_RUNTIME_API_EXTERN wasm_exec_env_t wasm_runtime_spawn_exec_env(wasm_exec_env_t exec_env);
/* Ends it, and its instance. */
WASM_RUNTIME_API_EXTERN void wasm_runtime_destroy_spawned_exec_env(wasm_exec_env_t exec_env);

/* Runs the callback in a new thread, with an environment that is spawned for it
   and ends with it. 0 if it runs; then it must be joined once. */
WASM_RUNTIME_API_EXTERN int32_t wasm_runtime_spawn_thread(wasm_exec_env_t exec_env, wasm_thread_t *tid,
                                                          wasm_thread_callback_t callback, void *arg);
/* Waits for the thread's end, and gives what the callback returned. */
WASM_RUNTIME_API_EXTERN int32_t wasm_runtime_join_thread(wasm_thread_t tid, void **retval);

/* ---- Made of the above ---- */

/* As wasm_runtime_call_wasm_a, with the arguments themselves: uint32_t, uint64_t,
   double for both kinds of floats, uintptr_t for an externref, uint32_t for the
   index of a function. */
static inline bool wasm_runtime_call_wasm_v(wasm_exec_env_t exec_env, wasm_function_inst_t function,
                                            uint32_t num_results, wasm_val_t results[], uint32_t num_args, ...)
{
    wasm_module_inst_t instance = wasm_runtime_get_module_inst(exec_env);
    wasm_val_t few[8], *args = few;
    wasm_valkind_t few_kinds[8], *kinds = few_kinds;
    bool done = false;
    uint32_t i;
    va_list given;

    if (wasm_func_get_param_count(function, instance) != num_args)
        return false;
    if (num_args > 8) {
        if (num_args > 0xFFFFFF)
            return false;
        args = (wasm_val_t *)wasm_runtime_malloc(num_args * (unsigned int)(sizeof(wasm_val_t) + sizeof(wasm_valkind_t)));
        if (!args)
            return false;
        kinds = (wasm_valkind_t *)(args + num_args);
    }
    wasm_func_get_param_types(function, instance, kinds);
    va_start(given, num_args);
    for (i = 0; i < num_args; i++) {
        args[i].kind = kinds[i];
        args[i].of.i64 = 0;
        switch (kinds[i]) {
            case WASM_I64: args[i].of.i64 = (int64_t)va_arg(given, uint64_t); break;
            case WASM_F32: args[i].of.f32 = (float)va_arg(given, double); break;
            case WASM_F64: args[i].of.f64 = va_arg(given, double); break;
            case WASM_EXTERNREF: args[i].of.foreign = va_arg(given, uintptr_t); break;
            default: args[i].of.i32 = (int32_t)va_arg(given, uint32_t); break;
        }
    }
    va_end(given);
    done = wasm_runtime_call_wasm_a(exec_env, function, num_results, results, num_args, args);
    if (args != few)
        wasm_runtime_free(args);
    return done;
}

#ifdef __cplusplus
}
#endif

#endif
