//! For boards with a Cortex-M: SysTick, which HALs leave alone, as the clock and as what limits the guest's time; memory
//! protection; and what becomes of faults of the processor.

use core::num::NonZeroU32;
use core::ptr::addr_of;

use cortex_m_rt::exception;
use moteur_platform::cortex_m::mpu::{Access, Layer, Memory, Mpu, Pmsa, V8};
use moteur_platform::cortex_m::{FaultReport, TickClock, faults};
use moteur_platform::{Console, Error};

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

moteur_platform::fault_handlers!(after_fault);

/// A fault that is no guest's.
fn after_fault(fault: &FaultReport) -> ! {
    report::say(fault);
    report::halt()
}

unsafe extern "C" {
    static _stack_end: u8;
}

/// Bytes below the stack that nobody may touch, where no register says that it ends.
const GUARD_BYTES: usize = 256;

/// Lets the processor refuse what is not in `layers`, and gives the stack an end. What native code of a guest does wrong ends
/// that guest then; any other fault is said on `console`, where it is also said if the processor is another or has too few
/// regions; then the board does not start.
///
/// # Safety
/// The layers have all that is linked, the stack, and the devices that are used.
pub unsafe fn protect<P: Pmsa>(unit: &'static Mpu<P>, layers: &[Layer], console: &'static dyn Console) {
    report::to(console);
    // SAFETY: as the caller promised.
    if let Err(error) = unsafe { lay(unit, layers) } {
        report::say(format_args!("memory cannot be protected: {error}"));
        report::halt();
    }
}

/// # Safety
/// As of `protect`.
unsafe fn lay<P: Pmsa>(unit: &'static Mpu<P>, layers: &[Layer]) -> Result<(), Error> {
    let end = addr_of!(_stack_end).addr().next_multiple_of(32);
    let has_limit = P::GENERATION >= V8::GENERATION;
    for layer in layers {
        unit.add(*layer)?;
    }
    if !has_limit {
        let guard = Layer { start: end, bytes: GUARD_BYTES, memory: Memory::Ram, access: Access::None };
        unit.add(guard)?;
    }
    // SAFETY: the caller's promise; the handlers are those above.
    unsafe {
        faults::enable();
        unit.enable()?;
        if has_limit { faults::set_stack_limit(end) } else { faults::set_stack_guard(end + GUARD_BYTES, GUARD_BYTES) }
    }
    Ok(())
}
