//! Calls functions of C whose types are known at run time only.
//!
//! Every convention that is served here passes arguments in so many registers for integers, so many for floats, and words on
//! the stack. A function that takes exactly those finds its arguments where any other function of the convention expects
//! them, if they are laid out as the convention says; it ignores registers and words that are not its own. So one call of
//! that function, with the arguments laid out by [`Layout`], calls every function, and there is no assembly.
//!
//! | machine | integers | floats | stack |
//! |---|---|---|---|
//! | x86-64 (System V) | 6 | 8 | words of 8 bytes |
//! | AArch64 | 8 | 8 | words of 8 bytes |
//! | RV64 | 8 | 8 with `d`, and then those for integers | words of 8 bytes |
//! | Arm | 4, a pair for 64 bits beginning at an even one | 8 doubles or 16 singles, if there are any; singles fill gaps | words of 4 bytes, 64 bits aligned |
//! | RV32 without floats | 8, a pair for 64 bits | | words of 4 bytes, 64 bits aligned |

use core::ffi::c_void;

use moteur::ValType;

/// The most words on the stack: more where floats have no registers of their own.
const STACK_WORDS: usize = if machine::FLOATS == 0 { 40 } else { 24 };

#[cfg(all(target_arch = "x86_64", not(windows)))]
mod machine {
    pub const INTEGERS: usize = 6;
    pub const FLOATS: usize = 8;
}
#[cfg(all(target_arch = "aarch64", not(target_vendor = "apple")))]
mod machine {
    pub const INTEGERS: usize = 8;
    pub const FLOATS: usize = 8;
}
#[cfg(target_arch = "riscv64")]
mod machine {
    pub const INTEGERS: usize = 8;
    pub const FLOATS: usize = if cfg!(target_feature = "d") { 8 } else { 0 };
}
#[cfg(target_arch = "riscv32")]
mod machine {
    pub const INTEGERS: usize = 8;
    pub const FLOATS: usize = 0;
}
#[cfg(target_arch = "arm")]
mod machine {
    pub const INTEGERS: usize = 4;
    pub const FLOATS: usize = if cfg!(target_abi = "eabihf") { 8 } else { 0 };
}

use machine::{FLOATS, INTEGERS};

/// Whether pairs of registers begin at an even one.
const EVEN_PAIRS: bool = cfg!(target_arch = "arm");
/// Whether floats take registers for integers when their own are full.
const FLOATS_SPILL: bool = cfg!(target_arch = "riscv64");
const WORD_BYTES: usize = size_of::<usize>();

/// Arguments where the convention has them.
pub struct Layout {
    integers: [usize; INTEGERS],
    floats: [u64; 8],
    stack: [usize; STACK_WORDS],
    integers_used: usize,
    /// Bits of halves of the float registers that are taken.
    halves_used: u32,
    floats_full: bool,
    stack_used: usize,
}

/// There are more arguments than there is room for.
pub struct TooMany;

impl Layout {
    /// No arguments yet.
    pub const fn new() -> Layout {
        Layout {
            integers: [0; INTEGERS],
            floats: [0; 8],
            stack: [0; STACK_WORDS],
            integers_used: 0,
            halves_used: 0,
            floats_full: false,
            stack_used: 0,
        }
    }

    /// Adds a guest's value.
    pub fn value(&mut self, ty: ValType, bits: u64) -> Result<(), TooMany> {
        match ty {
            ValType::F32 if FLOATS > 0 => self.float(bits, false),
            ValType::F64 if FLOATS > 0 => self.float(bits, true),
            ValType::I64 | ValType::F64 => self.wide(bits),
            // As registers of 64 bits have it.
            _ => self.word(bits as i32 as usize),
        }
    }

    /// Adds an address or what is as wide.
    pub fn word(&mut self, word: usize) -> Result<(), TooMany> {
        match self.integers.get_mut(self.integers_used) {
            Some(place) => {
                *place = word;
                self.integers_used += 1;
                Ok(())
            }
            None => self.push(word),
        }
    }

    fn push(&mut self, word: usize) -> Result<(), TooMany> {
        *self.stack.get_mut(self.stack_used).ok_or(TooMany)? = word;
        self.stack_used += 1;
        Ok(())
    }

    fn wide(&mut self, bits: u64) -> Result<(), TooMany> {
        if WORD_BYTES == 8 {
            return self.word(bits as usize);
        }
        if EVEN_PAIRS {
            self.integers_used = self.integers_used.next_multiple_of(2);
        }
        if self.integers_used >= INTEGERS {
            return self.push_wide(bits);
        }
        // The second half may be the first word of the stack where pairs begin anywhere.
        self.word(bits as usize)?;
        self.word((bits >> 32) as usize)
    }

    /// Aligned to its size.
    fn push_wide(&mut self, bits: u64) -> Result<(), TooMany> {
        self.stack_used = self.stack_used.next_multiple_of(8 / WORD_BYTES);
        self.push(bits as usize)?;
        if WORD_BYTES == 4 { self.push((bits >> 32) as usize) } else { Ok(()) }
    }

    fn float(&mut self, bits: u64, is_wide: bool) -> Result<(), TooMany> {
        // Only Arm packs two singles into one register.
        let whole = is_wide || WORD_BYTES == 8;
        let mask = if whole { 0b11 } else { 0b1 };
        let step = if whole { 2 } else { 1 };
        let free = (0..FLOATS as u32 * 2).step_by(step).find(|half| self.halves_used & (mask << half) == 0);
        if let (Some(half), false) = (free, self.floats_full) {
            self.halves_used |= mask << half;
            if let Some(place) = self.floats.get_mut(half as usize / 2) {
                // A single alone in a register that holds more is boxed, as RISC-V wants it.
                let boxed = if whole && !is_wide { bits | !0 << 32 } else { bits };
                *place |= boxed << (half % 2 * 32);
            }
            return Ok(());
        }
        self.floats_full = true;
        match (FLOATS_SPILL, is_wide) {
            (true, _) => self.word(bits as usize),
            (false, true) => self.push_wide(bits),
            (false, false) => self.push(bits as usize),
        }
    }

    /// Calls the function and gives the bits of its result.
    ///
    /// # Safety
    /// `function` is a function of C whose parameters are those that were added, and which returns a value of the type
    /// `result` or nothing.
    pub unsafe fn call(&self, function: *const c_void, result: Option<ValType>) -> u64 {
        let in_float = FLOATS > 0 && matches!(result, Some(ValType::F32 | ValType::F64));
        // SAFETY: the caller's promise, and what the convention says: see above.
        unsafe {
            match (in_float, self.stack_used > 0) {
                (false, false) => self.integer(function),
                (false, true) => self.integer_with_stack(function),
                (true, false) => self.float_result(function),
                (true, true) => self.float_result_with_stack(function),
            }
        }
    }
}

/// A way to call: with so many registers and words of the stack, and one kind of result.
macro_rules! call {
    ($name:ident -> $result:ty, $to_bits:expr; [$($int:tt)*] [$($float:tt)*] [$($stack:tt)*]) => {
        #[inline(never)]
        unsafe fn $name(&self, function: *const c_void) -> u64 {
            type Function = unsafe extern "C" fn(
                $(call!(@type usize, $int),)* $(call!(@type f64, $float),)* $(call!(@type usize, $stack),)*
            ) -> $result;
            // SAFETY: `Layout::call`.
            let result = unsafe {
                let function = core::mem::transmute::<*const c_void, Function>(function);
                function(
                    $(self.integers[$int],)*
                    $(f64::from_bits(self.floats[$float]),)*
                    $(self.stack[$stack],)*
                )
            };
            $to_bits(result)
        }
    };
    (@type $ty:ty, $index:tt) => { $ty };
}

/// The four ways on a machine with so many registers.
macro_rules! calls {
    ($ints:tt $floats:tt $stack:tt) => {
        call! { integer -> u64, |bits: u64| bits; $ints $floats [] }
        call! { integer_with_stack -> u64, |bits: u64| bits; $ints $floats $stack }
        call! { float_result -> f64, f64::to_bits; $ints $floats [] }
        call! { float_result_with_stack -> f64, f64::to_bits; $ints $floats $stack }
    };
}

impl Layout {
    #[cfg(all(target_arch = "x86_64", not(windows)))]
    calls! { [0 1 2 3 4 5] [0 1 2 3 4 5 6 7] [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23] }
    #[cfg(any(
        all(target_arch = "aarch64", not(target_vendor = "apple")),
        all(target_arch = "riscv64", target_feature = "d")
    ))]
    calls! { [0 1 2 3 4 5 6 7] [0 1 2 3 4 5 6 7] [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23] }
    #[cfg(any(target_arch = "riscv32", all(target_arch = "riscv64", not(target_feature = "d"))))]
    calls! { [0 1 2 3 4 5 6 7] []
    [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39] }
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    calls! { [0 1 2 3] [0 1 2 3 4 5 6 7] [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23] }
    #[cfg(all(target_arch = "arm", not(target_abi = "eabihf")))]
    calls! { [0 1 2 3] []
    [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39] }
}
