//! What a machine without an operating system gives: what the program brings along.

use moteur::{Config, Error, Heap, Module};

/// There is no allocator but the one that a program names.
pub fn system_heap() -> Result<Heap, Error> {
    Err(Error::OutOfMemory)
}

/// The configuration with native code run where modules are.
pub fn with_native(config: Config) -> Config {
    #[cfg(feature = "native")]
    // SAFETY: the program vouches for its modules and for its memory, which is executed: the headers say so where it asks
    // for this.
    let config = unsafe { config.native(&moteur_platform::InPlace) };
    config
}

/// Whether the module runs as native code.
pub fn is_native(module: &Module) -> bool {
    #[cfg(feature = "native")]
    return module.native() == Ok(true);
    #[cfg(not(feature = "native"))]
    return {
        let _ = module;
        false
    };
}
