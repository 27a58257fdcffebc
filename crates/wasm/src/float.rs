//! Rounding and square root, which `core` lacks: the host's where there is one, otherwise done here.
//!
//! The portable roundings share one function per width that clears the bits of the fraction, which is a tenth of the
//! code that four general ones take on a machine without such instructions.

#[cfg(feature = "std")]
pub(crate) use host::*;
#[cfg(not(feature = "std"))]
pub(crate) use portable::*;

/// Widens. The software conversions of machines without such an instruction pass a signalling NaN on.
#[inline]
pub(crate) fn promote(a: f32) -> f64 {
    let is_quieted = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    if !is_quieted && a.is_nan() { f64::NAN } else { f64::from(a) }
}

#[cfg(feature = "std")]
mod host {
    macro_rules! host {
        ($($name:ident $float:ident $method:ident)*) => { $(
            #[inline]
            pub(crate) fn $name(a: $float) -> $float {
                let result = a.$method();
                // A host's library may pass a signalling NaN on.
                if result.is_nan() { $float::NAN } else { result }
            }
        )* };
    }

    host! {
        ceil_32 f32 ceil
        floor_32 f32 floor
        trunc_32 f32 trunc
        nearest_32 f32 round_ties_even
        sqrt_32 f32 sqrt
        ceil_64 f64 ceil
        floor_64 f64 floor
        trunc_64 f64 trunc
        nearest_64 f64 round_ties_even
        sqrt_64 f64 sqrt
    }
}

#[cfg_attr(feature = "std", allow(dead_code))] // Tested on the host, against the host's.
mod portable {
    macro_rules! portable {
        (
            $float:ident $bits:ident $signed:ident: $fraction_bits:literal $bias:literal,
            $ceil:ident $floor:ident $trunc:ident $nearest:ident $sqrt:ident $libm_sqrt:ident
        ) => {
            /// Toward zero.
            pub(crate) fn $trunc(a: $float) -> $float {
                let bits = a.to_bits();
                let exponent = ((bits << 1) >> ($fraction_bits + 1)) as i32 - $bias;
                if exponent >= $fraction_bits {
                    return if a.is_nan() { quiet(bits) } else { a };
                }
                if exponent < 0 {
                    return $float::from_bits(bits & SIGN);
                }
                const FRACTION: $bits = (1 << $fraction_bits) - 1;
                const SIGN: $bits = 1 << ($bits::BITS - 1);
                fn quiet(bits: $bits) -> $float {
                    $float::from_bits(bits | 1 << ($fraction_bits - 1))
                }
                $float::from_bits(bits & !(FRACTION >> exponent))
            }

            /// Up.
            pub(crate) fn $ceil(a: $float) -> $float {
                -$floor(-a)
            }

            /// Down. A zero keeps its sign: the correction is only made where the result is at most -1.
            pub(crate) fn $floor(a: $float) -> $float {
                let toward_zero = $trunc(a);
                if a < toward_zero { toward_zero - 1.0 } else { toward_zero }
            }

            /// To the nearest integer, to the even one when two are equally near.
            pub(crate) fn $nearest(a: $float) -> $float {
                let toward_zero = $trunc(a);
                let rest = (a - toward_zero).abs();
                // Above 2^fraction_bits there is no rest, so the integer below fits `$signed`; its last bit says odd.
                let odd = toward_zero as $signed & 1 != 0;
                if rest > 0.5 || (rest == 0.5 && odd) { toward_zero + (1.0 as $float).copysign(a) } else { toward_zero }
            }

            /// The square root; the sign of a NaN is of no matter.
            pub(crate) fn $sqrt(a: $float) -> $float {
                libm::$libm_sqrt(a)
            }
        };
    }

    portable!(f32 u32 i32: 23 127, ceil_32 floor_32 trunc_32 nearest_32 sqrt_32 sqrtf);
    portable!(f64 u64 i64: 52 1023, ceil_64 floor_64 trunc_64 nearest_64 sqrt_64 sqrt);

    #[cfg(test)]
    mod tests {
        /// Values around everything that rounding may get wrong.
        const VALUES: [f64; 34] = [
            0.0,
            0.25,
            0.49999999999999994,
            0.5,
            0.75,
            1.0,
            1.25,
            1.5,
            1.75,
            2.0,
            2.5,
            3.5,
            4.5,
            1e-310,
            1e-45,
            8388607.5,
            8388608.0,
            8388609.0,
            16777215.0,
            16777217.0,
            4503599627370495.5,
            4503599627370496.0,
            4503599627370497.0,
            9007199254740993.0,
            2147483647.5,
            4294967295.5,
            1e19,
            1e20,
            3e38,
            1e300,
            f64::MIN_POSITIVE,
            f64::MAX,
            f64::INFINITY,
            f64::NAN,
        ];

        #[test]
        fn portable_rounding_is_that_of_the_host() {
            for value in VALUES.iter().flat_map(|&value| [value, -value]) {
                macro_rules! same {
                    ($value:expr; $($name:ident $method:ident)*) => { $(
                        let (ours, host) = (super::$name($value), $value.$method());
                        let both_nan = ours.is_nan() && host.is_nan();
                        let name = stringify!($name);
                        assert!(ours.to_bits() == host.to_bits() || both_nan, "{name}({:?}) = {ours:?}", $value);
                    )* };
                }
                same!(value; ceil_64 ceil floor_64 floor trunc_64 trunc nearest_64 round_ties_even sqrt_64 sqrt);
                let value = value as f32;
                same!(value; ceil_32 ceil floor_32 floor trunc_32 trunc nearest_32 round_ties_even sqrt_32 sqrt);
            }
        }

        #[test]
        fn a_signalling_nan_becomes_quiet() {
            for rounded in [super::ceil_32, super::floor_32, super::trunc_32, super::nearest_32] {
                assert_eq!(rounded(f32::from_bits(0x7fa0_0000)).to_bits() & 0x7fc0_0000, 0x7fc0_0000);
            }
            for rounded in [super::ceil_64, super::floor_64, super::trunc_64, super::nearest_64] {
                let nan = f64::from_bits(0x7ff4_0000_0000_0000);
                assert_eq!(rounded(nan).to_bits() & 0x7ff8_0000_0000_0000, 0x7ff8_0000_0000_0000);
            }
        }
    }
}
