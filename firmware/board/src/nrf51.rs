//! The BBC micro:bit with its nRF51822: UART, TIMER0 for counting and for the alarm, an LED, semihosting for the exit.
//!
//! Sources: "nRF51 Series Reference Manual", version 3.0; micro:bit schematics 1.5 for pins. Under `-icount shift=0` an
//! instruction takes one virtual nanosecond.

use moteur_platform::Counter;
use moteur_platform::nrf51::{Timer, Uart};

use crate::alarm::Bell;
use crate::cortex_m::{Vector, vectors, write};

pub use crate::cortex_m::{exit, publish};

/// QEMU's name of the board.
pub const NAME: &str = "microbit";
/// What the CPU has beyond what its target's name promises: nothing.
pub const CPU_FEATURES: u64 = 0;
/// How fine [`instructions`] counts, rounded down: the timer counts at 16 MHz.
pub const INSTRUCTIONS_PER_TICK: u32 = 1_000 / 16;
/// There is no memory outside of the chip.
pub const EXTERNAL: crate::External = crate::External { start: 0, bytes: 0 };

// SAFETY: the manual says where they are, and nothing else here touches them.
static UART: Uart = unsafe { Uart::new(0x4000_2000) };
// SAFETY: as above.
static TIMER: Timer = unsafe { Timer::new(0x4000_8000) };

const PIN_SEND: u32 = 24;
const PIN_RECEIVE: u32 = 25;
/// The LED in the first corner: lit while its row is high and its column low.
const PIN_ROW: u32 = 13;
const PIN_COLUMN: u32 = 4;

const GPIO_SET: usize = 0x5000_0508;
const GPIO_CLEAR: usize = 0x5000_050C;
const GPIO_OUTPUTS: usize = 0x5000_0518;
/// Enables interrupts by their numbers.
const NVIC_ENABLE: usize = 0xE000_E100;
/// TIMER0's number.
const INTERRUPT: usize = 8;

/// Vectors of the interrupts up to the only one that is ever enabled.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".vector_table.interrupts")]
static __INTERRUPTS: [Vector; INTERRUPT + 1] = {
    let mut vectors = vectors();
    vectors[INTERRUPT] = due as Vector;
    vectors
};

/// Gets pins, console and counter going.
pub fn start() {
    write(GPIO_SET, 1 << PIN_SEND);
    write(GPIO_OUTPUTS, 1 << PIN_SEND | 1 << PIN_ROW | 1 << PIN_COLUMN);
    UART.start(PIN_SEND, PIN_RECEIVE);
    TIMER.start();
}

/// Instructions since the start, in steps of [`INSTRUCTIONS_PER_TICK`]. Wraps after 2³² ticks (268 thousand million).
pub fn instructions() -> u64 {
    u64::from(TIMER.ticks()) * 1_000 / 16
}

/// Sends a byte over the UART.
pub fn put(byte: u8) {
    UART.put(byte);
}

/// Switches the board's first LED; its column is low from the start.
pub fn led(on: bool) {
    write(if on { GPIO_SET } else { GPIO_CLEAR }, 1 << PIN_ROW);
}

static ALARM: Bell = Bell::new();

/// Calls `ring` once from the timer's interrupt, after about so many instructions.
pub fn alarm(instructions: u32, ring: fn()) {
    ALARM.set(ring);
    TIMER.set_due(TIMER.ticks().wrapping_add((instructions / INSTRUCTIONS_PER_TICK).max(1)));
    write(NVIC_ENABLE, 1 << INTERRUPT);
}

unsafe extern "C" fn due() {
    TIMER.clear_due();
    ALARM.ring();
}
