//! An exception of a guest ends that guest. Any other is reported, and ends the run, or is left to the program.

use moteur_platform::riscv::faults::ExceptionReport;

moteur_platform::riscv_fault_handlers!(fault);

fn fault(report: &ExceptionReport) -> ! {
    crate::after_fault::report(report)
}
