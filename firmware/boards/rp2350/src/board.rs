//! What the board has: a serial line, an LED, and a button that you connect.
//!
//! Source: "Raspberry Pi Pico 2 Datasheet", 2, for pins.

use core::num::NonZeroU32;

use embassy_rp::gpio::{Input, Level, Output, Pull};
use embassy_rp::uart::{Blocking, Config, UartTx};
use moteur_platform::cortex_m::mpu::{Access, Layer, Memory, Mpu, V8};
use sample::{ActiveLow, Board, Shared, cortex_m};

static CONSOLE: Shared<UartTx<'static, Blocking>> = Shared::new();

/// The processor's clock, as the HAL sets it.
const HZ: NonZeroU32 = NonZeroU32::new(150_000_000).unwrap();

// SAFETY: the only one, which interrupts leave alone.
static MPU: Mpu<V8> = unsafe { Mpu::new() };

/// Flash is never written, RAM never executed, and there is nothing else but devices.
const LAYERS: &[Layer] = &[
    Layer { start: 0x1000_0000, bytes: 4 << 20, memory: Memory::Flash, access: Access::ReadExecute },
    Layer { start: 0x2000_0000, bytes: 520 << 10, memory: Memory::Ram, access: Access::ReadWrite },
    Layer { start: 0x4000_0000, bytes: 1 << 29, memory: Memory::Device, access: Access::ReadWrite },
    // The processor's own way to the pins.
    Layer { start: 0xD000_0000, bytes: 256 << 10, memory: Memory::Device, access: Access::ReadWrite },
];

/// Starts clocks and devices.
pub fn start() -> Board<Output<'static>, ActiveLow<Input<'static>>> {
    let chip = embassy_rp::init(embassy_rp::config::Config::default());
    // 115,200 baud, 8 bits, no parity, at GP0.
    CONSOLE.set(UartTx::new_blocking(chip.UART0, chip.PIN_0, Config::default()));
    // SAFETY: as `memory.x` and the chip's map say.
    unsafe { cortex_m::protect(&MPU, LAYERS, &CONSOLE) };
    Board {
        name: "rp2350",
        console: &CONSOLE,
        clock: cortex_m::start_clock(HZ),
        led: Output::new(chip.PIN_25, Level::Low),
        // The board has none that a program can read: one between GP15 and ground.
        button: ActiveLow(Input::new(chip.PIN_15, Pull::Up)),
    }
}
