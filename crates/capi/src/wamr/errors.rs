//! Errors of the runtime in words, with their places in a module.

use moteur::Error;

use super::text::Out;

/// Writes what is wrong.
pub fn describe(error: Error, out: &mut Out) {
    let _ = core::fmt::write(out, format_args!("{error}"));
}
