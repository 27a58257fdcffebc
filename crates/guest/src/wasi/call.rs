//! One call of a WASI function: what it may touch, how it may end, and how words become its arguments.

use moteur::ValType;

use super::errno::Errno;
use super::state::Wasi;
use crate::claim::{Address, Fault, GuestMemory, Value};

/// What a WASI function works on.
pub struct Call<'c> {
    /// The program's arguments, descriptors and devices.
    pub wasi: &'c mut Wasi,
    /// The memory that the calling module exports as `memory`; empty when there is none.
    pub memory: GuestMemory<'c>,
    /// Which of the two layouts of records the module was built for.
    pub edition: Edition,
    /// The monotonic clock at the first look, while the function waits for something.
    pub waiting_since: Option<u64>,
}

/// The two names under which preview 1 is imported. They differ in the layout of a few records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// `wasi_snapshot_preview1`
    Preview1,
    /// `wasi_unstable`, its forerunner ("snapshot 0")
    Unstable,
}

/// How a WASI function ends when it does not end well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The guest gets this number and goes on.
    Errno(Errno),
    /// The guest asked to end with this exit status.
    Exit(i32),
    /// Nothing has happened yet: the function is to be called again, with the same arguments, after at most so many
    /// nanoseconds. Whoever calls looks in between whether the guest is to be interrupted.
    Wait(u64),
}

impl From<Errno> for Stop {
    fn from(errno: Errno) -> Self {
        Stop::Errno(errno)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Errno(fault.into())
    }
}

/// What every WASI function returns.
pub type Outcome = Result<(), Stop>;

/// The number of a file descriptor, as the guest gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fd(pub u32);

/// A type that an argument in the table of functions can have.
pub trait Argument {
    /// The type in WebAssembly.
    const TYPE: ValType;

    /// Takes the argument from its word; an `i32` is in the low half.
    fn from_word(word: u64) -> Self;
}

impl Argument for u32 {
    const TYPE: ValType = ValType::I32;

    fn from_word(word: u64) -> Self {
        word as u32
    }
}

impl Argument for u64 {
    const TYPE: ValType = ValType::I64;

    fn from_word(word: u64) -> Self {
        word
    }
}

impl Argument for Fd {
    const TYPE: ValType = ValType::I32;

    fn from_word(word: u64) -> Self {
        Fd(word as u32)
    }
}

impl<V: Value> Argument for Address<V> {
    const TYPE: ValType = ValType::I32;

    fn from_word(word: u64) -> Self {
        Address::new(word as u32)
    }
}
