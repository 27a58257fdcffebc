//! One call of a host function: what it works on, and how it may end.

use moteur::{Error, Trap, Words};

use crate::claim::{Fault, GuestMemory};

/// What a host function works on.
pub struct Call<'c, S> {
    /// What the functions are functions of.
    pub state: &'c mut S,
    /// The memory of the calling instance; empty when it has none.
    pub memory: GuestMemory<'c>,
    /// What is kept from one try to the next, when a function is called again.
    pub progress: Progress,
}

/// What is kept while a host function is called again and again for the same call of the guest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// For functions that wait, in nanoseconds: the monotonic clock at the first try, or how long they have waited.
    pub since: Option<u64>,
    /// What became of the guest's function that was asked for last.
    pub answer: Option<Answer>,
}

/// What became of a [`GuestCall`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It returned this word; 0 if it has no result.
    Returned(u32),
    /// The guest exports no such function, or one of another type.
    Missing,
}

/// How a host function ends when it does not end well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The guest ends: a trap, an exit, a failure.
    Error(Error),
    /// Nothing has happened yet: the function is to be called again, unless the guest is interrupted. Whoever returns
    /// this has waited a little, for some milliseconds at most.
    Again,
    /// A function of the guest is to be called first, then this one again. Only functions of a block that says
    /// `#[host_functions(calls_guest)]` may ask for it; others get [`Answer::Missing`].
    Guest(GuestCall),
}

/// A function of the guest that a host function wants to have called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuestCall {
    /// The name under which the calling instance exports it.
    pub export: &'static str,
    /// Its arguments. The function takes as many as there are in `count`, and returns one `i32` or nothing.
    pub arguments: [u32; 2],
    /// How many arguments it takes, up to two.
    pub count: usize,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Error(error)
    }
}

impl From<Trap> for Stop {
    fn from(trap: Trap) -> Self {
        Stop::Error(Error::trap(trap))
    }
}

impl From<Fault> for Stop {
    fn from(_: Fault) -> Self {
        Stop::Error(Error::trap(Trap::MemoryOutOfBounds))
    }
}

/// The code of a row: takes its arguments out of the words, and gives the result as one.
pub type Run<S> = fn(&mut Call<'_, S>, &Words) -> Result<u64, Stop>;

/// A row: everything that is known about one function on a state `S`.
pub type HostFunction<S> = moteur::HostFunction<Run<S>>;

/// The host functions of a type, as the attribute [`host_functions`](super::host_functions) lists them.
pub trait HostFunctions {
    /// What the functions work on.
    type State: 'static;

    /// All of them.
    const FUNCTIONS: &'static [HostFunction<Self::State>];

    /// Whether some of them want functions of the guest called: see [`Stop::Guest`].
    const CALLS_GUEST: bool = false;
}
