//! The boards that the firmware programs run on: start-up, console, LED, instruction counter, alarm and exit.
//!
//! A board is a feature, a memory map in `memory/`, and constants in one of the families below. A program gives its
//! main function to [`main!`], takes its only buffer from [`heap!`], and ends with an exit status.

#![no_std]

#[cfg_attr(all(target_arch = "arm", not(feature = "microbit")), path = "mps2.rs")]
#[cfg_attr(feature = "microbit", path = "nrf51.rs")]
#[cfg_attr(any(target_arch = "riscv32", target_arch = "riscv64"), path = "riscv_virt.rs")]
mod family;

#[cfg(feature = "protect")]
mod after_fault;
mod alarm;
#[cfg(target_arch = "arm")]
mod cortex_m;
#[cfg(all(feature = "small", target_arch = "arm"))]
mod mem;
#[cfg(all(feature = "modules", target_arch = "arm"))]
pub mod modules;
#[cfg(feature = "report")]
mod stack;

use core::cell::Cell;
use core::fmt;

#[cfg(all(feature = "modules", target_arch = "arm"))]
pub use family::get;
pub use family::{CPU_FEATURES, EXTERNAL, INSTRUCTIONS_PER_TICK, NAME, alarm, exit, instructions, led, publish};

#[cfg(feature = "protect")]
pub use after_fault::after_fault;
#[cfg(target_arch = "arm")]
pub use cortex_m::Faults;
#[cfg(target_arch = "arm")]
pub use cortex_m::protection::{code_region, is_in_code_region};
#[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
pub use family::{Faults, code_region, is_in_code_region};
#[cfg(feature = "report")]
pub use stack::print_usage;

/// Memory that nothing is linked into, for programs that need more than a chip has.
pub struct External {
    /// The address of its first byte.
    pub start: usize,
    /// How much there is.
    pub bytes: usize,
}

/// Makes `fn() -> u8` the program: it runs once the board is up, and its result is the exit status.
#[macro_export]
macro_rules! main {
    ($main:path) => {
        #[unsafe(no_mangle)]
        fn board_main() -> u8 {
            $main()
        }
    };
}

/// Takes a static buffer of so many bytes, not zeroed at start-up: `Some` the first time, `None` after.
#[macro_export]
macro_rules! heap {
    ($bytes:expr) => {{
        use ::core::mem::MaybeUninit;
        #[repr(align(16))]
        struct Buffer([MaybeUninit<u8>; $bytes]);
        #[unsafe(link_section = ".uninit.heap")]
        static mut BUFFER: Buffer = Buffer([MaybeUninit::uninit(); $bytes]);
        static TAKEN: $crate::Once = $crate::Once::new();
        // SAFETY: `TAKEN` lets one caller through, so this is the only reference there ever is.
        TAKEN.first().then(|| unsafe { &mut (*(&raw mut BUFFER)).0 as &'static mut [MaybeUninit<u8>] })
    }};
}

/// Takes a static buffer of so many bytes for code that is copied to RAM, once, and the region that it is, opened. The
/// alignment is a literal that the protection unit can work with: an eighth of the bytes, at least 32.
#[macro_export]
macro_rules! code_memory {
    ($bytes:expr, $align:literal) => {{
        use ::core::mem::MaybeUninit;
        #[repr(align($align))]
        struct Buffer([MaybeUninit<u8>; $bytes]);
        #[unsafe(link_section = ".uninit.code")]
        static mut BUFFER: Buffer = Buffer([MaybeUninit::uninit(); $bytes]);
        static TAKEN: $crate::Once = $crate::Once::new();
        // SAFETY: `TAKEN` lets one caller through, so this is the only reference there ever is.
        let buffer = TAKEN.first().then(|| unsafe { &mut (*(&raw mut BUFFER)).0 as &'static mut [MaybeUninit<u8>] });
        buffer.and_then(|buffer| {
            let region = $crate::code_region(buffer.as_ptr().addr(), buffer.len())?;
            Some((buffer, region))
        })
    }};
}

/// Tells the first caller from all others. For the main program only: the boards have one core, and interrupts here
/// take no buffers.
pub struct Once(Cell<bool>);

// SAFETY: one core, and by the type's contract never used from an interrupt.
unsafe impl Sync for Once {}

impl Once {
    /// Nobody has been here yet.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Once(Cell::new(false))
    }

    /// True for the first call.
    pub fn first(&self) -> bool {
        !self.0.replace(true)
    }
}

/// The board's serial console.
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        print(text);
        Ok(())
    }
}

/// Writes text to the console.
pub fn print(text: &str) {
    text.bytes().for_each(family::put);
}

/// Writes a line to the console, formatted.
#[macro_export]
macro_rules! println {
    ($($argument:tt)*) => {{
        use ::core::fmt::Write as _;
        // Writing to the console cannot fail.
        let _ = ::core::writeln!($crate::Console, $($argument)*);
    }};
}

/// What a run that panicked exits with.
pub const EXIT_PANIC: u8 = 101;
/// What a run that took a processor fault exits with.
pub const EXIT_FAULT: u8 = 102;

unsafe extern "Rust" {
    safe fn board_main() -> u8;
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    #[cfg(feature = "report")]
    println!("{info}");
    #[cfg(not(feature = "report"))]
    let _ = info;
    exit(EXIT_PANIC)
}
