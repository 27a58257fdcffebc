//! Tables of references.

use moteur_pool::{Heap, Vec};
use moteur_wasm::{Limits, TableType, Trap};

use super::entity::TableEntity;
use crate::error::{Error, Limit};
use crate::native;
use crate::slot::Slot;

impl TableEntity {
    /// A table with the type's smallest size, all `init`.
    pub fn new(ty: TableType, init: Slot, elements_limit: u32, heap: Heap) -> Result<TableEntity, Error> {
        let len = u32::try_from(ty.limits.min).unwrap_or(u32::MAX);
        if len > elements_limit {
            return Err(Error::Limit(Limit::TableElements));
        }
        let mut elems = Vec::with_capacity_in(len as usize, heap)?;
        elems.resize(len as usize, init)?;
        let declared_max = ty.limits.max.map_or(u32::MAX, |max| u32::try_from(max).unwrap_or(u32::MAX));
        let head = native::TableHead::of(&elems);
        Ok(TableEntity { head, elems, ty, len_max: declared_max.min(elements_limit) })
    }

    /// Its type with the present size as the smallest.
    pub fn ty(&self) -> TableType {
        TableType { element: self.ty.element, limits: Limits { min: u64::from(self.len()), max: self.ty.limits.max } }
    }

    /// How many elements it has.
    #[inline]
    pub fn len(&self) -> u32 {
        // `len_max` bounds it.
        self.elems.len() as u32
    }

    /// The element with index `at`.
    #[inline]
    pub fn get(&self, at: u32) -> Result<Slot, Trap> {
        self.elems.get(at as usize).copied().ok_or(Trap::TableOutOfBounds)
    }

    /// Replaces the element with index `at`.
    pub fn set(&mut self, at: u32, value: Slot) -> Result<(), Trap> {
        *self.elems.get_mut(at as usize).ok_or(Trap::TableOutOfBounds)? = value;
        Ok(())
    }

    /// Grows by `delta` elements, all `init`, and gives the old size; `None` when limits or heap refuse.
    pub fn grow(&mut self, delta: u32, init: Slot) -> Option<u32> {
        let old = self.len();
        let len = old.checked_add(delta).filter(|len| *len <= self.len_max)?;
        // Room to spare makes growing one by one cheap; where it is not to be had, exactly enough must do.
        if self.elems.reserve(delta as usize).is_err() {
            self.elems.reserve_exact(delta as usize).ok()?;
        }
        self.elems.resize(len as usize, init).ok()?;
        self.head = native::TableHead::of(&self.elems);
        Some(old)
    }

    /// Sets the `len` elements from `at` on to `value`.
    pub fn fill(&mut self, at: u32, value: Slot, len: u32) -> Result<(), Trap> {
        self.range_mut(at, len)?.fill(value);
        Ok(())
    }

    /// The `len` elements from `at` on.
    pub fn range_mut(&mut self, at: u32, len: u32) -> Result<&mut [Slot], Trap> {
        let rest = self.elems.get_mut(at as usize..).ok_or(Trap::TableOutOfBounds)?;
        rest.get_mut(..len as usize).ok_or(Trap::TableOutOfBounds)
    }

    /// The `len` elements from `at` on.
    pub fn range(&self, at: u32, len: u32) -> Result<&[Slot], Trap> {
        let rest = self.elems.get(at as usize..).ok_or(Trap::TableOutOfBounds)?;
        rest.get(..len as usize).ok_or(Trap::TableOutOfBounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use moteur_wasm::RefType;

    fn table(min: u64, max: Option<u64>, limit: u32) -> Result<TableEntity, Error> {
        let ty = TableType { element: RefType::EXTERNREF, limits: Limits { min, max } };
        TableEntity::new(ty, 5, limit, Heap::system())
    }

    #[test]
    fn four_gibi_elements_are_refused_not_tried() {
        assert_eq!(table(u64::from(u32::MAX), None, 1000).err(), Some(Error::Limit(Limit::TableElements)));
        assert_eq!(table(1 << 32, None, u32::MAX - 1).err(), Some(Error::Limit(Limit::TableElements)));
        let mut small = table(0, None, 1000).unwrap();
        assert_eq!(small.grow(u32::MAX, 0), None);
        assert_eq!(small.grow(1001, 0), None);
        assert_eq!(small.grow(1000, 0), Some(0));
        assert_eq!(small.grow(1, 0), None);
    }

    #[test]
    fn elements_are_checked() {
        let mut table = table(2, Some(4), 1000).unwrap();
        assert_eq!(table.get(1), Ok(5));
        assert_eq!(table.get(2), Err(Trap::TableOutOfBounds));
        assert_eq!(table.set(2, 1), Err(Trap::TableOutOfBounds));
        assert_eq!(table.grow(2, 9), Some(2));
        assert_eq!(table.grow(1, 9), None);
        assert_eq!(table.fill(1, 7, 2), Ok(()));
        assert_eq!(&table.elems[..], [5, 7, 7, 9]);
        assert_eq!(table.fill(4, 7, 0), Ok(()));
        assert_eq!(table.fill(5, 7, 0), Err(Trap::TableOutOfBounds));
        assert_eq!(table.fill(3, 7, 2), Err(Trap::TableOutOfBounds));
        assert_eq!(table.fill(3, 7, u32::MAX), Err(Trap::TableOutOfBounds));
    }
}
