//! What this machine gives: an operating system's.

use moteur::{Config, Error, Heap, Module};

/// The allocator that a program gets that names none.
pub fn system_heap() -> Result<Heap, Error> {
    Ok(Heap::system())
}

/// The configuration with native code run that modules bring along.
pub fn with_native(config: Config) -> Config {
    #[cfg(all(feature = "native", unix))]
    // SAFETY: the program vouches for its modules: the headers say so where it asks for this.
    let config = unsafe { config.native(&moteur_platform::std::Std) };
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
