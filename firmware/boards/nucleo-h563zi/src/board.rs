//! What the board has: clocks, the debugger's serial line, an LED, a button.
//!
//! Sources: UM3115 (the board) for pins, RM0481 (the chip) for clocks.

use core::num::NonZeroU32;

use embassy_stm32::gpio::{Input, Level, Output, Pull, Speed};
use embassy_stm32::mode::Blocking;
use embassy_stm32::rcc;
use embassy_stm32::time::Hertz;
use embassy_stm32::usart::{Config, UartTx};
use moteur_platform::cortex_m::mpu::{Access, Layer, Memory, Mpu, V8};
use sample::{Board, Shared, cortex_m};

static CONSOLE: Shared<UartTx<'static, Blocking>> = Shared::new();

/// The processor's clock, which [`clocks`] sets.
const HZ: NonZeroU32 = NonZeroU32::new(250_000_000).unwrap();

// SAFETY: the only one, which interrupts leave alone.
static MPU: Mpu<V8> = unsafe { Mpu::new() };

/// Flash is never written, RAM never executed, and there is nothing else but devices.
const LAYERS: &[Layer] = &[
    Layer { start: 0x0800_0000, bytes: 2 << 20, memory: Memory::Flash, access: Access::ReadExecute },
    Layer { start: 0x2000_0000, bytes: 640 << 10, memory: Memory::Ram, access: Access::ReadWrite },
    Layer { start: 0x4000_0000, bytes: 1 << 29, memory: Memory::Device, access: Access::ReadWrite },
];

/// Starts clocks and devices.
pub fn start() -> Board<Output<'static>, Input<'static>> {
    let chip = embassy_stm32::init(clocks());
    // 115,200 baud, 8 bits, no parity. A line that cannot be set up leaves the console silent.
    if let Ok(uart) = UartTx::new_blocking(chip.USART3, chip.PD8, Config::default()) {
        CONSOLE.set(uart);
    }
    // SAFETY: as `memory.x` and the chip's map say.
    unsafe { cortex_m::protect(&MPU, LAYERS, &CONSOLE) };
    Board {
        name: "nucleo-h563zi",
        console: &CONSOLE,
        clock: cortex_m::start_clock(HZ),
        // LD1, green.
        led: Output::new(chip.PB0, Level::Low, Speed::Low),
        // B1, the blue one, which connects to the supply.
        button: Input::new(chip.PC13, Pull::Down),
    }
}

/// 250 MHz from the 8 MHz that the debugger gives.
fn clocks() -> embassy_stm32::Config {
    let mut config = embassy_stm32::Config::default();
    config.rcc.hsi = None;
    config.rcc.hse = Some(rcc::Hse { freq: Hertz(8_000_000), mode: rcc::HseMode::BypassDigital });
    config.rcc.pll1 = Some(rcc::Pll {
        source: rcc::PllSource::HSE,
        prediv: rcc::PllPreDiv::DIV2,
        mul: rcc::PllMul::MUL125,
        divp: Some(rcc::PllDiv::DIV2),
        divq: Some(rcc::PllDiv::DIV2),
        divr: None,
    });
    config.rcc.sys = rcc::Sysclk::PLL1_P;
    config.rcc.ahb_pre = rcc::AHBPrescaler::DIV1;
    config.rcc.apb1_pre = rcc::APBPrescaler::DIV1;
    config.rcc.apb2_pre = rcc::APBPrescaler::DIV1;
    config.rcc.apb3_pre = rcc::APBPrescaler::DIV1;
    config.rcc.voltage_scale = rcc::VoltageScale::Scale0;
    config
}
