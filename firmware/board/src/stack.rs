//! How much of the stack was ever used: what was not still holds what `paint` left there.

use core::ptr::{addr_of, addr_of_mut};

const PAINT: u32 = 0x5AA5_F00D;

// Where the linker puts the stack: from one end of RAM down to what else is in it.
unsafe extern "C" {
    static mut _stack_end: u32;
    static _stack_start: u32;
}

/// How large the stack is.
pub fn stack_bytes() -> usize {
    addr_of!(_stack_start).addr() - addr_of!(_stack_end).addr()
}

/// Paints what nobody uses yet. For the start, before `main`.
#[cfg_attr(not(feature = "microbit"), allow(dead_code))]
#[inline(never)]
pub fn paint() {
    let here = 0_u32;
    let words = (addr_of!(here).addr() - addr_of!(_stack_end).addr()) / size_of::<u32>();
    // Some words below are of this function itself.
    for index in 0..words.saturating_sub(16) {
        // SAFETY: between the end of the stack and what is used of it now.
        unsafe { addr_of_mut!(_stack_end).add(index).write_volatile(PAINT) };
    }
}

/// The most bytes of it that were ever used, if it was painted.
pub fn stack_bytes_used() -> usize {
    let words = stack_bytes() / size_of::<u32>();
    // SAFETY: all of it is memory.
    let is_painted = |index: &usize| unsafe { addr_of!(_stack_end).add(*index).read_volatile() } == PAINT;
    stack_bytes() - (0..words).take_while(is_painted).count() * size_of::<u32>()
}
