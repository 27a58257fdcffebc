//! Arm's MPS2 and MPS3 boards: CMSDK UART, a timer, SysTick for the alarm, semihosting for the exit.
//!
//! The boards differ in addresses, clock, and which timer counts instructions. Under `-icount shift=0` an instruction takes one virtual nanosecond, so
//! that a timer's tick is a fixed number of instructions.

use cortex_m_rt::exception;
use moteur_platform::Counter;
use moteur_platform::cortex_m::CmsdkUart;

use crate::alarm::Bell;
use crate::cortex_m::{Vector, vectors, write};

pub use crate::cortex_m::{exit, publish};

#[cfg(feature = "an505")]
pub mod map {
    pub use moteur_platform::cortex_m::CmsdkTimer as Timer;
    #[cfg(feature = "protect")]
    pub use moteur_platform::cortex_m::mpu::V8 as Unit;

    pub const NAME: &str = "mps2-an505";
    pub const CPU_FEATURES: u64 = 0;
    pub const CLOCK_MHZ: u32 = 20;
    // Secure aliases: the board starts in secure state and stays there.
    pub const TIMER: usize = 0x5000_0000;
    pub const UART: usize = 0x5020_0000;
    pub const FPGAIO: usize = 0x5030_2000;
    pub const PSRAM: usize = 0x8000_0000;
    #[cfg(feature = "protect")]
    pub const HAS_STACK_LIMIT: bool = true;
}

#[cfg(feature = "an547")]
pub mod map {
    use moteur_image::feature::{FP64, MVE, V8_1M};
    pub use moteur_platform::cortex_m::SystemCounter as Timer;
    #[cfg(feature = "protect")]
    pub use moteur_platform::cortex_m::mpu::V8 as Unit;

    pub const NAME: &str = "mps3-an547";
    pub const CPU_FEATURES: u64 = V8_1M | FP64 | MVE;
    pub const CLOCK_MHZ: u32 = 32;
    // Secure aliases, as above.
    pub const TIMER: usize = 0x5810_0000;
    pub const UART: usize = 0x5930_3000;
    pub const FPGAIO: usize = 0x5930_2000;
    // DDR4, of which so much is used as other boards have.
    pub const PSRAM: usize = 0x7000_0000;
    #[cfg(feature = "protect")]
    pub const HAS_STACK_LIMIT: bool = true;
}

#[cfg(any(feature = "an500", feature = "an385"))]
pub mod map {
    use moteur_image::feature::{FP64, FPV5, THUMB2};
    pub use moteur_platform::cortex_m::CmsdkTimer as Timer;
    #[cfg(feature = "protect")]
    pub use moteur_platform::cortex_m::mpu::V7 as Unit;

    pub const NAME: &str = if cfg!(feature = "an500") { "mps2-an500" } else { "mps2-an385" };
    // The Cortex-M7 has double precision; the Cortex-M3 may be the place of what is built for a Cortex-M0.
    pub const CPU_FEATURES: u64 = if cfg!(feature = "an500") { FPV5 | FP64 } else { THUMB2 };
    pub const CLOCK_MHZ: u32 = 25;
    pub const TIMER: usize = 0x4000_0000;
    pub const UART: usize = 0x4000_4000;
    pub const FPGAIO: usize = 0x4002_8000;
    pub const PSRAM: usize = if cfg!(feature = "an500") { 0x6000_0000 } else { 0x2100_0000 };
    #[cfg(feature = "protect")]
    pub const HAS_STACK_LIMIT: bool = false;
}

/// QEMU's name of the board.
pub const NAME: &str = map::NAME;
/// What the CPU has beyond what its target's name promises, in the bits of `moteur::cpu_feature`.
pub const CPU_FEATURES: u64 = map::CPU_FEATURES;
/// How fine [`instructions`] counts, rounded down.
pub const INSTRUCTIONS_PER_TICK: u32 = 1_000 / map::CLOCK_MHZ;

/// The PSRAM, 16 MiB on all of them.
pub const EXTERNAL: crate::External = crate::External { start: map::PSRAM, bytes: 16 << 20 };

// SAFETY: the map says where they are, and nothing else here touches them.
static TIMER: map::Timer = unsafe { map::Timer::new(map::TIMER) };
// SAFETY: as above.
static UART: CmsdkUart = unsafe { CmsdkUart::new(map::UART) };

const LEDS: usize = map::FPGAIO;
const SYSTICK_CONTROL: usize = 0xE000_E010;
const SYSTICK_RELOAD: usize = 0xE000_E014;
const SYSTICK_CURRENT: usize = 0xE000_E018;

/// Vectors of the board's interrupts. None is ever enabled, so one will do, and 2 KB of flash are saved.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".vector_table.interrupts")]
static __INTERRUPTS: [Vector; 1] = vectors();

/// Gets console and counter going.
pub fn start() {
    UART.start(16);
    TIMER.start();
}

/// Instructions since the start, in steps of [`INSTRUCTIONS_PER_TICK`]. Wraps after 2³² ticks (170 thousand million or more).
pub fn instructions() -> u64 {
    u64::from(TIMER.ticks()) * 1_000 / u64::from(map::CLOCK_MHZ)
}

/// Sends a byte over the UART.
pub fn put(byte: u8) {
    UART.put(byte);
}

/// A byte that the UART has received.
#[cfg(feature = "modules")]
pub fn get() -> Option<u8> {
    UART.get()
}

/// Switches the board's first LED.
pub fn led(on: bool) {
    write(LEDS, u32::from(on));
}

static ALARM: Bell = Bell::new();

/// Calls `ring` once from the SysTick interrupt, after about so many instructions (at most 600 million).
pub fn alarm(instructions: u32, ring: fn()) {
    write(SYSTICK_CONTROL, 0);
    ALARM.set(ring);
    write(SYSTICK_RELOAD, (instructions / INSTRUCTIONS_PER_TICK).clamp(1, 0xff_ffff));
    write(SYSTICK_CURRENT, 0);
    // Processor clock, interrupt, on.
    write(SYSTICK_CONTROL, 7);
}

#[exception]
fn SysTick() {
    write(SYSTICK_CONTROL, 0);
    ALARM.ring();
}
