//! Uses every trait on every kind of device, and checks what comes back. The host's tests run it.

#![no_std]

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin as _, OutputPin as _, PinState, StatefulOutputPin};
use embedded_hal::i2c::{self, ErrorKind, I2c as _, NoAcknowledgeSource};
use embedded_hal::pwm::SetDutyCycle;
use embedded_hal::spi::{self, SpiDevice as _};
use embedded_io::Write as _;
use moteur_devices::{Delay, Error, I2c, InputPin, OutputPin, Pwm, Serial, SpiDevice};

/// The line that stands for what failed.
struct Line(u32);

/// Gives the value, or the line.
macro_rules! get {
    ($result:expr) => {
        $result.map_err(|_| Line(line!()))?
    };
}

macro_rules! ensure {
    ($condition:expr) => {
        if !$condition {
            return Err(Line(line!()));
        }
    };
}

/// The line of the first check that fails, 0 if none does.
#[unsafe(no_mangle)]
pub extern "C" fn every_trait() -> u32 {
    let checks = [handles, pins, times, i2c_bus, spi_device, serial_port];
    checks.iter().find_map(|check| check().err()).map_or(0, |Line(line)| line)
}

fn handles() -> Result<(), Line> {
    ensure!(OutputPin::open("nothing").err() == Some(Error::NoDevice));
    ensure!(OutputPin::open("button").err() == Some(Error::WrongKind));
    let led = get!(OutputPin::open("led"));
    ensure!(OutputPin::open("led").err() == Some(Error::Busy));
    drop(led);
    ensure!(OutputPin::open("led").is_ok());
    ensure!(OutputPin::open("led").is_ok());
    Ok(())
}

fn pins() -> Result<(), Line> {
    let mut led = get!(OutputPin::open("led"));
    get!(led.set_high());
    ensure!(led.is_set_high() == Ok(true) && led.is_set_low() == Ok(false));
    get!(led.toggle());
    ensure!(led.is_set_high() == Ok(false) && led.is_set_low() == Ok(true));
    get!(led.set_state(PinState::High));
    get!(led.set_low());
    ensure!(led.is_set_low() == Ok(true));
    let mut plain = get!(OutputPin::open("plain"));
    get!(plain.set_high());
    ensure!(plain.is_set_high() == Err(Error::Unsupported) && plain.toggle() == Err(Error::Unsupported));

    // The button is the LED's level, as if wired.
    let mut button = get!(InputPin::open("button"));
    ensure!(button.is_high() == Ok(false) && button.is_low() == Ok(true));
    get!(led.set_high());
    ensure!(button.is_high() == Ok(true) && button.is_low() == Ok(false));

    let mut lamp = get!(Pwm::open("lamp"));
    ensure!(lamp.max_duty_cycle() == 1000);
    get!(lamp.set_duty_cycle_percent(25));
    get!(lamp.set_duty_cycle_fully_on());
    get!(lamp.set_duty_cycle_fully_off());
    ensure!(lamp.set_duty_cycle(1001) == Err(Error::InvalidArgument));
    Ok(())
}

fn times() -> Result<(), Line> {
    let mut delay = get!(Delay::open("delay"));
    delay.delay_ns(7);
    delay.delay_us(3);
    delay.delay_ms(25);
    get!(delay.wait_ns(5_000_000_000));
    let mut button = get!(InputPin::open("button"));
    let mut led = get!(OutputPin::open("led"));
    get!(led.set_low());
    ensure!(button.wait_for(PinState::Low, &mut delay, 0) == Ok(true));
    ensure!(button.wait_for(PinState::High, &mut delay, 1_000_000) == Ok(false));
    Ok(())
}

fn i2c_bus() -> Result<(), Line> {
    // A memory of 256 bytes: a write sets where the next access begins, and stores what follows.
    let mut bus = get!(I2c::open("memory"));
    get!(bus.write(0x50, &[16, 1, 2, 3, 4]));
    get!(bus.write(0x50, &[17]));
    let mut bytes = [0; 2];
    get!(bus.read(0x50, &mut bytes));
    ensure!(bytes == [2, 3]);
    get!(bus.write_read(0x50, &[16], &mut bytes));
    ensure!(bytes == [1, 2]);
    // The same register number twice, which is one slice.
    let (mut first, mut second, register) = ([0; 1], [0; 4], [16]);
    get!(bus.transaction(
        0x50,
        &mut [
            i2c::Operation::Write(&register),
            i2c::Operation::Read(&mut first),
            i2c::Operation::Write(&register),
            i2c::Operation::Read(&mut second),
        ]
    ));
    ensure!(first == [1] && second == [1, 2, 3, 4]);
    let mut many = [const { i2c::Operation::Write(&[0]) }; 17];
    ensure!(bus.transaction(0x50, &mut many) == Err(Error::InvalidArgument));
    ensure!(bus.read(0x51, &mut bytes) == Err(Error::NoAcknowledgeAddress));
    let nobody = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
    ensure!(bus.read(0x51, &mut bytes).err().map(|error| i2c::Error::kind(&error)) == Some(nobody));
    ensure!(bus.read(0x52, &mut bytes) == Err(Error::NotPermitted));
    ensure!(bus.read(0x80, &mut bytes) == Err(Error::InvalidArgument));
    Ok(())
}

fn spi_device() -> Result<(), Line> {
    // It answers each byte with its complement, and 0x11 where nothing is written.
    let mut device = get!(SpiDevice::open("complement"));
    let mut bytes = [0; 3];
    get!(device.read(&mut bytes));
    ensure!(bytes == [0x11; 3]);
    get!(device.write(&[1, 2]));
    get!(device.transfer(&mut bytes, &[0x0f, 0xf0]));
    ensure!(bytes == [0xf0, 0x0f, 0x11]);
    get!(device.transfer_in_place(&mut bytes));
    ensure!(bytes == [0x0f, 0xf0, 0xee]);
    let (mut read, mut transferred, mut in_place) = ([0; 1], [0; 2], [0xaa; 2]);
    get!(device.transaction(&mut [
        spi::Operation::Write(&[1, 2]),
        spi::Operation::DelayNs(1_000),
        spi::Operation::Read(&mut read),
        spi::Operation::Transfer(&mut transferred, &[0, 1]),
        spi::Operation::TransferInPlace(&mut in_place),
    ]));
    ensure!(read == [0x11] && transferred == [0xff, 0xfe] && in_place == [0x55; 2]);
    ensure!(device.transaction(&mut [spi::Operation::DelayNs(10_000_001)]) == Err(Error::InvalidArgument));
    Ok(())
}

fn serial_port() -> Result<(), Line> {
    // What is written comes back.
    let mut port = get!(Serial::open("loop"));
    let mut delay = get!(Delay::open("delay"));
    let text = [b'x'; 100];
    get!(port.write_all(&text));
    get!(port.flush());
    let (mut bytes, mut count) = ([0; 128], 0);
    while count < text.len() {
        let read = get!(port.read_within(&mut bytes[count..], &mut delay, 1_000));
        ensure!(read > 0);
        count += read;
    }
    ensure!(count == text.len() && bytes[..count] == text);
    ensure!(port.read_now(&mut bytes) == Ok(0));
    ensure!(port.read_within(&mut bytes, &mut delay, 2_000_000) == Ok(0));
    ensure!(port.write(&[]) == Ok(0));
    Ok(())
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
