//! Guest values as Rust values: how each type stands in slots and in accumulators.

use super::regs::Regs;
use crate::slot::{SLOT_BYTES, Slot};

/// Which accumulator a value of some type may live in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Acc {
    None,
    Int,
    Float,
}

const THREADED: bool = cfg!(dispatch = "threaded");
/// Integers as wide as a slot have an accumulator wherever handlers have a register to spare.
const INT: Acc = if THREADED && !cfg!(registers = "arm_soft") { Acc::Int } else { Acc::None };
const FLOATS_IN_REGISTERS: bool = cfg!(any(registers = "x86_64", registers = "arm_hard"));
const FLOAT: Acc = if THREADED && FLOATS_IN_REGISTERS { Acc::Float } else { Acc::None };

/// A type of guest values.
pub(crate) trait Value: Copy + 'static {
    /// The accumulator for values of this type on this target.
    const ACC: Acc;
    /// # Safety
    /// `at` is valid for reading as many slots as the type takes.
    unsafe fn load(at: *const Slot) -> Self;
    /// # Safety
    /// `at` is valid for writing as many slots as the type takes.
    unsafe fn store(at: *mut Slot, value: Self);
    /// The value in the type's accumulator. Meaningless where the type has none.
    #[allow(dead_code, reason = "not every dispatch asks")]
    fn from_acc(m: &Regs) -> Self;
    /// Puts the value into the type's accumulator.
    fn to_acc(self, m: &mut Regs);
    /// The operand of an instruction with an immediate: integers sign-extended.
    fn from_imm(imm: u32) -> Self;
    /// FAST: fences the value from what follows, so that the slot it goes to is read after it is computed; Thumb-2 has
    /// two scratch registers, and a third costs a frame (`cargo xtask bench m33`).
    #[inline(always)]
    fn settle(self) -> Self {
        self
    }
}

impl Value for u32 {
    const ACC: Acc = INT;
    #[inline(always)]
    unsafe fn load(at: *const Slot) -> u32 {
        // SAFETY: the caller's promise.
        unsafe { read_ordered(at.cast::<u32>()) }
    }
    #[inline(always)]
    unsafe fn store(at: *mut Slot, value: u32) {
        // SAFETY: the caller's promise.
        unsafe { write_ordered(at, value as Slot) }
    }
    #[inline(always)]
    fn from_acc(m: &Regs) -> u32 {
        m.acc as u32
    }
    #[inline(always)]
    fn to_acc(self, m: &mut Regs) {
        m.acc = self as usize;
    }
    #[inline(always)]
    fn from_imm(imm: u32) -> u32 {
        imm
    }
    #[cfg(all(dispatch = "threaded", fences))]
    #[inline(always)]
    fn settle(self) -> u32 {
        let mut value = self;
        // SAFETY: no instruction at all.
        unsafe { core::arch::asm!("/* {0} */", inout(reg) value, options(nomem, nostack, preserves_flags)) };
        value
    }
}

impl Value for u64 {
    const ACC: Acc = if SLOT_BYTES == 8 { INT } else { Acc::None };
    #[inline(always)]
    unsafe fn load(at: *const Slot) -> u64 {
        // SAFETY: the caller's promise.
        unsafe { load_wide(at) }
    }
    #[inline(always)]
    unsafe fn store(at: *mut Slot, value: u64) {
        // SAFETY: the caller's promise.
        unsafe { store_wide(at, value) }
    }
    #[inline(always)]
    fn from_acc(m: &Regs) -> u64 {
        m.acc as u64
    }
    #[inline(always)]
    fn to_acc(self, m: &mut Regs) {
        m.acc = self as usize;
    }
    #[inline(always)]
    fn from_imm(imm: u32) -> u64 {
        imm as i32 as u64
    }
}

impl Value for f32 {
    const ACC: Acc = FLOAT;
    #[inline(always)]
    unsafe fn load(at: *const Slot) -> f32 {
        // SAFETY: the caller's promise.
        unsafe { read_ordered(at.cast::<f32>()) }
    }
    #[inline(always)]
    unsafe fn store(at: *mut Slot, value: f32) {
        // SAFETY: the caller's promise.
        unsafe {
            if SLOT_BYTES == 4 { write_ordered(at.cast::<f32>(), value) } else { at.write(value.to_bits() as Slot) }
        }
    }
    #[inline(always)]
    fn from_acc(m: &Regs) -> f32 {
        m.f32_acc
    }
    #[inline(always)]
    fn to_acc(self, m: &mut Regs) {
        m.f32_acc = self;
    }
    #[inline(always)]
    fn from_imm(imm: u32) -> f32 {
        f32::from_bits(imm)
    }
}

impl Value for f64 {
    const ACC: Acc = if cfg!(registers = "arm_hard") { Acc::None } else { FLOAT };
    #[inline(always)]
    unsafe fn load(at: *const Slot) -> f64 {
        // SAFETY: the caller's promise.
        unsafe { f64::from_bits(load_wide(at)) }
    }
    #[inline(always)]
    unsafe fn store(at: *mut Slot, value: f64) {
        // SAFETY: the caller's promise.
        unsafe { store_wide(at, value.to_bits()) }
    }
    #[inline(always)]
    fn from_acc(m: &Regs) -> f64 {
        m.f64_acc
    }
    #[inline(always)]
    fn to_acc(self, m: &mut Regs) {
        m.f64_acc = self;
    }
    #[inline(always)]
    fn from_imm(imm: u32) -> f64 {
        moteur_wasm::num::f64_promote_f32(f32::from_bits(imm))
    }
}

/// Reads 64 bits.
///
/// # Safety
/// As for `Value::load`.
#[inline(always)]
unsafe fn load_wide(at: *const Slot) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        if SLOT_BYTES == 8 {
            return at.cast::<u64>().read();
        }
        // FAST: the address in a register of its own makes one LDRD of two loads (`cargo xtask bench m33`).
        let at = settle_ptr(at.cast_mut()).cast::<u32>();
        u64::from(at.read()) | u64::from(at.add(1).read()) << 32
    }
}

/// Writes 64 bits.
///
/// # Safety
/// As for `Value::store`.
#[inline(always)]
unsafe fn store_wide(at: *mut Slot, value: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        if SLOT_BYTES == 8 {
            return at.cast::<u64>().write(value);
        }
        let at = settle_ptr(at).cast::<u32>();
        at.write(value as u32);
        at.add(1).write((value >> 32) as u32);
    }
}

/// A value as wide as a slot: references and addresses.
#[cfg(target_pointer_width = "32")]
pub(crate) type Word = u32;
/// A value as wide as a slot: references and addresses.
#[cfg(target_pointer_width = "64")]
pub(crate) type Word = u64;

/// Reads in the order of the source.
///
/// FAST: volatile on Arm, where LLVM otherwise hoists all reads of a handler to its top and runs out of registers
/// (`cargo xtask bench m33`: 12.0 against 10.3).
///
/// # Safety
/// `at` is valid for reading and aligned.
#[inline(always)]
pub(crate) unsafe fn read_ordered<T: Copy>(at: *const T) -> T {
    // SAFETY: the caller's promise.
    unsafe { if cfg!(fences) { at.read_volatile() } else { at.read() } }
}

/// Writes in the order of the source; see `read_ordered`.
///
/// # Safety
/// `at` is valid for writing and aligned.
#[inline(always)]
pub(crate) unsafe fn write_ordered<T: Copy>(at: *mut T, value: T) {
    // SAFETY: the caller's promise.
    unsafe { if cfg!(fences) { at.write_volatile(value) } else { at.write(value) } }
}

/// As `Value::settle`, for an address.
#[inline(always)]
pub(crate) fn settle_ptr<T>(at: *mut T) -> *mut T {
    #[cfg(fences)]
    let at = {
        let mut at = at as usize;
        // SAFETY: no instruction at all.
        unsafe { core::arch::asm!("/* {0} */", inout(reg) at, options(nomem, nostack, preserves_flags)) };
        at as *mut T
    };
    at
}

/// `a + b`, without carry.
///
/// FAST: on Thumb the sum takes the place of `a`. LLVM gives it a third register, which costs a frame
/// (`cargo xtask bench m33`).
#[inline(always)]
pub(crate) fn add_in_place(a: usize, b: usize) -> usize {
    #[cfg(all(dispatch = "threaded", fences))]
    {
        let mut sum = a;
        // SAFETY: one addition.
        unsafe { core::arch::asm!("add r12, r3", inout("r12") sum, in("r3") b, options(pure, nomem, nostack)) };
        sum
    }
    #[cfg(not(all(dispatch = "threaded", fences)))]
    a.wrapping_add(b)
}

macro_rules! hide {
    ($($(#[$doc:meta])* $name:ident($value:ident: $ty:ty);)*) => { $(
        $(#[$doc])*
        #[inline(always)]
        pub(crate) fn $name($value: $ty) -> $ty {
            #[cfg(all(dispatch = "matched", fences))]
            let $value = {
                let mut hidden = $value;
                // SAFETY: no instruction at all.
                unsafe { core::arch::asm!("/* {0} */", inout(reg) hidden, options(nomem, nostack, preserves_flags)) };
                hidden
            };
            $value
        }
    )* };
}

hide! {
    /// In the match loop on Arm, hides from the optimiser where a number comes from; elsewhere does nothing.
    hide_number(number: u32);
    /// As `hide_number`, for an address in the code.
    hide_pc(pc: *const u16);
}
