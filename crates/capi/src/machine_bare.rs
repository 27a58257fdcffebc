//! What a machine without an operating system gives: what the program brings along, as `moteur_machine.h` says.

use core::ffi::c_int;

use moteur::{Error, Heap};
use moteur_platform::{Clock, Console, Parts, Platform, Stream};

unsafe extern "C" {
    /// Writes so many bytes to the standard output (1) or the standard error (2).
    fn moteur_console_write(stream: c_int, bytes: *const u8, size: usize);
    /// Nanoseconds since some moment, never going back.
    fn moteur_clock_ns() -> u64;
}

/// There is no allocator but the one that a program names.
pub fn system_heap() -> Result<Heap, Error> {
    Err(Error::OutOfMemory)
}

struct Machine;

static MACHINE: Parts<'static> = Parts::new(&Machine).with_clock(&Machine);

/// What guests and messages are told of the machine.
pub fn platform() -> &'static dyn Platform {
    &MACHINE
}

impl Console for Machine {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), moteur_platform::Error> {
        let number = match stream {
            Stream::In => return Err(moteur_platform::Error::Unsupported),
            Stream::Out => 1,
            Stream::Err => 2,
        };
        // SAFETY: the header: it is such a function.
        unsafe { moteur_console_write(number, bytes.as_ptr(), bytes.len()) };
        Ok(())
    }
}

impl Clock for Machine {
    fn monotonic_ns(&self) -> u64 {
        // SAFETY: the header: it is such a function.
        unsafe { moteur_clock_ns() }
    }

    fn resolution_ns(&self) -> u64 {
        1
    }
}

#[cfg_attr(not(feature = "native"), path = "machine/native_none.rs")]
#[cfg_attr(feature = "native", path = "machine/native_bare.rs")]
mod native;

pub use native::{RUNS_NATIVE, native, runs_native};

/// Why a guest cannot be given a directory.
#[cfg(feature = "wasi")]
pub enum DirectoryError {
    /// The name for the guest.
    #[allow(dead_code, reason = "there are no directories")]
    Name(moteur_guest::wasi::StringError),
    /// It cannot be opened.
    Open,
}

/// There are no directories.
#[cfg(feature = "wasi")]
pub fn give_directory(_: &mut moteur_guest::Wasi, _: &str, _: &[u8]) -> Result<(), DirectoryError> {
    Err(DirectoryError::Open)
}
