//! Recursive Fibonacci: calls and returns, and next to nothing else.

/// The `n`-th Fibonacci number, the slow way.
///
/// # Safety
/// None is needed; the signature is that of all kernels.
pub unsafe extern "C" fn run(n: u32) -> u32 {
    fib(n)
}

#[inline(never)]
fn fib(n: u32) -> u32 {
    if n < 2 { n } else { fib(n - 1).wrapping_add(fib(n - 2)) }
}
