//! The object's line table: where in the code each call begins, and the number that its debug location has as its line.

use gimli::{DebugLine, DebugLineOffset, LittleEndian};
use object::{Architecture, Object as _, ObjectSection, RelocationTarget, SymbolIndex};

use crate::error::Error;

/// Rows of place in the code and number, ascending. `place_of` says where in the code a symbol is.
pub fn read(
    file: &object::File<'_>,
    place_of: impl Fn(SymbolIndex) -> Result<u32, Error>,
) -> Result<Vec<(u32, u32)>, Error> {
    let Some(section) = file.section_by_name(".debug_line") else { return Ok(Vec::new()) };
    let mut bytes = section.data().map_err(|error| Error::Link(error.to_string()))?.to_vec();
    let width = if file.is_64() { 8 } else { 4 };
    for (offset, relocation) in section.relocations() {
        let RelocationTarget::Symbol(symbol) = relocation.target() else { continue };
        // Where a row begins is an address; others lead to names, which nobody asks for.
        let Ok(place) = place_of(symbol) else { continue };
        let object::RelocationFlags::Elf { r_type } = relocation.flags() else { return Err(damaged()) };
        let is_riscv = matches!(file.architecture(), Architecture::Riscv32 | Architecture::Riscv64);
        let change = if is_riscv { Change::of_riscv(r_type.0) } else { None };
        let (change, width) = change.unwrap_or((Change::Set, width));
        let at = usize::try_from(offset).map_err(|_| damaged())?;
        let field = bytes.get_mut(at..).and_then(|rest| rest.get_mut(..width)).ok_or_else(damaged)?;
        let old = field.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
        let addend = if relocation.has_implicit_addend() { old } else { relocation.addend() as u64 };
        let value = u64::from(place).wrapping_add(addend);
        let value = match change {
            Change::Set => value,
            Change::Add => old.wrapping_add(value),
            Change::Subtract => old.wrapping_sub(value),
        };
        for (byte, shift) in field.iter_mut().zip((0..).step_by(8)) {
            *byte = (value >> shift) as u8;
        }
    }
    let mut rows = rows(&bytes, width as u8).map_err(|error| Error::Link(format!("the line table: {error}")))?;
    // The last row of a place is the one that counts, and a row that repeats its number says nothing.
    rows.sort_by_key(|(place, _)| *place);
    rows.dedup_by(|next, row| {
        let is_same_place = next.0 == row.0;
        if is_same_place {
            row.1 = next.1;
        }
        is_same_place
    });
    rows.retain(|(_, number)| *number != 0);
    rows.dedup_by_key(|(_, number)| *number);
    Ok(rows)
}

/// What a relocation does with the symbol's place.
enum Change {
    Set,
    Add,
    Subtract,
}

impl Change {
    /// RISC-V has distances that are known only when everything has its place; with how many bytes they are written.
    fn of_riscv(kind: u32) -> Option<(Change, usize)> {
        const ADD8: u32 = 33;
        const SUB8: u32 = 37;
        match kind {
            ADD8..SUB8 => Some((Change::Add, 1 << (kind - ADD8))),
            SUB8..41 => Some((Change::Subtract, 1 << (kind - SUB8))),
            _ => None,
        }
    }
}

fn damaged() -> Error {
    Error::Link("the line table is damaged".into())
}

fn rows(bytes: &[u8], width: u8) -> gimli::Result<Vec<(u32, u32)>> {
    let program = DebugLine::new(bytes, LittleEndian).program(DebugLineOffset(0), width, None, None)?;
    let mut rows = program.rows();
    let mut found = Vec::new();
    while let Some((_, row)) = rows.next_row()? {
        if !row.end_sequence() {
            found.push((row.address() as u32, row.line().map_or(0, |line| line.get() as u32)));
        }
    }
    Ok(found)
}
