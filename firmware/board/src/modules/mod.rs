//! What an update of modules takes of a board: flash to keep them in, a line to receive them over, and a restart.

#[cfg(feature = "an500")]
#[path = "an500.rs"]
mod chip;
#[cfg(feature = "an505")]
#[path = "an505.rs"]
mod chip;
mod simulated_flash;

use core::ptr::with_exposed_provenance_mut;

use moteur_platform::cortex_m::CmsdkUart;

pub use simulated_flash::SimulatedFlash;
#[cfg(feature = "protect")]
pub use simulated_flash::partition;

// SAFETY: the board has its second UART there, and nothing else here touches it.
static LINE: CmsdkUart = unsafe { CmsdkUart::new(chip::SECOND_UART) };

/// Switches the line on.
pub fn line_start() {
    LINE.start(16);
}

/// Sends bytes over the line.
pub fn line_put(bytes: &[u8]) {
    bytes.iter().for_each(|byte| LINE.put(*byte));
}

/// A byte of the line, if one has come. The emulator holds the next one back until this is taken; on a chip, an interrupt
/// has to collect them.
pub fn line_get() -> Option<u8> {
    LINE.get()
}

/// Application Interrupt and Reset Control Register. Source: "Armv8-M Architecture Reference Manual", D1.2.3; "Armv7-M
/// Architecture Reference Manual", B3.2.6.
const AIRCR: usize = 0xE000_ED0C;
const AIRCR_KEY: u32 = 0x05fa << 16;
const AIRCR_SYSRESETREQ: u32 = 1 << 2;

/// Starts the board anew. Memory keeps what it has, as flash would.
pub fn restart() -> ! {
    // SAFETY: a register of every Cortex-M; what it does is asked for.
    unsafe { with_exposed_provenance_mut::<u32>(AIRCR).write_volatile(AIRCR_KEY | AIRCR_SYSRESETREQ) };
    loop {
        core::hint::spin_loop();
    }
}
