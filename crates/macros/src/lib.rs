//! The attribute `host_functions`. What it means is documented where it is used from, in `moteur_guest::host`.
//!
//! The expansion is the impl block as it was, and beside it one static row per function: name, type, and a closure that
//! takes the arguments out of their words. All that can be shared between functions is a call into
//! `moteur_guest::host`, so that a row costs a few instructions.
#![forbid(unsafe_code)]

mod expand;
mod function;

use proc_macro::TokenStream;

/// Turns the functions of an impl block into host functions.
///
/// See `moteur_guest::host_functions`.
#[proc_macro_attribute]
pub fn host_functions(arguments: TokenStream, block: TokenStream) -> TokenStream {
    expand::expand(arguments.into(), block.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}
