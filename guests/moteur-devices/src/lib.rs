//! The devices that the host gives to a WebAssembly guest, as types that implement the traits of `embedded-hal` 1.0: a
//! driver written for a microcontroller runs in the guest as it is.
#![doc = "\n"]
#![doc = include_str!("../README.md")]
#![no_std]

mod buses;
mod delay;
mod error;
mod handle;
mod imports;
mod pins;
mod serial;

pub use buses::{I2c, SpiDevice};
pub use delay::Delay;
pub use error::Error;
pub use pins::{InputPin, OutputPin, Pwm};
pub use serial::Serial;
