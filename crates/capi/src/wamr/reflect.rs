//! What a module imports and exports, and the types of that. Names are copied with a zero behind them, when a program first
//! asks.

use core::ffi::c_char;
use core::ptr::null;

use moteur::pool::{Box, Vec};
use moteur::{Error, ExternType, GlobalType, Heap, MemoryType, TableType, ValType};

use super::module::Module;
use super::types::{Enum, ExportType, ImportType, kind_of};
use super::{link, runtime};

/// What a type of the header points to. It lives as long as its module.
pub struct TypeHandle(ExternType<'static>);

/// The imports and exports of a module.
pub struct Rows {
    names: Box<[u8]>,
    imports: Box<[Row]>,
    exports: Box<[Row]>,
}

/// Where its names begin; an export has one.
struct Row {
    module: usize,
    name: usize,
    ty: TypeHandle,
}

impl Rows {
    /// # Safety
    /// The module outlives this.
    unsafe fn new(module: &moteur::Module, heap: Heap) -> Result<Rows, Error> {
        let mut names = Vec::new_in(heap);
        let mut add = |name: &str| -> Result<usize, Error> {
            let start = names.len();
            names.extend_from_slice(name.as_bytes())?;
            names.push(0)?;
            Ok(start)
        };
        // SAFETY: the caller's promise.
        let handle = |ty| TypeHandle(unsafe { core::mem::transmute::<ExternType<'_>, ExternType<'static>>(ty) });
        let (mut imports, mut exports) = (Vec::new_in(heap), Vec::new_in(heap));
        for import in module.imports() {
            imports.push(Row { module: add(import.module)?, name: add(import.name)?, ty: handle(import.ty) })?;
        }
        for export in module.exports() {
            exports.push(Row { module: 0, name: add(export.name)?, ty: handle(export.ty) })?;
        }
        Ok(Rows {
            names: names.into_boxed_slice()?,
            imports: imports.into_boxed_slice()?,
            exports: exports.into_boxed_slice()?,
        })
    }

    fn name(&self, start: usize) -> *const c_char {
        self.names.get(start..).map_or(null(), |name| name.as_ptr().cast())
    }
}

/// The rows of a module, made now if they were not yet.
///
/// # Safety
/// The module is null or there.
unsafe fn rows<'a>(module: *mut Module) -> Option<&'a Rows> {
    // SAFETY: the caller's promise; the rows end with their module.
    unsafe {
        let module = module.as_mut()?;
        if module.rows.is_none() {
            module.rows = Some(Rows::new(&module.module, runtime::heap()?).ok()?);
        }
        module.rows.as_ref()
    }
}

/// `wasm_import_export_kind_t` of the header.
fn kind(ty: &ExternType<'_>) -> Enum {
    match ty {
        ExternType::Func(_) => 0,
        ExternType::Table(_) => 1,
        ExternType::Memory(_) => 2,
        ExternType::Global(_) => 3,
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_import_count(module: *mut Module) -> i32 {
    // SAFETY: the header: null or valid.
    unsafe { rows(module) }.map_or(-1, |rows| rows.imports.len() as i32)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_export_count(module: *mut Module) -> i32 {
    // SAFETY: the header: null or valid.
    unsafe { rows(module) }.map_or(-1, |rows| rows.exports.len() as i32)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_import_type(
    module: *mut Module,
    import_index: i32,
    import_type: *mut ImportType,
) {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(to) = import_type.as_mut() else {
            return;
        };
        *to = ImportType { module_name: null(), name: null(), kind: 0, linked: false, ty: null() };
        let Some(rows) = rows(module) else {
            return;
        };
        let Some(row) = usize::try_from(import_index).ok().and_then(|at| rows.imports.get(at)) else {
            return;
        };
        *to = ImportType {
            module_name: rows.name(row.module),
            name: rows.name(row.name),
            kind: kind(&row.ty.0),
            linked: (*module).module.import(import_index as u32).is_some_and(|import| link::is_linked(&import)),
            ty: &row.ty,
        };
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_export_type(
    module: *mut Module,
    export_index: i32,
    export_type: *mut ExportType,
) {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(to) = export_type.as_mut() else {
            return;
        };
        *to = ExportType { name: null(), kind: 0, ty: null() };
        let Some(rows) = rows(module) else {
            return;
        };
        if let Some(row) = usize::try_from(export_index).ok().and_then(|at| rows.exports.get(at)) {
            *to = ExportType { name: rows.name(row.name), kind: kind(&row.ty.0), ty: &row.ty };
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_resolve_symbols(module: *mut Module) -> bool {
    // SAFETY: the header: null or valid.
    unsafe { module.as_ref() }.is_some_and(|module| {
        let mut functions = module.module.imports().filter(|import| matches!(import.ty, ExternType::Func(_)));
        functions.all(|import| link::is_linked(&import))
    })
}

/// The parameters or results of a function's type.
///
/// # Safety
/// The type is null or there.
unsafe fn values<'a>(ty: *const TypeHandle, results: bool) -> &'a [ValType] {
    // SAFETY: the caller's promise.
    match unsafe { ty.as_ref() } {
        Some(TypeHandle(ExternType::Func(ty))) => {
            if results {
                ty.results
            } else {
                ty.params
            }
        }
        _ => &[],
    }
}

/// What the header gives for a value that is not there.
const NO_KIND: u8 = 0xff;

fn kind_at(types: &[ValType], at: u32) -> u8 {
    types.get(at as usize).map_or(NO_KIND, |ty| kind_of(*ty))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_type_get_param_count(func_type: *const TypeHandle) -> u32 {
    // SAFETY: the header.
    unsafe { values(func_type, false) }.len() as u32
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_type_get_param_valkind(func_type: *const TypeHandle, param_index: u32) -> u8 {
    // SAFETY: the header.
    kind_at(unsafe { values(func_type, false) }, param_index)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_type_get_result_count(func_type: *const TypeHandle) -> u32 {
    // SAFETY: the header.
    unsafe { values(func_type, true) }.len() as u32
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_type_get_result_valkind(func_type: *const TypeHandle, result_index: u32) -> u8 {
    // SAFETY: the header.
    kind_at(unsafe { values(func_type, true) }, result_index)
}

/// # Safety
/// The type is null or there.
unsafe fn global(ty: *const TypeHandle) -> Option<GlobalType> {
    // SAFETY: the caller's promise.
    if let Some(TypeHandle(ExternType::Global(ty))) = unsafe { ty.as_ref() } { Some(*ty) } else { None }
}

/// # Safety
/// The type is null or there.
unsafe fn memory(ty: *const TypeHandle) -> Option<MemoryType> {
    // SAFETY: the caller's promise.
    if let Some(TypeHandle(ExternType::Memory(ty))) = unsafe { ty.as_ref() } { Some(*ty) } else { None }
}

/// # Safety
/// The type is null or there.
unsafe fn table(ty: *const TypeHandle) -> Option<TableType> {
    // SAFETY: the caller's promise.
    if let Some(TypeHandle(ExternType::Table(ty))) = unsafe { ty.as_ref() } { Some(*ty) } else { None }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_global_type_get_valkind(global_type: *const TypeHandle) -> u8 {
    // SAFETY: the header.
    unsafe { global(global_type) }.map_or(NO_KIND, |ty| kind_of(ty.value))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_global_type_get_mutable(global_type: *const TypeHandle) -> bool {
    // SAFETY: the header.
    unsafe { global(global_type) }.is_some_and(|ty| ty.mutable)
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_memory_type_get_shared(_memory_type: *const TypeHandle) -> bool {
    // A module with a shared memory is refused when it is loaded.
    false
}

/// A number of 64 bits as the header has it.
fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_type_get_init_page_count(memory_type: *const TypeHandle) -> u32 {
    // SAFETY: the header.
    unsafe { memory(memory_type) }.map_or(0, |ty| narrow(ty.limits.min))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_type_get_max_page_count(memory_type: *const TypeHandle) -> u32 {
    // SAFETY: the header.
    unsafe { memory(memory_type) }.map_or(0, |ty| narrow(ty.limits.max.unwrap_or(ty.page.count_max())))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_table_type_get_elem_kind(table_type: *const TypeHandle) -> u8 {
    // SAFETY: the header.
    unsafe { table(table_type) }.map_or(NO_KIND, |ty| kind_of(ValType::Ref(ty.element)))
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_table_type_get_shared(_table_type: *const TypeHandle) -> bool {
    // There are none.
    false
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_table_type_get_init_size(table_type: *const TypeHandle) -> u32 {
    // SAFETY: the header.
    unsafe { table(table_type) }.map_or(0, |ty| narrow(ty.limits.min))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_table_type_get_max_size(table_type: *const TypeHandle) -> u32 {
    // SAFETY: the header.
    unsafe { table(table_type) }.map_or(0, |ty| narrow(ty.limits.max.unwrap_or(u64::from(u32::MAX))))
}
