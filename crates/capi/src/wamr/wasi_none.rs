//! A library that was built without WASI.

use moteur::{Error, FuncType, Heap, Linker};

use super::errors;
use super::instance::{Instance, World};
use super::text::Out;

/// What the program gives its guests: nothing.
#[derive(Clone, Copy)]
pub struct Options;

impl Options {
    /// Nothing.
    pub const NONE: Options = Options;
}

/// Why a guest cannot be given what the program says.
pub struct Why(Error);

impl From<Error> for Why {
    fn from(error: Error) -> Why {
        Why(error)
    }
}

/// Writes what is wrong.
pub fn describe(why: Why, error: &mut Out) {
    errors::describe(why.0, error);
}

/// The world of one guest.
pub struct State;

impl State {
    /// An empty one.
    pub fn new(_: Heap, _: &Options) -> Result<State, Why> {
        Ok(State)
    }
}

/// There are no functions.
pub fn add(_: &mut Linker<World>) -> Result<(), Error> {
    Ok(())
}

/// None is WASI's.
pub fn is_module(_: &str) -> bool {
    false
}

/// There are no functions.
pub fn signature(_: &str, _: &str) -> Option<FuncType<'static>> {
    None
}

/// No module is made for WASI.
///
/// # Safety
/// None is needed.
pub unsafe fn is_used(_: *mut Instance) -> bool {
    false
}
