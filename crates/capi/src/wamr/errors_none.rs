//! Errors of the runtime in few words, for a library that was built without all of them: they are 9 KB of flash.

use moteur::Error;

use super::text::Out;

/// Writes what kind of thing is wrong.
pub fn describe(error: Error, out: &mut Out) {
    out.push(match error {
        Error::Module(_) => b"this is not a module that can be run",
        Error::Native(_) => b"the module can only run as native code",
        Error::Trap(trap) => trap.message().as_bytes(),
        Error::OutOfMemory => b"out of memory",
        Error::Link { .. } => b"an import has another type",
        Error::Limit(_) => b"a limit was reached",
        _ => b"failed",
    });
}
