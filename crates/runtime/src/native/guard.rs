//! Memories that guard themselves: around the bytes of each lie so many addresses without memory that no access of a guest
//! reaches beyond them. Native code that relies on this compares no address; what it does out of bounds is a fault of the
//! processor, and ends the guest where other code would.
//!
//! ```text
//! base                base + len                                        base + RESERVED_BYTES
//!  │ bytes of the guest   │ no access: grows into here, faults until then   │
//! ```

use core::alloc::Layout;
use core::ops::Range;
use core::ptr::NonNull;

use moteur_platform::{FaultFrame, GuardedMemory, GuestFault, Resume};
use moteur_pool::{Heap, OutOfMemory};
use moteur_wasm::Trap;

use super::context::NativeContext;
use super::enter;
use super::load::Code;
use crate::engine::Config;

/// As far as an access reaches: a 32-bit address, a 32-bit offset, and what is accessed there.
const RESERVED_BYTES: usize = (8 << 30) + (64 << 10);

/// Whether an engine's memories are guarded, and by what.
#[derive(Clone, Copy, Default)]
pub(super) struct Guard(Option<&'static dyn GuardedMemory>);

impl Guard {
    pub const NONE: Guard = Guard(None);
    /// Whether they can be guarded on this machine.
    pub const IS_POSSIBLE: bool = true;

    pub const fn by(memory: &'static dyn GuardedMemory) -> Guard {
        Guard(Some(memory))
    }

    pub fn is_on(self) -> bool {
        self.0.is_some()
    }

    /// Runs `body`, in which the instance's native code may fault.
    pub fn watched(self, context: NonNull<NativeContext>, code: &Code, body: impl FnOnce() -> u32) -> u32 {
        let Some(memory) = self.0 else { return body() };
        // SAFETY: the context is filled for the instance.
        let base = unsafe { context.as_ref() }.head.memory_base;
        let guest = Guest {
            context: context.addr().get(),
            code: code.addresses(),
            memory: base..base.saturating_add(if base == 0 { 0 } else { RESERVED_BYTES }),
        };
        let outer = memory.watch((&raw const guest).cast(), decide);
        let reason = body();
        memory.watch(outer, decide);
        reason
    }
}

/// The guest that runs: whose faults are whose.
struct Guest {
    context: usize,
    code: Range<usize>,
    memory: Range<usize>,
}

/// See [`Decide`](moteur_platform::Decide).
///
/// # Safety
/// `guest` is null or a [`Guest`].
unsafe fn decide(guest: *const (), fault: &GuestFault, _: &FaultFrame) -> Option<Resume> {
    // SAFETY: the caller's promise.
    let guest = unsafe { guest.cast::<Guest>().as_ref() }?;
    let (pc, address) = (fault.pc?, fault.address?);
    if !guest.code.contains(&pc) || !guest.memory.contains(&address) {
        return None;
    }
    // As if the instruction were a call: it lies before where that would return to.
    let arguments = [guest.context, Trap::MemoryOutOfBounds as usize, pc.wrapping_add(1)];
    Some(Resume { pc: enter::fault as *const () as usize, arguments, sp: None })
}

/// Where the bytes of linear memories come from.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    heap: Heap,
    guard: Guard,
}

impl From<Heap> for Source {
    fn from(heap: Heap) -> Source {
        Source { heap, guard: Guard::NONE }
    }
}

/// Where the bytes of an engine's memories come from.
pub(crate) fn source(config: &Config, heap: Heap) -> Source {
    Source { heap, guard: config.native.guard }
}

impl Source {
    /// As of the heap.
    pub fn allocate_zeroed(self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        let Guard(Some(memory)) = self.guard else { return self.heap.allocate_zeroed(layout) };
        let place = memory.reserve(RESERVED_BYTES).map_err(|_| OutOfMemory)?;
        // SAFETY: it was just reserved.
        unsafe {
            if memory.open(place, layout.size()).is_err() {
                memory.release(place, RESERVED_BYTES);
                return Err(OutOfMemory);
            }
        }
        Ok(place)
    }

    /// As of the heap.
    ///
    /// # Safety
    /// As there.
    pub unsafe fn reallocate_zeroed(
        self,
        place: NonNull<u8>,
        layout: Layout,
        bytes: usize,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        // SAFETY: the caller's promise.
        unsafe {
            match self.guard {
                Guard(None) => self.heap.reallocate_zeroed(place, layout, bytes),
                Guard(Some(memory)) => memory.open(place, bytes).map(|()| place).map_err(|_| OutOfMemory),
            }
        }
    }

    /// As of the heap.
    ///
    /// # Safety
    /// As there.
    pub unsafe fn deallocate(self, place: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.guard {
                Guard(None) => self.heap.deallocate(place, layout),
                Guard(Some(memory)) => memory.release(place, RESERVED_BYTES),
            }
        }
    }
}
