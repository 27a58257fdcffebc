//! Initialising and destroying.

use super::runtime;
use crate::machine;

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_init() -> bool {
    runtime::enter(machine::system_heap).is_ok()
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_destroy() {
    runtime::leave();
}
