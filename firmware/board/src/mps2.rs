//! Arm's MPS2 boards: CMSDK timer and UART, SysTick for the alarm, semihosting for the exit.
//!
//! The boards differ in addresses and clock only. Under `-icount shift=0` an instruction takes one virtual nanosecond, so
//! that a timer's tick is a fixed number of instructions.

use core::arch::asm;
use core::mem::transmute;
use core::ptr::with_exposed_provenance_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

use cortex_m_rt::{ExceptionFrame, entry, exception};

#[cfg(feature = "an505")]
mod map {
    pub const NAME: &str = "mps2-an505";
    pub const CLOCK_MHZ: u32 = 20;
    // Secure aliases: the board starts in secure state and stays there.
    pub const TIMER: usize = 0x5000_0000;
    pub const UART: usize = 0x5020_0000;
    pub const FPGAIO: usize = 0x5030_2000;
}

#[cfg(any(feature = "an500", feature = "an385"))]
mod map {
    pub const NAME: &str = if cfg!(feature = "an500") { "mps2-an500" } else { "mps2-an385" };
    pub const CLOCK_MHZ: u32 = 25;
    pub const TIMER: usize = 0x4000_0000;
    pub const UART: usize = 0x4000_4000;
    pub const FPGAIO: usize = 0x4002_8000;
}

/// QEMU's name of the board.
pub const NAME: &str = map::NAME;
/// How fine [`instructions`] counts.
pub const INSTRUCTIONS_PER_TICK: u32 = 1_000 / map::CLOCK_MHZ;

const TIMER_CONTROL: usize = map::TIMER;
const TIMER_VALUE: usize = map::TIMER + 4;
const TIMER_RELOAD: usize = map::TIMER + 8;
const UART_DATA: usize = map::UART;
const UART_STATE: usize = map::UART + 4;
const UART_CONTROL: usize = map::UART + 8;
const UART_BAUD_DIVIDER: usize = map::UART + 16;
const LEDS: usize = map::FPGAIO;
const SYSTICK_CONTROL: usize = 0xE000_E010;
const SYSTICK_RELOAD: usize = 0xE000_E014;
const SYSTICK_CURRENT: usize = 0xE000_E018;

fn write(register: usize, value: u32) {
    // SAFETY: the constants above name device registers of the board, which no Rust object overlaps.
    unsafe { with_exposed_provenance_mut::<u32>(register).write_volatile(value) }
}

fn read(register: usize) -> u32 {
    // SAFETY: as in `write`; reading these registers has no effect on memory.
    unsafe { with_exposed_provenance_mut::<u32>(register).read_volatile() }
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
    write(UART_BAUD_DIVIDER, 16);
    write(UART_CONTROL, 1);
    write(TIMER_RELOAD, u32::MAX);
    write(TIMER_VALUE, u32::MAX);
    write(TIMER_CONTROL, 1);
    exit(crate::board_main())
}

/// Instructions since the start, in steps of [`INSTRUCTIONS_PER_TICK`]. Wraps after 2³² ticks (170 thousand million or more).
pub fn instructions() -> u64 {
    u64::from(!read(TIMER_VALUE)) * u64::from(INSTRUCTIONS_PER_TICK)
}

/// Sends a byte over the UART.
pub fn put(byte: u8) {
    while read(UART_STATE) & 1 != 0 {}
    write(UART_DATA, u32::from(byte));
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
    crate::println!("processor fault at {:#010x}", frame.pc());
    #[cfg(not(feature = "report"))]
    let _ = frame;
    exit(crate::EXIT_FAULT)
}

/// Ends the run, with a status that QEMU exits with.
pub fn exit(status: u8) -> ! {
    const SYS_EXIT_EXTENDED: u32 = 0x20;
    const APPLICATION_EXIT: u32 = 0x2_0026;
    let reason = [APPLICATION_EXIT, u32::from(status)];
    // SAFETY: a semihosting call: the host reads the two words, and does not return.
    unsafe {
        asm!("bkpt 0xab", inlateout("r0") SYS_EXIT_EXTENDED => _, in("r1") reason.as_ptr(), options(nostack, readonly));
    }
    loop {
        core::hint::spin_loop();
    }
}
