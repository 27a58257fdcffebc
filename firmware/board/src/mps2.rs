//! Arm's MPS2 boards: CMSDK timer and UART, SysTick for the alarm, semihosting for the exit.
//!
//! The boards differ in addresses and clock only. Under `-icount shift=0` an instruction takes one virtual nanosecond, so
//! that a timer's tick is a fixed number of instructions.

use core::mem::transmute;
use core::ptr::with_exposed_provenance_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

use cortex_m_rt::{ExceptionFrame, entry, exception};
use moteur_platform::Counter;
use moteur_platform::cortex_m::{CmsdkTimer, CmsdkUart};

pub use moteur_platform::semihosting::exit;

#[cfg(feature = "an505")]
mod map {
    pub const NAME: &str = "mps2-an505";
    pub const CLOCK_MHZ: u32 = 20;
    // Secure aliases: the board starts in secure state and stays there.
    pub const TIMER: usize = 0x5000_0000;
    pub const UART: usize = 0x5020_0000;
    pub const FPGAIO: usize = 0x5030_2000;
    pub const PSRAM: usize = 0x8000_0000;
}

#[cfg(any(feature = "an500", feature = "an385"))]
mod map {
    pub const NAME: &str = if cfg!(feature = "an500") { "mps2-an500" } else { "mps2-an385" };
    pub const CLOCK_MHZ: u32 = 25;
    pub const TIMER: usize = 0x4000_0000;
    pub const UART: usize = 0x4000_4000;
    pub const FPGAIO: usize = 0x4002_8000;
    pub const PSRAM: usize = if cfg!(feature = "an500") { 0x6000_0000 } else { 0x2100_0000 };
}

/// QEMU's name of the board.
pub const NAME: &str = map::NAME;
/// How fine [`instructions`] counts.
pub const INSTRUCTIONS_PER_TICK: u32 = 1_000 / map::CLOCK_MHZ;

/// The PSRAM, 16 MiB on all of them.
pub const EXTERNAL: crate::External = crate::External { start: map::PSRAM, bytes: 16 << 20 };

// SAFETY: the map says where they are, and nothing else here touches them.
static TIMER: CmsdkTimer = unsafe { CmsdkTimer::new(map::TIMER) };
// SAFETY: as above.
static UART: CmsdkUart = unsafe { CmsdkUart::new(map::UART) };

const LEDS: usize = map::FPGAIO;
const SYSTICK_CONTROL: usize = 0xE000_E010;
const SYSTICK_RELOAD: usize = 0xE000_E014;
const SYSTICK_CURRENT: usize = 0xE000_E018;

fn write(register: usize, value: u32) {
    // SAFETY: the constants above name device registers of the board, which no Rust object overlaps.
    unsafe { with_exposed_provenance_mut::<u32>(register).write_volatile(value) }
}

unsafe extern "C" {
    fn DefaultHandler();
}

/// Vectors of the board's interrupts. None is ever enabled, so one will do, and 2 KB of flash are saved.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".vector_table.interrupts")]
static __INTERRUPTS: [unsafe extern "C" fn(); 1] = [DefaultHandler];

#[entry]
fn start() -> ! {
    UART.start(16);
    TIMER.start();
    exit(crate::board_main())
}

/// Instructions since the start, in steps of [`INSTRUCTIONS_PER_TICK`]. Wraps after 2³² ticks (170 thousand million or more).
pub fn instructions() -> u64 {
    u64::from(TIMER.ticks()) * u64::from(INSTRUCTIONS_PER_TICK)
}

/// Sends a byte over the UART.
pub fn put(byte: u8) {
    UART.put(byte);
}

/// Switches the board's first LED.
pub fn led(on: bool) {
    write(LEDS, u32::from(on));
}

static ALARM: AtomicUsize = AtomicUsize::new(0);

/// Calls `ring` once from the SysTick interrupt, after about so many instructions (at most 600 million).
pub fn alarm(instructions: u32, ring: fn()) {
    write(SYSTICK_CONTROL, 0);
    ALARM.store(ring as usize, Ordering::Release);
    write(SYSTICK_RELOAD, (instructions / INSTRUCTIONS_PER_TICK).clamp(1, 0xff_ffff));
    write(SYSTICK_CURRENT, 0);
    // Processor clock, interrupt, on.
    write(SYSTICK_CONTROL, 7);
}

#[exception]
fn SysTick() {
    write(SYSTICK_CONTROL, 0);
    let ring = ALARM.load(Ordering::Acquire);
    if ring != 0 {
        // SAFETY: `alarm` stored a `fn()` there, and nothing else does.
        unsafe { transmute::<usize, fn()>(ring)() }
    }
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    #[cfg(feature = "report")]
    report(frame);
    #[cfg(not(feature = "report"))]
    let _ = frame;
    exit(crate::EXIT_FAULT)
}

#[cfg(feature = "report")]
fn report(frame: &ExceptionFrame) {
    use moteur_platform::cortex_m::{FaultReport, StackedFrame};
    let frame = StackedFrame {
        r: [frame.r0(), frame.r1(), frame.r2(), frame.r3()],
        r12: frame.r12(),
        lr: frame.lr(),
        pc: frame.pc(),
        xpsr: frame.xpsr(),
    };
    // SAFETY: these boards are Cortex-M, and the programs here never leave privileged mode.
    crate::println!("{}", unsafe { FaultReport::read(&frame) });
}
