//! The devices of QEMU's RISC-V machine `virt`, which has a timer but no pins: its LEDs are a word of memory.

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering};

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{ErrorType, OutputPin, StatefulOutputPin};
use moteur_platform::Clock;
use moteur_platform::riscv::{MachineTime, virt};

static LEDS: AtomicU32 = AtomicU32::new(0);

/// What stands for the register of the LEDs, one bit each.
pub fn leds() -> u32 {
    LEDS.load(Ordering::Relaxed)
}

/// One of the LEDs.
pub struct Led(u32);

impl Led {
    /// The LED of this bit.
    pub fn new(bit: u32) -> Led {
        Led(1 << bit)
    }
}

impl ErrorType for Led {
    type Error = Infallible;
}

impl OutputPin for Led {
    fn set_low(&mut self) -> Result<(), Infallible> {
        LEDS.store(leds() & !self.0, Ordering::Relaxed);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        LEDS.store(leds() | self.0, Ordering::Relaxed);
        Ok(())
    }
}

impl StatefulOutputPin for Led {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(leds() & self.0 != 0)
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(leds() & self.0 == 0)
    }
}

/// The machine's timer, watched until its time has come.
pub struct Timer(MachineTime);

impl Timer {
    /// The timer, which always runs.
    pub fn start() -> Timer {
        // SAFETY: the machine has it there, and it is only read.
        Timer(unsafe { MachineTime::new(virt::MTIME, virt::MTIME_HZ) })
    }
}

impl DelayNs for Timer {
    fn delay_ns(&mut self, ns: u32) {
        // A tick more, since the first may be almost over.
        let wait = u64::from(ns).saturating_add(self.0.resolution_ns());
        let start = self.0.monotonic_ns();
        while self.0.monotonic_ns().wrapping_sub(start) < wait {}
    }
}
