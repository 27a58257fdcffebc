//! A timer as a counter, and as an alarm. Source: "nRF51 Series Reference Manual", chapter 18.

use crate::Counter;
use crate::register::Register;

/// A timer that counts at 16 MHz. Only TIMER0 has 32 bits; the others have 16.
pub struct Timer {
    start: Register<u32>,
    stop: Register<u32>,
    clear: Register<u32>,
    capture: Register<u32>,
    compared: Register<u32>,
    enable_interrupt: Register<u32>,
    bit_mode: Register<u32>,
    prescaler: Register<u32>,
    captured: Register<u32>,
    due: Register<u32>,
}

/// The interrupt for the second register to compare with.
const INTERRUPT_DUE: u32 = 1 << 17;

impl Timer {
    /// The timer whose registers begin at `base`.
    ///
    /// # Safety
    /// A timer of an nRF51 is there, and nothing else uses it.
    pub const unsafe fn new(base: usize) -> Timer {
        // SAFETY: as the caller promised; the offsets are the device's.
        unsafe {
            Timer {
                start: Register::at(base),
                stop: Register::at(base + 0x004),
                clear: Register::at(base + 0x00C),
                capture: Register::at(base + 0x040),
                compared: Register::at(base + 0x144),
                enable_interrupt: Register::at(base + 0x304),
                bit_mode: Register::at(base + 0x508),
                prescaler: Register::at(base + 0x510),
                captured: Register::at(base + 0x540),
                due: Register::at(base + 0x544),
            }
        }
    }

    /// Lets it run from zero with 32 bits: TIMER0 only.
    pub fn start(&self) {
        self.stop.write(1);
        self.bit_mode.write(3);
        self.prescaler.write(0);
        self.clear.write(1);
        self.start.write(1);
    }

    /// Asks for its interrupt once it has counted so far.
    pub fn set_due(&self, ticks: u32) {
        self.compared.write(0);
        self.due.write(ticks);
        self.enable_interrupt.write(INTERRUPT_DUE);
    }

    /// Takes back that the interrupt is wanted: for its handler.
    pub fn clear_due(&self) {
        self.compared.write(0);
    }
}

impl Counter for Timer {
    const BITS: u32 = 32;

    fn ticks(&self) -> u32 {
        self.capture.write(1);
        self.captured.read()
    }
}
