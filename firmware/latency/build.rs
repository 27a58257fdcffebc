//! Writes the guests that hog the processor: endless loops over the same operators, many times.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

#[path = "../link.rs"]
mod link;

/// How often a loop's body stands in it, so that the loop itself hardly counts.
const TIMES: usize = 50;

/// Fields that all of them have. Locals 0 and 1 are `i32`, 2 and 3 `i64`, 4 and 5 `f64`, 6 and 7 `f32`: dear ones.
const FIELDS: &str = r#"
    (import "env" "tick" (func $tick)) (import "env" "host" (func $host (param i32) (result i32)))
    (import "other" "nothing" (func $across (param i32) (result i32))) (import "other" "empty" (func $empty))
    (import "other" "locals" (func $across_locals))
    (memory 16 32) (table $t 9000 9000 funcref) (elem (table $t) (i32.const 0) func $nothing $host $across)
    (type $unary (func (param i32) (result i32)))
    (global $g (mut i64) (i64.const 0)) (data $d "twenty bytes of a segment")
    (func $nothing (export "nothing") (param i32) (result i32) (local.get 0))
    (func $locals (local LOCALS))
    (func $values (result LOCALS) ZEROS)"#;

const LOCALS: &str = r#"(local i32 i32 i64 i64 f64 f64 f32 f32)
    (local.set 0 (i32.const 0x87654321)) (local.set 1 (i32.const 3))
    (local.set 2 (i64.const 0x8765432101234567)) (local.set 3 (i64.const 0x1_0000_0003))
    (local.set 4 (f64.const 123456.78901234567)) (local.set 5 (f64.const -0.09876543210987654))
    (local.set 6 (f32.const 1234.5678)) (local.set 7 (f32.const -0.09876))"#;

/// Values that move without a price of their own: one fewer than a unit of fuel pays for.
const VALUES: usize = 63;

fn main() {
    link::main();
    println!("cargo::rerun-if-changed=build.rs");
    let mut list = String::from("[\n");
    for (name, body, times) in hogs() {
        let file = format!("{}.wasm", name.replace([' ', '.'], "_"));
        let zeros = "(i64.const 0)".repeat(VALUES);
        let fields = FIELDS.replace("LOCALS", &"i64 ".repeat(VALUES)).replace("ZEROS", &zeros);
        let body = body.repeat(times);
        let text = format!("(module {fields} (func $run (export \"run\") {LOCALS} (loop $again {body} (br $again))))");
        write_module(&file, &text);
        let _ = writeln!(list, "(\"{name}\", include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\")) as &[u8]),");
    }
    write("hogs.rs", (list + "]").as_bytes());
    other();
    large();
}

fn write(name: &str, bytes: &[u8]) {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    if let Err(why) = fs::write(out.join(name), bytes) {
        println!("cargo::error={name}: {why}");
    }
}

fn write_module(name: &str, text: &str) {
    match wat::parse_str(text) {
        Ok(wasm) => write(name, &wasm),
        Err(why) => println!("cargo::error={name}: {why}"),
    }
}

/// What other instances call.
fn other() {
    let text = format!(
        r#"(module (func (export "nothing") (param i32) (result i32) (local.get 0)) (func (export "empty"))
            (func (export "locals") (local {})))"#,
        "i64 ".repeat(VALUES)
    );
    write_module("other.wasm", &text);
}

/// A module of which everything is large, and how large it is.
fn large() {
    // Operators that each have code of their own, and take 11 bytes.
    let (step, steps) = ("(local.set 0 (i32.add (local.get 0) (i32.load offset=300 (local.get 1))))", 3_000);
    let (items, data) = (9_000, 100_000);
    let text = format!(
        r#"(module (memory 4) (data (i32.const 0) "{}") (table 10 funcref) (elem $e func {})
            (func $f) (func $recurse (export "recurse") (local i32 i32) (call $recurse))
            (func (export "init") (loop (table.init $e (i32.const 0) (i32.const {}) (i32.const 1)) (br 0)))
            (func (export "run") (local i32 i32) (loop {} (br 0))))"#,
        "d".repeat(data),
        "$f ".repeat(items),
        items - 1,
        step.repeat(steps),
    );
    write_module("large.wasm", &text);
    for (file, number) in [("body_bytes.rs", 12 * steps), ("data_bytes.rs", data), ("items.rs", items)] {
        write(file, number.to_string().as_bytes());
    }
}

/// What each does, the body of its loop, and how often that stands there.
fn hogs() -> Vec<(String, String, usize)> {
    let mut hogs = Vec::new();
    let mut add = |name: &str, body: &str, times| hogs.push((name.to_owned(), body.to_owned(), times));
    add("branch", "", 1);
    add("straight line", "(local.set 0 (i32.add (local.get 0) (i32.const 1)))", 5_000);
    add("memory", "(i64.store (i32.const 4001) (i64.load (i32.const 9007)))", TIMES);
    add("global", "(global.set $g (i64.add (global.get $g) (local.get 3)))", TIMES);
    add("select", "(local.set 2 (select (local.get 2) (local.get 3) (local.get 0)))", TIMES);
    add("call", "(local.set 0 (call $nothing (local.get 0)))", TIMES);
    for (what, index) in [("call_indirect", 0), ("call_indirect of the host", 1), ("call_indirect across", 2)] {
        let body = format!("(local.set 0 (call_indirect $t (type $unary) (local.get 0) (i32.const {index})))");
        add(what, &body, TIMES);
    }
    add("call of the host", "(call $tick)", TIMES);
    add("call across", "(call $empty)", TIMES);
    add("call across with locals", "(call $across_locals)", TIMES);
    add("call with locals", "(call $locals)", TIMES);
    add("call with results", &format!("(call $values) {}", "drop ".repeat(VALUES)), 4);
    let (types, zeros) = ("i64 ".repeat(VALUES), "(i64.const 0)".repeat(VALUES));
    let shift = format!("{zeros} (loop (param {types}) (i64.const 1) (br 0)) unreachable");
    add("branch with values", &shift, 1);
    add("fill", "(memory.fill (i32.const 1) (i32.const 7) (i32.const 1048570))", 1);
    add("short fill", "(memory.fill (i32.const 1) (i32.const 7) (i32.const 63))", TIMES);
    add("copy", "(memory.copy (i32.const 3) (i32.const 0) (i32.const 1048570))", 1);
    add("copy downwards", "(memory.copy (i32.const 0) (i32.const 3) (i32.const 1048570))", 1);
    add("short copy", "(memory.copy (i32.const 3) (i32.const 0) (i32.const 63))", TIMES);
    add("short init", "(memory.init $d (i32.const 3) (i32.const 1) (i32.const 20))", TIMES);
    add("table fill", "(table.fill $t (i32.const 3) (ref.null func) (i32.const 8990))", 1);
    add("table copy", "(table.copy $t $t (i32.const 4) (i32.const 3) (i32.const 8990))", 1);
    add("short table copy", "(table.copy $t $t (i32.const 4) (i32.const 3) (i32.const 63))", TIMES);
    for op in ["mul", "div_s", "rotl", "shr_s"] {
        add(&format!("i32.{op}"), &format!("(drop {})", binary("i32", op, [0, 1])), 1);
        add(&format!("i64.{op}"), &format!("(drop {})", binary("i64", op, [2, 3])), 1);
    }
    // A remainder of remainders is soon zero.
    for (ty, locals) in [("i32", [0, 1]), ("i64", [2, 3])] {
        let [a, b] = locals;
        add(&format!("{ty}.rem_u"), &format!("(drop ({ty}.rem_u (local.get {a}) (local.get {b})))"), TIMES);
    }
    for op in ["add", "sub", "mul", "div", "min", "copysign"] {
        add(&format!("f64.{op}"), &format!("(drop {})", binary("f64", op, [4, 5])), 1);
        add(&format!("f32.{op}"), &format!("(drop {})", binary("f32", op, [6, 7])), 1);
    }
    for op in ["sqrt", "ceil", "floor", "trunc", "nearest", "neg"] {
        add(&format!("f64.{op}"), &format!("(drop {})", unary(&[&format!("f64.{op}")], 4)), 1);
        add(&format!("f32.{op}"), &format!("(drop {})", unary(&[&format!("f32.{op}")], 6)), 1);
    }
    for (name, ops, local) in [
        ("f64 to i64 and back", &["f64.convert_i64_u", "i64.trunc_sat_f64_s"][..], 4),
        ("f32 to i64 and back", &["f32.convert_i64_s", "i64.trunc_sat_f32_u"], 6),
        ("f64 to i32 and back", &["f64.convert_i32_u", "i32.trunc_sat_f64_s"], 4),
        ("f64 to f32 and back", &["f64.promote_f32", "f32.demote_f64"], 4),
        ("i64.popcnt", &["i64.popcnt"], 2),
        ("i64.ctz", &["i64.ctz"], 2),
    ] {
        add(name, &format!("(drop {})", unary(ops, local)), 1);
    }
    hogs
}

/// Operators on operators on a local: each costs one unit, and has nothing else beside it.
fn unary(ops: &[&str], local: u32) -> String {
    let begin: String = ops.iter().map(|op| format!("({op} ")).collect();
    format!("{}(local.get {local}){}", begin.repeat(TIMES), ")".repeat(TIMES * ops.len()))
}

/// An operator on a local and what it gave before.
fn binary(ty: &str, op: &str, locals: [u32; 2]) -> String {
    let begin = format!("({ty}.{op} (local.get {}) ", locals[0]);
    format!("{}(local.get {}){}", begin.repeat(TIMES), locals[1], ")".repeat(TIMES))
}
