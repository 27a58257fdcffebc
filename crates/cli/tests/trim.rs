//! `moteur trim`: the smaller module does what the larger one did, in its bytes; and every refusal says what to do.

mod common;

use common::{file, moteur, wat};

/// A program such as linkers make without a C library: data, then a stack, then `__heap_base`. It prints a text, and gives
/// what `malloc` gave.
const PROGRAM: &str = r#"(module
    (import "env" "puts" (func $puts (param i32) (result i32)))
    (import "env" "malloc" (func $malloc (param i32) (result i32)))
    (import "env" "free" (func $free (param i32)))
    (memory (export "memory") 2)
    (global $stack (mut i32) (i32.const 2096))
    (global (export "__heap_base") i32 (i32.const 2096))
    (data (i32.const 1024) "forty-two\00")
    (func (export "text") (result i32) (call $puts (i32.const 1024)))
    (func (export "malloc_free") (param i32) (result i32) (local $at i32)
        (local.set $at (call $malloc (local.get 0)))
        (if (local.get $at) (then
            (i32.store8 (i32.sub (i32.add (local.get $at) (local.get 0)) (i32.const 1)) (i32.const 1))
            (call $free (local.get $at))))
        (local.get $at))
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))"#;

/// The program, trimmed with these options: the path of the result.
fn trimmed(options: &[&str]) -> String {
    let out = file("smaller.wasm", "");
    let program = wat(PROGRAM);
    let words = [&["trim"], options, &[&program, "-o", &out]].concat();
    let said = moteur(&words).expect(0, &[]).out.clone();
    assert!(said.contains("bytes, was 131072"), "{said}");
    out
}

fn call(module: &str, name: &str, argument: &str) -> common::Ran {
    moteur(&["run", "--invoke", name, module, argument])
}

#[test]
fn a_trimmed_program_works_in_its_bytes() {
    let module = trimmed(&["--heap", "500"]);
    // 2096 + 500 in sixteens: 2608, so that the heap has 512 bytes, 8 of them for each block's size.
    assert_eq!(moteur(&["run", "--invoke", "text", &module]).expect(0, &[]).out, "forty-two\n10\n");
    assert_eq!(call(&module, "malloc_free", "504").expect(0, &[]).out, "2104\n");
    assert_eq!(call(&module, "malloc_free", "505").expect(0, &[]).out, "0\n");
    assert_eq!(call(&module, "load", "2607").expect(0, &[]).out, "0\n");
    call(&module, "load", "2608").expect(134, &["out of bounds memory access"]);
    let text = moteur(&["inspect", &module]).expect(0, &[]).out.clone();
    assert!(text.contains("Memory of 2608 byte(s), at most 2608"), "{text}");
    moteur(&["run", "--max-memory", "2608", "--invoke", "text", &module]).expect(0, &[]);
    moteur(&["run", "--max-memory", "2607", "--invoke", "text", &module]).expect(1, &["larger than the engine allows"]);
}

#[test]
fn a_heap_of_nothing_gives_nothing() {
    let module = trimmed(&["--heap", "0"]);
    assert_eq!(call(&module, "malloc_free", "1").expect(0, &[]).out, "0\n");
    assert_eq!(moteur(&["run", "--invoke", "text", &module]).expect(0, &[]).out, "forty-two\n10\n");
    let module = trimmed(&["--size", "2100"]);
    assert_eq!(call(&module, "load", "2111").expect(0, &[]).out, "0\n");
    call(&module, "load", "2112").expect(134, &["out of bounds memory access"]);
}

#[test]
fn results_go_where_they_are_asked_for() {
    let program = file("program.wat", PROGRAM);
    let said = moteur(&["trim", "--heap=1K", &program]).expect(0, &[]).out.clone();
    let beside = program.replace("program.wat", "program.trimmed.wasm");
    assert_eq!(said, format!("{beside}: memory of 3120 bytes, was 131072\n"));
    assert_eq!(moteur(&["run", "--invoke", "text", &beside]).expect(0, &[]).out, "forty-two\n10\n");
    let out = moteur(&["trim", "--heap=1K", &program, "-o", "-"]).expect(0, &[]).out.clone();
    assert!(out.starts_with("\0asm") && !out.contains("was 131072"));
}

#[test]
fn inspect_says_what_trimming_would_leave() {
    let text = moteur(&["inspect", &wat(PROGRAM)]).expect(0, &[]).out.clone();
    assert!(text.contains("Data and stack take 2096 bytes of it: `moteur trim` leaves out the rest"), "{text}");
    for module in [wat("(module (memory 1))"), trimmed(&["--heap", "16"])] {
        let text = moteur(&["inspect", &module]).expect(0, &[]).out.clone();
        assert!(!text.contains("moteur trim"), "{text}");
    }
}

#[test]
fn every_refusal_says_what_to_do() {
    let base = r#"(global (export "__heap_base") i32 (i32.const 1024))"#;
    for (module, options, parts) in [
        (PROGRAM.to_owned(), &[][..], &["imports env::malloc", "--heap"][..]),
        ("(module (memory 1))".into(), &[], &["link it with --export=__heap_base", "--size"]),
        (format!("(module {base})"), &[], &["it has no memory"]),
        (format!("(module (import \"a\" \"b\" (memory 1)) {base})"), &[], &["its memory is imported"]),
        (
            format!("(module (memory 1) {base} (func (drop (memory.grow (i32.const 1)))))"),
            &[],
            &["its memory may grow: function 0 has memory.grow"],
        ),
        (format!("(module (memory 1) {base} (func (drop (memory.size))))"), &[], &["function 0 asks with memory.size"]),
        (
            "(module (memory 1) (data (i32.const 90) \"0123456789\"))".into(),
            &["--size", "96"],
            &["data segment 0 ends at 100"],
        ),
        (format!("(module (memory 1) {base})"), &["--heap", "64K"], &["would not become smaller", "66560"]),
        ("(module (memory 1) (func (result i32)))".into(), &["--size", "1"], &["type mismatch", "offset 0x"]),
    ] {
        let out = file("none.wasm", "untouched");
        let module = wat(&module);
        let words = [&["trim", "-o", &out], options, &[&module]].concat();
        moteur(&words).expect(1, parts);
        assert_eq!(std::fs::read_to_string(&out).unwrap(), "untouched");
    }
    // Who has an allocator needs none of ours.
    let own = format!(
        "(module (import \"env\" \"strdup\" (func (param i32) (result i32))) (memory 1) {base}
        (func (export \"malloc\") (param i32) (result i32) (i32.const 0)))"
    );
    moteur(&["trim", "-o", &file("own.wasm", ""), &wat(&own)]).expect(0, &[]);
}

#[test]
fn native_code_is_not_left_behind_by_mistake() {
    let native = wat(&format!("{} (@custom \"moteur.native\" \"x\"))", PROGRAM.trim_end().strip_suffix(')').unwrap()));
    moteur(&["trim", "--heap", "0", &native]).expect(1, &["trim first, then compile"]);
}
