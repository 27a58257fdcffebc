//! `cargo xtask zephyr --faults`: what goes wrong in a module ends that module, with the MPU on, and the shell goes on. The
//! worst modules have native code that nobody compiled: their sections were changed, and their check sums mended.

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use moteur_image::section::{self, Native};

use super::board;
use super::build::Build;
use super::talk::Talk;
use crate::shell;

const BOARD: &str = "mps2/an521/cpu0";
const TARGET: &str = "thumbv8m.main-none-eabi";

/// What is to be on.
const PROTECTIONS: [&str; 3] = ["CONFIG_ARM_MPU=y", "CONFIG_HW_STACK_PROTECTION=y", "CONFIG_MOTEUR_NATIVE_UNSIGNED=y"];

/// Prints a line. Its last function is the one whose code is changed, and long enough for that.
const GOOD: &str = r#"(module
  (import "env" "printf" (func $printf (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "sum %d\n\00")
  (func (export "main") (result i32) (local $at i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (i32.mul (local.get $at) (local.get $at))))
      (i32.store (i32.const 0) (local.get $sum))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 100))))
    (drop (call $printf (i32.const 64) (i32.const 0)))
    (i32.const 0)))"#;
const SAYS: &str = "sum 328350\r\n";

/// Modules that any machine can run, and how they end: interpreted and as native code.
const GUESTS: [(&str, &str, &str); 5] = [
    (
        "endless",
        r#"(module (memory (export "memory") 0) (func (export "main") (loop (br 0))))"#,
        "endless: interrupted",
    ),
    (
        "deep",
        r#"(module (memory (export "memory") 1) (func $deep (param i32) (result i32)
            (i32.store (i32.const 0) (local.get 0))
            (i32.sub (local.get 0) (call $deep (i32.add (local.get 0) (i32.const 1)))))
          (func (export "main") (drop (call $deep (i32.const 0)))))"#,
        "deep: call stack exhausted",
    ),
    (
        "outside",
        r#"(module (memory (export "memory") 1) (func (export "main") (i32.store (i32.const -4) (i32.const 1))))"#,
        "outside: out of bounds memory access",
    ),
    (
        "greedy",
        r#"(module (memory (export "memory") 0)
          (func (export "main")
            (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable))"#,
        "greedy: unreachable",
    ),
    ("huge", r#"(module (memory (export "memory") 9) (func (export "main")))"#, "huge: out of memory"),
];

/// Thumb code that no compiler would make of a module, by what it does, and how that ends.
const CODES: [(&str, &[u16], &str); 6] = [
    // udf #0
    ("illegal", &[0xde00], "illegal: ended by the kernel: an undefined instruction"),
    // ldr r0, [pc, #0]; bx r0; an address in RAM for data
    ("wild", &[0x4800, 0x4700, 0x0001, 0x3820], "wild: ended by the kernel: a jump to where no code is"),
    // ldr r0, [pc, #0]; bx r0; an address of the processor
    ("nowhere", &[0x4800, 0x4700, 0x0001, 0xe000], "nowhere: ended by the kernel: a jump to where no code is"),
    // ldr r0, [pc, #0]; str r0, [r0]; an address in flash
    (
        "scribble",
        &[0x4800, 0x6000, 0x0100, 0x1000],
        "scribble: ended by the kernel: an access to memory that is not its own",
    ),
    // push {r0-r7, lr}; b to that
    ("overflow", &[0xb5ff, 0xe7fd], "overflow: ended by the kernel: its thread's stack overflowed"),
    // b to itself
    ("stubborn", &[0xe7fe], "stubborn: ended by force: it did not stop for 1000 ms"),
];

/// Runs them.
pub fn run(build: &Build<'_>) -> Result<()> {
    let board = board::find(BOARD)?;
    let sample = shell::root().join("zephyr/samples/shell");
    let folder = build.folder(&sample, board, &["-DEXTRA_CONF_FILE=native.conf".to_owned()])?;
    let configuration = std::fs::read_to_string(folder.join("zephyr/.config"))?;
    for line in PROTECTIONS {
        ensure!(configuration.lines().any(|own| own == line), "the sample is built without {line}");
    }
    let mut talk = Talk::start(board, &folder)?;
    talk.hears("`moteur receive` takes a module")?;
    let good = native(build, &folder, "good", GOOD)?;
    talk.send("good", &good)?;
    still_works(&mut talk).context("a module that does nothing wrong")?;
    let mut passed = 1;
    for (name, text, ends) in GUESTS {
        let interpreted = wat::parse_str(text)?;
        let native = native(build, &folder, name, text)?;
        for (how, module) in [("interpreted", interpreted), ("native", native)] {
            ends_with(&mut talk, name, &module, ends).with_context(|| format!("{name}, {how}"))?;
            println!("{name}, {how}: {ends}");
            passed += 1;
        }
    }
    for (name, code, ends) in CODES {
        let module = altered(&good, code, true)?;
        ends_with(&mut talk, name, &module, ends).with_context(|| name.to_owned())?;
        println!("{name}: {ends}");
        passed += 1;
    }
    // Without a check sum that fits, the code is not run at all: the module is interpreted.
    ends_with(&mut talk, "damaged", &altered(&good, &[0xde00], false)?, SAYS).context("damaged")?;
    println!("damaged: interpreted");
    println!("{} passed, 0 failed, 0 skipped", passed + 1);
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

/// Sends a module, runs and stops it, and sees that the shell and the good module are none the worse.
fn ends_with(talk: &mut Talk, name: &str, module: &[u8], ends: &str) -> Result<()> {
    talk.send(name, module)?;
    talk.line(&format!("moteur run {name}"))?;
    if ["endless", "stubborn"].contains(&name) {
        talk.line(&format!("moteur stop {name}"))?;
    }
    talk.hears(ends)?;
    still_works(talk)?;
    talk.line(&format!("moteur rm {name}"))
}

fn still_works(talk: &mut Talk) -> Result<()> {
    talk.line("moteur run good")?;
    talk.hears(SAYS)?;
    talk.hears("good: done")
}

/// A module with native code for the board.
fn native(build: &Build<'_>, folder: &Path, name: &str, text: &str) -> Result<Vec<u8>> {
    let plain = folder.join(format!("{name}.wasm"));
    let native = folder.join(format!("{name}.native.wasm"));
    std::fs::write(&plain, wat::parse_str(text)?)?;
    let mut compile = build.moteur();
    compile.args(["compile", "--quiet", "--target", TARGET]).arg(&plain).arg("-o").arg(&native);
    shell::run(&mut compile)?;
    std::fs::read(&native).with_context(|| native.display().to_string())
}

/// The module with other code in the place of its function's.
fn altered(module: &[u8], code: &[u16], mended: bool) -> Result<Vec<u8>> {
    let start = module.windows(4).position(|bytes| bytes == section::MAGIC).context("there is no native code")?;
    let section = module.get(start..).unwrap_or_default();
    let native = Native::read(section).map_err(|refusal| anyhow!("{refusal}"))?;
    let length = native.bytes().len();
    let function = native.function(0).context("no function")? as usize;
    let at = start + native.code().as_ptr() as usize - section.as_ptr() as usize + function;
    // A literal is loaded from a multiple of four.
    let padding: &[u16] = if function.is_multiple_of(4) { &[] } else { &[0xbf00] };
    let bytes: Vec<u8> = padding.iter().chain(code).flat_map(|half| half.to_le_bytes()).collect();

    let mut module = module.to_vec();
    module.get_mut(at..at + bytes.len()).context("the code is too short")?.copy_from_slice(&bytes);
    if mended {
        section::mend_check_sum(module.get_mut(start..start + length).context("no section")?);
    }
    Ok(module)
}
