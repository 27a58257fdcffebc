//! The built-in libc that guests import from `env`, and the heap inside their memory that it shares with the program.

use core::ops::Range;

use moteur::{Error, FuncType, Linker};
use moteur_guest::{Libc, libc};

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

/// The type of a function that guests can import.
pub fn signature(module: &str, name: &str) -> Option<FuncType<'static>> {
    if module == "env" { libc::signature(name) } else { None }
}

/// Offers all functions.
pub fn add(linker: &mut Linker<World>) -> Result<(), Error> {
    libc::add_to_linker(linker, |world: &mut World| &mut world.libc.0)
}
