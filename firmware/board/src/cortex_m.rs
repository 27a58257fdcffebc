//! What all boards with a Cortex-M have alike: the way from the reset to the program, vectors of interrupts, device registers,
//! and what becomes of a processor fault.

use core::ptr::with_exposed_provenance_mut;

use cortex_m_rt::{ExceptionFrame, entry, exception};

pub use moteur_platform::cortex_m::publish;
pub use moteur_platform::semihosting::exit;

/// What a vector of an interrupt is.
pub type Vector = unsafe extern "C" fn();

unsafe extern "C" {
    /// Ends the run: of `cortex-m-rt`, for interrupts that nobody handles.
    fn DefaultHandler();
}

/// Vectors of so many interrupts that are never enabled.
pub const fn vectors<const COUNT: usize>() -> [Vector; COUNT] {
    [DefaultHandler; COUNT]
}

/// Writes a device register of the board.
pub fn write(register: usize, value: u32) {
    // SAFETY: families give addresses of their devices' registers, which no Rust object overlaps.
    unsafe { with_exposed_provenance_mut::<u32>(register).write_volatile(value) }
}

#[entry]
fn start() -> ! {
    #[cfg(feature = "report")]
    crate::stack::paint();
    crate::family::start();
    exit(crate::board_main())
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    #[cfg(feature = "report")]
    report(frame);
    #[cfg(not(feature = "report"))]
    let _ = frame;
    exit(crate::EXIT_FAULT)
}

#[cfg(feature = "report")]
fn report(frame: &ExceptionFrame) {
    use moteur_platform::cortex_m::{FaultReport, StackedFrame};
    let frame = StackedFrame {
        r: [frame.r0(), frame.r1(), frame.r2(), frame.r3()],
        r12: frame.r12(),
        lr: frame.lr(),
        pc: frame.pc(),
        xpsr: frame.xpsr(),
    };
    // SAFETY: these boards are Cortex-M, and the programs here never leave privileged mode.
    crate::println!("{}", unsafe { FaultReport::read(&frame) });
}
