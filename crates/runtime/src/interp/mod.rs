//! The interpreter: runs register code on a stack that is data.
//!
//! `kinds` says what instructions do; `matched` or `threaded` gets from one to the next, which `build.rs` chooses;
//! `driver` makes calls that leave an instance, lowers functions at their first call, and turns ends into results.

// Documentation is read with assertions on, but no code comes of it.
#[cfg(all(dispatch = "threaded", debug_assertions, not(any(doc, doctest))))]
compile_error!(
    "tail calls need a build without debug assertions: turn off either those or moteur's feature `threaded`"
);

mod backtrace;
pub(crate) mod ctx;
#[cfg_attr(dispatch = "matched", path = "matched.rs")]
#[cfg_attr(dispatch = "threaded", path = "threaded.rs")]
pub(crate) mod dispatch;
mod driver;
pub(crate) mod kinds;
mod meaning;
pub(crate) mod pieces;
pub(crate) mod registers;
pub(crate) mod regs;
mod shapes;
mod slice;
mod suspend;
pub(crate) mod value;

pub(crate) use ctx::Ctx;
pub(crate) use dispatch::handlers_jump;
pub(crate) use driver::{invoke, invoke_resumable};
pub(crate) use suspend::{Outcome, Suspension, cancel, fail, resume, wait};

/// A callee's frame may begin only where so many slots are left: frames up to this size need no check of their own, and
/// larger ones check when they are entered.
pub(crate) const RED_ZONE_SLOTS: usize = 128;
