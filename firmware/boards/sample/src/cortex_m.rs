//! For boards with a Cortex-M: SysTick, which HALs leave alone, as the clock and as what limits the guest's time; and reports
//! of faults of the processor.

use core::num::NonZeroU32;

use cortex_m_rt::{ExceptionFrame, exception};
use moteur_platform::cortex_m::{FaultReport, StackedFrame, TickClock};

use crate::{budget, report};

// SAFETY: nothing else here uses SysTick.
static CLOCK: TickClock = unsafe { TickClock::new() };

/// Starts the clock of a processor at `hz`.
pub fn start_clock(hz: NonZeroU32) -> &'static TickClock {
    CLOCK.start(hz);
    &CLOCK
}

/// Lets the processor sleep, with interrupts, for ever.
pub fn sleep() -> ! {
    loop {
        cortex_m::asm::wfi();
    }
}

#[exception]
fn SysTick() {
    CLOCK.tick();
    budget::tick();
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    let frame = StackedFrame {
        r: [frame.r0(), frame.r1(), frame.r2(), frame.r3()],
        r12: frame.r12(),
        lr: frame.lr(),
        pc: frame.pc(),
        xpsr: frame.xpsr(),
    };
    // SAFETY: a Cortex-M that never leaves privileged mode.
    report::say(unsafe { FaultReport::read(&frame) });
    report::halt()
}
