//! The product of two matrices in double precision: loads, multiplications and additions in a loop of three levels.

const SIDE: usize = 96;

type Matrix = [f64; SIDE * SIDE];

/// Multiplies matrices of 96 by 96 `2 * n` times and folds the bits of the last product.
pub fn run(n: u32) -> u32 {
    let factor: Matrix = std::array::from_fn(|i| (i % 17) as f64 * 0.01 - 0.05);
    let mut a: Matrix = std::array::from_fn(|i| (i % 23) as f64 * 0.125 + 0.5);
    let mut b: Matrix = std::array::from_fn(|i| i as f64);
    for _ in 0..n {
        multiply(&a, &factor, &mut b);
        multiply(&b, &factor, &mut a);
    }
    a.iter().fold(0, |mix: u32, value| mix.rotate_left(3) ^ (value.to_bits() >> 24) as u32)
}

#[inline(never)]
fn multiply(a: &Matrix, b: &Matrix, product: &mut Matrix) {
    for row in 0..SIDE {
        for column in 0..SIDE {
            let mut sum = 0.0;
            for k in 0..SIDE {
                sum += a[row * SIDE + k] * b[k * SIDE + column];
            }
            product[row * SIDE + column] = sum;
        }
    }
}
