//! Against the machine's own arithmetic, which is right by IEEE 754.

use super::*;

/// Numbers around everything that rounding may get wrong, and some at random.
struct Numbers(u64);

impl Numbers {
    fn random(&mut self) -> u64 {
        // Xorshift: Marsaglia, "Xorshift RNGs", 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn float(&mut self) -> u64 {
        let (bits, choice) = (self.random(), self.random());
        let places = [0, 1, 2, 0x7FF, 0x7FE, 1023, 1024, 1075, 1085, 1086, 1087, 1054, 1055, 896, 873, 874, 1150, 1151];
        let place = match choice % 4 {
            0 => places[choice as usize / 4 % places.len()],
            1 => 1023 - 70 + choice / 4 % 140,
            _ => bits >> 52 & 0x7FF,
        };
        let fractions =
            [0, 1, 1 << 51, (1 << 52) - 1, bits << 29, bits << 28 | 1 << 28, bits << 40, 1 << (bits % 52), bits];
        let fraction = fractions[(choice >> 32) as usize % fractions.len()] & ((1 << 52) - 1);
        bits & SIGN | place << 52 | fraction
    }
}

/// Any NaN is as good as another, if it is quiet.
fn same(ours: u64, theirs: f64) -> bool {
    if theirs.is_nan() { ours & NAN == NAN } else { ours == theirs.to_bits() }
}

fn same_32(ours: u64, theirs: f32) -> bool {
    let quiet = u64::from(f32::NAN.to_bits());
    if theirs.is_nan() { ours & quiet == quiet } else { ours == u64::from(theirs.to_bits()) }
}

const ROUNDS: usize = if cfg!(miri) { 100 } else { 300_000 };

#[test]
fn arithmetic() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for _ in 0..ROUNDS {
        let (a, b) = (numbers.float(), numbers.float());
        // Numbers close to each other, too.
        let b = match numbers.random() % 4 {
            0 => a ^ (numbers.random() % 5) ^ (numbers.random() & SIGN),
            _ => b,
        };
        let (x, y) = (f64::from_bits(a), f64::from_bits(b));
        assert!(same(add(a, b), x + y), "{a:#x} + {b:#x}");
        assert!(same(mul(a, b), x * y), "{a:#x} * {b:#x}");
        assert!(same(div(a, b), x / y), "{a:#x} / {b:#x}");
        assert!(same(sqrt(a), x.sqrt()), "sqrt {a:#x}");
        let expected = x.partial_cmp(&y).map_or(0, |order| match order {
            core::cmp::Ordering::Less => LESS,
            core::cmp::Ordering::Equal => EQUAL,
            core::cmp::Ordering::Greater => GREATER,
        });
        assert_eq!(order(a, b), expected, "{a:#x} ? {b:#x}");
        let least = match expected {
            LESS => x,
            GREATER => y,
            EQUAL => f64::from_bits(a | b),
            _ => f64::NAN,
        };
        assert!(same(min(a, b), least), "min {a:#x} {b:#x}");
    }
}

#[test]
fn roundings_and_conversions() {
    let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
    for _ in 0..ROUNDS {
        let a = numbers.float();
        let x = f64::from_bits(a);
        assert!(same(round(a, Mode::ToZero), x.trunc()), "trunc {a:#x}");
        assert!(same(round(a, Mode::Down), x.floor()), "floor {a:#x}");
        assert!(same(round(a, Mode::Up), x.ceil()), "ceil {a:#x}");
        assert!(same(round(a, Mode::Nearest), x.round_ties_even()), "nearest {a:#x}");
        assert!(same_32(demote(a).into(), x as f32), "demote {a:#x}");
        let narrow = numbers.random() as u32;
        assert!(same(promote(narrow), f64::from(f32::from_bits(narrow))), "promote {narrow:#x}");

        assert_eq!(saturate(a, Integer::I32) as u32, x as i32 as u32, "{a:#x} to i32");
        assert_eq!(saturate(a, Integer::U32) as u32, x as u32, "{a:#x} to u32");
        assert_eq!(saturate(a, Integer::I64), x as i64 as u64, "{a:#x} to i64");
        assert_eq!(saturate(a, Integer::U64), x as u64, "{a:#x} to u64");
        let fits = |to, low: f64, high: f64| {
            let expected = match x.trunc() {
                whole if whole.is_nan() => Err(Trap::BadConversionToInteger),
                whole if low <= whole && whole < high => Ok(saturate(a, to)),
                _ => Err(Trap::IntegerOverflow),
            };
            assert_eq!(truncate(a, to), expected, "{a:#x}");
        };
        fits(Integer::I32, -2147483648.0, 2147483648.0);
        fits(Integer::U32, 0.0, 4294967296.0);
        fits(Integer::I64, -9223372036854775808.0, 9223372036854775808.0);
        fits(Integer::U64, 0.0, 18446744073709551616.0);

        let shift = numbers.random() % 64;
        let integer = numbers.random() >> shift;
        assert!(same(from_unsigned(F64, integer), integer as f64), "{integer} to f64");
        assert!(same(from_signed(F64, integer), integer as i64 as f64), "{} to f64", integer as i64);
        assert!(same_32(from_unsigned(F32, integer), integer as f32), "{integer} to f32");
        assert!(same_32(from_signed(F32, integer), integer as i64 as f32), "{} to f32", integer as i64);
    }
}

#[test]
fn integers() {
    let mut numbers = Numbers(0xD1B5_4A32_D192_ED03);
    for _ in 0..ROUNDS / 10 {
        let (a_shift, b_shift) = (numbers.random() % 64, numbers.random() % 64);
        let (a, b) = ((numbers.random() as i64 >> a_shift) as u64, (numbers.random() as i64 >> b_shift) as u64);
        let (quotient, rest) = (Division::Quotient, Division::Rest);
        let zero = Err(Trap::IntegerDivideByZero);
        assert_eq!(divide_integers(a, b, quotient, false), a.checked_div(b).map_or(zero, Ok), "{a} / {b}");
        assert_eq!(divide_integers(a, b, rest, false), a.checked_rem(b).map_or(zero, Ok), "{a} % {b}");
        if b != 0 {
            let (x, y) = (a as i64, b as i64);
            let expected = x.checked_div(y).map(|quotient| quotient as u64).ok_or(Trap::IntegerOverflow);
            assert_eq!(divide_integers(a, b, quotient, true), expected, "{x} / {y}");
            assert_eq!(divide_integers(a, b, rest, true), Ok(x.wrapping_rem(y) as u64), "{x} % {y}");
        }
        assert_eq!(count_ones(a as u32), (a as u32).count_ones());
    }
    assert_eq!(divide_integers(SIGN, u64::MAX, Division::Quotient, true), Err(Trap::IntegerOverflow));
    assert_eq!(divide_integers(SIGN, u64::MAX, Division::Rest, true), Ok(0));
}
