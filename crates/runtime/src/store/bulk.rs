//! What the bulk operators on memories and tables do, for the interpreter and for instantiation.
//!
//! Each takes the instance that executes it and indices that validation proved to exist. An index that does not exist
//! all the same gives the trap of an access out of bounds.

use core::ptr::NonNull;

use moteur_wasm::{DataIdx, ElemIdx, ElemItem, FuncIdx, GlobalIdx, Trap};

use super::entity::{InstanceEntity, MemoryEntity, TableEntity};
use super::memory::copy_slice;
use crate::slot::Slot;

/// What `memory.grow` and `table.grow` give the guest when they are refused.
pub(crate) const REFUSED: u32 = u32::MAX;

/// The bytes of a data segment at offset `src`, `n` of them, written to memory `mem` at `dst`.
///
/// # Safety
/// As for all functions here: the instance is whole, and nobody else uses its memories and tables meanwhile.
pub(crate) unsafe fn memory_init(
    inst: &InstanceEntity,
    mem: u32,
    data: u32,
    dst: u32,
    src: u32,
    n: u32,
) -> Result<(), Trap> {
    // SAFETY: the caller's promise; loaded modules live as long as the store.
    let module = unsafe { &inst.loaded.as_ref().module };
    let bytes = if bit(&inst.data_dropped, data) {
        &[][..]
    } else {
        module.wasm().data(module.bytes(), DataIdx(data)).map_or(&[][..], |data| data.bytes)
    };
    let from = bytes.get(src as usize..).and_then(|rest| rest.get(..n as usize)).ok_or(Trap::MemoryOutOfBounds)?;
    // SAFETY: the caller's promise.
    let to = unsafe { memory(inst, mem)?.as_mut().slice_mut(dst, n)? };
    copy_slice(to, from);
    Ok(())
}

/// Drops a data segment: it has no bytes from now on.
pub(crate) fn data_drop(inst: &mut InstanceEntity, data: u32) {
    set_bit(&mut inst.data_dropped, data);
}

/// `n` bytes of memory `src_mem` at `src` to memory `dst_mem` at `dst`, as if through a buffer.
///
/// # Safety
/// See [`memory_init`].
pub(crate) unsafe fn memory_copy(
    inst: &InstanceEntity,
    dst_mem: u32,
    src_mem: u32,
    dst: u32,
    src: u32,
    n: u32,
) -> Result<(), Trap> {
    // SAFETY: the caller's promise; both memories may be one.
    let (to, from) = unsafe { (memory(inst, dst_mem)?.as_ref(), memory(inst, src_mem)?.as_ref()) };
    to.slice(dst, n)?;
    from.slice(src, n)?;
    // SAFETY: both ranges are inside their memories, as just checked.
    unsafe { core::ptr::copy(from.base.add(src as usize), to.base.add(dst as usize), n as usize) };
    Ok(())
}

/// `n` bytes of memory `mem` at `dst` become the low byte of `value`.
///
/// # Safety
/// See [`memory_init`].
pub(crate) unsafe fn memory_fill(inst: &InstanceEntity, mem: u32, dst: u32, value: u32, n: u32) -> Result<(), Trap> {
    // SAFETY: the caller's promise.
    unsafe { memory(inst, mem)?.as_mut().slice_mut(dst, n)?.fill(value as u8) };
    Ok(())
}

/// Grows memory `mem`; gives its old size in pages or [`REFUSED`].
///
/// # Safety
/// See [`memory_init`].
pub(crate) unsafe fn memory_grow(inst: &InstanceEntity, mem: u32, delta: u32) -> u32 {
    // SAFETY: the caller's promise.
    memory(inst, mem).ok().and_then(|mut memory| unsafe { memory.as_mut() }.grow(delta)).unwrap_or(REFUSED)
}

/// Element `at` of a table.
///
/// # Safety
/// See [`memory_init`].
pub(crate) unsafe fn table_get(inst: &InstanceEntity, table_idx: u32, at: u32) -> Result<Slot, Trap> {
    // SAFETY: the caller's promise.
    unsafe { table(inst, table_idx)?.as_ref().get(at) }
}

/// Replaces element `at` of a table.
///
/// # Safety
/// See [`memory_init`].
pub(crate) unsafe fn table_set(inst: &InstanceEntity, table_idx: u32, at: u32, value: Slot) -> Result<(), Trap> {
    // SAFETY: the caller's promise.
    unsafe { table(inst, table_idx)?.as_mut().set(at, value) }
}

/// The number of elements of a table.
///
/// # Safety
/// See [`memory_init`].
pub(crate) unsafe fn table_size(inst: &InstanceEntity, table_idx: u32) -> u32 {
    // SAFETY: the caller's promise.
    table(inst, table_idx).map_or(0, |table| unsafe { table.as_ref() }.len())
}

/// Grows a table; gives its old size or [`REFUSED`].
///
/// # Safety
/// See [`memory_init`].
pub(crate) unsafe fn table_grow(inst: &InstanceEntity, table_idx: u32, init: Slot, delta: u32) -> u32 {
    // SAFETY: the caller's promise.
    table(inst, table_idx).ok().and_then(|mut table| unsafe { table.as_mut() }.grow(delta, init)).unwrap_or(REFUSED)
}

/// `n` elements of a table from `at` on become `value`.
///
/// # Safety
/// See [`memory_init`].
pub(crate) unsafe fn table_fill(
    inst: &InstanceEntity,
    table_idx: u32,
    at: u32,
    value: Slot,
    n: u32,
) -> Result<(), Trap> {
    // SAFETY: the caller's promise.
    unsafe { table(inst, table_idx)?.as_mut().fill(at, value, n) }
}

/// `n` elements of table `src_table` at `src` to table `dst_table` at `dst`, as if through a buffer.
///
/// # Safety
/// See [`memory_init`].
pub(crate) unsafe fn table_copy(
    inst: &InstanceEntity,
    dst_table: u32,
    src_table: u32,
    dst: u32,
    src: u32,
    n: u32,
) -> Result<(), Trap> {
    let mut to = table(inst, dst_table)?;
    let from = table(inst, src_table)?;
    // SAFETY: the caller's promise.
    unsafe {
        if to == from {
            to.as_ref().range(dst, n)?;
            to.as_ref().range(src, n)?;
            let first = to.as_mut().elems.as_mut_ptr();
            // Both ranges are inside the table, as just checked.
            core::ptr::copy(first.add(src as usize), first.add(dst as usize), n as usize);
        } else {
            let to = to.as_mut().range_mut(dst, n)?;
            copy_slice(to, from.as_ref().range(src, n)?);
        }
    }
    Ok(())
}

/// The items of an element segment at offset `src`, `n` of them, written to a table at `dst`.
///
/// # Safety
/// See [`memory_init`].
pub(crate) unsafe fn table_init(
    inst: &InstanceEntity,
    elem: u32,
    table_idx: u32,
    dst: u32,
    src: u32,
    n: u32,
) -> Result<(), Trap> {
    // SAFETY: the caller's promise.
    let module = unsafe { &inst.loaded.as_ref().module };
    let found = if bit(&inst.elem_dropped, elem) { None } else { module.wasm().elem(module.bytes(), ElemIdx(elem)) };
    let len = found.as_ref().map_or(0, |elem| elem.len());
    if src.checked_add(n).is_none_or(|end| end > len) {
        return Err(Trap::TableOutOfBounds);
    }
    // SAFETY: the caller's promise.
    let to = unsafe { table(inst, table_idx)?.as_mut().range_mut(dst, n)? };
    let Some(found) = found else {
        return Ok(());
    };
    for (place, item) in to.iter_mut().zip(found.items().skip(src as usize)) {
        *place = match item {
            ElemItem::Func(func) => inst.ref_func(func),
            // Validation proved that it evaluates.
            ElemItem::Expr(expr) => expr.eval(&mut ConstValues(inst)).unwrap_or(0) as Slot,
        };
    }
    Ok(())
}

/// Drops an element segment: it has no items from now on.
pub(crate) fn elem_drop(inst: &mut InstanceEntity, elem: u32) {
    set_bit(&mut inst.elem_dropped, elem);
}

/// What constant expressions of an instance refer to.
pub(crate) struct ConstValues<'a>(pub &'a InstanceEntity);

impl moteur_wasm::ConstEnv for ConstValues<'_> {
    fn global(&mut self, global: GlobalIdx) -> u64 {
        // SAFETY: globals live as long as the store, and only constant ones are read here.
        self.0.globals.get(global.index()).map_or(0, |bits| unsafe { *bits.as_ptr() })
    }

    fn ref_func(&mut self, func: FuncIdx) -> u64 {
        self.0.ref_func(func) as u64
    }
}

impl InstanceEntity {
    /// A reference to a function, as it stands in slots.
    pub fn ref_func(&self, func: FuncIdx) -> Slot {
        self.func(func).map_or(0, |func| func.as_ptr().expose_provenance())
    }
}

fn memory(inst: &InstanceEntity, memory: u32) -> Result<NonNull<MemoryEntity>, Trap> {
    inst.memories.get(memory as usize).copied().ok_or(Trap::MemoryOutOfBounds)
}

fn table(inst: &InstanceEntity, table: u32) -> Result<NonNull<TableEntity>, Trap> {
    inst.tables.get(table as usize).copied().ok_or(Trap::TableOutOfBounds)
}

fn bit(bits: &[u32], at: u32) -> bool {
    bits.get(at as usize / 32).is_none_or(|word| word >> (at % 32) & 1 != 0)
}

fn set_bit(bits: &mut [u32], at: u32) {
    if let Some(word) = bits.get_mut(at as usize / 32) {
        *word |= 1 << (at % 32);
    }
}
