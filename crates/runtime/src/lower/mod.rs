//! Lowering: a function's stack code becomes register code, in one pass, when it is first called.
//!
//! The pass drives the validator over the body once more and keeps its own picture of the operand stack, in which
//! values may still be locals, constants or in an accumulator (`stack`). `emit` writes instructions, `control` blocks
//! and branches, `ops` everything else; `fuse` knows which instructions have a better form.

mod control;
mod emit;
mod fuel;
mod fuse;
mod numeric;
mod ops;
mod pass;
#[cfg(all(test, dispatch = "matched", target_pointer_width = "64"))]
mod snapshots;
mod stack;

use core::alloc::Layout;
use core::ptr::NonNull;

use moteur_pool::{Box, Heap, OutOfMemory};
use moteur_wasm::FuncIdx;

use crate::code::op::{Instr, Places};
use crate::error::{Error, Limit};
use crate::module::Module;
use crate::native;
use crate::slot::slots_of_type;
use crate::store::entity::LoadedModule;
use emit::Emitter;
use pass::Pass;

/// Why a function cannot be lowered. It fits a byte, because nearly every step of lowering may fail: with `Error`, which
/// takes three words, this folder takes 1.5 KB more on the M33.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Failure {
    OutOfMemory,
    /// The frame has too many slots.
    FrameSlots,
    /// The code has too many units.
    CodeSize,
    /// An index is not the module's: not seen after validation.
    OutOfBounds,
}

impl From<OutOfMemory> for Failure {
    fn from(_: OutOfMemory) -> Failure {
        Failure::OutOfMemory
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        match failure {
            Failure::OutOfMemory => Error::OutOfMemory,
            Failure::FrameSlots => Error::Limit(Limit::FrameSlots),
            Failure::CodeSize => Error::Limit(Limit::CodeSize),
            Failure::OutOfBounds => Error::OutOfBounds,
        }
    }
}

/// What stands before a function's code.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Header {
    /// Units of the code.
    units: u32,
    /// Slots of a frame.
    frame_slots: u32,
}

/// The code of a function.
#[derive(Clone, Copy)]
pub(crate) struct Code {
    start: *const u16,
    units: u32,
    /// Slots of a frame.
    pub frame_slots: u32,
}

impl Code {
    /// The distance of `pc` from the code's start, in units.
    pub fn unit_of(&self, pc: *const u16) -> u32 {
        ((pc as usize).wrapping_sub(self.start as usize) / 2) as u32
    }

    /// Whether `pc` points into the code, or just behind it, where a call that is its last instruction returns to.
    pub fn contains(&self, pc: *const u16) -> bool {
        pc >= self.start && self.unit_of(pc) <= self.units
    }

    /// # Safety
    /// `start` is null or came from `publish`.
    unsafe fn at(start: *const u16) -> Option<Code> {
        if start.is_null() {
            return None;
        }
        // SAFETY: the caller's promise: a header stands before the code.
        let Header { units, frame_slots } = unsafe { start.cast::<Header>().sub(1).read() };
        Some(Code { start, units, frame_slots })
    }
}

fn layout(units: usize) -> Result<Layout, OutOfMemory> {
    let bytes = units.checked_mul(2).and_then(|bytes| bytes.checked_add(size_of::<Header>())).ok_or(OutOfMemory)?;
    Layout::from_size_align(bytes, align_of::<Header>()).map_err(|_| OutOfMemory)
}

/// The lowered code of the functions that a module defines: for each where it begins, or null as long as it was not
/// called. It is owned here; [`Code`] says what stands there.
pub(crate) struct Codes(Box<[*const u16]>);

impl Codes {
    /// Room for as many functions, none of them lowered.
    pub fn new(count: u32, heap: Heap) -> Result<Codes, OutOfMemory> {
        Box::from_fn_in(count as usize, heap, |_| core::ptr::null()).map(Codes)
    }

    /// Where they stand. Lowering writes there while others hold the address.
    pub fn as_ptr(&self) -> *const *const u16 {
        Box::as_ptr(&self.0).cast()
    }

    pub fn get(&self, index: usize) -> Option<*const u16> {
        self.0.get(index).copied()
    }
}

impl Drop for Codes {
    fn drop(&mut self) {
        let heap = Box::heap(&self.0);
        for code in &*self.0 {
            // SAFETY: the store goes, and with it all that could run the code.
            unsafe { free_code(heap, *code) };
        }
    }
}

/// Whether functions are run from their bodies.
pub(crate) const RUNS_BODIES: bool = true;

/// Lowers all functions of a module.
///
/// # Safety
/// As for [`lower_func`].
pub(crate) unsafe fn lower_all(loaded: NonNull<LoadedModule>) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    let (imported, count) = unsafe {
        let wasm = loaded.as_ref().module.wasm();
        (wasm.imported_func_count(), wasm.func_count())
    };
    for func in imported..count {
        // SAFETY: as above.
        unsafe { lower_func(loaded, FuncIdx(func))? };
    }
    Ok(())
}

/// Lowers one function of a module, if it was not yet.
///
/// # Safety
/// `loaded` is valid, and nothing borrows it.
pub(crate) unsafe fn lower_func(loaded: NonNull<LoadedModule>, func: FuncIdx) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let module = &(*loaded.as_ptr()).module;
        let at = func.index().wrapping_sub(module.wasm().imported_func_count() as usize);
        let codes = &mut (*loaded.as_ptr()).codes;
        let Some(place) = codes.0.get_mut(at) else { return Err(Error::OutOfBounds) };
        if place.is_null() {
            let heap = module.engine().heap();
            *place = if native::is_native(module) {
                let (code, frame_slots) = native_code(module, func)?;
                publish(heap, &code.code, frame_slots)?
            } else {
                let pass = Pass::run(module, &(*loaded.as_ptr()).type_ids, func, None)?;
                publish(heap, pass.code(), pass.frame_slots())?
            };
        }
    }
    Ok(())
}

/// The register code of a function that has native code: calls that and returns.
fn native_code(module: &Module, func: FuncIdx) -> Result<(Emitter, u32), Error> {
    let wasm = module.wasm();
    let ty = wasm.func_type_idx(func).and_then(|ty| wasm.func_type(ty)).ok_or(Error::OutOfBounds)?;
    let (params, results) = slots_of_type(ty);
    let link = u16::try_from(params.max(results)).map_err(|_| Failure::FrameSlots)?;
    let mut code = Emitter::new(module.engine().heap());
    code.emit(Instr::CallNative, Places::SLOTS, &[func.0], &[])?;
    code.emit(Instr::Return, Places::SLOTS, &[], &[link])?;
    Ok((code, u32::from(link) + 1))
}

/// Copies finished code to an allocation of its own.
fn publish(heap: Heap, code: &[u16], frame_slots: u32) -> Result<*const u16, Error> {
    let place = heap.allocate(layout(code.len())?)?;
    // SAFETY: just allocated, with room for both.
    unsafe {
        let header = place.cast::<Header>().as_ptr();
        header.write(Header { units: code.len() as u32, frame_slots });
        let start = header.add(1).cast::<u16>();
        start.copy_from_nonoverlapping(code.as_ptr(), code.len());
        Ok(start)
    }
}

/// Gives the memory of a function's code back.
///
/// # Safety
/// `code` is null or an entry of [`Codes`], which nobody uses any more.
unsafe fn free_code(heap: Heap, code: *const u16) {
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(Code { start, units, .. }) = Code::at(code)
            && let Ok(layout) = layout(units as usize)
            && let Some(place) = NonNull::new(start.cast::<Header>().sub(1).cast_mut().cast::<u8>())
        {
            heap.deallocate(place, layout);
        }
    }
}

/// The function whose code `pc` points into.
///
/// # Safety
/// `loaded` is valid.
pub(crate) unsafe fn func_at(loaded: NonNull<LoadedModule>, pc: *const u16) -> Option<(FuncIdx, Code)> {
    // SAFETY: the caller's promise.
    unsafe {
        let imported = (*loaded.as_ptr()).module.wasm().imported_func_count();
        for (at, code) in (0..).zip(&*(*loaded.as_ptr()).codes.0) {
            if let Some(code) = Code::at(*code)
                && code.contains(pc)
            {
                return Some((FuncIdx(imported + at), code));
            }
        }
        None
    }
}

/// Where in the module's bytes the operator stands whose code is at `unit`: found by lowering the function again, so
/// that no memory is spent on a map. Nothing if memory runs out meanwhile.
///
/// # Safety
/// `loaded` is valid, and nothing borrows it mutably.
pub(crate) unsafe fn offset_of(loaded: NonNull<LoadedModule>, func: FuncIdx, unit: u32) -> Option<u32> {
    // SAFETY: the caller's promise.
    unsafe {
        let loaded = &*loaded.as_ptr();
        Pass::run(&loaded.module, &loaded.type_ids, func, Some(unit)).ok()?.found()
    }
}
