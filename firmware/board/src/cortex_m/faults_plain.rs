//! Every processor fault is a hard fault, is reported, and ends the run: in the least flash.

use cortex_m_rt::{ExceptionFrame, exception};

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    #[cfg(feature = "report")]
    report(frame);
    #[cfg(not(feature = "report"))]
    let _ = frame;
    super::exit(crate::EXIT_FAULT)
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
