//! All of WASI but its sockets, without a file system.

use moteur::{Error, Heap, Linker};
use moteur_guest::Wasi;
use moteur_guest::wasi::{Arguments, Clocks, Descriptors, Files, Paths, Poll, Process, Random, Streams, add_part};

use super::machine::Machine;

/// What host functions work on.
pub type World = Wasi;

/// A guest's world.
pub fn world(heap: Heap) -> World {
    Wasi::new(heap, &Machine)
}

/// The parts of WASI.
pub fn link(linker: &mut Linker<World>) -> Result<(), Error> {
    add_part::<_, Arguments>(linker, |wasi| wasi)?;
    add_part::<_, Process>(linker, |wasi| wasi)?;
    add_part::<_, Clocks>(linker, |wasi| wasi)?;
    add_part::<_, Random>(linker, |wasi| wasi)?;
    add_part::<_, Descriptors>(linker, |wasi| wasi)?;
    add_part::<_, Streams>(linker, |wasi| wasi)?;
    add_part::<_, Poll>(linker, |wasi| wasi)?;
    add_part::<_, Files>(linker, |wasi| wasi)?;
    add_part::<_, Paths>(linker, |wasi| wasi)
}
