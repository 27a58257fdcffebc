//! The numeric operators as types: each row of the operator table becomes one, carrying its meaning from
//! `moteur_wasm::num`, so that handlers can be generic over operators.

use moteur_wasm::{Trap, for_each_numeric, num};

use super::value::Value;

/// An operator with one operand.
pub(crate) trait UnaryOp: 'static {
    type A: Value;
    type R: Value;
    #[allow(dead_code, reason = "not every dispatch asks")]
    const TRAPS: bool = false;
    fn eval(a: Self::A) -> Result<Self::R, Trap>;
}

/// An operator with two operands of one type.
pub(crate) trait BinaryOp: 'static {
    type A: Value;
    type R: Value;
    #[allow(dead_code, reason = "not every dispatch asks")]
    const TRAPS: bool = false;
    fn eval(a: Self::A, b: Self::A) -> Result<Self::R, Trap>;
}

/// A comparison.
pub(crate) trait CompareOp: 'static {
    type A: Value;
    fn holds(a: Self::A, b: Self::A) -> bool;
}

macro_rules! value {
    (I32) => {
        u32
    };
    (I64) => {
        u64
    };
    (F32) => {
        f32
    };
    (F64) => {
        f64
    };
}

macro_rules! meaning {
    (unary $op:ident $meaning:ident [$a:ident] $r:ident) => {
        impl UnaryOp for $op {
            type A = value!($a);
            type R = value!($r);
            #[inline(always)]
            fn eval(a: value!($a)) -> Result<value!($r), Trap> {
                Ok(num::$meaning(a))
            }
        }
    };
    (try_unary $op:ident $meaning:ident [$a:ident] $r:ident) => {
        impl UnaryOp for $op {
            type A = value!($a);
            type R = value!($r);
            const TRAPS: bool = true;
            #[inline(always)]
            fn eval(a: value!($a)) -> Result<value!($r), Trap> {
                num::$meaning(a)
            }
        }
    };
    (test $op:ident $meaning:ident [$a:ident] $r:ident) => {
        impl UnaryOp for $op {
            type A = value!($a);
            type R = u32;
            #[inline(always)]
            fn eval(a: value!($a)) -> Result<u32, Trap> {
                Ok(u32::from(num::$meaning(a)))
            }
        }
    };
    (binary $op:ident $meaning:ident [$a:ident $b:ident] $r:ident) => {
        impl BinaryOp for $op {
            type A = value!($a);
            type R = value!($r);
            #[inline(always)]
            fn eval(a: value!($a), b: value!($b)) -> Result<value!($r), Trap> {
                Ok(num::$meaning(a, b))
            }
        }
    };
    (try_binary $op:ident $meaning:ident [$a:ident $b:ident] $r:ident) => {
        impl BinaryOp for $op {
            type A = value!($a);
            type R = value!($r);
            const TRAPS: bool = true;
            #[inline(always)]
            fn eval(a: value!($a), b: value!($b)) -> Result<value!($r), Trap> {
                num::$meaning(a, b)
            }
        }
    };
    (compare $op:ident $meaning:ident [$a:ident $b:ident] $r:ident) => {
        impl BinaryOp for $op {
            type A = value!($a);
            type R = u32;
            #[inline(always)]
            fn eval(a: value!($a), b: value!($b)) -> Result<u32, Trap> {
                Ok(u32::from(num::$meaning(a, b)))
            }
        }
        impl CompareOp for $op {
            type A = value!($a);
            #[inline(always)]
            fn holds(a: value!($a), b: value!($b)) -> bool {
                num::$meaning(a, b)
            }
        }
    };
}

macro_rules! operators_as_types {
    ($(($op:ident, $meaning:ident, $class:ident, [$($in:ident)*] -> $out:ident))*) => { $(
        pub(crate) struct $op;
        meaning!($class $op $meaning [$($in)*] $out);
    )* };
}

for_each_numeric!(operators_as_types);
