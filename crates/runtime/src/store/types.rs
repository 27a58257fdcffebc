//! The function types of a store: equal types have equal numbers, whichever module or host function they came from.
//!
//! One flat list holds the parts of all types; an open-addressed table of their hashes finds a type again, so loading a
//! module takes time in proportion to its types.

use moteur_pool::{Heap, OutOfMemory, Vec};
use moteur_wasm::{FuncType, HeapType, ValType};

/// The registry.
pub(crate) struct TypeRegistry {
    parts: Vec<ValType>,
    types: Vec<Entry>,
    /// Numbers of types plus one, 0 where free; the length is a power of two and at least half of it is free.
    table: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    params: u16,
    results: u16,
}

impl TypeRegistry {
    pub fn new(heap: Heap) -> TypeRegistry {
        TypeRegistry { parts: Vec::new_in(heap), types: Vec::new_in(heap), table: Vec::new_in(heap) }
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
        if self.types.len().saturating_mul(2) >= self.table.len() {
            self.grow()?;
        }
        let mask = self.table.len().wrapping_sub(1);
        let mut at = hash(ty) as usize & mask;
        loop {
            let Some(&found) = self.table.get(at) else {
                return Err(OutOfMemory);
            };
            let Some(id) = found.checked_sub(1) else {
                break;
            };
            if self.get(id) == Some(ty) {
                return Ok(id);
            }
            at = at.wrapping_add(1) & mask;
        }
        let id = self.add(ty)?;
        if let Some(place) = self.table.get_mut(at) {
            *place = id.wrapping_add(1);
        }
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

    fn grow(&mut self) -> Result<(), OutOfMemory> {
        let len = self.table.len().checked_mul(2).ok_or(OutOfMemory)?.max(8);
        // The old table stays as it is until the new one has its memory.
        self.table.reserve_exact(len.saturating_sub(self.table.len()))?;
        self.table.truncate(0);
        self.table.resize(len, 0)?;
        let mask = len.wrapping_sub(1);
        for id in 0..self.types.len() as u32 {
            let Some(ty) = self.get(id) else { continue };
            let mut at = hash(ty) as usize & mask;
            while let Some(place) = self.table.get_mut(at) {
                if *place == 0 {
                    *place = id.wrapping_add(1);
                    break;
                }
                at = at.wrapping_add(1) & mask;
            }
        }
        Ok(())
    }
}

/// FNV-1a over the parts, with a separator between parameters and results.
fn hash(ty: FuncType<'_>) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut mix = |byte: u32| hash = (hash ^ byte).wrapping_mul(0x0100_0193);
    for part in ty.params {
        mix(code(*part));
    }
    mix(0xff);
    for part in ty.results {
        mix(code(*part));
    }
    // The low bits choose the place: let the high ones take part.
    hash ^ (hash >> 15)
}

fn code(ty: ValType) -> u32 {
    match ty {
        ValType::I32 => 1,
        ValType::I64 => 2,
        ValType::F32 => 3,
        ValType::F64 => 4,
        ValType::V128 => 5,
        ValType::Ref(of) => {
            let heap = match of.heap {
                HeapType::Func => 6,
                HeapType::Extern => 8,
            };
            heap + u32::from(of.nullable)
        }
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
