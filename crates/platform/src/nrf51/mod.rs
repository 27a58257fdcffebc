//! The port to Nordic's nRF51 series, Cortex-M0 processors with 16 or 32 KB of RAM, and to QEMU's model of one: the UART and
//! the 32-bit timer. What every Cortex-M has is in [`cortex_m`](crate::cortex_m).
//!
//! Source: "nRF51 Series Reference Manual", version 3.0.

mod timer;
mod uart;

pub use timer::Timer;
pub use uart::Uart;
