//! Addresses of guests and of the program, memory for the program inside a guest's, and memories as such.

use core::ffi::{c_char, c_void};
use core::ptr::null_mut;

use moteur::pool::Box;
use moteur::wasm::{ExternIdx, MemIdx};
use moteur::{Memory, MemoryType};

use super::instance::Instance;
use super::{call, exception, heap, runtime, text};

/// A memory as the program knows it: the same address for the same memory, as long as the instance is there.
pub struct MemoryHandle {
    instance: *mut Instance,
    memory: Memory,
    pub next: *mut MemoryHandle,
}

/// All bytes of an instance's first memory.
///
/// # Safety
/// The instance is there. What is made of the result is not used longer than until guests run.
pub unsafe fn of(instance: *mut Instance) -> Option<*mut [u8]> {
    // SAFETY: the caller's promise.
    unsafe {
        let mut caller = (*instance).caller();
        let memory = (*instance).memory(&caller)?;
        Some(core::ptr::from_mut(memory.data_mut(&mut caller).ok()?))
    }
}

/// The `len` bytes at a guest's address; none, with the exception of an access out of bounds, if they are not all there.
///
/// # Safety
/// As for [`of`].
pub unsafe fn checked(instance: *mut Instance, address: u64, len: u64) -> Option<*mut u8> {
    // SAFETY: the caller's promise.
    unsafe {
        let found =
            of(instance).filter(|memory| address.checked_add(len).is_some_and(|end| end <= memory.len() as u64));
        if found.is_none() {
            exception::set(instance, moteur::Trap::MemoryOutOfBounds.message());
        }
        found.map(|memory| memory.cast::<u8>().wrapping_add(address as usize))
    }
}

/// The text at a guest's address; none, with the exception, if it does not end inside memory.
///
/// # Safety
/// As for [`of`].
pub unsafe fn checked_text(instance: *mut Instance, address: u64) -> Option<*mut u8> {
    // SAFETY: the caller's promise.
    unsafe {
        let rest = of(instance).and_then(|memory| (&*memory).get(usize::try_from(address).ok()?..));
        let len = rest.and_then(|rest| rest.iter().position(|byte| *byte == 0));
        // Without an end, one more byte than there is.
        checked(instance, address, len.map_or(u64::MAX, |len| len as u64))
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_validate_app_addr(
    module_inst: *mut Instance,
    app_offset: u64,
    size: u64,
) -> bool {
    // SAFETY: the header: null or valid.
    !module_inst.is_null() && unsafe { checked(module_inst, app_offset, size) }.is_some()
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_validate_app_str_addr(module_inst: *mut Instance, app_str_offset: u64) -> bool {
    // SAFETY: the header: null or valid.
    !module_inst.is_null() && unsafe { checked_text(module_inst, app_str_offset) }.is_some()
}

/// Where an address of the program's lies in the instance's memory, if it does, and what memory that is.
///
/// # Safety
/// The instance is null or there.
unsafe fn offset_of(instance: *mut Instance, place: *const c_void) -> Option<(usize, *mut [u8])> {
    // SAFETY: the caller's promise.
    let memory = if instance.is_null() { None } else { unsafe { of(instance) } }?;
    let offset = (place as usize).checked_sub(memory.cast::<u8>() as usize)?;
    (offset < memory.len()).then_some((offset, memory))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_validate_native_addr(
    module_inst: *mut Instance,
    native_ptr: *mut c_void,
    size: u64,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        match offset_of(module_inst, native_ptr) {
            _ if module_inst.is_null() => false,
            Some((offset, _)) => checked(module_inst, offset as u64, size).is_some(),
            None => checked(module_inst, u64::MAX, 1).is_some(),
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_addr_app_to_native(module_inst: *mut Instance, app_offset: u64) -> *mut c_void {
    // SAFETY: the header: null or valid.
    let memory = if module_inst.is_null() { None } else { unsafe { of(module_inst) } };
    let place = memory.filter(|memory| app_offset < memory.len() as u64);
    place.map_or(null_mut(), |memory| memory.cast::<u8>().wrapping_add(app_offset as usize).cast())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_addr_native_to_app(module_inst: *mut Instance, native_ptr: *mut c_void) -> u64 {
    // SAFETY: the header: null or valid.
    unsafe { offset_of(module_inst, native_ptr) }.map_or(0, |(offset, _)| offset as u64)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_app_addr_range(
    module_inst: *mut Instance,
    app_offset: u64,
    start: *mut u64,
    end: *mut u64,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        let memory = if module_inst.is_null() { None } else { of(module_inst) };
        let Some(memory) = memory.filter(|memory| app_offset < memory.len() as u64) else {
            return false;
        };
        if let Some(start) = start.as_mut() {
            *start = 0;
        }
        if let Some(end) = end.as_mut() {
            *end = memory.len() as u64;
        }
        true
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_native_addr_range(
    module_inst: *mut Instance,
    native_ptr: *mut u8,
    start: *mut *mut u8,
    end: *mut *mut u8,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some((_, memory)) = offset_of(module_inst, native_ptr.cast()) else {
            return false;
        };
        if let Some(start) = start.as_mut() {
            *start = memory.cast();
        }
        if let Some(end) = end.as_mut() {
            *end = memory.cast::<u8>().wrapping_add(memory.len());
        }
        true
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_module_malloc(
    module_inst: *mut Instance,
    size: u64,
    p_native_addr: *mut *mut c_void,
) -> u64 {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(bytes) = u32::try_from(size).ok().filter(|_| !module_inst.is_null()) else {
            return 0;
        };
        if of(module_inst).is_none() {
            exception::set(module_inst, "uninitialized memory");
            return 0;
        }
        let address = match call::guest_allocator(module_inst, "malloc") {
            Some(malloc) => call::one_word(module_inst, malloc, bytes).unwrap_or(0),
            None => heap::allocate(module_inst, bytes),
        };
        let place = wasm_runtime_addr_app_to_native(module_inst, u64::from(address));
        if address == 0 || place.is_null() {
            return 0;
        }
        if let Some(to) = p_native_addr.as_mut() {
            *to = place;
        }
        u64::from(address)
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_module_free(module_inst: *mut Instance, ptr: u64) {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(address) = u32::try_from(ptr).ok().filter(|address| *address != 0 && !module_inst.is_null()) else {
            return;
        };
        match call::guest_allocator(module_inst, "free") {
            Some(free) => {
                call::one_word(module_inst, free, address);
            }
            None => heap::free(module_inst, address),
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_module_dup_data(
    module_inst: *mut Instance,
    src: *const c_char,
    size: u64,
) -> u64 {
    // SAFETY: the header: null or valid, and so many bytes.
    unsafe {
        let mut place = null_mut();
        let address = wasm_runtime_module_malloc(module_inst, size, &raw mut place);
        // The guest's own allocator may have said anything.
        if address == 0 || checked(module_inst, address, size).is_none() {
            return 0;
        }
        if !src.is_null() {
            place.cast::<u8>().copy_from(src.cast(), size as usize);
        }
        address
    }
}

/// The handle of a memory of an instance.
///
/// # Safety
/// The instance is null or there.
unsafe fn handle(instance: *mut Instance, memory: impl FnOnce(&Instance) -> Option<Memory>) -> *mut MemoryHandle {
    let Some(heap) = runtime::heap().filter(|_| !instance.is_null()) else {
        return null_mut();
    };
    // SAFETY: the caller's promise.
    unsafe {
        let Some(memory) = memory(&*instance) else {
            return null_mut();
        };
        let mut found = (*instance).memories;
        while !found.is_null() {
            if (*found).memory == memory {
                return found;
            }
            found = (*found).next;
        }
        let made = MemoryHandle { instance, memory, next: (*instance).memories };
        let Ok(made) = Box::new_in(made, heap) else {
            return null_mut();
        };
        (*instance).memories = Box::into_raw(made).0.as_ptr();
        (*instance).memories
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_lookup_memory(
    module_inst: *mut Instance,
    name: *const c_char,
) -> *mut MemoryHandle {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(name) = text::str(name) else {
            return null_mut();
        };
        handle(module_inst, |instance| {
            let caller = (*instance.root).caller();
            instance.handle?.memory(&caller, name)
        })
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_default_memory(module_inst: *mut Instance) -> *mut MemoryHandle {
    // SAFETY: the header.
    unsafe { wasm_runtime_get_memory(module_inst, 0) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_memory(module_inst: *mut Instance, index: u32) -> *mut MemoryHandle {
    // SAFETY: the header: null or valid.
    unsafe {
        handle(module_inst, |instance| {
            let caller = (*instance.root).caller();
            instance.handle?.item(&caller, ExternIdx::Memory(MemIdx(index)))?.memory()
        })
    }
}

/// # Safety
/// The handle is null or there.
unsafe fn type_of(memory: *const MemoryHandle) -> Option<MemoryType> {
    // SAFETY: the caller's promise.
    unsafe { (*memory).memory.ty(&(*memory.as_ref()?.instance).caller()).ok() }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_get_cur_page_count(memory_inst: *const MemoryHandle) -> u64 {
    // SAFETY: the header: null or valid.
    unsafe { type_of(memory_inst) }.map_or(0, |ty| ty.limits.min)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_get_max_page_count(memory_inst: *const MemoryHandle) -> u64 {
    // SAFETY: the header: null or valid.
    unsafe { type_of(memory_inst) }.map_or(0, |ty| ty.limits.max.unwrap_or(ty.page.count_max()))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_get_bytes_per_page(memory_inst: *const MemoryHandle) -> u64 {
    // SAFETY: the header: null or valid.
    unsafe { type_of(memory_inst) }.map_or(0, |ty| ty.page.bytes_of(1))
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_memory_get_shared(_memory_inst: *const MemoryHandle) -> bool {
    // A module with a shared memory is refused when it is loaded.
    false
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_get_base_address(memory_inst: *const MemoryHandle) -> *mut c_void {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(handle) = memory_inst.as_ref() else {
            return null_mut();
        };
        let mut caller = (*handle.instance).caller();
        handle.memory.data_mut(&mut caller).map_or(null_mut(), |bytes| bytes.as_mut_ptr().cast())
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_enlarge(memory_inst: *mut MemoryHandle, inc_page_count: u64) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(handle) = memory_inst.as_ref() else {
            return false;
        };
        let mut caller = (*handle.instance).caller();
        let grown = u32::try_from(inc_page_count).ok().map(|pages| handle.memory.grow(&mut caller, pages));
        matches!(grown, Some(Ok(Some(_))))
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_enlarge_memory(module_inst: *mut Instance, inc_page_count: u64) -> bool {
    // SAFETY: the header: null or valid.
    unsafe { wasm_memory_enlarge(wasm_runtime_get_default_memory(module_inst), inc_page_count) }
}
