//! Powers modulo a number: 64-bit multiplications and remainders, as a primality test does them.

/// Tests `n` odd numbers above a billion for being prime, and folds those that are.
pub fn run(n: u32) -> u32 {
    let candidates = (0..u64::from(n)).map(|i| 1_000_000_001 + 2 * i);
    let primes = candidates.filter(|candidate| is_prime(*candidate));
    primes.fold(0, |mix: u32, prime| mix.rotate_left(1) ^ prime as u32)
}

/// Miller and Rabin's test with the bases that suffice below 3,215,031,751.
fn is_prime(n: u64) -> bool {
    let zeros = (n - 1).trailing_zeros();
    [2, 3, 5, 7].iter().all(|base| {
        let mut x = power(*base, (n - 1) >> zeros, n);
        if x == 1 || x == n - 1 {
            return true;
        }
        for _ in 1..zeros {
            x = x * x % n;
            if x == n - 1 {
                return true;
            }
        }
        false
    })
}

#[inline(never)]
fn power(mut base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let mut result = 1;
    while exponent != 0 {
        if exponent & 1 != 0 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        exponent >>= 1;
    }
    result
}
