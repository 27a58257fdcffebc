//! A processor fault of a guest ends that guest. Any other is reported, and ends the run, or is left to the program.

use moteur_platform::cortex_m::FaultReport;

moteur_platform::fault_handlers!(fault);

fn fault(report: &FaultReport) -> ! {
    crate::after_fault::report(report)
}
