//! The runtime as a C library for Zephyr: `zephyr/include/moteur/zephyr.h` documents its functions.
//!
//! Everything that the library has at run time stands in the pool that the application gave: there is no global state and no
//! allocator. What C holds are pointers to [`runtime::Runtime`], [`module::Loaded`] and [`instance::Running`]; each counts
//! what was made with it, and is not destroyed before.
#![no_std]

mod caller;
mod instance;
mod module;
#[cfg_attr(not(feature = "native"), path = "policy_none.rs")]
#[cfg_attr(all(feature = "native", not(feature = "signatures")), path = "policy_all.rs")]
#[cfg_attr(feature = "signatures", path = "policy_signed.rs")]
mod policy;
#[cfg(feature = "receive")]
mod receive;
mod runtime;
mod text;
mod value;
#[cfg_attr(not(feature = "texts"), path = "words_none.rs")]
mod words;
mod world;

use core::panic::PanicInfo;

unsafe extern "C" {
    fn moteur_shim_panic(file: *const u8, length: usize, line: u32) -> !;
}

/// Nothing that a guest does leads here. If the library itself is wrong, the kernel says where and stops the thread.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
    // SAFETY: so many bytes are there.
    unsafe { moteur_shim_panic(file.as_ptr(), file.len(), line) }
}
