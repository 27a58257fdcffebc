//! The structures of `wasm_export.h`, as C lays them out, and what its handles point to.

use core::ffi::{c_char, c_int, c_uint, c_void};

/// A member that is an `enum` of few values: compilers for bare Arm give it a byte, all others an `int`. The header checks
/// that they do.
#[cfg(all(target_arch = "arm", target_os = "none"))]
pub type Enum = u8;
#[cfg(not(all(target_arch = "arm", target_os = "none")))]
pub type Enum = c_uint;

pub use super::instance::Instance;
pub use super::module::Module;
pub use super::reflect::TypeHandle;

/// `NativeSymbol`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct NativeSymbol {
    pub symbol: *const c_char,
    pub func_ptr: *mut c_void,
    pub signature: *const c_char,
    pub attachment: *mut c_void,
}

/// `MemAllocOption`
#[repr(C)]
#[derive(Clone, Copy)]
pub union MemAllocOption {
    pub pool: PoolOption,
    pub allocator: AllocatorOption,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct PoolOption {
    pub heap_buf: *mut c_void,
    pub heap_size: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct AllocatorOption {
    pub malloc_func: Option<unsafe extern "C" fn(c_uint) -> *mut c_void>,
    pub realloc_func: Option<unsafe extern "C" fn(*mut c_void, c_uint) -> *mut c_void>,
    pub free_func: Option<unsafe extern "C" fn(*mut c_void)>,
    pub user_data: *mut c_void,
}

/// `RuntimeInitArgs`
#[repr(C)]
pub struct RuntimeInitArgs {
    pub mem_alloc_type: Enum,
    pub mem_alloc_option: MemAllocOption,
    pub native_module_name: *const c_char,
    pub native_symbols: *const NativeSymbol,
    pub n_native_symbols: u32,
    pub max_thread_num: u32,
    pub ip_addr: [c_char; 128],
    pub unused: c_int,
    pub instance_port: c_int,
    pub fast_jit_code_cache_size: u32,
    pub gc_heap_size: u32,
    pub running_mode: Enum,
    pub llvm_jit_opt_level: u32,
    pub llvm_jit_size_level: u32,
    pub segue_flags: u32,
    pub enable_linux_perf: bool,
}

/// `mem_alloc_info_t`
#[repr(C)]
pub struct MemAllocInfo {
    pub total_size: u32,
    pub total_free_size: u32,
    pub highmark_size: u32,
}

/// `LoadArgs`
#[repr(C)]
pub struct LoadArgs {
    pub name: *const c_char,
    pub clone_wasm_binary: bool,
    pub wasm_binary_freeable: bool,
    pub no_resolve: bool,
}

/// `InstantiationArgs`
#[repr(C)]
pub struct InstantiationArgs {
    pub default_stack_size: u32,
    pub host_managed_heap_size: u32,
    pub max_memory_pages: u32,
}

/// `wasm_val_t`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WasmVal {
    pub kind: u8,
    pub paddings: [u8; 7],
    /// All members of the union, of which the low half is an `i32` or `f32`.
    pub of: u64,
}

/// `wasm_import_t`
#[repr(C)]
pub struct ImportType {
    pub module_name: *const c_char,
    pub name: *const c_char,
    pub kind: Enum,
    pub linked: bool,
    pub ty: *const TypeHandle,
}

/// `wasm_export_t`
#[repr(C)]
pub struct ExportType {
    pub name: *const c_char,
    pub kind: Enum,
    pub ty: *const TypeHandle,
}

/// `wasm_global_inst_t`
#[repr(C)]
pub struct GlobalInst {
    pub kind: u8,
    pub is_mutable: bool,
    pub global_data: *mut c_void,
}

/// `wasm_table_inst_t`
#[repr(C)]
pub struct TableInst {
    pub elem_kind: u8,
    pub cur_size: u32,
    pub max_size: u32,
    pub elems: *mut c_void,
}

/// `wasm_valkind_t` of each type of values.
pub fn kind_of(ty: moteur::ValType) -> u8 {
    use moteur::ValType;
    match ty {
        ValType::I32 => 0,
        ValType::I64 => 1,
        ValType::F32 => 2,
        ValType::F64 => 3,
        ValType::V128 => 4,
        ValType::EXTERNREF => 128,
        ValType::Ref(_) => 129,
    }
}
