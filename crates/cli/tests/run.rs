//! `moteur run`: exit statuses, what the guest sees, calling functions by name, and errors that name what is wrong.

mod common;

use common::{KEEP_OPEN, example, file, moteur, moteur_with, wat};

/// A guest that prints one of its strings: arguments or environment, by the function's prefix.
fn printer(family: &str) -> String {
    wat(&format!(
        r#"(module
        (import "wasi_snapshot_preview1" "{family}_sizes_get" (func $sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "{family}_get" (func $get (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory 1)
        (func (export "_start")
          (drop (call $sizes (i32.const 0) (i32.const 12)))
          (i32.store (i32.const 8) (i32.const 4096))
          (drop (call $get (i32.const 64) (i32.const 4096)))
          (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 20)))))"#
    ))
}

/// A guest that does one thing in its `_start`.
fn start(body: &str) -> String {
    wat(&format!(
        r#"(module $m
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func $main (export "_start") {body}))"#
    ))
}

#[test]
fn the_examples_do_what_their_heads_say() {
    assert_eq!(moteur(&["run", &example("hello.wat")]).expect(0, &[]).out, "Hello from Moteur!\n");
    assert_eq!(moteur(&["run", "--invoke", "fib", &example("fib.wat"), "20"]).expect(0, &[]).out, "6765\n");
    let fast = moteur(&["run", "--invoke", "fib_fast", &example("fib.wat"), "90"]);
    assert_eq!(fast.expect(0, &[]).out, "2880067194370816120\n");
    assert_eq!(moteur(&["run", &example("echo.wat"), "one", "-x", "ü"]).expect(3, &[]).out, "one\n-x\nü\n");
    moteur(&["run", &example("trap.wat")]).expect(134, &["out of bounds memory access", "<store_word>", "<fill>"]);
    moteur(&["run", "--invoke", "divide", &example("trap.wat"), "7", "0"])
        .expect(134, &["integer divide by zero", "<divide>"]);
}

#[test]
fn the_guest_decides_the_exit_status() {
    for (body, status) in [
        ("", 0),
        ("(call $exit (i32.const 0)) unreachable", 0),
        ("(call $exit (i32.const 7))", 7),
        ("(call $exit (i32.const 255))", 255),
        ("(call $exit (i32.const 256))", 255),
        ("(call $exit (i32.const -1))", 255),
    ] {
        let ran = moteur(&["run", &start(body)]);
        ran.expect(status, &[]);
        assert_eq!(ran.err, "", "{body}");
    }
}

#[test]
fn a_trap_ends_with_134_and_says_where() {
    let ran = moteur(&["run", &start("(call $inner)) (func $inner unreachable")]);
    ran.expect(
        134,
        &["module.wat: trap: unreachable", "0: function 2 <inner> at offset 0x", "1: function 1 <main> at offset 0x"],
    );
    // The offset is the one of the instruction.
    let wasm = [
        &b"\0asm\x01\0\0\0"[..],
        b"\x01\x04\x01\x60\0\0",
        b"\x03\x02\x01\0",
        b"\x07\x0a\x01\x06_start\0\0",
        b"\x0a\x06\x01\x04\0\x01\0\x0b",
    ];
    let file = file("offset.wasm", wasm.concat());
    moteur(&["run", &file]).expect(134, &["0: function 0 <_start> at offset 0x24"]);
}

#[test]
fn a_trap_while_instantiating_counts_too() {
    moteur(&["run", &wat("(module (func $go unreachable) (start $go) (func (export \"_start\")))")])
        .expect(134, &["unreachable", "<go>"]);
    moteur(&["run", &wat("(module (memory 0) (data (i32.const 0) \"x\") (func (export \"_start\")))")])
        .expect(134, &["out of bounds memory access"]);
}

#[test]
fn arguments_and_environment_are_what_the_command_line_says() {
    let ran = moteur(&["run", &printer("args"), "a", "--fuel", "", "-e", "x=y"]);
    assert_eq!(ran.expect(0, &[]).out, "module.wat\0a\0--fuel\0\0-e\0x=y\0");
    let ran = moteur(&["run", &printer("args"), "--", "--help"]);
    assert_eq!(ran.expect(0, &[]).out, "module.wat\0--help\0");
    let ran = moteur(&["run", "--env", "A=1", "-e", "B=x=y", "--env=C=", &printer("environ")]);
    assert_eq!(ran.expect(0, &[]).out, "A=1\0B=x=y\0C=\0", "and nothing of the host's");
}

#[test]
fn standard_input_reaches_the_guest() {
    let cat = wat(r#"(module
        (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory 1)
        (func (export "_start")
          (loop $next
            (i32.store (i32.const 0) (i32.const 64))
            (i32.store (i32.const 4) (i32.const 7))
            (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (br_if $next (i32.load (i32.const 4))))))"#);
    assert_eq!(
        moteur_with(&["run", &cat], "in one end and\nout the other").expect(0, &[]).out,
        "in one end and\nout the other"
    );
}

#[test]
fn functions_are_called_with_values_of_their_types() {
    let file = wat(r#"(module
        (func (export "swap") (param i32 i64) (result i64 i32) local.get 1 local.get 0)
        (func (export "half") (param f32) (result f32) (f32.mul (local.get 0) (f32.const 0.5)))
        (func (export "same") (param f64) (result f64) local.get 0)
        (func (export "refs") (param externref) (result externref funcref) local.get 0 ref.func 0)
        (func (export "nothing"))
        (global (export "g") i32 (i32.const 1)))"#);
    for (words, out) in [
        (&["swap", "-1", "0x7fffffffffffffff"][..], "9223372036854775807\n-1\n"),
        (&["swap", "4294967295", "-9223372036854775808"], "-9223372036854775808\n-1\n"),
        (&["half", "3"], "1.5\n"),
        (&["half", "inf"], "inf\n"),
        (&["same", "nan"], "nan\n"),
        (&["same", "nan:0x7ff4000000000001"], "nan:0x7ff4000000000001\n"),
        (&["refs", "null"], "null\nfuncref\n"),
        (&["nothing"], ""),
    ] {
        let all = [&["run", "--invoke", words[0], &file], &words[1..]].concat();
        assert_eq!(moteur(&all).expect(0, &[]).out, out, "{words:?}");
    }
    for (words, parts) in [
        (&["half"][..], &["half [f32] -> [f32] takes 1 argument, but 0 were given"][..]),
        (&["half", "1", "2"], &["but 2 were given"]),
        (&["half", "one"], &["half: argument 1: \"one\" is no f32"]),
        (&["swap", "1", "1.5"], &["argument 2: \"1.5\" is no i64"]),
        (&["missing"], &["no function `missing` is exported", "swap [i32 i64] -> [i64 i32]", "nothing [] -> []"]),
        (&["g"], &["no function `g` is exported"]),
    ] {
        let all = [&["run", "--invoke", words[0], &file], &words[1..]].concat();
        moteur(&all).expect(2, parts);
    }
}

#[test]
fn a_library_is_initialized_before_its_function_is_called() {
    let file = wat(r#"(module
        (global $ready (mut i32) (i32.const 0))
        (func (export "_initialize") (global.set $ready (i32.const 5)))
        (func (export "ready") (result i32) global.get $ready))"#);
    assert_eq!(moteur(&["run", "--invoke", "ready", &file]).expect(0, &[]).out, "5\n");
}

#[test]
fn a_module_without_a_beginning_says_what_can_be_called() {
    moteur(&["run", &example("fib.wat")])
        .expect(2, &["there is no function `_start`", "--invoke", "fib [i32] -> [i32]"]);
    moteur(&["run", &wat("(module)")]).expect(2, &["exports no functions"]);
    moteur(&["run", &wat("(module (func $go) (start $go))")]).expect(0, &[]);
}

#[test]
fn what_cannot_be_loaded_is_explained() {
    moteur(&["run", "no/such/file.wasm"]).expect(1, &["no/such/file.wasm: ", "No such file"]);
    moteur(&["run", env!("CARGO_MANIFEST_DIR")]).expect(1, &["irectory"]);
    moteur(&["run", &file("empty.wasm", "")]).expect(1, &["empty.wasm: "]);
    moteur(&["run", &file("text.wasm", "hello")]).expect(1, &["text.wasm: magic header not detected"]);
    moteur(&["run", &file("noise", b"\xff\xfe\xfd\xfc")]).expect(1, &["noise: magic header not detected"]);
    moteur(&["run", &wat("(module\n  (func $f\n    i32.bad))")]).expect(1, &["module.wat:3:5", "unknown operator"]);
    let typed = wat("(module (import \"a\" \"b\" (func)) (func nop) (func $wrong (result i32) i64.const 1))");
    moteur(&["run", &typed])
        .expect(1, &["type mismatch", "offset 0x", "in function 2 <wrong>", "binary form of this text"]);
    moteur(&["run", &wat("(module (func (result v128) unreachable))")])
        .expect(1, &["v128 is not supported yet", "offset 0x"]);
}

#[test]
fn what_cannot_be_linked_is_named() {
    for (import, parts) in [
        (
            r#""env" "led" (func (param i32))"#,
            &["env::led (function [i32] -> [])", "nothing is offered under \"env\""][..],
        ),
        (r#""env" "memory" (memory 1 2)"#, &["env::memory (memory 1 to 2 pages)"]),
        (r#""env" "memory" (memory 9 9 (pagesize 1))"#, &["env::memory (memory 9 bytes)"]),
        (r#""wasi_snapshot_preview1" "launch" (func)"#, &["wasi_snapshot_preview1::launch", "has no \"launch\""]),
        (
            r#""wasi_unstable" "fd_write" (func (param i32 i64))"#,
            &["wasi_unstable::fd_write (function [i32 i64] -> [])", "found function [i32 i32 i32 i32] -> [i32]"],
        ),
        (r#""wasi_snapshot_preview1" "fd_write" (global i32)"#, &["(global i32)", "found function"]),
    ] {
        let file = wat(&format!("(module (import {import}) (func (export \"_start\")))"));
        moteur(&["run", &file]).expect(1, parts);
    }
}

#[test]
fn fuel_is_a_limit() {
    let spin = start("(loop $again (br $again))");
    moteur(&["run", "--fuel", "100000", &spin]).expect(134, &["all fuel consumed (--fuel 100000)", "<main>"]);
    moteur(&["run", "--fuel", "100000", &wat("(module (func $go (loop (br 0))) (start $go))")])
        .expect(134, &["all fuel consumed"]);
    moteur(&["run", "--fuel", "1_000_000", &example("hello.wat")]).expect(0, &[]);
}

#[test]
fn a_timeout_ends_a_guest_that_waits() {
    let sleeper = wat(r#"(module
        (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
        (memory 1)
        (func (export "_start")
          (i32.store (i32.const 16) (i32.const 1))
          (i64.store (i32.const 24) (i64.const 3600_000_000_000))
          (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))"#);
    moteur(&["run", "--timeout", "100ms", &sleeper])
        .expect(134, &["interrupted after 100ms (--timeout)\n", "0: function 1 "]);
    let reader = wat(r#"(module
        (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (memory 1)
        (func (export "_start")
          (i32.store (i32.const 4) (i32.const 7))
          (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 64)))))"#);
    moteur_with(&["run", "--timeout", "100ms", &reader], KEEP_OPEN)
        .expect(134, &["interrupted after 100ms (--timeout)\n", "0: function 1 "]);
    moteur(&["run", "--timeout", "1m", &example("hello.wat")]).expect(0, &[]);
}

#[test]
fn a_nap_is_as_long_as_asked() {
    let nap = wat(r#"(module
        (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
        (memory 1)
        (func (export "nap") (result i32)
          (i32.store (i32.const 16) (i32.const 1))
          (i64.store (i32.const 24) (i64.const 50_000_000))
          (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))"#);
    let begin = std::time::Instant::now();
    assert_eq!(moteur(&["run", "--invoke", "nap", &nap]).expect(0, &[]).out, "0\n");
    assert!(begin.elapsed() >= std::time::Duration::from_millis(50));
}

#[test]
fn bad_usage_ends_with_2() {
    for words in [
        &[][..],
        &["fly"],
        &["run"],
        &["run", "--wings", "x.wat"],
        &["run", "--fuel", "x", "x.wat"],
        &["run", "--timeout", "soon", "x.wat"],
        &["run", "--env", "x", "x.wat"],
        &["run", "--invoke"],
        &["validate"],
        &["validate", "a.wat", "b.wat"],
        &["inspect", "--fuel"],
    ] {
        moteur(words).expect(2, &["moteur --help"]);
    }
}

#[test]
fn help_goes_to_the_standard_output() {
    for words in [&["--help"][..], &["run", "--help"], &["validate", "--help"], &["inspect", "-h"], &["--version"]] {
        let ran = moteur(words);
        assert!(ran.expect(0, &[]).out.contains("oteur"), "{ran:?}");
        assert_eq!(ran.err, "");
        assert!(ran.out.lines().all(|line| line.chars().count() <= 88), "{}", ran.out);
    }
}

#[test]
fn eager_changes_nothing_but_the_moment() {
    assert_eq!(moteur(&["run", "--eager", &example("hello.wat")]).expect(0, &[]).out, "Hello from Moteur!\n");
}

#[test]
fn validate_says_yes_or_where_and_why() {
    assert_eq!(moteur(&["validate", &example("hello.wat")]).expect(0, &[]).out, "");
    moteur(&["validate", &wat("(module (func $f (result i32)))")]).expect(1, &["type mismatch", "in function 0 <f>"]);
    moteur(&["validate", &file("cut.wasm", b"\0asm\x01\0\0\0\x01")]).expect(1, &["unexpected end"]);
    // Imports that nobody offers are no fault of the module.
    moteur(&["validate", &wat("(module (import \"env\" \"led\" (func)))")]).expect(0, &[]);
}
