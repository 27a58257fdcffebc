//! Lets an engine run native code: the only place here that has to say `unsafe`, as nobody can check such code.

use moteur::{Config, PublicKey};
use moteur_platform::std::{GUARDED, Std};

/// Whether memories can be guarded.
pub const CAN_GUARD: bool = GUARDED.is_some();

/// Runs the native code of modules: what `--jit` compiled in this process, or what the person at the command line vouches
/// for with `--native`.
///
/// With `guard_pages`, memories are guarded where they can be, so that code may run that relies on it.
pub fn trusting(config: Config, guard_pages: bool) -> Option<Config> {
    // SAFETY: the module was just compiled, after all native sections were taken out of it; or the person says so.
    Some(guarded(unsafe { config.native(&Std) }, guard_pages))
}

/// Runs the native code of modules that one of these keys has signed.
pub fn trusting_keys(config: Config, keys: &'static [PublicKey], guard_pages: bool) -> Option<Config> {
    Some(guarded(config.trust(keys, &Std), guard_pages))
}

fn guarded(config: Config, guard_pages: bool) -> Config {
    match GUARDED.filter(|_| guard_pages) {
        // SAFETY: the platform's memory does what the runtime asks for.
        Some(memory) => unsafe { config.guard_pages(memory) },
        None => config,
    }
}
