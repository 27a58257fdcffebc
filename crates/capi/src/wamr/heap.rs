//! The heap inside a guest's memory for guests that export no allocator: it is what `heap_size` of an instantiation means,
//! what the built-in libc's `malloc` gives out, and what the program gets from `wasm_runtime_module_malloc`.
//!
//! It stands behind the guest's data where the guest says where that ends (`__heap_base`) and there is room; elsewhere memory
//! is made larger by as many pages as it takes.

use moteur::{Error, Val};
use moteur_guest::Libc;

use super::instance::Instance;
use super::memory;
use crate::machine;

/// Makes the heap of an instance.
///
/// # Safety
/// The instance is there, and nothing runs.
pub unsafe fn make(instance: *mut Instance, bytes: u32) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let mut caller = (*instance).caller();
        let (Some(handle), Some(memory)) = ((*instance).handle, (*instance).memory(&caller)) else {
            return Ok(());
        };
        let is_function = |name| handle.func(&caller, name).is_some();
        if bytes == 0 || (is_function("malloc") && is_function("free")) {
            return Ok(());
        }
        let end = memory.data(&caller)?.len() as u64;
        let base = match handle.global(&caller, "__heap_base").map(|base| base.get(&caller)) {
            Some(Ok(Val::I32(base))) => u64::from(base.cast_unsigned()),
            _ => u64::MAX,
        };
        let fits = |start: u64| start.checked_add(u64::from(bytes)).filter(|end_of_heap| *end_of_heap <= end);
        let (start, end) = match fits(base) {
            Some(end) => (base, end),
            None => {
                let page = memory.ty(&caller)?.page;
                let pages = u64::from(bytes).div_ceil(page.bytes_of(1)) as u32;
                if memory.extend(&mut caller, pages)?.is_none() {
                    return Err(Error::OutOfMemory);
                }
                (end, end.saturating_add(page.bytes_of(pages)))
            }
        };
        let narrow = |address: u64| u32::try_from(address).unwrap_or(u32::MAX);
        caller.data_mut().libc = Libc::new(machine::platform()).with_heap(narrow(start)..narrow(end));
        Ok(())
    }
}

/// Takes so many bytes from the heap of an instance; 0 if there is no room, or no heap.
///
/// # Safety
/// The instance is there, and nobody has a reference to its store.
pub unsafe fn allocate(instance: *mut Instance, bytes: u32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe {
        let mut caller = (*instance).caller();
        memory::of(instance).map_or(0, |memory| caller.data_mut().libc.allocate(&mut *memory, bytes))
    }
}

/// Gives bytes back that came from the heap of an instance.
///
/// # Safety
/// As for `allocate`.
pub unsafe fn free(instance: *mut Instance, address: u32) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut caller = (*instance).caller();
        if let Some(memory) = memory::of(instance) {
            caller.data_mut().libc.free(&mut *memory, address);
        }
    }
}
