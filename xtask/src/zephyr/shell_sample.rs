//! What a user does with the sample `shell`, typed and waited for.

use std::path::Path;

use anyhow::Result;

use super::board::Board;
use super::talk::Talk;

/// Prints each of its arguments.
const ECHO: &str = r#"(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $get (param i32 i32) (result i32)))
  (import "env" "puts" (func $puts (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $at i32)
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $get (i32.const 16) (i32.const 256)))
    (loop $next
      (drop (call $puts (i32.load offset=16 (i32.shl (local.get $at) (i32.const 2)))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.load (i32.const 0)))))))"#;

/// Never ends, and needs next to nothing.
const SPIN: &str = r#"(module (memory (export "memory") 0) (func (export "_start") (loop (br 0))))"#;
/// Never gets as far as its beginning.
const START: &str =
    r#"(module (memory (export "memory") 0) (func $spin (loop (br 0))) (start $spin) (func (export "_start")))"#;
/// Wants more memory than a pool has.
const HUGE: &str = r#"(module (memory (export "memory") 9) (func (export "_start")))"#;
/// Prints three hundred lines, as fast as it can.
pub const LINES: &str = r#"(module
  (import "env" "printf" (func $printf (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "line %d of three hundred\n\00")
  (func (export "main") (result i32) (local $at i32)
    (loop $next
      (i32.store (i32.const 0) (local.tee $at (i32.add (local.get $at) (i32.const 1))))
      (drop (call $printf (i32.const 64) (i32.const 0)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 300))))
    (i32.const 0)))"#;

/// Goes through it.
pub fn run(board: &Board, folder: &Path) -> Result<String> {
    let mut talk = Talk::start(board, folder)?;
    talk.hears("`moteur receive` takes a module")?;
    talk.line("moteur list")?;
    talk.hears("no modules")?;
    talk.is_refused("text", b"this is not a module at all", "this is no WebAssembly module")?;
    talk.is_refused("large", &[b"\0asm".as_slice(), &[0; 100_000]].concat(), "not so much memory for modules")?;
    for (name, text) in [("echo", ECHO), ("spin", SPIN), ("start", START), ("huge", HUGE), ("lines", LINES)] {
        talk.send(name, &wat::parse_str(text)?)?;
    }
    runs(&mut talk)?;
    stops(&mut talk)?;
    talk.line("moteur rm spin")?;
    talk.line("moteur run spin")?;
    talk.hears("spin: there is no such module")?;
    Ok("modules are received, run, listed, stopped and removed".to_owned())
}

fn runs(talk: &mut Talk) -> Result<()> {
    talk.line("moteur run echo one two")?;
    for line in ["echo\r\n", "one\r\n", "two\r\n", "echo: done"] {
        talk.hears(line)?;
    }
    talk.line("moteur run lines")?;
    for line in 1..=300 {
        talk.hears(&format!("line {line} of three hundred\r\n"))?;
    }
    talk.hears("lines: done")?;
    talk.line("moteur run huge")?;
    talk.hears("huge: out of memory")?;
    talk.line("moteur run -f 1000 spin")?;
    talk.hears("spin: all fuel consumed")
}

fn stops(talk: &mut Talk) -> Result<()> {
    talk.line("moteur run spin")?;
    talk.line("moteur run spin")?;
    talk.line("moteur list")?;
    talk.hears("running for")?;
    talk.hears("running for")?;
    talk.line("moteur run echo")?;
    talk.hears("2 modules run already")?;
    talk.line("moteur rm spin")?;
    talk.hears("spin: it is running")?;
    talk.line("moteur stop spin")?;
    talk.hears("spin: interrupted")?;
    talk.hears("spin: interrupted")?;
    // Its start function runs before anybody could interrupt it: so its thread is ended.
    talk.line("moteur run start")?;
    talk.line("moteur stop start")?;
    talk.hears("start: ended by force")
}
