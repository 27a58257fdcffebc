//! The control block at the start of a pool's buffer: the TLSF lists of free blocks, the account and the lock.
//!
//! ```text
//! buffer ─▶ ┌───────────────┬────────────────────────────────────────────────┬──────────┐
//!           │ control block │ blocks: header, content; header, content; …    │ sentinel │
//!           └───────────────┴────────────────────────────────────────────────┴──────────┘
//! ```
//! TLSF ("two-level segregated fit", Masmano et al., 2004) finds, splits and merges blocks in a bounded number of
//! instructions; freed neighbours are merged at once, so a pool whose last allocation is freed is one block again.

use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::ptr::NonNull;

use crate::blocks::{GRANULARITY, block_bytes};
use crate::fuse::Fuse;
use crate::heap::OutOfMemory;
use crate::lock::{Held, Lock};
use crate::source::Source;

/// The bytes that a pool takes for itself at the start of its buffer.
pub const CONTROL_BYTES: usize = size_of::<Pool>();

/// A pool's account, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// What allocations can take in all, their headers included; the control block is not in it.
    pub capacity: usize,
    /// What allocations take now, their headers and padding included (exact up to an alignment of
    /// [`GRANULARITY`], above that an upper bound).
    pub used: usize,
    /// The most that `used` has been since the start or [`reset_peak`](crate::Heap::reset_peak): the high-water mark.
    pub peak: usize,
    /// How many allocations there are now.
    pub allocations: usize,
}

/// The control block. See the picture above.
pub(crate) struct Pool {
    lock: Lock,
    state: UnsafeCell<State>,
}

// SAFETY: `state` is only reached through `enter`, which holds the lock; where the machine has no compare-and-swap
// this is not given.
#[cfg(target_has_atomic = "8")]
unsafe impl Sync for Pool {}

struct State {
    source: Source,
    stats: Stats,
    fuse: Fuse,
}

/// The state, for as long as the lock is held.
struct Entered<'a> {
    state: &'a mut State,
    _held: Held<'a>,
}

impl Pool {
    /// Puts a control block at the start of the bytes and makes the rest one free block.
    ///
    /// # Safety
    /// The bytes belong to the pool for as long as it is used.
    pub(crate) unsafe fn place(start: NonNull<u8>, len: usize) -> Result<NonNull<Pool>, OutOfMemory> {
        // Blocks begin at multiples of the granularity, and so does the control block, which needs less.
        const { assert!(align_of::<Pool>() <= GRANULARITY) };
        let padding = start.align_offset(GRANULARITY);
        let control = CONTROL_BYTES.next_multiple_of(GRANULARITY);
        let free = len.checked_sub(padding).and_then(|len| len.checked_sub(control)).ok_or(OutOfMemory)?;
        // SAFETY: `padding + control <= len`, as just subtracted.
        let (mut place, blocks) = unsafe { (start.add(padding).cast::<Pool>(), start.add(padding + control)) };
        // A constant, written and then filled in place: the stack of a small machine has no room for another one.
        // SAFETY: aligned and inside the bytes, which are ours to write.
        unsafe { place.write(const { Pool::with(Source::EMPTY, 0) }) };
        // SAFETY: just written, and nobody else has the address yet.
        let state = unsafe { place.as_mut() }.state.get_mut();
        // SAFETY: the caller gives the bytes; these `free` ones are a part of them that nothing else uses.
        state.stats.capacity = unsafe { state.source.add_region(blocks, free)? };
        Ok(place)
    }

    #[cfg(feature = "std")]
    pub(crate) const fn system() -> Pool {
        Pool::with(Source::System, usize::MAX)
    }

    /// The functions that everything comes from, if it comes from such.
    #[cfg(any(feature = "std", feature = "external"))]
    pub(crate) fn external(&self) -> Option<crate::External> {
        match self.enter()?.state.source {
            Source::External(functions) => Some(functions),
            _ => None,
        }
    }

    pub(crate) const fn with(source: Source, capacity: usize) -> Pool {
        let stats = Stats { capacity, used: 0, peak: 0, allocations: 0 };
        Pool { lock: Lock::new(), state: UnsafeCell::new(State { source, stats, fuse: Fuse::NEW }) }
    }

    pub(crate) fn allocate(&self, layout: Layout, zeroed: bool) -> Result<NonNull<u8>, OutOfMemory> {
        self.enter().ok_or(OutOfMemory)?.state.allocate(layout, zeroed)
    }

    /// # Safety
    /// `ptr` came from this pool with this layout and is not used any more.
    pub(crate) unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        let Some(entered) = self.enter() else {
            // Only an interrupt handler that broke the rules gets here: losing the block is the safe answer.
            debug_assert!(false, "a pool is used by an interrupt handler");
            return;
        };
        // SAFETY: as the caller promised.
        unsafe { entered.state.deallocate(ptr, layout) };
    }

    /// # Safety
    /// `ptr` came from this pool with the layout `old`; `new` has its alignment; neither is of size zero.
    pub(crate) unsafe fn reallocate(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        let entered = self.enter().ok_or(OutOfMemory)?;
        // SAFETY: as the caller promised.
        unsafe { entered.state.reallocate(ptr, old, new) }
    }

    pub(crate) fn stats(&self) -> Stats {
        self.enter().map_or(Stats::default(), |entered| entered.state.stats)
    }

    pub(crate) fn reset_peak(&self) {
        if let Some(entered) = self.enter() {
            entered.state.stats.peak = entered.state.stats.used;
        }
    }

    #[cfg(feature = "fault")]
    pub(crate) fn fail_after(&self, allocations: Option<u32>) {
        if let Some(entered) = self.enter() {
            entered.state.fuse.set(allocations);
        }
    }

    #[inline]
    fn enter(&self) -> Option<Entered<'_>> {
        let held = self.lock.acquire()?;
        // SAFETY: only whoever holds the lock has this reference, and it ends before the lock is let go.
        let state = unsafe { &mut *self.state.get() };
        Some(Entered { state, _held: held })
    }
}

impl State {
    fn allocate(&mut self, layout: Layout, zeroed: bool) -> Result<NonNull<u8>, OutOfMemory> {
        if !self.fuse.pass() {
            return Err(OutOfMemory);
        }
        let ptr = if zeroed { self.source.allocate_zeroed(layout)? } else { self.source.allocate(layout)? };
        self.stats.add(block_bytes(layout));
        Ok(ptr)
    }

    /// # Safety
    /// As for `Pool::deallocate`.
    unsafe fn deallocate(&mut self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { self.source.deallocate(ptr, layout) };
        self.stats.subtract(block_bytes(layout));
    }

    /// # Safety
    /// As for `Pool::reallocate`.
    unsafe fn reallocate(&mut self, ptr: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        debug_assert_eq!(old.align(), new.align());
        if new.size() > old.size() && !self.fuse.pass() {
            return Err(OutOfMemory);
        }
        // SAFETY: as the caller promised.
        let moved = unsafe { self.source.reallocate(ptr, old, new)? };
        self.stats.resize(block_bytes(old), block_bytes(new));
        Ok(moved)
    }
}

impl Stats {
    fn add(&mut self, bytes: usize) {
        self.allocations = self.allocations.saturating_add(1);
        self.resize(0, bytes);
    }

    fn subtract(&mut self, bytes: usize) {
        debug_assert!(self.allocations > 0);
        self.allocations = self.allocations.saturating_sub(1);
        self.resize(bytes, 0);
    }

    /// Takes over that an allocation is longer or shorter.
    fn resize(&mut self, old: usize, new: usize) {
        debug_assert!(self.used >= old);
        self.used = self.used.saturating_sub(old).saturating_add(new);
        self.peak = self.peak.max(self.used);
    }
}
