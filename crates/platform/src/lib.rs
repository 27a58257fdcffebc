//! What the Moteur WebAssembly runtime asks of a machine: small traits, each optional but the console, and the ports
//! that implement them, one folder and one feature each.
//!
//! | port | feature | gives |
//! |---|---|---|
#![cfg_attr(
    feature = "std",
    doc = "| [`std`](mod@std) | `std`, `network`, `files`, `code` | standard streams, clocks, randomness of the operating system; sockets; directories; memory for native code |"
)]
#![cfg_attr(
    not(feature = "std"),
    doc = "| `std` | `std`, `network`, `files`, `code` | standard streams, clocks, randomness of the operating system; sockets; directories; memory for native code |"
)]
//! | `cortex_m` | `cortex-m` | UART of Arm's boards, semihosting, timers, memory protection, processor faults, maintenance of caches |
//! | `nrf51` | `nrf51` | UART and timers of Nordic's nRF51 |
//! | `riscv` | `riscv` | 16550 UART, semihosting, `mtime`, exceptions, the exit device of QEMU, fetching of code that was written |
//! | `zephyr` | `zephyr`, `zephyr-code`, `zephyr-files`, `zephyr-network` | console, clock, random, memory for native code, file systems and sockets of the Zephyr RTOS |
//! | [`Lines`], [`Ring`] | always | output by whole lines, and output that does not wait for the line |
//! | `Defmt` | `defmt` | lines of guests as frames of defmt |
//! | [`fault`] | always | any other port, with the n-th operation failing: for tests |
//!
//! A board that is none of these puts what it has into [`Parts`]. File systems ([`Files`]) are not part of a machine:
//! whoever starts a guest gives it the directories that it may use. Nor is memory for native code ([`CodeMemory`],
//! [`GuardedMemory`]): whoever trusts such code gives it to the engine.
//!
//! ```
//! use moteur_platform::{Platform, Stream};
//!
//! fn greet(platform: &dyn Platform) -> Result<(), moteur_platform::Error> {
//!     platform.console().write(Stream::Out, b"hello\n")
//! }
//! greet(&moteur_platform::std::Std)?;
//! # Ok::<(), moteur_platform::Error>(())
//! ```
#![no_std]

#[cfg(feature = "std")]
extern crate std as rust_std;

// Tests the README's example, which is for a board.
#[cfg(all(doctest, feature = "cortex-m"))]
#[doc = include_str!("../README.md")]
struct Readme;

mod clock;
mod code;
mod console;
#[cfg(feature = "defmt")]
mod defmt;
mod error;
mod files;
mod guard;
mod lines;
mod network;
mod parts;
mod random;
mod ring;
mod watch;

pub mod fault;

#[cfg(feature = "cortex-m")]
pub mod cortex_m;
#[cfg(feature = "nrf51")]
pub mod nrf51;
#[cfg(feature = "riscv")]
pub mod riscv;
#[cfg(any(feature = "cortex-m", feature = "riscv"))]
pub mod semihosting;
#[cfg(feature = "std")]
pub mod std;
#[cfg(feature = "zephyr")]
pub mod zephyr;

#[cfg(any(feature = "cortex-m", feature = "riscv"))]
mod register;
#[cfg(any(feature = "cortex-m", feature = "riscv"))]
mod watched;

pub use clock::{Clock, Counter, Extended};
pub use code::{AnyMemory, CodeMemory, CodeRegion, InPlace};
pub use console::{Console, Stream, Writer, flush_on_error};
#[cfg(feature = "defmt")]
pub use defmt::Defmt;
pub use error::Error;
pub use files::{Entry, FileType, Files, Handle, Open, Status, Time};
pub use guard::GuardedMemory;
pub use lines::Lines;
pub use network::{Family, Group, Interest, Network, Received, Shutdown, SocketOption, Transport};
pub use parts::Parts;
pub use random::Random;
pub use ring::{Full, Ring};
pub use watch::{Decide, FaultCause, FaultFrame, FaultWatch, GuestFault, Resume};

/// A machine, as the runtime sees it. What a machine lacks stays at its default, and a guest that asks for it is told so.
pub trait Platform: Sync {
    /// Where output goes and input comes from.
    fn console(&self) -> &dyn Console;

    /// The time, on a machine that knows it.
    fn clock(&self) -> Option<&dyn Clock> {
        None
    }

    /// Random bytes, on a machine that has a source of them.
    fn random(&self) -> Option<&dyn Random> {
        None
    }

    /// Sockets, on a machine with a network.
    fn network(&self) -> Option<&dyn Network> {
        None
    }

    /// Waits until one of `events` may have happened, and for `ns` nanoseconds at most; it may return earlier. A guest
    /// that waits asks in turns, so that it can be stopped in between.
    ///
    /// The default looks again after a millisecond.
    fn wait(&self, events: &[Event], ns: u64) {
        let ns = if events.is_empty() { ns } else { ns.min(1_000_000) };
        if let Some(clock) = self.clock() {
            clock.wait_ns(ns);
        }
    }
}

/// Something to wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// Input of the console.
    Input,
    /// A socket, and what it is wanted for.
    Socket(Handle, Interest),
}
