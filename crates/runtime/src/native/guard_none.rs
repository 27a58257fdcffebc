//! Memories are not guarded: what takes the place of `guard` on machines where no fault of a guest is caught.

use core::ptr::NonNull;

use moteur_platform::GuardedMemory;
use moteur_pool::Heap;

use super::context::NativeContext;
use super::load::Code;
use crate::engine::Config;

/// Whether an engine's memories are guarded: never.
#[derive(Clone, Copy, Default)]
pub(super) struct Guard;

impl Guard {
    pub const NONE: Guard = Guard;
    /// Whether they can be guarded on this machine.
    pub const IS_POSSIBLE: bool = false;

    pub const fn by(_: &'static dyn GuardedMemory) -> Guard {
        Guard
    }

    pub fn is_on(self) -> bool {
        false
    }

    /// Runs `body`.
    pub fn watched(self, _: NonNull<NativeContext>, _: &Code, body: impl FnOnce() -> u32) -> u32 {
        body()
    }
}

/// Where the bytes of linear memories come from.
pub(crate) type Source = Heap;

/// Where the bytes of an engine's memories come from.
pub(crate) fn source(_: &Config, heap: Heap) -> Source {
    heap
}
