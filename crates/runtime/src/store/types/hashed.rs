//! Finds types by an open-addressed table of their hashes.

use moteur_pool::{Heap, OutOfMemory, Vec};
use moteur_wasm::{FuncType, HeapType, ValType};

use super::TypeRegistry;

/// Numbers of types plus one, 0 where free; the length is a power of two and at least half of it is free.
pub(super) struct Index(Vec<u32>);

/// Where a type belongs that is not there.
pub(super) struct Place(usize);

impl Index {
    pub fn new(heap: Heap) -> Index {
        Index(Vec::new_in(heap))
    }

    /// The number of a type, or where it belongs.
    pub fn find(types: &mut TypeRegistry, ty: FuncType<'_>) -> Result<Result<u32, Place>, OutOfMemory> {
        if types.types.len().saturating_mul(2) >= types.index.0.len() {
            Index::grow(types)?;
        }
        let table = &types.index.0;
        let mask = table.len().wrapping_sub(1);
        let mut at = hash(ty) as usize & mask;
        loop {
            let Some(&found) = table.get(at) else {
                return Err(OutOfMemory);
            };
            let Some(id) = found.checked_sub(1) else {
                return Ok(Err(Place(at)));
            };
            if types.get(id) == Some(ty) {
                return Ok(Ok(id));
            }
            at = at.wrapping_add(1) & mask;
        }
    }

    /// Notes a type that was added.
    pub fn put(&mut self, place: Place, id: u32) {
        if let Some(place) = self.0.get_mut(place.0) {
            *place = id.wrapping_add(1);
        }
    }

    fn grow(types: &mut TypeRegistry) -> Result<(), OutOfMemory> {
        let len = types.index.0.len().checked_mul(2).ok_or(OutOfMemory)?.max(8);
        // The old table stays as it is until the new one has its memory.
        types.index.0.reserve_exact(len.saturating_sub(types.index.0.len()))?;
        types.index.0.truncate(0);
        types.index.0.resize(len, 0)?;
        let mask = len.wrapping_sub(1);
        for id in 0..types.types.len() as u32 {
            let Some(ty) = types.get(id) else { continue };
            let mut at = hash(ty) as usize & mask;
            while let Some(place) = types.index.0.get_mut(at) {
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
