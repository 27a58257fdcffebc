//! The devices of Arm's MPS2 boards: the LEDs of the FPGA's I/O block, and a second CMSDK timer beside the board's own.
//!
//! Sources: Arm application notes AN505 (3.5 and 4.7), AN385 and AN500, "FPGA system control and I/O"; addresses as in
//! `board`, that is on the AN505 the secure aliases.

use core::convert::Infallible;
use core::ptr::with_exposed_provenance_mut;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{ErrorType, OutputPin, StatefulOutputPin};
use moteur_platform::Counter;
use moteur_platform::cortex_m::CmsdkTimer;

#[cfg(feature = "an505")]
mod map {
    pub const CLOCK_MHZ: u32 = 20;
    pub const TIMER_1: usize = 0x5000_1000;
    pub const LED0: usize = 0x5030_2000;
}

#[cfg(any(feature = "an500", feature = "an385"))]
mod map {
    pub const CLOCK_MHZ: u32 = 25;
    pub const TIMER_1: usize = 0x4000_1000;
    pub const LED0: usize = 0x4002_8000;
}

const TICK_NS: u32 = 1_000 / map::CLOCK_MHZ;

/// The register of the LEDs, one bit each.
pub fn leds() -> u32 {
    // SAFETY: a device register of the board, which no Rust object overlaps.
    unsafe { with_exposed_provenance_mut::<u32>(map::LED0).read_volatile() }
}

/// One of the LEDs. The register says what it was set to.
pub struct Led(u32);

impl Led {
    /// The LED of this bit.
    pub fn new(bit: u32) -> Led {
        Led(1 << bit)
    }

    fn write(&mut self, leds: u32) {
        // SAFETY: as above.
        unsafe { with_exposed_provenance_mut::<u32>(map::LED0).write_volatile(leds) }
    }
}

impl ErrorType for Led {
    type Error = Infallible;
}

impl OutputPin for Led {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.write(leds() & !self.0);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.write(leds() | self.0);
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

/// A timer that is watched until its time has come.
pub struct Timer(CmsdkTimer);

impl Timer {
    /// Starts the timer.
    pub fn start() -> Timer {
        // SAFETY: the map says where it is, and nothing else here uses it.
        let timer = unsafe { CmsdkTimer::new(map::TIMER_1) };
        timer.start();
        Timer(timer)
    }
}

impl DelayNs for Timer {
    fn delay_ns(&mut self, ns: u32) {
        let start = self.0.ticks();
        // A tick more, since the first may be almost over.
        let ticks = ns.div_ceil(TICK_NS).saturating_add(1);
        while self.0.ticks().wrapping_sub(start) < ticks {}
    }
}
