//! The machine timer, 64 bits wide. Source: RISC-V Privileged Architecture, "Machine Timer Registers".

use core::num::NonZeroU32;

use crate::Clock;
use crate::clock::nanoseconds;
use crate::register::Register;

/// A clock that reads the memory-mapped register `mtime`.
pub struct MachineTime {
    low: Register<u32>,
    high: Register<u32>,
    hz: NonZeroU32,
}

impl MachineTime {
    /// The clock whose register `mtime` is at `address`, with `hz` ticks per second.
    ///
    /// # Safety
    /// The register is there.
    pub const unsafe fn new(address: usize, hz: NonZeroU32) -> MachineTime {
        // SAFETY: as the caller promised; the high half stands behind the low one.
        unsafe { MachineTime { low: Register::at(address), high: Register::at(address + 4), hz } }
    }

    /// The register's value.
    pub fn ticks(&self) -> u64 {
        loop {
            let high = self.high.read();
            let low = self.low.read();
            if high == self.high.read() {
                return u64::from(high) << 32 | u64::from(low);
            }
        }
    }
}

impl Clock for MachineTime {
    fn monotonic_ns(&self) -> u64 {
        nanoseconds(self.ticks(), self.hz)
    }

    fn resolution_ns(&self) -> u64 {
        nanoseconds(1, self.hz).max(1)
    }
}
