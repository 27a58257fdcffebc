//! What all boards with a Cortex-M have alike: the way from the reset to the program, vectors of interrupts, device registers,
//! memory protection, and what becomes of a processor fault.

#[cfg_attr(not(feature = "protect"), path = "cortex_m/faults_plain.rs")]
mod faults;
#[cfg(all(feature = "protect", not(feature = "microbit")))]
pub mod protection;
#[cfg(not(all(feature = "protect", not(feature = "microbit"))))]
#[path = "cortex_m/protection_none.rs"]
pub mod protection;

use core::ptr::with_exposed_provenance_mut;

use cortex_m_rt::entry;

pub use moteur_platform::cortex_m::faults::Faults;
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
    protection::start();
    exit(crate::board_main())
}
