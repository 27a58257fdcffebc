//! Bulk operators in pieces: one that costs more fuel than a portion does as much as the portion pays for, and the rest
//! when the call goes on. Its operands tell how far it came.

use moteur_wasm::Trap;
use moteur_wasm::fuel::MOVED_PER_UNIT;

use super::ctx::Ctx;
use super::kinds::Kind;
use super::kinds::control::FuelBy;
use super::value::{Value, Word};
use crate::code::layout::HEAD_UNITS;
use crate::slot::Slot;
use crate::store::bulk;
use crate::store::entity::InstanceEntity;

/// The bulk operators, as `FuelBy` names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub(crate) enum Bulk {
    MemoryFill,
    MemoryCopy,
    MemoryInit,
    TableFill,
    TableCopy,
    /// Is done at once: finding an item takes as long as writing those before it.
    TableInit,
}

impl Bulk {
    const ALL: [Bulk; 6] =
        [Bulk::MemoryFill, Bulk::MemoryCopy, Bulk::MemoryInit, Bulk::TableFill, Bulk::TableCopy, Bulk::TableInit];

    /// Whether the second operand says where elements come from.
    const fn has_source(self) -> bool {
        !matches!(self, Bulk::MemoryFill | Bulk::TableFill)
    }

    /// Whether source and destination may overlap.
    const fn copies(self) -> bool {
        matches!(self, Bulk::MemoryCopy | Bulk::TableCopy)
    }
}

/// What becomes of a bulk operator for which there is too little fuel.
pub(super) enum Work {
    /// The instruction where guest code was left goes on, once there is more.
    Later,
    /// It cannot be divided, and is paid for: it is done at once.
    Now,
}

/// Does a piece of the bulk operator behind the `FuelBy` that guest code was just left at, for all the fuel there is.
///
/// # Safety
/// The context belongs to a running store; L1 and L2 for the instructions at `exit_pc`.
pub(super) unsafe fn work(ctx: &mut Ctx) -> Result<Work, Trap> {
    // SAFETY: the caller's promise: the count stands in the last of three slots, and the operator's indices follow.
    unsafe {
        let unit = |at: usize| ctx.exit_pc.wrapping_add(HEAD_UNITS + at);
        let bulk = Bulk::ALL.get(usize::from(*unit(1))).copied().unwrap_or(Bulk::TableInit);
        let behind = FuelBy::FORM.units();
        let indices = [unit(behind), unit(behind + 2)].map(|at| at.cast::<u32>());
        let operands = ctx.exit_fp.wrapping_add(usize::from(*unit(0))).wrapping_sub(2);
        let operator = Operator { instance: &*ctx.instance, bulk, indices, operands };
        operator.work(ctx)
    }
}

/// A bulk operator that is about to be executed.
struct Operator<'a> {
    instance: &'a InstanceEntity,
    bulk: Bulk,
    /// Where the indices stand that the operator has; how many it has depends on it.
    indices: [*const u32; 2],
    /// Where it starts, its source or value, and its count.
    operands: *mut Slot,
}

impl Operator<'_> {
    /// # Safety
    /// As for the function `work`.
    unsafe fn work(&self, ctx: &mut Ctx) -> Result<Work, Trap> {
        // SAFETY: the caller's promise.
        unsafe {
            let at = |slot: usize| u32::load(self.operands.add(slot));
            let (to, from, count) = (at(0), if self.bulk.has_source() { at(1) } else { 0 }, at(2));
            let cost = u64::from(count / MOVED_PER_UNIT);
            let ends = to.checked_add(count).zip(from.checked_add(if self.bulk.has_source() { count } else { 0 }));
            // An end behind the last address cannot be looked at by an operator on nothing.
            let Some((to_end, from_end)) = ends.filter(|_| self.bulk != Bulk::TableInit) else {
                if !ctx.in_slice() {
                    return Ok(Work::Later);
                }
                ctx.overdraw(cost);
                return Ok(Work::Now);
            };
            // As the whole would: nothing is written if the end is outside.
            if let Err(trap) = self.run(to_end, from_end, 0) {
                ctx.overdraw(cost);
                return Err(trap);
            }
            let units = u32::try_from(ctx.fuel).unwrap_or(u32::MAX);
            let piece = units.saturating_mul(MOVED_PER_UNIT).min(count);
            let rest = count.wrapping_sub(piece);
            if self.bulk.copies() && to > from {
                // From behind, so that nothing is overwritten before it is read.
                self.run(to.wrapping_add(rest), from.wrapping_add(rest), piece)?;
            } else {
                self.run(to, from, piece)?;
                self.put(0, to.wrapping_add(piece));
                if self.bulk.has_source() {
                    self.put(1, from.wrapping_add(piece));
                }
            }
            self.put(2, rest);
            ctx.overdraw(u64::from(piece / MOVED_PER_UNIT));
            Ok(Work::Later)
        }
    }

    /// # Safety
    /// As for `work`; `slot` is one of three.
    unsafe fn put(&self, slot: usize, value: u32) {
        // SAFETY: the caller's promise.
        unsafe { self.operands.add(slot).write(value as Slot) }
    }

    /// The operator for a part of its elements.
    ///
    /// # Safety
    /// As for `work`.
    unsafe fn run(&self, to: u32, from: u32, count: u32) -> Result<(), Trap> {
        let index = |at: usize| {
            self.indices.get(at).map_or(0, |index| {
                // SAFETY: L1; only indices that the operator has are asked for.
                unsafe { index.read_unaligned() }
            })
        };
        // SAFETY: the caller's promise; the value of a fill stands where others have their source.
        unsafe {
            let value = self.operands.add(1);
            match self.bulk {
                Bulk::MemoryFill => bulk::memory_fill(self.instance, 0, to, u32::load(value), count),
                Bulk::MemoryCopy => bulk::memory_copy(self.instance, 0, 0, to, from, count),
                Bulk::MemoryInit => bulk::memory_init(self.instance, 0, index(0), to, from, count),
                Bulk::TableFill => bulk::table_fill(self.instance, index(0), to, Word::load(value) as Slot, count),
                Bulk::TableCopy => bulk::table_copy(self.instance, index(0), index(1), to, from, count),
                Bulk::TableInit => bulk::table_init(self.instance, index(0), index(1), to, from, count),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_name_the_operators() {
        for (at, bulk) in Bulk::ALL.into_iter().enumerate() {
            assert_eq!(bulk as usize, at);
        }
    }
}
