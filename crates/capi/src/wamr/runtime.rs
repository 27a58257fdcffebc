//! What all modules of a process share. It exists from the first initialisation to the last destruction, which are counted,
//! because libraries of one program each call both.

use core::cell::UnsafeCell;
use core::ptr::NonNull;

use moteur::pool::{Box, Lock};
use moteur::{Config, Engine, Error, Heap};

/// What all modules share.
pub(super) struct Runtime {
    pub engine: Engine,
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
    /// Runs `work` with the lock held; it must not call anything of the program's.
    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> Option<R> {
        let _held = self.lock.acquire()?;
        // SAFETY: only whoever holds the lock has this reference, and it ends before the lock is let go.
        Some(work(unsafe { &mut *self.state.get() }))
    }
}

/// Initialises the runtime with this heap, or counts one more user of the one that is there.
pub(super) fn enter(heap: impl FnOnce() -> Result<Heap, Error>) -> Result<(), Error> {
    let entered = SHARED.with(|state| {
        if state.runtime.is_none() {
            let heap = heap()?;
            let engine = Engine::new(Config::new(heap))?;
            let (runtime, _) = Box::into_raw(Box::new_in(Runtime { engine }, heap)?);
            state.runtime = Some(runtime);
        }
        state.count = state.count.saturating_add(1);
        Ok(())
    });
    entered.unwrap_or(Err(Error::OutOfMemory))
}

/// Takes one user away, and with the last the runtime.
pub(super) fn leave() {
    let last = SHARED.with(|state| {
        state.count = state.count.saturating_sub(1);
        if state.count == 0 { state.runtime.take() } else { None }
    });
    if let Some(runtime) = last.flatten() {
        // SAFETY: made from a box in `enter`, with the engine's heap; nobody else has it any more.
        unsafe {
            let heap = runtime.as_ref().engine.heap();
            drop(Box::from_raw(runtime, heap));
        }
    }
}
