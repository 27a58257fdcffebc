//! The guest is run as native code, where it is in flash.

use core::fmt::{self, Display};

use moteur::{Config, InPlace, Module};
use moteur_platform::cortex_m::faults::Faults;

/// Bytes of the processor's stack that the guest may use.
const NATIVE_STACK_BYTES: usize = 4 << 10;

/// Trusts the module, and has the processor's faults in it be its traps.
pub fn configure(config: Config) -> Config {
    // SAFETY: the build script compiled the module for this program, whose handlers of faults are those of `Faults`.
    unsafe { config.native(&InPlace).faults(&Faults) }.native_stack_bytes(NATIVE_STACK_BYTES)
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
