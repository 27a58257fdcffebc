//! The Mandelbrot set in fixed point: 32-bit multiplications, shifts and a short inner loop.

const FRACTION_BITS: u32 = 12;
const ITERATIONS_MAX: u32 = 64;

/// Draws an `n` by `n` picture and adds up how long each point took to escape.
///
/// # Safety
/// None is needed; the signature is that of all kernels.
pub unsafe extern "C" fn run(n: u32) -> u32 {
    let n = n.max(1) as i32;
    // The picture spans [-2, 1) by [-1.5, 1.5).
    let step = (3 << FRACTION_BITS) / n;
    let mut sum = 0_u32;
    for row in 0..n {
        let ci = row * step - (3 << (FRACTION_BITS - 1));
        for column in 0..n {
            let cr = column * step - (2 << FRACTION_BITS);
            sum = sum.rotate_left(3).wrapping_add(escape(cr, ci));
        }
    }
    sum
}

#[inline(always)]
fn escape(cr: i32, ci: i32) -> u32 {
    let (mut zr, mut zi) = (0_i32, 0_i32);
    let mut count = 0;
    while count < ITERATIONS_MAX {
        let (rr, ii) = ((zr * zr) >> FRACTION_BITS, (zi * zi) >> FRACTION_BITS);
        if rr + ii > 4 << FRACTION_BITS {
            break;
        }
        zi = ((zr * zi) >> (FRACTION_BITS - 1)) + ci;
        zr = rr - ii + cr;
        count += 1;
    }
    count
}
