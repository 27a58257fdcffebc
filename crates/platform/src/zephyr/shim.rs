//! The functions of the shim, as `zephyr/shim/shim.h` declares them.

use core::ffi::c_int;

unsafe extern "C" {
    /// Writes bytes to the kernel's console, without a formatter and not through the log.
    pub fn moteur_shim_print(bytes: *const u8, count: usize);

    /// Nanoseconds since the kernel started.
    pub fn moteur_shim_monotonic_ns() -> u64;
    /// How many nanoseconds one step of that has.
    pub fn moteur_shim_resolution_ns() -> u64;
    /// Nanoseconds since 1970, or 0 where nobody knows.
    pub fn moteur_shim_realtime_ns() -> u64;
    /// Sleeps.
    pub fn moteur_shim_wait_ns(ns: u64);

    /// Whether there is a source of random bytes.
    pub fn moteur_shim_has_random() -> bool;
    /// Fills a buffer with them.
    pub fn moteur_shim_random(to: *mut u8, count: usize) -> c_int;
}

#[cfg(feature = "zephyr-code")]
unsafe extern "C" {
    /// Whether bytes belong to the image that the firmware runs from.
    pub fn moteur_shim_is_firmware(start: *const u8, count: usize) -> bool;
    /// Copies code to memory where it may be executed.
    pub fn moteur_shim_code_take(place: *mut *mut u8, from: *const u8, count: usize) -> c_int;
    /// Gives that memory back.
    pub fn moteur_shim_code_give(place: *mut u8, count: usize) -> c_int;
}
