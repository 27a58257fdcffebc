//! Makes the table of an architecture from the names in its list: most are functions of Rust's own library, some are the
//! meanings of our operators.

use moteur_wasm::Trap;

/// Takes the list that the table must follow, then its names in order, or the first of them: a name alone, if Rust's library
/// has the function, or with what it is.
macro_rules! library {
    ($list:path; $($name:ident $(= $abi:literal ($($argument:ident: $ty:ty),*) -> $result:ty $body:block)?)*) => {
        /// How many functions there are.
        pub const COUNT: usize = [$(stringify!($name)),*].len();

        $(function! { $name $(= $abi ($($argument: $ty),*) -> $result $body)? })*

        /// Where they are, in the order of the list.
        pub const TABLE: [*const (); COUNT] = {
            // The order is that of the list.
            $crate::native::library::listed::assert_order(&[$(stringify!($name)),*], $list);
            [$($name as *const ()),*]
        };
    };
}

/// The same for a whole list: both machines' end with the roundings and square roots, by their names in C.
#[allow(unused_macros, reason = "only lists with floats end so")]
macro_rules! library_with_roundings {
    ($list:path; $($rows:tt)*) => {
        library! {
            $list;
            $($rows)*
            ceilf = "C"(a: f32) -> f32 { moteur_wasm::num::f32_ceil(a) }
            ceil = "C"(a: f64) -> f64 { moteur_wasm::num::f64_ceil(a) }
            floorf = "C"(a: f32) -> f32 { moteur_wasm::num::f32_floor(a) }
            floor = "C"(a: f64) -> f64 { moteur_wasm::num::f64_floor(a) }
            truncf = "C"(a: f32) -> f32 { moteur_wasm::num::f32_trunc(a) }
            trunc = "C"(a: f64) -> f64 { moteur_wasm::num::f64_trunc(a) }
            roundevenf = "C"(a: f32) -> f32 { moteur_wasm::num::f32_nearest(a) }
            roundeven = "C"(a: f64) -> f64 { moteur_wasm::num::f64_nearest(a) }
            sqrtf = "C"(a: f32) -> f32 { moteur_wasm::num::f32_sqrt(a) }
            sqrt = "C"(a: f64) -> f64 { moteur_wasm::num::f64_sqrt(a) }
        }
    };
}

macro_rules! function {
    ($name:ident) => {
        unsafe extern "C" {
            fn $name();
        }
    };
    ($name:ident = $abi:literal ($($argument:ident: $ty:ty),*) -> $result:ty $body:block) => {
        extern $abi fn $name($($argument: $ty),*) -> $result $body
    };
}

/// Fails to compile where a name is not the one that the list has in its place.
pub const fn assert_order(names: &[&str], list: &[&str]) {
    assert!(names.len() <= list.len());
    let mut at = 0;
    while at < names.len() {
        let (ours, listed) = (names[at].as_bytes(), list[at].as_bytes());
        assert!(ours.len() == listed.len());
        let mut byte = 0;
        while byte < ours.len() {
            assert!(ours[byte] == listed[byte]);
            byte += 1;
        }
        at += 1;
    }
}

/// Quotient and rest, the lower half and the upper. Native code has asked before what cannot be divided.
#[allow(dead_code, reason = "Rust's own library has such functions where it is used whole")]
pub fn with_rest(a: u64, b: u64, quotient: Result<u64, Trap>) -> u128 {
    let quotient = quotient.unwrap_or(a);
    let rest = a.wrapping_sub(quotient.wrapping_mul(b));
    u128::from(rest) << 64 | u128::from(quotient)
}
