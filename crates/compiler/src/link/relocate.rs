//! The relocations that our code can have, each relative to where it stands.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use moteur_image::target::Arch;

use crate::error::Error;

/// A relocation.
pub struct Change {
    /// Where in the code.
    pub at: usize,
    /// The address of that.
    pub place: u64,
    /// Its number in the ELF supplement of the processor.
    pub kind: u32,
    /// The address of what it refers to.
    pub symbol: u64,
    /// 1 if that is Thumb code.
    pub thumb_bit: u64,
    pub addend: i64,
}

/// Relocations are applied in two passes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    First,
    Second,
}

/// What the first pass found out for the second: the distance that starts at an address.
#[derive(Default)]
pub struct Pairs(BTreeMap<u64, i64>);

mod arm {
    pub const REL32: u32 = 3;
    pub const THM_CALL: u32 = 10;
    pub const THM_JUMP24: u32 = 30;
}

mod aarch64 {
    pub const PREL32: u32 = 261;
    pub const LD_PREL_LO19: u32 = 273;
    pub const ADR_PREL_LO21: u32 = 274;
    pub const JUMP26: u32 = 282;
    pub const CALL26: u32 = 283;
}

mod riscv {
    pub const BRANCH: u32 = 16;
    pub const JAL: u32 = 17;
    pub const CALL: u32 = 18;
    pub const CALL_PLT: u32 = 19;
    pub const PCREL_HI20: u32 = 23;
    pub const PCREL_LO12_I: u32 = 24;
    pub const PCREL_LO12_S: u32 = 25;
    pub const ADD32: u32 = 35;
    pub const SUB32: u32 = 39;
    pub const RELAX: u32 = 51;
    pub const PC32: u32 = 57;
}

mod x86_64 {
    pub const PC32: u32 = 2;
    pub const PLT32: u32 = 4;
}

/// Whether the relocation's symbol means anything.
pub fn needs_symbol(arch: Arch, kind: u32) -> bool {
    !(matches!(arch, Arch::RiscV32 | Arch::RiscV64) && kind == riscv::RELAX)
}

fn word(code: &[u8], at: usize) -> Result<u32, Error> {
    let bytes = code.get(at..).and_then(|rest| rest.first_chunk());
    bytes.map(|bytes| u32::from_le_bytes(*bytes)).ok_or_else(outside)
}

fn put(code: &mut [u8], at: usize, word: u32) -> Result<(), Error> {
    let place = code.get_mut(at..).and_then(|rest| rest.first_chunk_mut()).ok_or_else(outside)?;
    *place = word.to_le_bytes();
    Ok(())
}

fn outside() -> Error {
    Error::Link("a relocation leaves the code".into())
}

fn fits(value: i64, bits: u32) -> Result<i64, Error> {
    let limit = 1_i64 << (bits - 1);
    if (-limit..limit).contains(&value) { Ok(value) } else { Err(Error::Link("the code is too large".into())) }
}

/// As `fits`, for the distance to an instruction.
fn reaches(value: i64, bits: u32, align: i64) -> Result<i64, Error> {
    if value % align != 0 {
        return Err(Error::Link("a jump leads between two instructions".into()));
    }
    fits(value, bits)
}

/// Applies one relocation.
pub fn apply(code: &mut [u8], arch: Arch, change: &Change, pass: Pass, pairs: &mut Pairs) -> Result<(), Error> {
    match arch {
        Arch::Thumb if pass == Pass::First => thumb(code, change),
        Arch::AArch64 if pass == Pass::First => arm64(code, change),
        Arch::X86_64 if pass == Pass::First => x86(code, change),
        Arch::RiscV32 | Arch::RiscV64 => risc(code, change, pass, pairs),
        _ => Ok(()),
    }
}

fn unknown(arch: &str, kind: u32) -> Error {
    Error::Link(format!("relocation {kind} of {arch} is not one that runs anywhere"))
}

fn distance(change: &Change) -> i64 {
    (change.symbol as i64).wrapping_add(change.addend).wrapping_sub(change.place as i64)
}

fn x86(code: &mut [u8], change: &Change) -> Result<(), Error> {
    match change.kind {
        x86_64::PC32 | x86_64::PLT32 => put(code, change.at, fits(distance(change), 32)? as u32),
        kind => Err(unknown("x86-64", kind)),
    }
}

fn arm64(code: &mut [u8], change: &Change) -> Result<(), Error> {
    let distance = distance(change);
    let old = word(code, change.at)?;
    let new = match change.kind {
        aarch64::PREL32 => fits(distance, 32)? as u32,
        aarch64::CALL26 | aarch64::JUMP26 => old & 0xFC00_0000 | (reaches(distance, 28, 4)? >> 2) as u32 & 0x03FF_FFFF,
        aarch64::LD_PREL_LO19 => old & 0xFF00_001F | ((reaches(distance, 21, 4)? >> 2) as u32 & 0x7_FFFF) << 5,
        aarch64::ADR_PREL_LO21 => {
            let value = fits(distance, 21)? as u32;
            old & 0x9F00_001F | (value & 3) << 29 | (value >> 2 & 0x7_FFFF) << 5
        }
        kind => return Err(unknown("AArch64", kind)),
    };
    put(code, change.at, new)
}

/// Arm keeps the addend where the result will stand.
fn thumb(code: &mut [u8], change: &Change) -> Result<(), Error> {
    let old = word(code, change.at)?;
    match change.kind {
        arm::REL32 => {
            let target = Change { symbol: change.symbol | change.thumb_bit, ..*change };
            let value = distance(&target).wrapping_add(i64::from(old as i32));
            put(code, change.at, fits(value, 33)? as u32)
        }
        arm::THM_CALL | arm::THM_JUMP24 => {
            let (high, low) = (old & 0xFFFF, old >> 16);
            let sign = high >> 10 & 1;
            let (i1, i2) = (!(low >> 13 ^ sign) & 1, !(low >> 11 ^ sign) & 1);
            let addend = sign << 24 | i1 << 23 | i2 << 22 | (high & 0x3FF) << 12 | (low & 0x7FF) << 1;
            let addend = i64::from((addend << 7) as i32 >> 7);
            let value = reaches(distance(change).wrapping_add(addend), 25, 2)? as u32;
            let sign = value >> 24 & 1;
            let (j1, j2) = (!(value >> 23 ^ sign) & 1, !(value >> 22 ^ sign) & 1);
            let high = high & 0xF800 | sign << 10 | value >> 12 & 0x3FF;
            let low = low & 0xD000 | j1 << 13 | j2 << 11 | value >> 1 & 0x7FF;
            put(code, change.at, low << 16 | high)
        }
        kind => Err(unknown("Thumb", kind)),
    }
}

fn risc(code: &mut [u8], change: &Change, pass: Pass, pairs: &mut Pairs) -> Result<(), Error> {
    let is_low = matches!(change.kind, riscv::PCREL_LO12_I | riscv::PCREL_LO12_S);
    if is_low != (pass == Pass::Second) {
        return Ok(());
    }
    let distance = distance(change);
    let at = change.at;
    match change.kind {
        riscv::RELAX => Ok(()),
        riscv::PC32 => put(code, at, fits(distance, 32)? as u32),
        riscv::ADD32 | riscv::SUB32 => {
            let value = change.symbol.wrapping_add(change.addend as u64) as u32;
            let old = word(code, at)?;
            let new = if change.kind == riscv::ADD32 { old.wrapping_add(value) } else { old.wrapping_sub(value) };
            put(code, at, new)
        }
        riscv::CALL | riscv::CALL_PLT => {
            let (high, low) = split(distance)?;
            let behind = at.checked_add(4).ok_or_else(outside)?;
            let (first, second) = (word(code, at)?, word(code, behind)?);
            put(code, at, first & 0xFFF | high)?;
            put(code, behind, second & 0xF_FFFF | low << 20)
        }
        riscv::PCREL_HI20 => {
            pairs.0.insert(change.place, distance);
            let old = word(code, at)?;
            put(code, at, old & 0xFFF | split(distance)?.0)
        }
        riscv::PCREL_LO12_I | riscv::PCREL_LO12_S => {
            // The symbol is the instruction with the high part.
            let distance = pairs.0.get(&change.symbol).ok_or_else(|| Error::Link("half a relocation".into()))?;
            let low = split(*distance)?.1;
            let old = word(code, at)?;
            let new = match change.kind {
                riscv::PCREL_LO12_I => old & 0xF_FFFF | low << 20,
                _ => old & 0x01FF_F07F | (low >> 5 & 0x7F) << 25 | (low & 0x1F) << 7,
            };
            put(code, at, new)
        }
        riscv::JAL => {
            let value = reaches(distance, 21, 2)? as u32;
            let field = (value >> 20 & 1) << 31
                | (value >> 1 & 0x3FF) << 21
                | (value >> 11 & 1) << 20
                | (value >> 12 & 0xFF) << 12;
            let old = word(code, at)?;
            put(code, at, old & 0xFFF | field)
        }
        riscv::BRANCH => {
            let value = reaches(distance, 13, 2)? as u32;
            let field =
                (value >> 12 & 1) << 31 | (value >> 5 & 0x3F) << 25 | (value >> 1 & 0xF) << 8 | (value >> 11 & 1) << 7;
            let old = word(code, at)?;
            put(code, at, old & 0x01FF_F07F | field)
        }
        kind => Err(unknown("RISC-V", kind)),
    }
}

/// The upper 20 bits in their place, and the lower 12, which are added with their sign.
fn split(distance: i64) -> Result<(u32, u32), Error> {
    let high = fits(distance.wrapping_add(0x800), 32)? as u32;
    Ok((high & 0xFFFF_F000, distance as u32 & 0xFFF))
}
