//! The table of devices: what the embedder registered, and which of it the guest has open.
//!
//! A handle is a number, and a guest may make up any number; so a handle grants nothing that opening the device by its
//! name would not. It says which device is meant (the low 8 bits) and which time it was opened (the 23 bits above, never
//! zero), so that a handle that was closed is noticed. Opening takes no memory.

use core::ops::RangeInclusive;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital;
use embedded_hal::i2c::I2c;
use embedded_hal::pwm::SetDutyCycle;
use embedded_hal::spi;
use moteur::pool::{Box, Vec, unsize};
use moteur::{Error, Heap, ValType};

use super::code::{Call, Code, Outcome};
use super::delay::DelayDevice;
use super::i2c::{I2cBus, I2cDevice};
use super::input::InputDevice;
use super::output::{OutputDevice, Plain, Stateful};
use super::pwm::PwmDevice;
use super::serial::SerialDevice;
use super::spi::SpiDevice;
use crate::claim::Address;
use crate::host::{Argument, host_functions};

/// The most devices that one guest can have.
pub const DEVICES_MAX: usize = 256;
/// The most bytes that a transfer moves unless the embedder [says otherwise](Devices::set_transfer_bytes_max): 0.4 s on
/// an I2C bus at 100 kHz, during which nothing can interrupt the guest.
pub const TRANSFER_BYTES_MAX: u32 = 4096;

const INDEX_BITS: u32 = 8;
const GENERATION_MAX: u32 = 0x7f_ffff;
const _: () = assert!(DEVICES_MAX == 1 << INDEX_BITS && GENERATION_MAX == (1 << (31 - INDEX_BITS)) - 1);

/// What kind of device the guest wants to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// A pin that is set.
    Output = 1,
    /// A pin that is read.
    Input = 2,
    /// An I2C bus, or some addresses on it.
    I2c = 3,
    /// A device on an SPI bus.
    Spi = 4,
    /// A channel of pulse-width modulation.
    Pwm = 5,
    /// A delay.
    Delay = 6,
    /// A serial port.
    Serial = 7,
}

impl Kind {
    /// Every kind with its name.
    pub const ALL: &'static [(&'static str, Kind)] = &[
        ("Output", Kind::Output),
        ("Input", Kind::Input),
        ("I2c", Kind::I2c),
        ("Spi", Kind::Spi),
        ("Pwm", Kind::Pwm),
        ("Delay", Kind::Delay),
        ("Serial", Kind::Serial),
    ];
}

/// A device, its type erased.
pub(super) enum Device {
    Output(Box<dyn OutputDevice>),
    Input(Box<dyn InputDevice>),
    I2c(I2cDevice),
    Spi(Box<dyn SpiDevice>),
    Pwm(Box<dyn PwmDevice>),
    Delay(Box<dyn DelayDevice>),
    Serial(Box<dyn SerialDevice>),
}

impl Device {
    fn kind(&self) -> Kind {
        match self {
            Device::Output(_) => Kind::Output,
            Device::Input(_) => Kind::Input,
            Device::I2c(_) => Kind::I2c,
            Device::Spi(_) => Kind::Spi,
            Device::Pwm(_) => Kind::Pwm,
            Device::Delay(_) => Kind::Delay,
            Device::Serial(_) => Kind::Serial,
        }
    }
}

pub(super) struct Entry {
    name: Box<str>,
    device: Device,
    /// Which time the device was opened last; 0 if never.
    pub(super) generation: u32,
    is_open: bool,
}

/// The devices that a guest may use, each under a name.
///
/// A device can be open once at a time. Registering takes memory from the heap; what the guest does never does.
pub struct Devices {
    pub(super) entries: Vec<Entry>,
    transfer_bytes_max: u32,
}

impl Devices {
    /// No devices yet; they will stand in `heap`.
    pub const fn new(heap: Heap) -> Devices {
        Devices { entries: Vec::new_in(heap), transfer_bytes_max: TRANSFER_BYTES_MAX }
    }

    /// Sets how many bytes one call on an I2C or SPI device may move. While it moves them the guest cannot be
    /// interrupted, so this bounds how long an interruption takes.
    pub fn set_transfer_bytes_max(&mut self, bytes: u32) {
        self.transfer_bytes_max = bytes;
    }

    /// Gives the guest an output pin. Reading it back and toggling it is refused with [`Code::Unsupported`]; pins that
    /// can do that are given by [`stateful_output`](Devices::stateful_output).
    ///
    /// # Errors
    /// As for every kind of device: [`Error::AlreadyDefined`] if the name is taken, [`Error::OutOfBounds`] from device
    /// [`DEVICES_MAX`] on, [`Error::OutOfMemory`].
    pub fn output(&mut self, name: &str, pin: impl digital::OutputPin + 'static) -> Result<(), Error> {
        let pin = Box::new_in(Plain(pin), self.entries.heap())?;
        self.add(name, Device::Output(unsize!(pin => dyn OutputDevice)))
    }

    /// Gives the guest an output pin that knows its own state.
    ///
    /// # Errors
    /// As [`output`](Devices::output).
    pub fn stateful_output(&mut self, name: &str, pin: impl digital::StatefulOutputPin + 'static) -> Result<(), Error> {
        let pin = Box::new_in(Stateful(pin), self.entries.heap())?;
        self.add(name, Device::Output(unsize!(pin => dyn OutputDevice)))
    }

    /// Gives the guest an input pin.
    ///
    /// # Errors
    /// As [`output`](Devices::output).
    pub fn input(&mut self, name: &str, pin: impl digital::InputPin + 'static) -> Result<(), Error> {
        let pin = Box::new_in(pin, self.entries.heap())?;
        self.add(name, Device::Input(unsize!(pin => dyn InputDevice)))
    }

    /// Gives the guest a whole I2C bus, with all addresses of 7 bits.
    ///
    /// # Errors
    /// As [`output`](Devices::output).
    pub fn i2c(&mut self, name: &str, bus: impl I2c + 'static) -> Result<(), Error> {
        self.i2c_at(name, bus, 0..=0x7f)
    }

    /// Gives the guest some addresses of an I2C bus; others are refused with [`Code::NotPermitted`], and nothing happens
    /// on the bus.
    ///
    /// # Errors
    /// As [`output`](Devices::output).
    pub fn i2c_at(&mut self, name: &str, bus: impl I2c + 'static, addresses: RangeInclusive<u8>) -> Result<(), Error> {
        let bus = Box::new_in(bus, self.entries.heap())?;
        self.add(name, Device::I2c(I2cDevice { bus: unsize!(bus => dyn I2cBus), addresses }))
    }

    /// Gives the guest a device on an SPI bus.
    ///
    /// # Errors
    /// As [`output`](Devices::output).
    pub fn spi(&mut self, name: &str, device: impl spi::SpiDevice + 'static) -> Result<(), Error> {
        let device = Box::new_in(device, self.entries.heap())?;
        self.add(name, Device::Spi(unsize!(device => dyn SpiDevice)))
    }

    /// Gives the guest a channel of pulse-width modulation.
    ///
    /// # Errors
    /// As [`output`](Devices::output).
    pub fn pwm(&mut self, name: &str, channel: impl SetDutyCycle + 'static) -> Result<(), Error> {
        let channel = Box::new_in(channel, self.entries.heap())?;
        self.add(name, Device::Pwm(unsize!(channel => dyn PwmDevice)))
    }

    /// Gives the guest a delay. However long the guest wants to wait, the delay is asked for at most 10 ms at a time, and
    /// between two times the guest can be interrupted.
    ///
    /// # Errors
    /// As [`output`](Devices::output).
    pub fn delay(&mut self, name: &str, delay: impl DelayNs + 'static) -> Result<(), Error> {
        let delay = Box::new_in(delay, self.entries.heap())?;
        self.add(name, Device::Delay(unsize!(delay => dyn DelayDevice)))
    }

    /// Gives the guest a serial port. Reading must return at once when the port says that it is ready.
    ///
    /// # Errors
    /// As [`output`](Devices::output).
    pub fn serial(
        &mut self,
        name: &str,
        port: impl embedded_io::Read + embedded_io::ReadReady + embedded_io::Write + 'static,
    ) -> Result<(), Error> {
        let port = Box::new_in(port, self.entries.heap())?;
        self.add(name, Device::Serial(unsize!(port => dyn SerialDevice)))
    }

    /// Closes what is open, so that the next guest finds every device free. The devices stay as they are: an output
    /// keeps its level.
    pub fn close_all(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.is_open = false);
    }

    fn add(&mut self, name: &str, device: Device) -> Result<(), Error> {
        if self.entries.iter().any(|entry| *entry.name == *name) {
            return Err(Error::AlreadyDefined);
        }
        if self.entries.len() >= DEVICES_MAX {
            return Err(Error::OutOfBounds);
        }
        let name = Box::from_str_in(name, self.entries.heap())?;
        Ok(self.entries.push(Entry { name, device, generation: 0, is_open: false })?)
    }

    /// How many bytes one call may move.
    pub(super) fn transfer_bytes_max(&self) -> u32 {
        self.transfer_bytes_max
    }

    /// The device behind a handle.
    pub(super) fn device(&mut self, handle: Handle) -> Result<&mut Device, Code> {
        Ok(&mut self.entry(handle)?.device)
    }

    fn entry(&mut self, handle: Handle) -> Result<&mut Entry, Code> {
        let entry = self.entries.get_mut(handle.index()).ok_or(Code::BadHandle)?;
        if entry.is_open && entry.generation == handle.generation() { Ok(entry) } else { Err(Code::BadHandle) }
    }
}

/// What the guest says is a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(pub u32);

impl Handle {
    fn new(index: usize, generation: u32) -> Handle {
        // An index is below 2^8, a generation below 2^23.
        Handle(generation << INDEX_BITS | index as u32)
    }

    fn index(self) -> usize {
        self.0 as usize % DEVICES_MAX
    }

    fn generation(self) -> u32 {
        self.0 >> INDEX_BITS
    }
}

impl Argument for Handle {
    const TYPE: ValType = ValType::I32;

    #[inline]
    fn from_word(word: u64) -> Self {
        Handle(word as u32)
    }
}

/// The part that opens and closes devices; every guest needs it.
#[derive(Debug)]
pub struct Handles;

#[host_functions(state = Devices)]
impl Handles {
    /// Opens a device by its name, as one of a kind ([`Kind`]): its handle, which is above 0.
    fn open(call: &mut Call<'_>, kind: u32, name: Address<u8>, name_bytes: u32) -> Outcome {
        let name = call.memory.bytes(name.claim(name_bytes))?;
        let mut entries = call.state.entries.iter_mut().enumerate();
        let (index, entry) = entries.find(|(_, entry)| entry.name.as_bytes() == name).ok_or(Code::NoDevice)?;
        if entry.device.kind() as u32 != kind {
            return Err(Code::WrongKind.into());
        }
        if entry.is_open {
            return Err(Code::Busy.into());
        }
        // After the last generation the first comes again; 0 is left out, so that no handle is 0.
        entry.generation = entry.generation % GENERATION_MAX + 1;
        entry.is_open = true;
        Ok(Handle::new(index, entry.generation).0)
    }

    /// Closes a device. It stays as it is.
    fn close(call: &mut Call<'_>, handle: Handle) -> Outcome {
        call.state.entry(handle)?.is_open = false;
        Ok(0)
    }
}
