//! How a module is cut into chunks that are compiled apart from each other, and so at the same time.
//!
//! Where it is cut depends on the module alone, never on the machine that compiles it: the result is the same, byte by
//! byte, with one thread and with twenty. Functions are inlined within a chunk only, so what fits a microcontroller stays
//! one.

use std::collections::BTreeSet;
use std::ops::Range;

use moteur_wasm::validate::{FuncValidator, Imm, Scratch};
use moteur_wasm::{ExternIdx, FuncIdx, Global, MemIdx, Module, Op};

use crate::error::Error;
use crate::translate::TailFacts;

/// Bytes of bodies after which a chunk ends.
const CHUNK_BYTES: usize = 128 << 10;

/// Functions after which it ends however small they are: what LLVM needs for functions that all call each other grows with
/// the square of their number.
const CHUNK_FUNCTIONS: u32 = 1024;

/// A part of the module, for which LLVM gets a module of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// The functions, by index.
    pub functions: Range<u32>,
    /// Whether the ways in are part of it: they are of the last one.
    pub has_entries: bool,
}

/// What holds for the module as a whole.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Its tail calls: their convention costs all calls, and not every machine has it.
    pub tails: TailFacts,
    /// Its memory.
    pub memory: Memory,
}

/// What is known of the memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Bytes that it has at least.
    pub bytes_min: u64,
    /// Whether it never has more, and stays where it is.
    pub is_fixed: bool,
}

/// Addresses that a guest has.
pub const ADDRESSES: u64 = 1 << 32;

impl Facts {
    /// Looks through all functions.
    pub fn of(wasm: &Module<Global>, bytes: &[u8]) -> Result<Facts, Error> {
        let mut grows = false;
        let mut scratch = Scratch::new(&Global);
        let (mut makers, mut callee_types) = (BTreeSet::new(), BTreeSet::new());
        for index in whole(wasm).functions {
            let mut validator = FuncValidator::new(wasm, bytes, FuncIdx(index), &mut scratch)?;
            while let Some(instr) = validator.step()? {
                let ty = match (instr.op, instr.imm) {
                    (Op::ReturnCall, Imm::Func(func)) => wasm.func_type_idx(func),
                    (Op::ReturnCallIndirect, Imm::CallIndirect { ty, .. }) => Some(ty),
                    (op, _) => {
                        grows |= op == Op::MemoryGrow;
                        continue;
                    }
                };
                makers.insert(index);
                callee_types.extend(ty.map(|ty| ty.0));
            }
        }
        let is_exported = wasm.exports(bytes).any(|export| matches!(export.item, ExternIdx::Memory(_)));
        // Others may grow a memory that they can name.
        let may_grow = grows || is_exported || wasm.imported_memory_count() > 0;
        let memory = wasm.memory_type(MemIdx(0)).map_or(Memory::default(), |ty| Memory {
            bytes_min: ty.bytes_min(),
            // No machine of 32 bits has a memory of all addresses.
            is_fixed: ty.bytes_min() < ADDRESSES && (!may_grow || ty.limits.max == Some(ty.limits.min)),
        });
        Ok(Facts { tails: TailFacts::new(wasm, makers, &callee_types), memory })
    }
}

/// The whole module as one.
pub fn whole(wasm: &Module<Global>) -> Chunk {
    Chunk { functions: wasm.imported_func_count()..wasm.func_count(), has_entries: true }
}

/// Cuts the module.
pub fn chunks(wasm: &Module<Global>) -> Vec<Chunk> {
    let whole = whole(wasm);
    let sizes = whole.functions.clone().map(|index| wasm.body(FuncIdx(index)).map_or(0, |body| body.len()));
    let mut chunks: Vec<Chunk> = cut(whole.functions.start, sizes).into_iter().map(inner).collect();
    match chunks.last_mut() {
        Some(last) => last.has_entries = true,
        None => chunks.push(whole),
    }
    chunks
}

fn inner(functions: Range<u32>) -> Chunk {
    Chunk { functions, has_entries: false }
}

/// Cuts behind the functions with which a chunk is full; the rest is a chunk of its own only if it is worth it.
fn cut(first: u32, sizes: impl Iterator<Item = usize>) -> Vec<Range<u32>> {
    let mut ranges: Vec<Range<u32>> = Vec::new();
    let (mut start, mut end, mut bytes) = (first, first, 0_usize);
    for size in sizes {
        end += 1;
        bytes = bytes.saturating_add(size);
        if bytes >= CHUNK_BYTES || end - start >= CHUNK_FUNCTIONS {
            ranges.push(start..end);
            (start, bytes) = (end, 0);
        }
    }
    match ranges.last_mut() {
        Some(last) if bytes < CHUNK_BYTES / 2 && end - start < CHUNK_FUNCTIONS / 2 => last.end = end,
        _ if start < end => ranges.push(start..end),
        _ => {}
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_hold_every_function_once_and_in_order() {
        let full = CHUNK_BYTES;
        for (sizes, ends) in [
            (&[][..], &[][..]),
            (&[1, 2, 3], &[8]),
            (&[full, 1], &[7]),
            (&[full, full / 2], &[6, 7]),
            (&[full / 2, full / 2, full / 2, 7, full, 3], &[7, 11]),
            (&[3 * full, full - 1, 1, full - 1], &[6, 8, 9]),
        ] {
            let starts = [5].into_iter().chain(ends.iter().copied());
            let expected: Vec<_> = starts.zip(ends).map(|(start, end)| start..*end).collect();
            assert_eq!(cut(5, sizes.iter().copied()), expected, "{sizes:?}");
        }
    }

    #[test]
    fn many_small_functions_are_cut_too() {
        let ranges = cut(0, std::iter::repeat_n(3, 2 * CHUNK_FUNCTIONS as usize + 600));
        let ends: Vec<_> = ranges.iter().map(|range| range.end).collect();
        assert_eq!(ends, [CHUNK_FUNCTIONS, 2 * CHUNK_FUNCTIONS, 2 * CHUNK_FUNCTIONS + 600]);
    }

    #[test]
    fn a_module_without_functions_has_its_entries() {
        let bytes = wat::parse_str("(module (import \"a\" \"b\" (func)))").unwrap();
        let wasm = Module::new(&bytes, &Global).unwrap();
        assert_eq!(chunks(&wasm), [Chunk { functions: 1..1, has_entries: true }]);
    }
}
