//! The port to the Zephyr RTOS.
//!
//! Zephyr's interfaces are macros and inline functions of C, so what is called here is a shim in C, which belongs to the
//! Zephyr module (`zephyr/shim/` in this project's tree) and is compiled with the application's configuration. A part that
//! this configuration lacks answers with an error; nothing of the configuration is known here.
//!
//! | module | over |
//! |---|---|
//! | `console` | whole lines to `k_str_out`, or to a function of the application |
//! | `clock` | the cycle counter of 64 bits, or the kernel's ticks refined by that of 32 bits |
//! | `random` | `sys_csrand_get`, or the entropy driver |
#![cfg_attr(
    feature = "zephyr-code",
    doc = "| `code` | the firmware's own memory, RAM that is executable and not writable, the caches |"
)]
#![cfg_attr(feature = "zephyr-files", doc = "| [`files`] | `fs_open` and its relatives |")]
#![cfg_attr(feature = "zephyr-network", doc = "| `network` | `zsock_socket` and its relatives |")]

mod clock;
#[cfg(feature = "zephyr-code")]
mod code;
mod console;
#[cfg(feature = "zephyr-files")]
pub mod files;
#[cfg_attr(not(feature = "zephyr-network"), path = "network_none.rs")]
mod network;
mod random;
mod shim;

use core::ffi::c_int;

pub use clock::ZephyrClock;
#[cfg(feature = "zephyr-code")]
pub use code::ZephyrCode;
pub use console::{LINE_BYTES, Output, ZephyrConsole};
pub use random::ZephyrRandom;

use crate::{Clock, Console, Error, Network, Platform, Random};

/// Zephyr, as one guest sees it: the console gathers this guest's lines.
pub struct Zephyr {
    console: ZephyrConsole,
}

impl Zephyr {
    /// A machine whose output goes to `output`.
    ///
    /// # Safety
    /// As for [`ZephyrConsole::new`].
    pub const unsafe fn new(output: Output) -> Zephyr {
        // SAFETY: the caller's promise.
        Zephyr { console: unsafe { ZephyrConsole::new(output) } }
    }

    /// Sends what has been written since the last end of a line.
    pub fn flush(&self) {
        self.console.flush();
    }
}

impl Platform for Zephyr {
    fn console(&self) -> &dyn Console {
        &self.console
    }

    fn clock(&self) -> Option<&dyn Clock> {
        Some(&ZephyrClock)
    }

    fn random(&self) -> Option<&dyn Random> {
        ZephyrRandom::found().map(|random| random as &dyn Random)
    }

    fn network(&self) -> Option<&dyn Network> {
        network::network()
    }
}

/// What the shim's functions return: negative numbers are errors.
fn result(code: c_int) -> Result<u32, Error> {
    u32::try_from(code).map_err(|_| error(code))
}

/// The errors of the shim: `enum shim_error` in `zephyr/shim/shim.h` has the same order, counted from -1 down. Numbers of
/// `errno.h` differ between C libraries, so the shim has looked at them by name.
const ERRORS: [Error; 32] = [
    Error::Failed,
    Error::Unsupported,
    Error::Invalid,
    Error::Exhausted,
    Error::BadHandle,
    Error::WouldBlock,
    Error::NotFound,
    Error::Exists,
    Error::NotDirectory,
    Error::IsDirectory,
    Error::NotEmpty,
    Error::Denied,
    Error::NotPermitted,
    Error::ReadOnly,
    Error::NoSpace,
    Error::TooLarge,
    Error::NameTooLong,
    Error::CrossDevice,
    Error::Busy,
    Error::NotSeekable,
    Error::Closed,
    Error::Refused,
    Error::Reset,
    Error::Aborted,
    Error::NotConnected,
    Error::Connected,
    Error::AddressInUse,
    Error::NoAddress,
    Error::Unreachable,
    Error::TimedOut,
    Error::MessageTooLong,
    Error::Loop,
];

fn error(code: c_int) -> Error {
    let at = usize::try_from(!code).unwrap_or(0);
    ERRORS.get(at).copied().unwrap_or(Error::Failed)
}
