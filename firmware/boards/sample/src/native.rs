//! The guest is run as native code, where it is in flash.

use core::fmt::{self, Display};

use moteur::{Config, InPlace, Module};

/// Bytes of the processor's stack that the guest may use.
const NATIVE_STACK_BYTES: usize = 4 << 10;

/// Trusts the module.
pub fn configure(config: Config) -> Config {
    // SAFETY: the build script compiled the module for this program.
    unsafe { config.native(&InPlace) }.native_stack_bytes(NATIVE_STACK_BYTES)
}

/// What runs the module.
pub fn engine(module: &Module) -> impl Display {
    let native = module.native();
    fmt::from_fn(move |f| match native {
        Ok(true) => f.write_str("native code"),
        Ok(false) => f.write_str("no native code"),
        Err(refusal) => write!(f, "native code refused: {refusal}"),
    })
}
