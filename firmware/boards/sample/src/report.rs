//! What becomes of the firmware's own failures: they are said on the console, and the board stays where it is.

use core::cell::Cell;
use core::fmt::{Display, Write};
use core::panic::PanicInfo;

use critical_section::Mutex;
use moteur_platform::{Console, Stream, Writer};

static CONSOLE: Mutex<Cell<Option<&'static dyn Console>>> = Mutex::new(Cell::new(None));

/// From now on failures are said here.
pub fn to(console: &'static dyn Console) {
    critical_section::with(|section| CONSOLE.borrow(section).set(Some(console)));
}

/// Says what failed.
pub fn say(failure: impl Display) {
    if let Some(console) = critical_section::with(|section| CONSOLE.borrow(section).get()) {
        // A console that fails leaves nobody to tell.
        let _ = writeln!(Writer::new(console, Stream::Err), "{failure}");
    }
}

/// Stays here, with interrupts off, until somebody looks. A product would start anew.
pub fn halt() -> ! {
    // SAFETY: never released.
    let _ = unsafe { critical_section::acquire() };
    loop {
        core::hint::spin_loop();
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    say(info);
    halt()
}
