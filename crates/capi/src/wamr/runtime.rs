//! What all modules of a process share. It exists from the first initialisation to the last destruction, which are counted,
//! because libraries of one program each call both.

use core::cell::UnsafeCell;
use core::ptr::{NonNull, null_mut};

use moteur::pool::{Box, Lock, Vec};
use moteur::{Config, Engine, Error, Heap};

use super::externref::Objects;
use super::natives::Natives;
use super::registry::Registry;
use super::types::{Instance, Module};
use super::{context, instance, module};
use crate::machine;

/// `Mode_Interp` of the header.
pub const INTERPRETED: u32 = 1;
/// `Mode_LLVM_JIT` of the header: native code that modules bring along is run.
pub const NATIVE: u32 = 3;

/// What all modules share.
pub struct Runtime {
    pub heap: Heap,
    /// For modules that are interpreted; it counts what they execute if that was built in.
    pub interpreted: Engine,
    /// For modules whose native code is trusted.
    pub native: Option<Engine>,
    pub running_mode: u32,
    pub log_level: u32,
    pub threads_max: u32,
    pub natives: Vec<Natives>,
    #[cfg_attr(not(feature = "multi-module"), allow(dead_code, reason = "there is nothing in it"))]
    pub registry: Registry,
    #[cfg_attr(not(feature = "references"), allow(dead_code, reason = "as above"))]
    pub objects: Objects,
    pub context_keys: [Option<context::Destructor>; context::KEYS],
    /// All modules and instances that were not taken back yet, each the head of a list.
    pub modules: *mut Module,
    pub instances: *mut Instance,
}

struct State {
    count: u32,
    runtime: Option<NonNull<Runtime>>,
}

struct Shared {
    lock: Lock,
    state: UnsafeCell<State>,
}

// SAFETY: the state is only reached by who holds the lock.
unsafe impl Sync for Shared {}

static SHARED: Shared = Shared { lock: Lock::new(), state: UnsafeCell::new(State { count: 0, runtime: None }) };

impl Shared {
    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> Option<R> {
        let _held = self.lock.acquire()?;
        // SAFETY: only whoever holds the lock has this reference, and it ends before the lock is let go.
        Some(work(unsafe { &mut *self.state.get() }))
    }
}

/// Works on what is shared while nobody else does; nothing if the runtime is not initialised. The work must not call
/// anything of the program's, nor this.
pub fn with<R>(work: impl FnOnce(&mut Runtime) -> R) -> Option<R> {
    SHARED.with(|state| state.runtime.map(|mut runtime| work(unsafe_mut(&mut runtime)))).flatten()
}

/// The runtime behind its address.
fn unsafe_mut(runtime: &mut NonNull<Runtime>) -> &mut Runtime {
    // SAFETY: `enter` made it, `leave` takes it away before it ends; the lock is held.
    unsafe { runtime.as_mut() }
}

/// The heap that everything comes from; nothing if the runtime is not initialised.
pub fn heap() -> Option<Heap> {
    with(|runtime| runtime.heap)
}

/// Initialises the runtime with this heap, or counts one more user of the one that is there.
pub fn enter(heap: impl FnOnce() -> Result<Heap, Error>, guarded: bool) -> Result<(), Error> {
    let entered = SHARED.with(|state| {
        if state.runtime.is_none() {
            let heap = heap()?;
            let made = Runtime::new(heap, guarded).and_then(|runtime| Ok(Box::into_raw(Box::new_in(runtime, heap)?).0));
            // SAFETY: nothing is left of what failed.
            state.runtime = Some(made.inspect_err(|_| unsafe { heap.end_external() })?);
        }
        state.count = state.count.saturating_add(1);
        Ok(())
    });
    entered.unwrap_or(Err(Error::OutOfMemory))
}

/// Takes one user away, and with the last the runtime and all that was not taken back.
pub fn leave() {
    let is_last = SHARED.with(|state| {
        let is_last = state.count == 1;
        state.count = state.count.saturating_sub(u32::from(!is_last));
        is_last
    });
    if is_last != Some(true) {
        return;
    }
    instance::end_all();
    module::end_all();
    let runtime = SHARED.with(|state| {
        state.count = 0;
        state.runtime.take()
    });
    if let Some(runtime) = runtime.flatten() {
        // SAFETY: made from a box in `enter`, with this heap; nobody else has it any more.
        unsafe {
            let heap = runtime.as_ref().heap;
            drop(Box::from_raw(runtime, heap));
            heap.end_external();
        }
    }
}

impl Runtime {
    fn new(heap: Heap, guarded: bool) -> Result<Runtime, Error> {
        let config = Config::new(heap);
        let native = match machine::native(config, guarded) {
            Some(config) => Some(Engine::new(config)?),
            None => None,
        };
        Ok(Runtime {
            heap,
            interpreted: Engine::new(config.fuel(cfg!(feature = "metering")))?,
            native,
            running_mode: INTERPRETED,
            log_level: 2,
            threads_max: 4,
            natives: Vec::new_in(heap),
            registry: Registry::new(heap),
            objects: Objects::new(heap),
            context_keys: [None; context::KEYS],
            modules: null_mut(),
            instances: null_mut(),
        })
    }
}

/// Something of C's that may go to another thread, as the header says that it may.
#[derive(Clone, Copy)]
pub struct Foreign<T>(pub T);

// SAFETY: what it is used for is promised by the header: functions may be called, and data read, from where guests run.
unsafe impl<T> Send for Foreign<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Foreign<T> {}
