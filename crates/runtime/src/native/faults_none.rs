//! No fault is watched: what takes the place of `faults` where that is not asked for, or not possible.

use core::ptr::NonNull;

use super::context::NativeContext;
pub(super) use super::helpers::TABLE as HELPERS;

/// The mark of gates that are not there.
#[derive(Clone, Copy)]
pub(super) struct Gate;

impl Gate {
    pub const OPEN: Gate = Gate;
}

/// Whether an engine's guests are watched: never.
#[derive(Clone, Copy)]
pub(super) struct Watch;

impl Watch {
    pub const NONE: Watch = Watch;

    #[cfg(feature = "faults")]
    pub const fn by(_: &'static dyn moteur_platform::FaultWatch) -> Watch {
        Watch
    }

    /// Where the stack ends: nobody knows.
    pub fn stack_end(self) -> usize {
        0
    }

    /// Runs `body`.
    pub fn watched(self, _: NonNull<NativeContext>, body: impl FnOnce() -> u32) -> u32 {
        body()
    }
}
