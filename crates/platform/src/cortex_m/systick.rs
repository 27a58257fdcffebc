//! The processor's own timer as a counter. Source: Armv7-M Architecture Reference Manual, B3.3; Armv8-M, chapter B11.

use crate::Counter;
use crate::register::Register;

/// SysTick, 24 bits wide, running freely at the processor's clock without an interrupt.
///
/// A half turn is 2^23 ticks, so an [`Extended`](crate::Extended) clock of it must be read often: three times a second
/// at 25 MHz. A 32-bit timer such as [`CmsdkTimer`](super::CmsdkTimer) is the better clock where there is one.
pub struct SysTick {
    control: Register<u32>,
    reload: Register<u32>,
    current: Register<u32>,
}

const CONTROL_ENABLE: u32 = 1;
const CONTROL_PROCESSOR_CLOCK: u32 = 4;
const TICKS_MAX: u32 = 0xff_ffff;

impl SysTick {
    /// The timer; it must be [started](SysTick::start) once.
    ///
    /// # Safety
    /// This is a Cortex-M that has a SysTick, and nothing else uses it.
    pub const unsafe fn new() -> SysTick {
        // SAFETY: the architecture fixes the addresses.
        unsafe {
            SysTick {
                control: Register::at(0xE000_E010),
                reload: Register::at(0xE000_E014),
                current: Register::at(0xE000_E018),
            }
        }
    }

    /// Lets it run from zero.
    pub fn start(&self) {
        self.reload.write(TICKS_MAX);
        self.current.write(0); // Any write clears it.
        self.control.write(CONTROL_ENABLE | CONTROL_PROCESSOR_CLOCK);
    }
}

impl Counter for SysTick {
    const BITS: u32 = 24;

    fn ticks(&self) -> u32 {
        TICKS_MAX - (self.current.read() & TICKS_MAX) // It counts down.
    }
}
