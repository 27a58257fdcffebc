//! Guests that want too much: for each a clean end with a reason, in a moment, and the process is still healthy.

mod common;

use common::{example, file, moteur, wat};

/// The module as it is, and the same with what it does in its start function instead of `_start`.
fn both(before: &str, body: &str) -> [String; 2] {
    [
        wat(&format!("(module {before} (func $go (export \"_start\") {body}))")),
        wat(&format!("(module {before} (func $go {body}) (start $go))")),
    ]
}

#[test]
fn endless_loops_end_with_the_timeout() {
    for body in [
        // A branch to itself, and one with something between.
        "(loop $l (br $l))",
        "(local i32) (loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $l))",
        "(loop $l (br_if $l (i32.const 1)))",
        "(loop $l (br_table $l $l (i32.const 0)))",
        "(loop $l (call $nothing) (br $l))) (func $nothing",
        "(return_call $go)",
    ] {
        for file in both("", body) {
            for mode in [&["run", "--timeout", "100ms"][..], &["run", "--eager", "--timeout", "100ms"]] {
                moteur(&[mode, &[&file]].concat())
                    .expect(134, &["trap: interrupted after 100ms (--timeout)\n", "0: function "]);
            }
            moteur(&["run", "--fuel", "1000000", &file]).expect(134, &["all fuel consumed"]);
        }
    }
}

#[test]
fn endless_recursion_ends_with_the_stack() {
    for file in both("", "(call $go)") {
        moteur(&["run", &file]).expect(134, &["call stack exhausted", "0: function 0 <go>", "more"]);
        moteur(&["run", "--stack-size", "4K", &file]).expect(134, &["call stack exhausted"]);
        moteur(&["run", "--eager", &file]).expect(134, &["call stack exhausted"]);
    }
    let table = "(table funcref (elem $go)) (type $t (func))";
    for file in both(table, "(call_indirect (type $t) (i32.const 0))") {
        moteur(&["run", &file]).expect(134, &["call stack exhausted"]);
    }
    // Many locals, so that each frame is large.
    let locals = "i64 ".repeat(1000);
    for file in both("", &format!("(local {locals}) (call $go)")) {
        moteur(&["run", &file]).expect(134, &["call stack exhausted"]);
    }
}

#[test]
fn no_stack_at_all_is_a_trap() {
    moteur(&["run", "--stack-size", "0", &example("hello.wat")]).expect(134, &["call stack exhausted"]);
}

#[test]
fn memory_grows_up_to_its_limit_and_no_further() {
    let body = "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 100)) (i32.const -1)))) unreachable";
    for file in both("(memory 1)", body) {
        moteur(&["run", "--max-memory", "64M", &file]).expect(134, &["unreachable"]);
    }
    let size = wat(r#"(module (memory 1) (func (export "f") (result i32)
        (loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) memory.size))"#);
    assert_eq!(moteur(&["run", "--max-memory", "1M", "--invoke", "f", &size]).expect(0, &[]).out, "16\n");
}

#[test]
fn memory_that_never_may_be_had_is_refused() {
    let file = wat("(module (memory 65536) (func (export \"_start\")))");
    moteur(&["run", "--max-memory", "16M", &file]).expect(1, &["larger than the engine allows"]);
    let file = wat("(module (memory 2) (func (export \"_start\")))");
    moteur(&["run", "--max-memory", "0", &file]).expect(1, &["larger than the engine allows"]);
    let bytes = wat("(module (memory 1000 (pagesize 1)) (func (export \"_start\")))");
    moteur(&["run", "--max-memory", "1000", &bytes]).expect(0, &[]);
    moteur(&["run", "--max-memory", "999", &bytes]).expect(1, &["larger than the engine allows"]);
}

#[test]
fn tables_of_4_gib_elements_are_refused() {
    let file = wat("(module (table 0xffffffff funcref) (func (export \"_start\")))");
    moteur(&["run", &file]).expect(1, &["table is larger than the engine allows"]);
    let body =
        "(loop $l (br_if $l (i32.ne (table.grow (ref.null func) (i32.const 0x00ffffff)) (i32.const -1)))) unreachable";
    for file in both("(table 1 funcref)", body) {
        moteur(&["run", &file]).expect(134, &["unreachable"]);
    }
}

#[test]
fn bad_pointers_are_error_numbers() {
    for (call, expected) in [
        ("(call $write (i32.const 1) (i32.const -8) (i32.const 1) (i32.const 0))", "21\n"),
        ("(call $write (i32.const 1) (i32.const 0) (i32.const -1) (i32.const 0))", "28\n"),
        ("(call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const -1))", "21\n"),
        ("(call $random (i32.const 0) (i32.const -1))", "21\n"),
        ("(call $random (i32.const -1) (i32.const -1))", "21\n"),
        ("(call $poll (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0))", "21\n"),
        ("(call $poll (i32.const 0) (i32.const 0) (i32.const 0x10000000) (i32.const 0))", "21\n"),
    ] {
        let file = wat(&format!(
            r#"(module
            (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
            (memory 1)
            (func (export "f") (result i32) {call}))"#
        ));
        assert_eq!(moteur(&["run", "--invoke", "f", &file]).expect(0, &[]).out, expected, "{call}");
    }
}

#[test]
fn damaged_modules_are_refused_and_never_crash() {
    let text = std::fs::read_to_string(example("hello.wat")).unwrap();
    let whole = wat::parse_str(text).unwrap();
    for cut in 0..whole.len() {
        let ran = moteur(&["validate", &file("cut.wasm", &whole[..cut])]);
        assert!(matches!(ran.status, Some(0 | 1)), "{cut}: {ran:?}");
    }
}
