//! The 32-bit timer of Arm's CMSDK as a counter. Source: "Cortex-M System Design Kit Technical Reference Manual", 4.1.

use crate::Counter;
use crate::register::Register;

/// A CMSDK timer, running freely without an interrupt.
pub struct CmsdkTimer {
    control: Register<u32>,
    value: Register<u32>,
    reload: Register<u32>,
}

const CONTROL_ENABLE: u32 = 1;

impl CmsdkTimer {
    /// The timer whose registers begin at `base`. It must be [started](CmsdkTimer::start) once.
    ///
    /// # Safety
    /// A CMSDK timer is there, and nothing else uses it.
    pub const unsafe fn new(base: usize) -> CmsdkTimer {
        // SAFETY: as the caller promised; the offsets are the device's.
        unsafe {
            CmsdkTimer {
                control: Register::at(base),
                value: Register::at(base + 0x04),
                reload: Register::at(base + 0x08),
            }
        }
    }

    /// Lets it run from zero.
    pub fn start(&self) {
        self.reload.write(u32::MAX);
        self.value.write(u32::MAX);
        self.control.write(CONTROL_ENABLE);
    }
}

impl Counter for CmsdkTimer {
    const BITS: u32 = 32;

    fn ticks(&self) -> u32 {
        !self.value.read() // It counts down.
    }
}
