//! A jump to a function whose address stands in the context.

use moteur_image::context::library_offset;
use moteur_image::target::Arch;

use crate::error::Error;
use crate::machine::Machine;

/// Appends the jump.
pub fn write(code: &mut Vec<u8>, machine: &Machine, index: u32) -> Result<(), Error> {
    let offset = library_offset(index, machine.arch.width());
    match machine.arch {
        Arch::Thumb if machine.triple.starts_with("thumbv6m") => {
            // push {r0, r1}; ldr r0, [pc, #4]; add r0, r9; ldr r0, [r0]; str r0, [sp, #4]; pop {r0, pc}; offset
            for half in [0xB403_u16, 0x4802, 0x4448, 0x6800, 0x9001, 0xBD01] {
                code.extend_from_slice(&half.to_le_bytes());
            }
            code.extend_from_slice(&offset.to_le_bytes());
        }
        Arch::Thumb => {
            // ldr.w pc, [r9, #offset]
            if offset > 0xFFF {
                return Err(Error::Link("the context is too large for this machine".into()));
            }
            code.extend_from_slice(&0xF8D9_u16.to_le_bytes());
            code.extend_from_slice(&(0xF000 | offset as u16).to_le_bytes());
        }
        Arch::RiscV32 | Arch::RiscV64 => {
            // lw/ld t1, offset(s11); jr t1
            let width = if machine.arch == Arch::RiscV32 { 2 } else { 3 };
            let load = offset << 20 | 27 << 15 | width << 12 | 6 << 7 | 0x03;
            let jump = 6 << 15 | 0x67_u32;
            code.extend_from_slice(&load.to_le_bytes());
            code.extend_from_slice(&jump.to_le_bytes());
        }
        Arch::AArch64 | Arch::X86_64 => {
            return Err(Error::Link("this machine has no library".into()));
        }
    }
    Ok(())
}
