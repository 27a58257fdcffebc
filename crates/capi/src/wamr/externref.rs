//! The embedder's objects as references that guests hold: each object that goes in gets a number, which a guest cannot
//! forge. A number lasts until the guest cannot have it any more, the program takes the object away, or the instance ends.

use core::ffi::c_void;
use core::ptr::null_mut;

use moteur::pool::Vec;
use moteur::wasm::{ExternIdx, GlobalIdx, TableIdx};
use moteur::{Error, ExternType, Heap, Val, ValType};

use super::instance::Instance;
use super::runtime;

/// The number of no object.
const NULL: u32 = u32::MAX;

/// All objects, of all instances.
pub struct Objects {
    list: Vec<Object>,
    /// The number that the next one gets.
    next: u32,
}

struct Object {
    number: u32,
    object: *mut c_void,
    /// The root of the instance that it was given to.
    owner: *mut Instance,
    cleanup: Option<unsafe extern "C" fn(*mut c_void)>,
    retained: bool,
    /// The guest has it.
    marked: bool,
}

impl Objects {
    /// No objects.
    pub fn new(heap: Heap) -> Objects {
        Objects { list: Vec::new_in(heap), next: 1 }
    }

    fn number_of(&mut self, owner: *mut Instance, object: *mut c_void) -> Option<u32> {
        let is = |own: &&Object| own.object == object && own.owner == owner;
        if let Some(found) = self.list.iter().find(is) {
            return Some(found.number);
        }
        let number = self.next;
        // The largest numbers cannot be references.
        self.next = number.checked_add(1).filter(|next| *next < NULL)?;
        self.list.push(Object { number, object, owner, cleanup: None, retained: false, marked: false }).ok()?;
        Some(number)
    }
}

/// The word of a reference to an object.
///
/// # Safety
/// The instance is there.
pub unsafe fn to_bits(instance: *mut Instance, object: *mut c_void) -> Result<u64, Error> {
    // What stands for null in the texts of arguments.
    if object as usize == usize::MAX {
        return Ok(0);
    }
    // SAFETY: the caller's promise.
    let owner = unsafe { (*instance).root };
    let number = runtime::with(|runtime| runtime.objects.number_of(owner, object)).flatten();
    Ok(u64::from(number.ok_or(Error::OutOfMemory)?).wrapping_add(1))
}

/// The object behind a word; null for null. None if there is no such object any more.
pub fn from_bits(word: u64) -> Option<*mut u8> {
    let Some(number) = (word as u32).checked_sub(1) else {
        return Some(null_mut());
    };
    object(number).map(|object| object.cast())
}

fn object(number: u32) -> Option<*mut c_void> {
    runtime::with(|runtime| {
        let found = runtime.objects.list.iter().find(|own| own.number == number);
        found.map(|own| own.object)
    })
    .flatten()
}

/// Ends the objects of which this is true.
fn end(mut which: impl FnMut(&Object) -> bool) -> bool {
    let mut any = false;
    loop {
        let taken = runtime::with(|runtime| {
            let list = &mut runtime.objects.list;
            let at = list.iter().position(&mut which)?;
            list.swap_remove(at)
        });
        let Some(Some(taken)) = taken else {
            return any;
        };
        any = true;
        if let Some(cleanup) = taken.cleanup {
            // SAFETY: the header: it is such a function for this object.
            unsafe { cleanup(taken.object) };
        }
    }
}

/// The instance ends.
pub fn forget(instance: *mut Instance) {
    end(|own| own.owner == instance);
}

/// Ends the objects that nobody retained and that neither a global or table of the instance has nor one of these results. To
/// be called when nothing runs.
///
/// # Safety
/// The instance is there.
pub unsafe fn reclaim(instance: *mut Instance, types: &[ValType], results: &[u64]) {
    // SAFETY: the caller's promise.
    let owner = unsafe { (*instance).root };
    let has_any = runtime::with(|runtime| runtime.objects.list.iter().any(|own| own.owner == owner && !own.retained));
    if has_any != Some(true) {
        return;
    }
    let references = types.iter().zip(results).filter(|(ty, _)| **ty == ValType::EXTERNREF);
    references.for_each(|(_, word)| mark_number((*word as u32).wrapping_sub(1)));
    // SAFETY: the caller's promise.
    unsafe {
        mark(owner);
        let mut imported = (*owner).imported;
        while !imported.is_null() {
            mark(imported);
            imported = (*imported).next;
        }
    }
    end(|own| own.owner == owner && !own.retained && !own.marked);
    runtime::with(|runtime| {
        for own in runtime.objects.list.as_mut_slice() {
            own.marked = false;
        }
    });
}

fn mark_number(number: u32) {
    runtime::with(|runtime| {
        let mut list = runtime.objects.list.as_mut_slice().iter_mut();
        if let Some(own) = list.find(|own| own.number == number) {
            own.marked = true;
        }
    });
}

/// Marks what globals and tables of an instance hold.
///
/// # Safety
/// The instance is there.
unsafe fn mark(instance: *mut Instance) {
    let mark = |value: Result<Val, Error>| {
        if let Ok(Val::ExternRef(Some(reference))) = value {
            mark_number(reference.number());
        }
    };
    // SAFETY: the caller's promise.
    unsafe {
        let caller = (*instance).caller();
        let Some(handle) = (*instance).handle else {
            return;
        };
        for at in 0.. {
            let Some(global) = handle.item(&caller, ExternIdx::Global(GlobalIdx(at))).and_then(|item| item.global())
            else {
                break;
            };
            if global.ty(&caller).is_ok_and(|ty| ty.value == ValType::EXTERNREF) {
                mark(global.get(&caller));
            }
        }
        for at in 0.. {
            let Some(item) = handle.item(&caller, ExternIdx::Table(TableIdx(at))) else {
                break;
            };
            let is_ours =
                matches!(item.ty(&caller), Ok(ExternType::Table(ty)) if ValType::Ref(ty.element) == ValType::EXTERNREF);
            let Some(table) = item.table().filter(|_| is_ours) else { continue };
            for element in 0..table.size(&caller).unwrap_or(0) {
                mark(table.get(&caller, element));
            }
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_externref_obj2ref(
    module_inst: *mut Instance,
    extern_obj: *mut c_void,
    p_externref_idx: *mut u32,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        let (Some(to), false) = (p_externref_idx.as_mut(), module_inst.is_null()) else {
            return false;
        };
        let Ok(bits) = to_bits(module_inst, extern_obj) else {
            return false;
        };
        // Null becomes the number of none.
        *to = (bits as u32).wrapping_sub(1);
        true
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_externref_ref2obj(externref_idx: u32, p_extern_obj: *mut *mut c_void) -> bool {
    // SAFETY: the header: null or valid.
    let Some(to) = (unsafe { p_extern_obj.as_mut() }) else {
        return false;
    };
    let found = if externref_idx == NULL { Some(null_mut()) } else { object(externref_idx) };
    *to = found.unwrap_or(null_mut());
    found.is_some()
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_externref_objdel(module_inst: *mut Instance, extern_obj: *mut c_void) -> bool {
    // SAFETY: the header: null or valid.
    let Some(instance) = (unsafe { module_inst.as_ref() }) else {
        return false;
    };
    end(|own| own.owner == instance.root && own.object == extern_obj)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_externref_set_cleanup(
    module_inst: *mut Instance,
    extern_obj: *mut c_void,
    extern_obj_cleanup: Option<unsafe extern "C" fn(*mut c_void)>,
) -> bool {
    // SAFETY: the header: null or valid.
    let Some(instance) = (unsafe { module_inst.as_ref() }) else {
        return false;
    };
    runtime::with(|runtime| {
        let mut list = runtime.objects.list.as_mut_slice().iter_mut();
        let found = list.find(|own| own.owner == instance.root && own.object == extern_obj);
        found.map(|own| own.cleanup = extern_obj_cleanup).is_some()
    }) == Some(true)
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_externref_retain(externref_idx: u32) -> bool {
    runtime::with(|runtime| {
        let mut list = runtime.objects.list.as_mut_slice().iter_mut();
        let found = list.find(|own| own.number == externref_idx);
        found.map(|own| own.retained = true).is_some()
    }) == Some(true)
}
