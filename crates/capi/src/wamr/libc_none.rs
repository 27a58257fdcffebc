//! The heap inside a guest's memory, of a library that was built without the libc that guests import.

use core::ops::Range;

use moteur::{Error, FuncType, Linker};
use moteur_guest::Libc;

use super::instance::World;
use crate::machine;

/// The libc of one instance.
pub struct State(pub Libc);

impl State {
    /// One without a heap.
    pub fn new() -> State {
        State(Libc::new(machine::platform()))
    }

    /// Says where the heap is.
    pub fn set_heap(&mut self, range: Range<u32>) {
        self.0 = Libc::new(machine::platform()).with_heap(range);
    }
}

/// There are no functions.
pub fn signature(_: &str, _: &str) -> Option<FuncType<'static>> {
    None
}

/// There are no functions.
pub fn add(_: &mut Linker<World>) -> Result<(), Error> {
    Ok(())
}
