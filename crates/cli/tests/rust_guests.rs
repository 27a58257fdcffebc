//! Programs in Rust with their whole standard library, compiled for WASI, against the same programs on this machine.
//!
//! Ignored unless asked for, because it needs a target that Rust alone does not bring:
//!
//! ```sh
//! rustup target add wasm32-wasip1
//! cargo test -p moteur-cli --test rust_guests -- --ignored
//! ```

mod common;

use std::process::Command;

use common::{file, moteur, moteur_with};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guests/programs.rs");

/// Compiles the programs; gives the file that can be run.
fn compile(name: &str, options: &[&str]) -> String {
    let program = file(name, "");
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let arguments = ["--edition=2024", "-Copt-level=2", "-o", &program, SOURCE];
    let status = Command::new(compiler).args(arguments).args(options).status().unwrap();
    assert!(status.success(), "`rustup target add wasm32-wasip1` gives the target");
    program
}

/// An empty folder, for a program that works with files.
fn folder() -> String {
    let inside = file("inside", "");
    std::fs::remove_file(&inside).unwrap();
    inside.strip_suffix("/inside").unwrap().to_owned()
}

#[test]
#[ignore = "needs the target wasm32-wasip1"]
fn files_are_the_same_as_on_this_machine() {
    let (native, guest) = (compile("native", &[]), compile("guest.wasm", &["--target=wasm32-wasip1"]));
    let expected = natively(&native, &["tree", &folder()], "");
    assert!(expected.1.ends_with("\nOk(())\n"), "{expected:?}");
    let given = format!("{}::/data", folder());
    let ran = moteur(&["run", "--dir", &given, &guest, "tree", "/data"]);
    assert_eq!((ran.status, ran.out.clone()), expected, "{}", ran.err);
    // By the same name on both sides, and below a directory that was given.
    let root = folder();
    let ran = moteur(&["run", "--dir", &root, &guest, "tree", &root]);
    assert_eq!((ran.status, ran.out.clone()), expected, "{}", ran.err);
    // What is read-only stays as it is, and elsewhere there is nothing.
    let ran = moteur(&["run", "--dir-ro", &given, &guest, "tree", "/data"]);
    assert!(ran.status == Some(0) && ran.out.starts_with("Err("), "{ran:?}");
    let ran = moteur(&["run", &guest, "tree", "/data"]);
    assert!(ran.status == Some(0) && ran.out.starts_with("Err("), "{ran:?}");
    for folder in [root.as_str(), given.strip_suffix("::/data").unwrap()] {
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    }
}

/// What the program says on this machine.
fn natively(program: &str, words: &[&str], input: &str) -> (Option<i32>, String) {
    use std::io::Write;
    use std::process::Stdio;
    let mut child = Command::new(program)
        .args(words)
        .env("GIVEN", "by --env")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
#[ignore = "needs the target wasm32-wasip1"]
fn programs_say_the_same_as_on_this_machine() {
    let (native, guest) = (compile("native", &[]), compile("guest.wasm", &["--target=wasm32-wasip1"]));
    for mode in [&["run"][..], &["run", "--eager"], &["run", "--fuel", "1000000000000"]] {
        for (words, input) in [
            (&["print"][..], ""),
            (&["arguments", "one", "", "--two", "drei Wörter hier"], ""),
            (&["environment"], ""),
            (&["input"], "some text\nof two lines"),
            (&["lines"], "a\n\nc"),
            (&["output"], ""),
            (&["clock"], ""),
            (&["random"], ""),
            (&["memory"], ""),
            (&["sort"], ""),
            (&["numbers"], ""),
            (&["recursion", "1000"], ""),
            (&["files"], ""),
            (&["exit", "0"], ""),
            (&["exit", "77"], ""),
            (&["exit", "255"], ""),
        ] {
            let ran = moteur_with(&[mode, &["--env", "GIVEN=by --env", &guest], words].concat(), input);
            assert_eq!(
                (ran.status, ran.out.clone()),
                natively(&native, words, input),
                "{mode:?} {words:?} {}",
                ran.err
            );
        }
    }
    moteur(&["run", &guest, "panic"]).expect(134, &["as asked", "trap: unreachable", "rust_panic"]);
    moteur(&["run", &guest, "recursion", "100000000"]).expect(134, &["call stack exhausted", "recurse"]);
    moteur(&["run", &guest, "print"]).expect(0, &["and this to the standard error"]);
}
