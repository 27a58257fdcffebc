//! Devices for guests: whatever implements the traits of [`embedded-hal`](embedded_hal) 1.0, and serial ports by those of
//! [`embedded-io`](embedded_io), as imported functions.
//!
//! The embedder registers each device under a name. A guest opens it by that name and gets a handle: that is all it can
//! reach, one device per handle, and on an I2C bus only the addresses that it was given. On the guest's side the crate in
//! `guests/moteur-devices` makes types of the handles that implement `embedded-hal` again, so that a driver from crates.io
//! runs in the guest as it is; for C there is a header.
//!
//! ```
//! use core::cell::RefCell;
//!
//! use embedded_hal_bus::i2c::RefCellDevice;
//! use moteur::{Config, Engine, Error, Heap, Linker, Module, Store};
//! use moteur_guest::devices::{self, Devices};
//! # use core::convert::Infallible;
//! # use embedded_hal::{delay::DelayNs, digital, i2c};
//! # struct Led(&'static core::cell::Cell<bool>);
//! # impl digital::ErrorType for Led { type Error = Infallible; }
//! # impl digital::OutputPin for Led {
//! #     fn set_low(&mut self) -> Result<(), Infallible> { Ok(self.0.set(false)) }
//! #     fn set_high(&mut self) -> Result<(), Infallible> { Ok(self.0.set(true)) }
//! # }
//! # struct Timer;
//! # impl DelayNs for Timer { fn delay_ns(&mut self, _: u32) {} }
//! # struct Bus;
//! # impl i2c::ErrorType for Bus { type Error = Infallible; }
//! # impl i2c::I2c for Bus {
//! #     fn transaction(&mut self, _: u8, _: &mut [i2c::Operation<'_>]) -> Result<(), Infallible> { Ok(()) }
//! # }
//!
//! # let is_lit: &'static core::cell::Cell<bool> = Box::leak(Box::default());
//! # let (led, timer) = (Led(is_lit), Timer);
//! # let bus: &'static RefCell<Bus> = Box::leak(Box::new(RefCell::new(Bus)));
//! let engine = Engine::new(Config::new(Heap::system()))?;
//! let mut devices = Devices::new(engine.heap());
//! devices.output("led", led)?;
//! devices.delay("delay", timer)?;
//! // Two capabilities on one bus, which is a `&'static RefCell<_>`; the firmware may use it too.
//! devices.i2c_at("thermometer", RefCellDevice::new(bus), 0x48..=0x48)?;
//! devices.i2c_at("memory", RefCellDevice::new(bus), 0x50..=0x57)?;
//!
//! let mut linker = Linker::new(&engine);
//! devices::add_to_linker(&mut linker, |devices: &mut Devices| devices)?;
//! let mut store = Store::new(&engine, devices)?;
//! # let wasm = wat::parse_str(r#"(module
//! #     (import "moteur_devices" "open" (func $open (param i32 i32 i32) (result i32)))
//! #     (import "moteur_devices" "output_set" (func $set (param i32 i32) (result i32)))
//! #     (memory 1) (data (i32.const 0) "led")
//! #     (func (export "light") (result i32)
//! #       (call $set (call $open (i32.const 1) (i32.const 0) (i32.const 3)) (i32.const 1))))"#).unwrap();
//! let module = Module::new(&engine, &wasm)?; // opens "led" and sets it
//! let instance = linker.instantiate(&mut store, &module)?;
//! assert_eq!(instance.typed_func::<(), i32>(&store, "light")?.call(&mut store, ())?, 0);
//! # assert!(is_lit.get());
//! # Ok::<(), Error>(())
//! ```
//!
//! # What a guest can and cannot do
//! - A handle is 1 to 2³¹ − 1 and is checked each time: that it is open, that it was not closed in between, that the device
//!   is of the function's kind. A device is open once at a time.
//! - What does not work is a small negative number, a [`Code`]. A slice that is not in the guest's memory, or one to be
//!   filled that overlaps another, ends the guest with the trap of an access out of bounds.
//! - Nothing that a guest does takes memory of the host.
//! - Waiting is done in slices of 10 ms, between which a guest can be interrupted. A transfer cannot be interrupted, so it
//!   moves [4096 bytes](TRANSFER_BYTES_MAX) at most, or as many as the embedder says.
//! - Addresses on I2C have 7 bits, words on SPI 8. A call moves [64 bytes](SERIAL_BYTES_MAX) of a serial port at most.
//!
//! # What it costs
//! Each kind of device is a part of its own ([`add_part`]); what is not linked is not in the firmware. All of them but serial ports add 8 KB
//! to the smallest firmware for a Cortex-M33 (`cargo xtask size`), and two devices take 240 bytes of its heap
//! (`cargo xtask firmware`). A call goes through one virtual function.

mod code;
mod delay;
mod i2c;
mod input;
mod lend;
mod output;
mod pwm;
mod serial;
mod spi;
mod table;
#[cfg(test)]
mod tests;

pub use code::{Code, Outcome, Refusal};
pub use delay::Delays;
pub use i2c::I2c;
pub use input::Inputs;
pub use lend::{OPERATIONS_MAX, Record};
pub use output::Outputs;
pub use pwm::Pwm;
pub use serial::{SERIAL_BYTES_MAX, Serial};
pub use spi::Spi;
pub use table::{DEVICES_MAX, Devices, Handle, Handles, Kind, TRANSFER_BYTES_MAX};

use moteur::{Error, Linker};

use crate::host::{HostFunction, HostFunctions, link};

/// The name of the module that guests import these functions from.
pub const MODULE: &str = "moteur_devices";

/// All functions, part by part.
pub const PARTS: &[&[HostFunction<Devices>]] = &[
    Handles::FUNCTIONS,
    Outputs::FUNCTIONS,
    Inputs::FUNCTIONS,
    I2c::FUNCTIONS,
    Spi::FUNCTIONS,
    Pwm::FUNCTIONS,
    Delays::FUNCTIONS,
    Serial::FUNCTIONS,
];

/// Offers the functions for all kinds of devices to whatever `linker` links. `devices` finds the guest's [`Devices`] in
/// the store's data.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, devices: fn(&mut T) -> &mut Devices) -> Result<(), Error> {
    add_part::<T, Handles>(linker, devices)?;
    add_part::<T, Outputs>(linker, devices)?;
    add_part::<T, Inputs>(linker, devices)?;
    add_part::<T, I2c>(linker, devices)?;
    add_part::<T, Spi>(linker, devices)?;
    add_part::<T, Pwm>(linker, devices)?;
    add_part::<T, Delays>(linker, devices)?;
    add_part::<T, Serial>(linker, devices)
}

/// Offers the functions for one kind of devices. A firmware that names the kinds it has, and [`Handles`], has only those
/// in its flash.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub fn add_part<T: 'static, P: HostFunctions<State = Devices>>(
    linker: &mut Linker<T>,
    devices: fn(&mut T) -> &mut Devices,
) -> Result<(), Error> {
    link::<T, P>(linker, MODULE, devices)
}
