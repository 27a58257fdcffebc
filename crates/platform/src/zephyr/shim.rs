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

#[cfg(feature = "zephyr-files")]
pub use files::*;

#[cfg(feature = "zephyr-files")]
mod files {
    use core::ffi::{c_char, c_int, c_void};

    /// Gets a name of so many bytes, and whether it is a directory's.
    pub type Name = unsafe extern "C" fn(*mut c_void, *const u8, usize, bool);

    unsafe extern "C" {
        /// What stands there.
        pub fn moteur_shim_file_find(path: *const c_char, is_directory: *mut bool, size: *mut u64) -> c_int;
        /// Makes an empty file, or cuts the one that is there.
        pub fn moteur_shim_file_create(path: *const c_char) -> c_int;
        /// Reads.
        pub fn moteur_shim_file_read(path: *const c_char, to: *mut u8, count: usize, offset: u64) -> c_int;
        /// Writes.
        pub fn moteur_shim_file_write(path: *const c_char, from: *const u8, count: usize, offset: u64) -> c_int;
        /// Writes at the end.
        pub fn moteur_shim_file_append(path: *const c_char, from: *const u8, count: usize) -> c_int;
        /// Cuts a file, or fills it up with zeros.
        pub fn moteur_shim_file_set_size(path: *const c_char, size: u64) -> c_int;
        /// Makes a directory.
        pub fn moteur_shim_file_create_directory(path: *const c_char) -> c_int;
        /// Removes a file or an empty directory.
        pub fn moteur_shim_file_remove(path: *const c_char) -> c_int;
        /// Renames.
        pub fn moteur_shim_file_rename(path: *const c_char, new_path: *const c_char) -> c_int;
        /// Hands on each name in a directory.
        pub fn moteur_shim_file_list(path: *const c_char, each: Name, context: *mut c_void) -> c_int;
    }
}

#[cfg(feature = "zephyr-network")]
pub use network::*;

#[cfg(feature = "zephyr-network")]
mod network {
    use core::ffi::c_int;

    /// `struct moteur_shim_address`; IPv4 has four bytes.
    #[repr(C)]
    pub struct Address {
        pub bytes: [u8; 16],
        pub port: u16,
        pub is_v6: bool,
    }

    unsafe extern "C" {
        /// Makes a socket that does not wait.
        pub fn moteur_shim_socket_open(is_v6: bool, is_stream: bool) -> c_int;
        /// Closes it.
        pub fn moteur_shim_socket_close(socket: c_int);
        /// Gives it an address.
        pub fn moteur_shim_socket_bind(socket: c_int, address: *const Address) -> c_int;
        /// Lets others connect.
        pub fn moteur_shim_socket_listen(socket: c_int, backlog: c_int) -> c_int;
        /// Takes the next connection.
        pub fn moteur_shim_socket_accept(socket: c_int, from: *mut Address) -> c_int;
        /// Connects.
        pub fn moteur_shim_socket_connect(socket: c_int, address: *const Address) -> c_int;
        /// Receives.
        pub fn moteur_shim_socket_receive(
            socket: c_int,
            to: *mut u8,
            count: usize,
            peeks: bool,
            from: *mut Address,
            has_from: *mut bool,
        ) -> c_int;
        /// Sends.
        pub fn moteur_shim_socket_send(socket: c_int, from: *const u8, count: usize, to: *const Address) -> c_int;
        /// Shuts one way or both.
        pub fn moteur_shim_socket_shutdown(socket: c_int, reads: bool, writes: bool) -> c_int;
        /// Its address.
        pub fn moteur_shim_socket_own_address(socket: c_int, address: *mut Address) -> c_int;
        /// The other side's.
        pub fn moteur_shim_socket_peer_address(socket: c_int, address: *mut Address) -> c_int;
        /// Whether it can be read or written without waiting.
        pub fn moteur_shim_socket_ready(socket: c_int, writes: bool) -> c_int;
        /// Turns an option on or off.
        pub fn moteur_shim_socket_set_option(socket: c_int, option: c_int, is_on: bool) -> c_int;
        /// Whether it is on.
        pub fn moteur_shim_socket_option(socket: c_int, option: c_int) -> c_int;
    }
}
