//! What the board has: clocks, the debugger's serial line, an LED, a button, a timer; and what becomes of panics and faults.
//!
//! Sources: UM3115 (the board) for pins, RM0481 (the chip) for clocks.

use core::fmt::Write;
use core::num::NonZeroU32;
use core::panic::PanicInfo;

use cortex_m_rt::{ExceptionFrame, exception};
use embassy_stm32::gpio::{Input, Level, Output, Pull, Speed};
use embassy_stm32::mode::Blocking;
use embassy_stm32::rcc;
use embassy_stm32::time::Hertz;
use embassy_stm32::usart::{Config, UartTx};
use moteur_platform::cortex_m::{FaultReport, StackedFrame, TickClock};
use moteur_platform::{Stream, Writer};
use sample::{Board, Shared};

static CONSOLE: Shared<UartTx<'static, Blocking>> = Shared::new();
// SAFETY: nothing else here uses SysTick.
static CLOCK: TickClock = unsafe { TickClock::new() };

/// The processor's clock, which [`clocks`] sets.
const HZ: NonZeroU32 = NonZeroU32::new(250_000_000).unwrap();

/// Starts clocks and devices.
pub fn start() -> Board<Output<'static>, Input<'static>> {
    let chip = embassy_stm32::init(clocks());
    CLOCK.start(HZ);
    // 115,200 baud, 8 bits, no parity. A line that cannot be set up leaves the console silent.
    if let Ok(uart) = UartTx::new_blocking(chip.USART3, chip.PD8, Config::default()) {
        CONSOLE.set(uart);
    }
    Board {
        name: "nucleo-h563zi",
        console: &CONSOLE,
        clock: &CLOCK,
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

#[exception]
fn SysTick() {
    CLOCK.tick();
    sample::tick();
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    let frame = StackedFrame {
        r: [frame.r0(), frame.r1(), frame.r2(), frame.r3()],
        r12: frame.r12(),
        lr: frame.lr(),
        pc: frame.pc(),
        xpsr: frame.xpsr(),
    };
    // SAFETY: a Cortex-M that never leaves privileged mode.
    let report = unsafe { FaultReport::read(&frame) };
    let _ = writeln!(Writer::new(&CONSOLE, Stream::Err), "{report}");
    halt()
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let _ = writeln!(Writer::new(&CONSOLE, Stream::Err), "{info}");
    halt()
}

/// Stays here until somebody looks. A product would start anew: `cortex_m::peripheral::SCB::sys_reset()`.
fn halt() -> ! {
    cortex_m::interrupt::disable();
    loop {
        cortex_m::asm::wfi();
    }
}
