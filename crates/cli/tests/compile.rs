//! `moteur compile` and `moteur run --jit`, in a build with LLVM.

mod common;

use common::{Ran, example, file, moteur, wat};

const PROGRAM: &str = r#"(module
    (memory 1)
    (func (export "square") (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
    (func (export "beyond") (result i32) (i32.load (i32.const -4)))
    (func $deep (export "deep") (call $deep))
    (func (export "spin") (loop (br 0))))"#;

/// The native sections that `inspect` shows.
fn sections(module: &str) -> Vec<String> {
    let text = moteur(&["inspect", module]).expect(0, &[]).out.clone();
    text.lines().filter(|line| line.starts_with("Native code for")).map(str::to_owned).collect()
}

/// Runs `moteur` where native code is used: nothing is said about interpretation.
#[track_caller]
fn natively(words: &[&str]) -> Ran {
    let ran = moteur(&[&["run"], words].concat());
    assert!(!ran.err.contains("interpreted"), "{ran:?}");
    ran
}

#[test]
fn the_result_stands_beside_the_source_and_runs_with_and_without_trust() {
    let source = wat(PROGRAM);
    moteur(&["compile", &source]).expect(0, &[]);
    let module = source.replace(".wat", ".native.wasm");
    assert!(natively(&["--native", "--invoke", "square", &module, "12"]).expect(0, &[]).out == "144\n");
    assert!(moteur(&["run", "--invoke", "square", &module, "12"]).expect(0, &[]).out == "144\n");
    moteur(&["validate", &module]).expect(0, &[]);
    let [section] = &sections(&module)[..] else { panic!("{:?}", sections(&module)) };
    assert!(section.ends_with("fits this machine"), "{section}");
}

#[test]
fn what_a_trusted_key_signed_runs() {
    let source = wat(PROGRAM);
    let module = source.replace(".wat", ".native.wasm");
    moteur(&["compile", &source]).expect(0, &[]);
    let place = file("mine", "");
    moteur(&["keygen", "-o", &place]).expect(0, &[]);
    let (private, public) = (format!("{place}.key"), format!("{place}.pub"));
    moteur(&["run", "--trust", &public, "--invoke", "square", &module, "12"]).expect(0, &["it is not signed"]);
    moteur(&["sign", "--key", &private, &module]).expect(0, &[]);
    assert_eq!(natively(&["--trust", &public, "--invoke", "square", &module, "12"]).expect(0, &[]).out, "144\n");
    let made = source.replace(".wat", ".made.wasm");
    moteur(&["compile", &source, "-o", &made, "--sign", &private]).expect(0, &[]);
    assert_eq!(std::fs::read(&made).unwrap(), std::fs::read(&module).unwrap());
    moteur(&["compile", &made, "-o", &made, "--sign", &private]).expect(1, &["has native code already"]);
    // A section for another machine does not move this one's code; compiling anew takes the signature away.
    let board = ["--target", "thumbv8m.main-none-eabihf"];
    moteur(&[&["compile", &module, "-o", &module], &board[..]].concat()).expect(0, &[]);
    assert_eq!(natively(&["--trust", &public, "--invoke", "square", &module, "3"]).expect(0, &[]).out, "9\n");
    moteur(&["compile", &module, "-o", &module]).expect(0, &[]);
    moteur(&["run", "--trust", &public, "--invoke", "square", &module, "3"]).expect(0, &["it is not signed"]);
}

#[test]
fn several_machines_stand_side_by_side_and_the_same_one_once() {
    let source = wat(PROGRAM);
    let out = source.replace("module.wat", "out.wasm");
    let boards = ["--target", "thumbv8m.main-none-eabihf", "--target", "riscv32imac-unknown-none-elf"];
    moteur(&[&["compile", &source, "-o", &out, "-Oz"], &boards[..]].concat()).expect(0, &[]);
    assert_eq!(sections(&out).len(), 2);
    moteur(&["compile", &out, "-o", &out]).expect(0, &[]);
    moteur(&["compile", &out, "-o", &out, "-O0"]).expect(0, &[]);
    let found = sections(&out);
    for (section, part) in
        found.iter().zip(["thumb thumb2 dsp v8m fpv4 fpv5, hard", "riscv32, soft float", "fits this machine"])
    {
        assert!(section.contains(part), "{section}");
    }
    assert_eq!(found.len(), 3);
    assert!(found[0].ends_with("not for this machine: another architecture"), "{found:?}");
    assert!(natively(&["--native", "--invoke", "square", &out, "3"]).expect(0, &[]).out == "9\n");
}

#[test]
fn compiled_in_memory_the_guest_runs_inside_its_limits() {
    let source = wat(PROGRAM);
    assert!(natively(&["--jit", "--invoke", "square", &source, "5"]).expect(0, &[]).out == "25\n");
    natively(&["--jit", "--invoke", "beyond", &source]).expect(134, &["out of bounds memory access", "<beyond>"]);
    natively(&["--jit", "--invoke", "deep", &source]).expect(134, &["call stack exhausted", "<deep>"]);
    natively(&["--jit", "--timeout", "100ms", "--invoke", "spin", &source]).expect(134, &["interrupted", "<spin>"]);
    assert!(natively(&["--jit", &example("hello.wat")]).expect(0, &[]).out.contains("Hello"));
}

#[test]
fn fuel_is_counted_by_code_that_was_made_for_it() {
    let source = wat(PROGRAM);
    natively(&["--jit", "--fuel", "1000", "--invoke", "spin", &source]).expect(134, &["all fuel consumed", "<spin>"]);
    let out = source.replace("module.wat", "out.wasm");
    moteur(&["compile", &source, "-o", &out, "--fuel"]).expect(0, &[]);
    let [section] = &sections(&out)[..] else { panic!("{:?}", sections(&out)) };
    assert!(section.contains("counts fuel") && section.ends_with("fits this machine"), "{section}");
    let without = moteur(&["run", "--native", "--invoke", "square", &out, "2"]);
    assert_eq!(without.expect(0, &["interpreted", "another kind of metering"]).out, "4\n");
    moteur(&["compile", &out, "-o", &out]).expect(0, &[]);
    assert_eq!(sections(&out).len(), 2);
    for fuel in [&[][..], &["--fuel", "1000"]] {
        let ran = natively(&[&["--native"], fuel, &["--invoke", "square", &out, "2"]].concat());
        assert_eq!(ran.expect(0, &[]).out, "4\n");
    }
}

#[test]
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn the_processor_checks_addresses_unless_code_does() {
    let source = wat(PROGRAM);
    for words in [&["--jit"][..], &["--jit", "--explicit-checks"], &["--jit", "--fuel", "1000"]] {
        natively(&[words, &["--invoke", "beyond", &source]].concat())
            .expect(134, &["out of bounds memory access", "<beyond>"]);
    }
    let out = source.replace("module.wat", "out.wasm");
    moteur(&["compile", &source, "-o", &out, "--guard-pages"]).expect(0, &[]);
    let [section] = &sections(&out)[..] else { panic!("{:?}", sections(&out)) };
    assert!(section.contains("guard pages") && section.ends_with("fits this machine"), "{section}");
    natively(&["--native", "--invoke", "beyond", &out]).expect(134, &["out of bounds memory access", "<beyond>"]);
    let explicit = ["run", "--native", "--explicit-checks", "--invoke", "square", &out, "2"];
    assert_eq!(moteur(&explicit).expect(0, &["interpreted", "another kind of bounds checks"]).out, "4\n");
    moteur(&["compile", &source, "--target", "thumbv6m-none-eabi", "--guard-pages"]).expect(1, &["explicit checks"]);
}

#[test]
fn what_stands_in_between_can_be_looked_at() {
    let source = wat(PROGRAM);
    for (kind, part) in [("llvm-ir", "define"), ("asm", ".text")] {
        let text = moteur(&["compile", "--emit", kind, "-o", "-", &source]).expect(0, &[]).out.clone();
        assert!(text.contains(part), "{kind}: {text}");
    }
    moteur(&["compile", "--emit", "obj", "--target", "thumbv6m-none-eabi", &source]).expect(0, &[]);
    let object = std::fs::read(source.replace(".wat", ".o")).unwrap();
    assert_eq!(&object[..4], b"\x7FELF");
}

#[test]
fn large_modules_are_compiled_by_several_threads_to_the_same_bytes() {
    // Each of the 30 functions adds its index and calls the next: the sum is 435, and with the argument xored an even number
    // of times it is the same.
    let flip = "(local.set 0 (i32.xor (local.get 0) (i32.const 0x12345678)))".repeat(800);
    let mut text = String::from("(module (func $f30 (param i32) (result i32) (local.get 0))");
    for index in 0..30 {
        let next = index + 1;
        text += &format!(
            "(func $f{index} (param i32) (result i32) {flip} (i32.add (i32.const {index}) (call $f{next} (local.get 0))))"
        );
    }
    let source = wat(&(text + "(export \"f\" (func $f0)))"));
    let outs = ["1", "3"].map(|jobs| {
        let out = source.replace("module.wat", jobs);
        let ran = moteur(&["compile", &source, "-O1", "--no-offsets", "--jobs", jobs, "-o", &out]);
        // Nobody waits in front of a pipe.
        assert_eq!(ran.expect(0, &[]).err, "");
        assert!(natively(&["--native", "--invoke", "f", &out, "7"]).expect(0, &[]).out == "442\n");
        std::fs::read(out).unwrap()
    });
    assert!(outs[0] == outs[1]);
}

#[test]
fn features_are_checked_and_are_part_of_what_the_code_needs() {
    let source = wat(PROGRAM);
    let out = source.replace("module.wat", "out.wasm");
    let targets = "--target thumbv7em-none-eabihf --cpu cortex-m7 --features -fp64 \
                   --target riscv32imc-unknown-none-elf --features +zba --features=+zbb --target thumbv7m-none-eabi";
    let words = [&["compile", &source, "-o", &out], &targets.split_whitespace().collect::<Vec<_>>()[..]].concat();
    moteur(&words).expect(0, &[]);
    let found = sections(&out);
    assert_eq!(found.len(), 3, "{found:?}");
    for (section, part) in
        found.iter().zip(["thumb2 dsp fpv4 fpv5, hard", "riscv32 zba zbb, soft", "thumb thumb2, soft"])
    {
        assert!(section.contains(part), "{section}");
    }
    let refused = |list: &str, parts: &[&str]| {
        moteur(&["compile", &source, "--target", "thumbv8m.main-none-eabi", "--features", list]).expect(2, parts);
    };
    refused("+dps", &["\"dps\" is not a feature", "did you mean dsp?"]);
    refused("+soft-float", &["soft-float", "is fixed"]);
    refused("dsp", &["neither +dsp nor -dsp"]);
}

#[test]
fn without_offsets_a_section_is_smaller_and_backtraces_name_functions() {
    let source = wat(PROGRAM);
    let [with, without] = [&[][..], &["--no-offsets"]].map(|words| {
        let out = source.replace("module.wat", "out.wasm");
        moteur(&[&["compile", &source, "-o", &out], words].concat()).expect(0, &[]);
        let ran = natively(&["--native", "--invoke", "beyond", &out]);
        ran.expect(134, &["out of bounds memory access", "<beyond>"]);
        (std::fs::metadata(&out).unwrap().len(), ran.err)
    });
    assert!(without.0 < with.0);
    assert!(with.1.contains("offset") && !without.1.contains("offset"), "{with:?} {without:?}");
}

#[test]
fn every_mistake_is_named() {
    let source = wat(PROGRAM);
    moteur(&["compile", "--target", "z80", &source]).expect(2, &["z80 is not a target", "thumbv7m-none-eabi"]);
    moteur(&["compile", "--cpu", "z80", &source]).expect(2, &["not a CPU of", "x86-64-v2"]);
    moteur(&["compile", "--cpu", "x86-64-v5", &source]).expect(2, &["not a CPU of", "did you mean x86-64-v"]);
    moteur(&["compile", "-o", "/nowhere/at/all", &source]).expect(1, &["there is no directory /nowhere/at"]);
    moteur(&["compile", "-o", env!("CARGO_TARGET_TMPDIR"), &source]).expect(1, &["is a directory"]);
    moteur(&["compile", "-o", &source, &source]).expect(1, &["take the place of its source"]);
    assert!(std::fs::read_to_string(&source).unwrap() == PROGRAM);
    moteur(&["compile", "--jobs", "none", &source]).expect(2, &["\"none\" is not a number of threads"]);
    moteur(&["compile", &file("no.wasm", "no")]).expect(1, &["no.wasm"]);
    let invalid = wat("(module (func (result i32)))");
    moteur(&["compile", &invalid]).expect(1, &["type mismatch", "in function 0"]);
    moteur(&["run", "--jit", &invalid]).expect(1, &["type mismatch", "in function 0"]);
}

#[test]
fn without_bodies_a_module_runs_natively_or_not_at_all() {
    let source = wat(PROGRAM);
    let out = source.replace("module.wat", "bare.wasm");
    moteur(&["compile", &source, "--strip-bodies", "-o", &out]).expect(0, &[]);
    moteur(&["validate", &out]).expect(0, &[]);
    assert_eq!(natively(&["--native", "--invoke", "square", &out, "12"]).expect(0, &[]).out, "144\n");
    assert!(moteur(&["inspect", &out]).expect(0, &[]).out.contains("Function bodies were taken out"));
    let taken_out = "its function bodies were taken out";
    moteur(&["run", "--invoke", "square", &out, "12"]).expect(1, &[taken_out, "--native"]);
    moteur(&["run", "--jit", "--invoke", "square", &out, "12"]).expect(1, &[taken_out]);
    moteur(&["compile", &out, "-o", &out]).expect(1, &[taken_out]);
    // Code for another machine, and none that is trusted, are no reason to run what stands in the place of bodies.
    let board = ["--strip-bodies", "--target", "thumbv8m.main-none-eabi", "-o", &out];
    moteur(&[&["compile", &source], &board[..]].concat()).expect(0, &[]);
    moteur(&["run", "--native", "--invoke", "square", &out, "12"])
        .expect(1, &["the module can only run as native code: another architecture"]);
}

#[test]
fn code_for_other_machines_is_listed() {
    let source = wat(r#"(module (func (export "divide") (param i64 i64) (result i64)
        (i64.div_s (local.get 0) (local.get 1))))"#);
    let out = source.replace("module.wat", "out.wasm");
    let targets = "--target thumbv7m-none-eabi --target riscv32imac-unknown-none-elf";
    let words: Vec<_> = ["compile", &source, "-o", &out].into_iter().chain(targets.split(' ')).collect();
    moteur(&words).expect(0, &[]);
    let ran = moteur(&["run", "--native", "--invoke", "divide", &out, "14", "2"]);
    let code = ["another architecture; there is code for", "\n  thumb thumb2, soft float", "\n  riscv32, soft float"];
    assert_eq!(ran.expect(0, &code).out, "7\n");
    let text = moteur(&["inspect", &out]).expect(0, &[]).out.clone();
    for line in ["bytes of flash", "brings: __aeabi_ldivmod", "brings: __divdi3", "another architecture"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}
