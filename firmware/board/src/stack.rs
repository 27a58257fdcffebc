//! How much of the stack was ever used: what was not still holds what `paint` left there.

use core::hint::black_box;
use core::ptr::{addr_of, with_exposed_provenance, with_exposed_provenance_mut};

const PAINT: u32 = 0x5AA5_F00D;
/// Of a larger stack, only so much is looked at: to paint megabytes takes longer than most programs here.
const WINDOW_BYTES: usize = 64 * 1024;

// Where the linker puts the stack: from one end of RAM down to what else is in it.
unsafe extern "C" {
    #[cfg_attr(target_arch = "arm", link_name = "_stack_end")]
    #[cfg_attr(not(target_arch = "arm"), link_name = "__estack")]
    static STACK_END: u32;
    #[link_name = "_stack_start"]
    static STACK_START: u32;
}

fn start() -> usize {
    addr_of!(STACK_START).expose_provenance()
}

/// How large the stack is.
pub fn stack_bytes() -> usize {
    start() - addr_of!(STACK_END).expose_provenance()
}

/// The lowest address that is painted, a multiple of a word.
fn lowest() -> usize {
    let end = start() - stack_bytes().min(WINDOW_BYTES);
    end.next_multiple_of(size_of::<u32>())
}

/// Paints what nobody uses yet. For the start, before `main`.
#[inline(never)]
pub fn paint() {
    let here = 0_u32;
    let used_from = addr_of!(*black_box(&here)).addr();
    // Some words below are of this function itself.
    for address in (lowest()..used_from.saturating_sub(64)).step_by(size_of::<u32>()) {
        // SAFETY: between the end of the stack and what is used of it now.
        unsafe { with_exposed_provenance_mut::<u32>(address).write_volatile(PAINT) };
    }
}

/// The most bytes of it that were ever used, up to 64 KB.
pub fn stack_bytes_used() -> usize {
    // SAFETY: all of it is memory.
    let is_painted = |address: &usize| unsafe { with_exposed_provenance::<u32>(*address).read_volatile() } == PAINT;
    let unused = (lowest()..start()).step_by(size_of::<u32>()).take_while(is_painted).count();
    start() - lowest() - unused * size_of::<u32>()
}

/// Prints what a program took of its pool and of the stack, for `cargo xtask bench ram`. For the end of the program.
pub fn print_usage(pool_peak: usize, pool_bytes: usize) {
    let (stack, stack_bytes) = (stack_bytes_used(), stack_bytes());
    crate::println!("# at most used: pool {pool_peak} of {pool_bytes} bytes, stack {stack} of {stack_bytes} bytes");
}
