//! WASI preview 1, as far as a program without files needs it: arguments, environment, clocks, random numbers, the standard
//! streams, waiting and the end.
//!
//! | module | holds |
//! |---|---|
//! | `table` | one row per function: name, types, where it is done |
//! | `call` | what a function works on and how it may end |
//! | `state` | [`Wasi`], the world of one guest |
//! | `descriptors`, `streams` | descriptors and what they say about themselves; reading and writing |
//! | `strings`, `clocks`, `random`, `poll`, `process` | the families of functions |
//! | `errno` | error numbers |
//! | `link` | registers the rows with a linker |

mod call;
mod clocks;
mod descriptors;
mod errno;
mod link;
mod poll;
mod process;
mod random;
mod state;
mod streams;
mod strings;
mod table;

#[cfg(test)]
mod tests;

pub use errno::Errno;
pub use link::{MODULES, add_imports_of, add_to_linker, signature};
pub use state::Wasi;
pub use strings::StringError;
