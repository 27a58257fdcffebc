//! What the board has: the debugger's serial line, an LED, a button.
//!
//! Source: nRF52840 DK, "Hardware description", for pins.

use core::num::NonZeroU32;

use embassy_nrf::gpio::{Input, Level, Output, OutputDrive, Pull};
use embassy_nrf::uarte::{Config, Error, InterruptHandler, UarteTx};
use embassy_nrf::{bind_interrupts, peripherals};
use embedded_io::{ErrorType, Write};
use moteur_platform::cortex_m::mpu::{Access, Layer, Memory, Mpu, V7};
use sample::{ActiveLow, Board, Shared, cortex_m};

static CONSOLE: Shared<Line> = Shared::new();

/// The processor's clock, which is always this.
const HZ: NonZeroU32 = NonZeroU32::new(64_000_000).unwrap();

bind_interrupts!(struct Interrupts {
    UARTE0 => InterruptHandler<peripherals::UARTE0>;
});

// SAFETY: the only one, which interrupts leave alone.
static MPU: Mpu<V7> = unsafe { Mpu::new() };

/// Flash is never written, RAM never executed, and there is nothing else but devices.
const LAYERS: &[Layer] = &[
    Layer { start: 0, bytes: 1 << 20, memory: Memory::Flash, access: Access::ReadExecute },
    Layer { start: 0x2000_0000, bytes: 256 << 10, memory: Memory::Ram, access: Access::ReadWrite },
    Layer { start: 0x4000_0000, bytes: 1 << 29, memory: Memory::Device, access: Access::ReadWrite },
];

/// Starts the devices.
pub fn start() -> Board<ActiveLow<Output<'static>>, ActiveLow<Input<'static>>> {
    let chip = embassy_nrf::init(embassy_nrf::config::Config::default());
    // 115,200 baud, 8 bits, no parity.
    CONSOLE.set(Line(UarteTx::new(chip.UARTE0, Interrupts, chip.P0_06, Config::default())));
    // SAFETY: as `memory.x` and the chip's map say.
    unsafe { cortex_m::protect(&MPU, LAYERS, &CONSOLE) };
    Board {
        name: "nrf52840",
        console: &CONSOLE,
        clock: cortex_m::start_clock(HZ),
        // LED 1 is between the supply and its pin, button 1 between its pin and ground.
        led: ActiveLow(Output::new(chip.P0_13, Level::High, OutputDrive::Standard)),
        button: ActiveLow(Input::new(chip.P0_11, Pull::Up)),
    }
}

/// The serial line, as a stream of bytes.
struct Line(UarteTx<'static>);

impl ErrorType for Line {
    type Error = Error;
}

impl Write for Line {
    /// Returns when all is sent: what the device reads for itself may not go away before.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        // The device reads RAM alone, and so many bytes at a time; the console's are one.
        let mut copy = [0; 16];
        let count = bytes.len().min(copy.len());
        copy.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        self.0.blocking_write(copy.get(..count).unwrap_or_default())?;
        Ok(count)
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
