//! Runs the native code that modules bring along.

use moteur::{Config, Module};
use moteur_platform::std::{GUARDED, Std};

/// Runs native code where modules bring some along, and guards memories if code relies on that.
pub fn configure(guard_pages: bool) -> fn(Config) -> Config {
    match guard_pages {
        // SAFETY: all native code of the suite comes from `compile`, here or where the stream was written.
        false => |config| unsafe { config.native(&Std) },
        true => |config| {
            // SAFETY: as above.
            let config = unsafe { config.native(&Std) };
            match GUARDED {
                // SAFETY: memory is the platform's.
                Some(memory) => unsafe { config.guard_pages(memory) },
                None => config,
            }
        },
    }
}

/// Accepts modules whose native code is run, or that bring none along where some may be interpreted.
pub fn accept(module: &Module, may_be_interpreted: bool) -> bool {
    module.native().is_ok_and(|is_native| is_native || may_be_interpreted)
}

/// Accepts modules whose native code nobody asked for.
pub fn accept_interpreted(module: &Module, _: bool) -> bool {
    module.native() == Ok(false)
}
