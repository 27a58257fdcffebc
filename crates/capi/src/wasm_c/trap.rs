//! Traps and the frames that they happened in.

use core::ptr;

use moteur::pool::{Arc, Vec};
use moteur::{Caller, Error, Heap, Instance, Module, OutOfMemory};

use super::heap::{default_heap, give, give_made, heap_of, take};
use super::host_info::{Entity, HostInfo};
use super::ports;
use super::refs::{Object, Ref, RefKind};
use super::store::{Home, Part, Store, StoreShared, describe};
use super::vec::{Duplicate, Vector, vector_functions};

/// The number that a function of the program ends the guest with: the trap stands in the store.
pub(super) const HOST_TRAP: Error = Error::Host(0x7472_6170);

/// What all handles of a trap share.
pub(super) struct TrapShared {
    /// With a zero behind it.
    message: Vec<u8>,
    frames: Part<Vec<Position>>,
    pub info: Part<HostInfo>,
}

/// A trap on its way through the guest to who called that.
pub(super) struct Pending {
    object: Object,
    /// Frames in the store's backtrace that are not of this trap, or that it has already.
    frames_known: usize,
}

/// Where a function was.
#[derive(Clone, Copy)]
struct Position {
    instance: Instance,
    func: u32,
    offset_in_func: Option<u32>,
    offset: Option<u32>,
}

/// `wasm_frame_t`.
pub struct Frame {
    instance: Ref,
    position: Position,
}

/// The traps that take no memory, and so are there when none is left. They belong to no store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ready {
    OutOfMemory,
    NoFunction,
    NoTrap,
}

/// Their handles, which C deletes in vain.
struct Handles([Ref; 3]);

// SAFETY: they are never written.
unsafe impl Sync for Handles {}

static HANDLES: Handles =
    Handles([Ready::OutOfMemory.new_handle(), Ready::NoFunction.new_handle(), Ready::NoTrap.new_handle()]);

impl Ready {
    const fn new_handle(self) -> Ref {
        Ref { object: Object::Ready(self), store: None }
    }

    /// The handle for C.
    pub fn handle(self) -> *mut Ref {
        let [out_of_memory, no_function, no_trap] = &HANDLES.0;
        let handle = match self {
            Ready::OutOfMemory => out_of_memory,
            Ready::NoFunction => no_function,
            Ready::NoTrap => no_trap,
        };
        (&raw const *handle).cast_mut()
    }

    /// With a zero behind it.
    fn message(self) -> &'static str {
        match self {
            Ready::OutOfMemory => "out of memory\0",
            Ready::NoFunction => "not a function\0",
            Ready::NoTrap => "a host function returned what is no trap\0",
        }
    }
}

impl TrapShared {
    fn new(message: Vec<u8>, frames: Vec<Position>, heap: Heap) -> Result<Arc<TrapShared>, OutOfMemory> {
        let trap = TrapShared { message, frames: Part::new(frames), info: Part::new(HostInfo::NONE) };
        Arc::new_in(trap, heap)
    }
}

impl Pending {
    /// What a function of the program returned, and so C hands over.
    ///
    /// # Safety
    /// It is a handle that C owns.
    pub unsafe fn new(trap: *mut Ref, context: &Caller<'_, Home>) -> Pending {
        // SAFETY: the caller's promise.
        let handle = unsafe { Ref::of_kind(trap, RefKind::Trap) };
        let object = handle.map_or(Object::Ready(Ready::NoTrap), |trap| trap.object.clone());
        // SAFETY: as above.
        unsafe { super::refs::delete(trap) };
        Pending { object, frames_known: context.backtrace().frames().count() }
    }
}

/// The trap that an error is for C. A `module` gives imports their names.
pub(super) fn of_error(error: Error, store: &Arc<StoreShared>, module: Option<&Module>) -> *mut Ref {
    store.fail(error);
    let made = match store.pending.take().filter(|_| error == HOST_TRAP) {
        Some(pending) => with_frames(pending, store),
        None => new_trap(error, store, module),
    };
    let given = match made {
        Ok(Object::Ready(ready)) => Ok(ready.handle()),
        Ok(object) => Ref::give(object, store),
        Err(error) => Err(error),
    };
    given.unwrap_or(Ready::OutOfMemory.handle())
}

fn new_trap(error: Error, store: &Arc<StoreShared>, module: Option<&Module>) -> Result<Object, OutOfMemory> {
    let heap = store.heap();
    let mut frames = Vec::new_in(heap);
    // The frames of an earlier failure are no business of an error that is none of the guest's.
    if matches!(error, Error::Trap(_) | Error::Exit(_) | Error::Host(_) | Error::OutOfMemory | Error::Limit(_)) {
        add_frames(&mut frames, 0, &store.context())?;
    }
    Ok(Object::Trap(TrapShared::new(describe(&error, module, heap)?, frames, heap)?))
}

/// The trap with the frames that it came through.
fn with_frames(pending: Pending, store: &Arc<StoreShared>) -> Result<Object, OutOfMemory> {
    if let Object::Trap(trap) = &pending.object {
        // A trap that is short of some frames is better than none.
        let _ = trap.frames.lend(|frames| add_frames(frames, pending.frames_known, &store.context()));
    }
    Ok(pending.object)
}

fn add_frames(frames: &mut Vec<Position>, known: usize, context: &Caller<'_, Home>) -> Result<(), OutOfMemory> {
    for frame in context.backtrace().frames().skip(known) {
        frames.push(Position {
            instance: frame.instance(),
            func: frame.func(),
            offset_in_func: frame.offset_in_func(),
            offset: frame.offset(),
        })?;
    }
    Ok(())
}

impl Position {
    fn frame(self, store: &Arc<StoreShared>) -> Frame {
        let object = Object::Entity(Entity::Instance(self.instance));
        Frame { instance: Ref { object, store: Some(store.clone()) }, position: self }
    }
}

impl Frame {
    fn copy(&self) -> Option<Frame> {
        self.instance.store.as_ref().map(|store| self.position.frame(store))
    }
}

impl Duplicate for Frame {
    fn duplicate(&self, _: Heap) -> Result<Frame, OutOfMemory> {
        self.copy().ok_or(OutOfMemory)
    }
}

/// The frames behind a handle of C's.
///
/// # Safety
/// It is null or there.
unsafe fn frames_of<'a>(trap: *const Ref) -> Option<(&'a Arc<StoreShared>, &'a TrapShared)> {
    // SAFETY: the caller's promise.
    let handle = unsafe { Ref::of_kind(trap, RefKind::Trap) }?;
    let Object::Trap(trap) = &handle.object else { return None };
    Some((handle.store.as_ref()?, trap))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_trap_new(store: *mut Store, message: *const Vector<u8>) -> *mut Ref {
    // SAFETY: the store and the message are there, or null.
    let (store, message) = unsafe { (store.as_ref(), message.as_ref()) };
    let Some(Store(store)) = store else { return ptr::null_mut() };
    let made = || {
        // SAFETY: as above.
        let message = unsafe { message.unwrap_or(&Vector::EMPTY).elements()? };
        let message = message.strip_suffix(&[0]).unwrap_or(message);
        let heap = store.heap();
        let mut text = Vec::with_capacity_in(message.len().saturating_add(1), heap)?;
        text.extend_from_slice(message)?;
        text.push(0)?;
        let trap = TrapShared::new(text, Vec::new_in(heap), heap)?;
        Ref::give(Object::Trap(trap), store)
    };
    // Null would end the function that wanted to trap as if all were well.
    made().unwrap_or(Ready::OutOfMemory.handle())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_trap_message(trap: *const Ref, out: *mut Vector<u8>) {
    // SAFETY: the trap is there, or null.
    let handle = unsafe { Ref::of_kind(trap, RefKind::Trap) };
    let message = match handle.map(|handle| (&handle.object, &handle.store)) {
        Some((Object::Trap(trap), Some(store))) => ports::bytes(&trap.message, store.heap()),
        Some((Object::Ready(ready), _)) => {
            default_heap().and_then(|heap| ports::bytes(ready.message().as_bytes(), heap))
        }
        _ => Err(OutOfMemory),
    };
    // SAFETY: C gives a place for a vector, or null.
    unsafe { Vector::put(message.map(|message| message.into_vector()), out) };
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_trap_origin(trap: *const Ref) -> *mut Frame {
    // SAFETY: the trap is there, or null.
    let Some((store, trap)) = (unsafe { frames_of(trap) }) else { return ptr::null_mut() };
    let first = trap.frames.lend(|frames| frames.first().copied());
    first.map_or(ptr::null_mut(), |position| give(position.frame(store), store.heap()))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_trap_trace(trap: *const Ref, out: *mut Vector<*mut Frame>) {
    // SAFETY: the trap is there, or null.
    let trace = match unsafe { frames_of(trap) } {
        Some((store, trap)) => {
            let count = trap.frames.lend(|frames| frames.len());
            Vector::from_fn(count, store.heap(), |at| {
                let position = trap.frames.lend(|frames| frames.get(at).copied()).ok_or(OutOfMemory)?;
                let frame = give(position.frame(store), store.heap());
                if frame.is_null() { Err(OutOfMemory) } else { Ok(frame) }
            })
        }
        None => Ok(Vector::EMPTY),
    };
    // SAFETY: C gives a place for a vector, or null.
    unsafe { Vector::put(trace, out) };
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_frame_delete(frame: *mut Frame) {
    // SAFETY: C owns it, or gives null.
    drop(unsafe { take(frame) });
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_frame_copy(frame: *const Frame) -> *mut Frame {
    // SAFETY: the frame is there, or null.
    let Some(copy) = (unsafe { frame.as_ref() }).and_then(Frame::copy) else { return ptr::null_mut() };
    // SAFETY: as above.
    give_made(Ok::<_, OutOfMemory>((copy, unsafe { heap_of(frame) })))
}

vector_functions! {
    *mut Frame: wasm_frame_vec_new_empty wasm_frame_vec_new_uninitialized wasm_frame_vec_new wasm_frame_vec_copy
        wasm_frame_vec_delete
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_frame_instance(frame: *const Frame) -> *mut Ref {
    // SAFETY: the frame is there, or null.
    unsafe { frame.as_ref() }.map_or(ptr::null_mut(), |frame| (&raw const frame.instance).cast_mut())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_frame_func_index(frame: *const Frame) -> u32 {
    // SAFETY: the frame is there, or null.
    unsafe { frame.as_ref() }.map_or(0, |frame| frame.position.func)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_frame_func_offset(frame: *const Frame) -> usize {
    // SAFETY: the frame is there, or null.
    unsafe { frame.as_ref() }.and_then(|frame| frame.position.offset_in_func).map_or(usize::MAX, |at| at as usize)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_frame_module_offset(frame: *const Frame) -> usize {
    // SAFETY: the frame is there, or null.
    unsafe { frame.as_ref() }.and_then(|frame| frame.position.offset).map_or(usize::MAX, |at| at as usize)
}
