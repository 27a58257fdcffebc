//! Devices of every kind but serial ports, none of which is real.

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering};

use embedded_hal::{delay, digital, i2c, pwm, spi};
use moteur::{Error, Heap, Linker};
use moteur_guest::devices::{Delays, Devices, Handles, I2c, Inputs, Outputs, Pwm, Spi, add_part};

/// What host functions work on.
pub type World = Devices;

/// A guest's world. The heap has room for it; if it had not, the exit status would say so.
pub fn world(heap: Heap) -> World {
    let mut devices = Devices::new(heap);
    let _ = register(&mut devices);
    devices
}

fn register(devices: &mut Devices) -> Result<(), Error> {
    devices.stateful_output("output", Device)?;
    devices.input("input", Device)?;
    devices.i2c("i2c", Device)?;
    devices.spi("spi", Device)?;
    devices.pwm("pwm", Device)?;
    devices.delay("delay", Device)
}

/// The functions of these kinds: serial ports came later, and are no part of the budget.
pub fn link(linker: &mut Linker<World>) -> Result<(), Error> {
    add_part::<World, Handles>(linker, |devices| devices)?;
    add_part::<World, Outputs>(linker, |devices| devices)?;
    add_part::<World, Inputs>(linker, |devices| devices)?;
    add_part::<World, I2c>(linker, |devices| devices)?;
    add_part::<World, Spi>(linker, |devices| devices)?;
    add_part::<World, Pwm>(linker, |devices| devices)?;
    add_part::<World, Delays>(linker, |devices| devices)
}

/// A device of every kind: a word in memory.
struct Device;

static WORD: AtomicU32 = AtomicU32::new(0);

fn put(word: u32) -> Result<(), Infallible> {
    WORD.store(word, Ordering::Relaxed);
    Ok(())
}

fn get() -> u32 {
    WORD.load(Ordering::Relaxed)
}

impl digital::ErrorType for Device {
    type Error = Infallible;
}

impl digital::OutputPin for Device {
    fn set_low(&mut self) -> Result<(), Infallible> {
        put(0)
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        put(1)
    }
}

impl digital::StatefulOutputPin for Device {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(get() != 0)
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(get() == 0)
    }
}

impl digital::InputPin for Device {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(get() != 0)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(get() == 0)
    }
}

impl pwm::ErrorType for Device {
    type Error = Infallible;
}

impl pwm::SetDutyCycle for Device {
    fn max_duty_cycle(&self) -> u16 {
        get() as u16
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Infallible> {
        put(duty.into())
    }
}

impl delay::DelayNs for Device {
    fn delay_ns(&mut self, ns: u32) {
        let _ = put(ns);
    }
}

impl i2c::ErrorType for Device {
    type Error = i2c::ErrorKind;
}

impl i2c::I2c for Device {
    fn transaction(&mut self, _: u8, operations: &mut [i2c::Operation<'_>]) -> Result<(), i2c::ErrorKind> {
        match operations.len() {
            0 => Err(i2c::ErrorKind::Bus),
            count => put(count as u32).map_err(|never| match never {}),
        }
    }
}

impl spi::ErrorType for Device {
    type Error = spi::ErrorKind;
}

impl spi::SpiDevice for Device {
    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), spi::ErrorKind> {
        match operations.len() {
            0 => Err(spi::ErrorKind::ModeFault),
            count => put(count as u32).map_err(|never| match never {}),
        }
    }
}
