//! `moteur run --dir` and `--dir-ro`: what a guest reaches, and that it reaches nothing else.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Ran, file, moteur, wat};

/// A folder of the test's own, with a file `greeting` in it.
fn folder() -> PathBuf {
    let greeting = file("greeting", "hello from the host\n");
    Path::new(&greeting).parent().unwrap().to_path_buf()
}

/// A guest that opens a file below the descriptor 3 and prints it, or ends with the error number. `oflags` 1 makes it
/// first and writes its name to it.
fn opener(name: &str, oflags: u32) -> String {
    let rights = if oflags == 0 { 2 } else { 64 };
    let size = name.len();
    wat(&format!(
        r#"(module
        (import "wasi_snapshot_preview1" "path_open"
          (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 1024) "{name}")
        (func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
        (func (export "_start")
          (call $check (call $open (i32.const 3) (i32.const 1) (i32.const 1024) (i32.const {size}) (i32.const {oflags})
            (i64.const {rights}) (i64.const 0) (i32.const 0) (i32.const 0)))
          (i32.store (i32.const 8) (i32.const 1024))
          (i32.store (i32.const 12) (i32.const {size}))
          (if (i32.eqz (i32.const {oflags}))
            (then
              (i32.store (i32.const 12) (i32.const 4096))
              (call $check (call $read (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 12)))
              (i32.store (i32.const 0) (i32.const 1))))
          (call $check (call $write (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 16)))))"#
    ))
}

/// The standard's error numbers.
const BADF: i32 = 8;
const NOENT: i32 = 44;
const PERM: i32 = 63;
const NOTCAPABLE: i32 = 76;

fn run(options: &[&str], guest: &str) -> Ran {
    moteur(&[&["run"], options, &[guest]].concat())
}

#[test]
fn a_guest_reads_and_writes_below_a_directory() {
    let folder = folder();
    let host = folder.to_str().unwrap();
    let given = format!("{host}::/");
    assert_eq!(run(&["--dir", &given], &opener("greeting", 0)).expect(0, &[]).out, "hello from the host\n");
    run(&["--dir", host], &opener("made", 1)).expect(0, &[]);
    assert_eq!(fs::read(folder.join("made")).unwrap(), b"made");
    run(&["--dir", &given], &opener("missing", 0)).expect(NOENT, &[]);
}

#[test]
fn a_read_only_directory_stays_as_it_is() {
    let folder = folder();
    let given = format!("{}::/data", folder.display());
    assert_eq!(run(&["--dir-ro", &given], &opener("greeting", 0)).expect(0, &[]).out, "hello from the host\n");
    for name in ["greeting", "made"] {
        run(&["--dir-ro", &given], &opener(name, 1)).expect(NOTCAPABLE, &[]);
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(fs::read(folder.join("greeting")).unwrap(), b"hello from the host\n");
}

#[test]
fn nothing_is_given_unasked() {
    for name in ["greeting", "/etc/hosts", "."] {
        run(&[], &opener(name, 0)).expect(BADF, &[]);
    }
}

#[test]
fn no_path_leads_out() {
    let folder = folder();
    let inner = folder.join("inner");
    fs::create_dir(&inner).unwrap();
    let given = format!("{}::/", inner.display());
    for name in ["../greeting", "/etc/hosts", "a/../../greeting"] {
        let ran = run(&["--dir", &given], &opener(name, 0));
        assert!(matches!(ran.status, Some(PERM | NOENT | NOTCAPABLE)), "{name}: {ran:?}");
        assert_eq!(ran.out, "", "{name}");
    }
}

#[test]
fn several_directories_have_numbers_in_their_order() {
    let folders = [folder(), folder()];
    fs::write(folders[0].join("greeting"), "first").unwrap();
    let [first, second] = folders.map(|folder| folder.to_str().unwrap().to_owned());
    assert_eq!(run(&["--dir-ro", &first, "--dir", &second], &opener("greeting", 0)).expect(0, &[]).out, "first");
    let given = format!("{second}::/x");
    let ran = run(&["--dir", &given, "--dir-ro", &first], &opener("greeting", 0));
    assert_eq!(ran.expect(0, &[]).out, "hello from the host\n");
}

#[test]
fn a_directory_that_is_not_there_is_named_before_anything_runs() {
    let folder = folder();
    let guest = opener("made", 1);
    for wrong in ["missing", "greeting"] {
        let wrong = folder.join(wrong);
        let right = folder.to_str().unwrap();
        let given = format!("{}::/x", wrong.display());
        let ran = run(&["--dir", right, "--dir-ro", &given], &guest);
        ran.expect(1, &[wrong.to_str().unwrap(), "directory"]);
    }
    assert!(!folder.join("made").exists());
    run(&["--dir", "::/"], &guest).expect(2, &["--dir: expected HOST"]);
}

/// Opening a pipe waits for whoever opens its other end: the guest cannot be stopped there, so the process ends.
#[test]
fn a_timeout_ends_even_a_guest_that_waits_in_a_file_system() {
    let folder = folder();
    let pipe = folder.join("pipe");
    if !std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        return; // A system without named pipes.
    }
    let options = ["--timeout", "100ms", "--dir", folder.to_str().unwrap()];
    run(&options, &opener("pipe", 0)).expect(134, &["in a host function"]);
}
