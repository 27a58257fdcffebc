//! The function types of a store: equal types have equal numbers, whichever module or host function they came from.
//!
//! One flat list holds the parts of all types. The index finds a type again: by a table of hashes, so that loading a module
//! takes time in proportion to its types, or by looking at all, where modules come from a compiler that is trusted.

#[cfg_attr(not(feature = "interpreter"), path = "types/listed.rs")]
#[cfg_attr(feature = "interpreter", path = "types/hashed.rs")]
mod index;

use moteur_pool::{Heap, OutOfMemory, Vec};
use moteur_wasm::{FuncType, ValType};

use index::Index;

/// The registry.
pub(crate) struct TypeRegistry {
    parts: Vec<ValType>,
    types: Vec<Entry>,
    index: Index,
}

#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    params: u16,
    results: u16,
}

impl TypeRegistry {
    pub fn new(heap: Heap) -> TypeRegistry {
        TypeRegistry { parts: Vec::new_in(heap), types: Vec::new_in(heap), index: Index::new(heap) }
    }

    /// The type with this number.
    pub fn get(&self, id: u32) -> Option<FuncType<'_>> {
        let entry = self.types.get(id as usize)?;
        let parts = self.parts.get(entry.start as usize..)?;
        let (params, rest) = parts.split_at_checked(usize::from(entry.params))?;
        Some(FuncType { params, results: rest.get(..usize::from(entry.results))? })
    }

    /// The number of a type, which is added when it is new.
    pub fn intern(&mut self, ty: FuncType<'_>) -> Result<u32, OutOfMemory> {
        let place = match Index::find(self, ty)? {
            Ok(id) => return Ok(id),
            Err(place) => place,
        };
        let id = self.add(ty)?;
        self.index.put(place, id);
        Ok(id)
    }

    fn add(&mut self, ty: FuncType<'_>) -> Result<u32, OutOfMemory> {
        let id = u32::try_from(self.types.len()).map_err(|_| OutOfMemory)?;
        let start = self.parts.len();
        let entry = Entry {
            start: u32::try_from(start).map_err(|_| OutOfMemory)?,
            params: u16::try_from(ty.params.len()).map_err(|_| OutOfMemory)?,
            results: u16::try_from(ty.results.len()).map_err(|_| OutOfMemory)?,
        };
        let added = self
            .parts
            .extend_from_slice(ty.params)
            .and_then(|()| self.parts.extend_from_slice(ty.results))
            .and_then(|()| self.types.push(entry));
        if added.is_err() {
            self.parts.truncate(start);
        }
        added.map(|()| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_types_have_equal_numbers() {
        let mut types = TypeRegistry::new(Heap::system());
        let parts = [ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::FUNCREF, ValType::EXTERNREF];
        let mut ids = std::vec::Vec::new();
        for round in 0..2 {
            let mut n = 0;
            for a in parts {
                for b in parts {
                    for (params, results) in [(&[a, b][..], &[][..]), (&[a], &[b]), (&[], &[a, b])] {
                        let id = types.intern(FuncType { params, results }).unwrap();
                        let found = types.get(id).unwrap();
                        assert_eq!((found.params, found.results), (params, results));
                        if round == 0 {
                            ids.push(id);
                        } else {
                            assert_eq!(ids[n], id);
                        }
                        n += 1;
                    }
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 6 * 6 * 3);
        assert!(types.get(ids.len() as u32).is_none());
    }
}
