//! Every exception is reported, and ends the run.

/// Changes nothing.
pub fn watch_faults() {}

/// Called by `riscv-rt` for every exception that is not an interrupt.
#[unsafe(no_mangle)]
extern "C" fn ExceptionHandler(_frame: &riscv_rt::TrapFrame) -> ! {
    #[cfg(feature = "report")]
    {
        let pc: usize;
        // SAFETY: reads where the exception came from.
        unsafe { core::arch::asm!("csrr {0}, mepc", out(reg) pc, options(nomem, nostack)) };
        crate::println!("processor fault at {pc:#010x}");
    }
    super::exit(crate::EXIT_FAULT)
}
