//! `moteur inspect`: what it finds, and that its figures are those of the module.

mod common;

use common::{example, file, moteur, wat};

/// The number that stands after `label` at the start of a line.
#[track_caller]
fn figure(text: &str, label: &str) -> u64 {
    let line = text.lines().find(|line| line.trim_start().starts_with(label));
    let line = line.unwrap_or_else(|| panic!("no {label:?} in {text}"));
    let number = line.trim_start()[label.len()..].split_whitespace().next();
    number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("no number in {line:?}"))
}

#[test]
fn imports_exports_memory_and_tables_are_listed() {
    let module = wat(r#"(module $named
        (import "env" "led" (func (param i32 f64) (result i64)))
        (import "env" "speed" (global (mut f32)))
        (import "env" "ports" (table 2 5 externref))
        (memory (export "memory") 2 3)
        (table 7 funcref)
        (global (export "answer") i32 (i32.const 42))
        (func $go) (start $go))"#);
    let text = moteur(&["inspect", &module]).expect(0, &[]).out.clone();
    for part in [
        "in binary form, named \"named\"",
        "function  env::led    [i32 f64] -> [i64]",
        "global    env::speed  mut f32",
        "table     env::ports  2 to 5 elements externref",
        "memory    memory  2 to 3 pages",
        "global    answer  i32",
        "Table of 7 element(s), no maximum",
        "Memory of 2 page(s) of 64 KiB, at most 3",
        "Start function: 1",
        "custom \"name\"",
    ] {
        assert!(text.contains(part), "expected {part:?} in {text}");
    }
}

#[test]
fn a_memory_may_be_counted_in_bytes() {
    let text = |module: &str| moteur(&["inspect", &wat(module)]).expect(0, &[]).out.clone();
    let own = text("(module (memory (export \"memory\") 4112 9000 (pagesize 1)))");
    assert!(own.contains("memory    memory  4112 to 9000 bytes"), "{own}");
    assert!(own.contains("Memory of 4112 byte(s), at most 9000"), "{own}");
    assert_eq!(figure(own.split("Pool, bytes").nth(1).unwrap(), "memory"), 4112);
    let imported = text("(module (import \"a\" \"b\" (memory 7 (pagesize 1))))");
    assert!(imported.contains("memory    a::b  7 or more bytes"), "{imported}");
}

#[test]
fn figures_add_up_and_follow_the_module() {
    let small = moteur(&["inspect", &wat("(module (memory 1))")]).expect(0, &[]).out.clone();
    let functions = "(func (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))".repeat(100);
    let large = moteur(&["inspect", &wat(&format!("(module (memory 3) {functions})"))]).expect(0, &[]).out.clone();
    for text in [&small, &large] {
        let pool = text.split("Pool, bytes").nth(1).unwrap();
        let parts: u64 = ["engine", "module", "store", "stack", "memory", "instance", "code"]
            .iter()
            .map(|label| figure(pool, label))
            .sum();
        assert_eq!(figure(pool, "in all"), parts, "{text}");
    }
    let pool = |text: &str| text.split("Pool, bytes").nth(1).unwrap().to_owned();
    assert_eq!(figure(&pool(&small), "memory"), 65_536);
    assert_eq!(figure(&pool(&large), "memory"), 3 * 65_536);
    assert_eq!(figure(&pool(&small), "code"), 0);
    assert!(figure(&pool(&large), "code") >= 100 * 8);
    assert!(figure(&pool(&large), "module") > figure(&pool(&small), "module"));
}

#[test]
fn nothing_of_the_module_runs() {
    // Would print, loop for ever, and trap.
    let module = wat(r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
        (func $go (drop (call 0 (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0))) (loop (br 0)))
        (start $go))"#);
    assert!(moteur(&["inspect", &module]).expect(0, &[]).out.contains("in all"));
    // Segments that do not fit.
    assert!(
        moteur(&["inspect", &wat("(module (memory 0) (data (i32.const 9) \"x\"))")])
            .expect(0, &[])
            .out
            .contains("in all")
    );
}

#[test]
fn what_cannot_be_measured_is_said() {
    let text = moteur(&["inspect", &wat("(module (table 0xffffffff funcref))")]).expect(0, &[]).out.clone();
    assert!(text.contains("not measured: the table is larger than the engine allows"), "{text}");
    moteur(&["inspect", &wat("(module (func (result i32)))")]).expect(1, &["type mismatch", "in function 0"]);
    moteur(&["inspect", &file("empty.wasm", "")]).expect(1, &["empty.wasm"]);
    assert!(moteur(&["inspect", &example("hello.wat")]).expect(0, &[]).out.contains("fd_write"));
}
