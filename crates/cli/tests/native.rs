//! Native sections without a compiler: nothing runs that is not trusted, and what does not fit is interpreted.

mod common;

use common::{example, file, moteur};

/// A module that gives 7, with a custom section of native code that has no meaning.
fn module() -> String {
    let mut bytes = wat::parse_str(r#"(module (func (export "seven") (result i32) (i32.const 7)))"#).unwrap();
    bytes.extend_from_slice(b"\x00\x12\x0Dmoteur.nativeMNAT");
    file("module.wasm", bytes)
}

#[test]
fn native_code_is_ignored_unless_it_is_asked_for() {
    let ran = moteur(&["run", "--invoke", "seven", &module()]);
    assert_eq!((&*ran.expect(0, &[]).out, &*ran.err), ("7\n", ""));
}

#[test]
fn what_does_not_fit_is_interpreted_and_said() {
    let ran = moteur(&["run", "--native", "--invoke", "seven", &module()]);
    assert_eq!(ran.expect(0, &["note:", "interpreted", "the section is truncated"]).out, "7\n");
    let ran = moteur(&["run", "--native", &example("hello.wat")]);
    ran.expect(0, &["there is no native code in it"]);
}

#[test]
fn inspect_shows_what_is_wrong() {
    let text = moteur(&["inspect", &module()]).expect(0, &[]).out.clone();
    assert!(text.contains("not for this machine: the section is truncated"), "{text}");
}

#[cfg(not(feature = "llvm"))]
#[test]
fn without_a_compiler_it_is_said_how_to_get_one() {
    for words in [&["compile", "a.wasm"][..], &["run", "--jit", &module()]] {
        moteur(words).expect(1, &["llvm-19-dev", "--features llvm"]);
    }
}
