//! Native code is run, whoever made it: `CONFIG_MOTEUR_NATIVE_UNSIGNED`.

use moteur::Config;
use moteur_platform::zephyr::ZephyrCode;

/// Trusts every module.
pub fn configure(config: Config, native_stack_bytes: usize) -> Config {
    // SAFETY: whoever configured the firmware vouches for the modules that it loads.
    unsafe { config.native_stack_bytes(native_stack_bytes).native(&ZephyrCode) }
}
