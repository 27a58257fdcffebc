//! Loads and stores, and the bulk operators of memories.
//!
//! An access knows `reach`, which is its offset plus its size: `addr + reach` is the end of the access. It may not wrap
//! and may not lie behind the memory's end. Lowering emits `EffectiveAddress` where `reach` needs more than 32 bits.

use core::marker::PhantomData;

use moteur_wasm::Trap;

use super::Kind;
use crate::code::layout::Form;
use crate::interp::regs::{Dst, Mirror, Regs, Src, Step};
use crate::interp::value::{Acc, Value, add_in_place, settle_ptr};
use crate::store::bulk;

/// A value as it lies in memory: how it is read and written at any alignment.
pub(crate) trait InMemory: 'static {
    /// The type on the stack.
    type V: Value;
    /// Bytes.
    const SIZE: usize;
    /// # Safety
    /// `at` is valid for reading `SIZE` bytes.
    unsafe fn read(at: *const u8) -> Self::V;
    /// # Safety
    /// `at` is valid for writing `SIZE` bytes.
    unsafe fn write(at: *mut u8, value: Self::V);
}

macro_rules! in_memory {
    ($($name:ident: $v:ty, $raw:ty, |$r:ident| $up:expr, |$x:ident| $down:expr;)*) => { $(
        pub(crate) struct $name;
        impl InMemory for $name {
            type V = $v;
            const SIZE: usize = size_of::<$raw>();
            #[inline(always)]
            unsafe fn read(at: *const u8) -> $v {
                // SAFETY: the caller's promise.
                let $r = unsafe { at.cast::<$raw>().read_unaligned() };
                $up
            }
            #[inline(always)]
            unsafe fn write(at: *mut u8, $x: $v) {
                // SAFETY: the caller's promise.
                unsafe { at.cast::<$raw>().write_unaligned($down) }
            }
        }
    )* };
}

in_memory! {
    I32As8S: u32, u8, |r| r as i8 as u32, |x| x as u8;
    I32As8U: u32, u8, |r| u32::from(r), |x| x as u8;
    I32As16S: u32, u16, |r| r as i16 as u32, |x| x as u16;
    I32As16U: u32, u16, |r| u32::from(r), |x| x as u16;
    I32As32: u32, u32, |r| r, |x| x;
    I64As8S: u64, u8, |r| r as i8 as u64, |x| x as u8;
    I64As8U: u64, u8, |r| u64::from(r), |x| x as u8;
    I64As16S: u64, u16, |r| r as i16 as u64, |x| x as u16;
    I64As16U: u64, u16, |r| u64::from(r), |x| x as u16;
    I64As32S: u64, u32, |r| r as i32 as u64, |x| x as u32;
    I64As32U: u64, u32, |r| u64::from(r), |x| x as u32;
    I64As64: u64, u64, |r| r, |x| x;
    F32As32: f32, u32, |r| f32::from_bits(r), |x| x.to_bits();
    F64As64: f64, u64, |r| f64::from_bits(r), |x| x.to_bits();
}

/// The end of an access, if it lies inside the memory.
#[inline(always)]
fn end_of_access(m: &Regs, addr: u32, reach: u32) -> Option<*mut u8> {
    // FAST: compared with `reach`, not with `addr`, which would have to be kept (`cargo xtask bench m33`).
    let end = add_in_place(addr as usize, reach as usize);
    if end < reach as usize || end > m.mem_len() {
        return None;
    }
    Some(settle_ptr(m.mem_base().wrapping_add(end)))
}

/// `r[dst] = mem[r[a] + offset]`. Operands: reach32, a, dst.
pub(crate) struct Load<L>(PhantomData<L>);

impl<L: InMemory> Kind for Load<L> {
    const FORM: Form = Form::new(1, 2);
    const A: Acc = <u32 as Value>::ACC;
    const D: Acc = L::V::ACC;
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; the access was checked.
        unsafe {
            let addr = A::get(m, 2);
            let Some(end) = end_of_access(m, addr, m.op32(0)) else {
                return Step::trap(Trap::MemoryOutOfBounds);
            };
            let value = L::read(end.wrapping_sub(L::SIZE));
            D::put(m, 3, value);
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `mem[r[a] + offset] = r[b]`. Operands: reach32, a, b.
pub(crate) struct Store<L>(PhantomData<L>);

impl<L: InMemory> Kind for Store<L> {
    const FORM: Form = Form::new(1, 2);
    const A: Acc = <u32 as Value>::ACC;
    const B: Acc = L::V::ACC;
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; the access was checked.
        unsafe {
            let addr = A::get(m, 2);
            let Some(end) = end_of_access(m, addr, m.op32(0)) else {
                return Step::trap(Trap::MemoryOutOfBounds);
            };
            L::write(end.wrapping_sub(L::SIZE), B::get(m, 3));
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `mem[r[a] + offset] = imm`. Operands: reach32, imm32, a.
pub(crate) struct StoreImm<L>(PhantomData<L>);

impl<L: InMemory> Kind for StoreImm<L> {
    const FORM: Form = Form::new(2, 1);
    const A: Acc = <u32 as Value>::ACC;
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; the access was checked.
        unsafe {
            let addr = A::get(m, 4);
            let Some(end) = end_of_access(m, addr, m.op32(0)) else {
                return Step::trap(Trap::MemoryOutOfBounds);
            };
            L::write(end.wrapping_sub(L::SIZE), Value::from_imm(m.op32(2)));
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = r[a] + offset`, checked against the memory's end. Operands: offset32, size32, a, dst.
pub(crate) struct EffectiveAddress;

impl Kind for EffectiveAddress {
    const FORM: Form = Form::new(2, 2);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2.
        unsafe {
            let start = u64::from(A::get::<u32>(m, 4)) + u64::from(m.op32(0));
            if start + u64::from(m.op32(2)) > m.mem_len() as u64 {
                return Step::trap(Trap::MemoryOutOfBounds);
            }
            m.put_slot(5, start as u32);
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = bytes of the memory >> shift`. Operands: shift, dst.
pub(crate) struct MemorySize;

impl Kind for MemorySize {
    const FORM: Form = Form::new(0, 2);
    const D: Acc = <u32 as Value>::ACC;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2.
        unsafe { D::put(m, 1, m.mem_len().wrapping_shr(m.op16(0) as u32) as u32) }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = memory.grow(r[a])`. Operands: a, dst.
pub(crate) struct MemoryGrow;

impl Kind for MemoryGrow {
    const FORM: Form = Form::new(0, 2);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; the instance is the current one.
        unsafe {
            let old = bulk::memory_grow(&*(*m.ctx).instance, 0, A::get(m, 0));
            (*m.ctx).close_slice();
            m.refresh_memory();
            m.put_slot(1, old);
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// The three operands of a bulk operator, which stand in consecutive slots from the operand at `unit` on.
///
/// # Safety
/// L2: the slots lie inside the frame.
#[inline(always)]
pub(super) unsafe fn three(m: &Regs, unit: usize) -> (u32, u32, u32) {
    // SAFETY: the caller's promise.
    unsafe {
        let at = m.slot(unit);
        (u32::load(at), u32::load(at.add(1)), u32::load(at.add(2)))
    }
}

/// Defines a bulk operator: its function of `store::bulk` gets the instance, `n` index operands (32 bits wide), and the
/// three operands that stand in consecutive slots. Operands: index32.., slot.
macro_rules! bulk_kind {
    ($($name:ident, $indices:literal, |$inst:ident, $m:ident, $a:ident, $b:ident, $c:ident| $call:expr;)*) => { $(
        pub(crate) struct $name;

        impl $crate::interp::kinds::Kind for $name {
            const FORM: $crate::code::layout::Form = $crate::code::layout::Form::new($indices, 1);
            const COLD: bool = true;

            #[inline(always)]
            unsafe fn run<A: Src, B: Src, D: Dst>($m: &mut Regs) -> Step {
                // SAFETY: L1, L2; the instance is the current one.
                unsafe {
                    let ($a, $b, $c) = $crate::interp::kinds::memory::three($m, 2 * $indices);
                    let $inst = &*(*$m.ctx).instance;
                    if let Err(trap) = $call {
                        return Step::trap(trap);
                    }
                }
                $m.advance(Self::FORM);
                Step::Next
            }
        }
    )* };
}
pub(super) use bulk_kind;

bulk_kind! {
    MemoryFill, 0, |inst, m, a, b, c| bulk::memory_fill(inst, 0, a, b, c);
    MemoryCopy, 0, |inst, m, a, b, c| bulk::memory_copy(inst, 0, 0, a, b, c);
    MemoryInit, 1, |inst, m, a, b, c| bulk::memory_init(inst, 0, m.op32(0), a, b, c);
}

/// Drops a data segment. Operands: data32.
pub(crate) struct DataDrop;

impl Kind for DataDrop {
    const FORM: Form = Form::new(1, 0);
    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1; the instance is the current one, and nothing else looks at its bits now.
        unsafe { bulk::data_drop(&mut *(*m.ctx).instance, m.op32(0)) }
        m.advance(Self::FORM);
        Step::Next
    }
}
