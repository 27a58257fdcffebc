//! A recurrence in single precision: float arithmetic with each step waiting for the last.

/// Runs `n` steps of a damped logistic map and returns the bits of what comes out.
///
/// # Safety
/// None is needed; the signature is that of all kernels.
pub unsafe extern "C" fn run(n: u32) -> u32 {
    let (mut x, mut y, mut sum) = (0.25_f32, 0.5_f32, 0.0_f32);
    for i in 0..n {
        let drive = (i & 15) as f32 * 0.015_625;
        let next = 3.7 * x * (1.0 - x);
        y = 0.75 * y + 0.25 * next + drive;
        x = if next > 0.9 { next - 0.125 * y / (1.0 + y) } else { next };
        x = if x < 0.0 { -x } else { x };
        sum += x * y;
    }
    (sum + y).to_bits()
}
