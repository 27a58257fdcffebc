//! `cargo xtask firmware --mpu`: native code that is wrong in every way that a processor objects to ends with a trap that says
//! why and where, and the firmware goes on.
//!
//! The module is compiled as any other. In copies of it other machine code takes the place of a function's, and the check
//! sum is mended: what runs is native code of a guest, from a section that the runtime accepts.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use moteur_image::section::{MAGIC, Native, mend_check_sum};

use crate::firmware::{Build, workspace};
use crate::qemu::{self, AN385, AN500, AN505, AN547, Board, RISCV_VIRT};
use crate::{kernels, shell};

const BOARDS: [Board; 5] = [AN505, AN547, AN500, AN385, RISCV_VIRT];

/// What stands in place of the function `run`, in the instructions of Armv6-M, which all cores have. r9 is the address of the
/// context, which begins with that of the guest's memory.
const CORTEX_M: &[(&str, &[u16])] = &[
    // mov r0, r9; ldr r0, [r0]; adds r0, #1; bx r0
    ("executes-data", &[0x4648, 0x6800, 0x3001, 0x4700]),
    // mov r0, pc; str r0, [r0]; b .-2
    ("writes-code", &[0x4678, 0x6000, 0xe7fd]),
    // push {r0-r7}; b .-2
    ("overflows-stack", &[0xb4ff, 0xe7fd]),
    // movs r0, #0; mov sp, r0; push {r0}; b .-2
    ("loses-stack", &[0x2000, 0x4685, 0xb401, 0xe7fd]),
    // movs r0, #3; lsls r0, #30; adds r0, #1; bx r0
    ("jumps", &[0x2003, 0x0780, 0x3001, 0x4700]),
    // movs r0, #3; lsls r0, #30; ldr r0, [r0]; b .-2
    ("reads", &[0x2003, 0x0780, 0x6800, 0xe7fd]),
    // What a function has to keep is lost: movs r4, #0; mov r8, r4; mov r11, r4; movs r7, #3; udf #0
    ("undefined", &[0x2400, 0x46a0, 0x46a3, 0x2703, 0xde00]),
    // adr r0, .+4 (an even address); bx r0; nop; nop
    ("not-thumb", &[0xa000, 0x4700, 0xbf00, 0xbf00]),
    // svc #0; b .
    ("calls-supervisor", &[0xdf00, 0xe7fe]),
    // movs r0, #0x4f; lsls r0, #8; adds r0, #0xff; lsls r0, #16; ldr r0, [r0]; b .-2
    ("reads-no-device", &[0x204f, 0x0200, 0x30ff, 0x0400, 0x6800, 0xe7fd]),
];

/// The same for RISC-V without memory protection.
const RISCV: &[(&str, &[u16])] = &[
    // lui t0, 0xc0000; jr t0
    ("jumps", &[0x02b7, 0xc000, 0x8067, 0x0002]),
    // mv sp, zero; sw ra, -4(sp)
    ("loses-stack", &[0x0113, 0x0000, 0x2e23, 0xfe11]),
    // lui t0, 0xc0000; lw t0, 0(t0)
    ("reads", &[0x02b7, 0xc000, 0xa283, 0x0002]),
    // What a function has to keep is lost: li s0, 3; li s1, 0; unimp
    ("undefined", &[0x0413, 0x0030, 0x0493, 0x0000, 0x0000]),
    // ecall; j .
    ("calls-supervisor", &[0x0073, 0x0000, 0xa001]),
];

/// Builds the modules and the program for each board, runs it, and compares what it prints.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let bless = shell::take_flag(&mut args, "--bless");
    let only = shell::take_value(&mut args, "--only")?;
    let chosen: Vec<_> =
        BOARDS.iter().filter(|board| only.as_deref().is_none_or(|name| name == board.machine)).collect();
    ensure!(args.is_empty() && !chosen.is_empty(), "usage: cargo xtask firmware --mpu [--bless] [--only MACHINE]");
    qemu::ensure_installed(&BOARDS)?;
    let mut failed = 0;
    for board in &chosen {
        let run = start(board)?;
        println!("== protect on {}\n{}", board.machine, run.output.trim_end());
        let printed = comparable(&run.output);
        let expected = workspace().join("protect").join(expected(board));
        // One of each kind says what the others must.
        if bless && matches!(**board, AN505 | RISCV_VIRT) {
            fs::write(&expected, &printed)?;
        }
        let text = fs::read_to_string(&expected).with_context(|| expected.display().to_string())?;
        if run.status != 0 || printed != text {
            failed += 1;
            println!("FAILED on {}: exits with {}, and prints\n{printed}", board.machine, run.status);
        }
    }
    println!("{} passed, {failed} failed, 0 skipped", chosen.len() - failed);
    ensure!(failed == 0, "memory is not protected on {failed} boards");
    Ok(())
}

fn start(board: &Board) -> Result<qemu::Run> {
    let folder = modules(board.target)?;
    let folder = folder.to_str().context("a path that is no text")?;
    let environment = [("MOTEUR_PROTECT", folder)];
    let build = Build { environment: &environment, ..Build::new("protect", board) };
    qemu::run(board, &build.image()?, Duration::from_secs(120))
}

/// Where it stands what is printed.
fn expected(board: &Board) -> &'static str {
    if *board == RISCV_VIRT { "expected-riscv.txt" } else { "expected.txt" }
}

/// Figures and addresses are the board's; and code for Armv6-M knows but one kind of fault.
fn comparable(output: &str) -> String {
    let lines = output.lines().filter(|line| !line.starts_with('#') && !line.contains(" at pc 0x"));
    let lines = lines.map(|line| line.strip_suffix(", escalated to a hard fault").unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Compiles the module for a target and makes the others of it; gives their folder.
fn modules(target: &str) -> Result<PathBuf> {
    let source = workspace().join("protect/modules/protect.wat");
    let folder = shell::target_dir("Cargo.toml")?.join(format!("protect.{target}"));
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let good = folder.join("good.wasm");
    shell::run(kernels::moteur().arg("compile").arg(&source).args(["--target", target, "-o"]).arg(&good))?;
    let compiled = fs::read(&good)?;
    for (name, code) in if target == RISCV_VIRT.target { RISCV } else { CORTEX_M } {
        let module = with_code(&compiled, code).with_context(|| (*name).to_owned())?;
        write_if_changed(&folder.join(name).with_extension("wasm"), &module)?;
    }
    Ok(folder)
}

/// Without a change there is nothing to build anew.
fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| path.display().to_string())
}

/// The module with other machine code for its first function.
fn with_code(module: &[u8], code: &[u16]) -> Result<Vec<u8>> {
    let section = module.windows(4).position(|bytes| bytes == MAGIC).context("no native section")?;
    let native = Native::read(&module[section..]).map_err(|refusal| anyhow!("{refusal}"))?;
    let function = native.function(0).context("the function has no code")? as usize;
    let end = native.function(1).map_or(native.code().len(), |next| next as usize);
    ensure!(function + code.len() * 2 <= end, "the function's code is too short");
    let place = native.code().as_ptr().addr() - module.as_ptr().addr() + function;
    let bytes = native.bytes().len();
    let mut changed = module.to_vec();
    for (place, half) in changed[place..].as_chunks_mut::<2>().0.iter_mut().zip(code) {
        *place = half.to_le_bytes();
    }
    mend_check_sum(&mut changed[section..section + bytes]);
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_native_code_cannot_be_made_hostile() {
        assert!(with_code(b"\0asm\x01\0\0\0", &[0xde00]).is_err());
    }

    #[test]
    fn addresses_are_left_out_of_the_comparison() {
        assert_eq!(comparable("a\n# 1\nbus fault at pc 0x10000420, lr 0\nb\n"), "a\nb\n");
    }
}
