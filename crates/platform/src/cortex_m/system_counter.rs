//! The counter that all timers of a system share, of Arm's Corstone subsystems. Source: "Arm Corstone SSE-300 Example
//! Subsystem Technical Reference Manual", 4.5, "System counter" (the frame that controls it).

use crate::Counter;
use crate::register::Register;

/// The system counter. Of its 64 bits, the low 32 are read: they are always those of one moment.
pub struct SystemCounter {
    control: Register<u32>,
    value: Register<u32>,
}

const CONTROL_ENABLE: u32 = 1;

impl SystemCounter {
    /// The counter whose controlling registers begin at `base`. It must be [started](SystemCounter::start) once.
    ///
    /// # Safety
    /// Such a counter is there.
    pub const unsafe fn new(base: usize) -> SystemCounter {
        // SAFETY: as the caller promised; the offsets are the device's.
        unsafe { SystemCounter { control: Register::at(base), value: Register::at(base + 0x08) } }
    }

    /// Lets it run on.
    pub fn start(&self) {
        self.control.write(CONTROL_ENABLE);
    }
}

impl Counter for SystemCounter {
    const BITS: u32 = 32;

    fn ticks(&self) -> u32 {
        self.value.read()
    }
}
