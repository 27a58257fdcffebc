//! Runs the program `moteur` on modules given as text.
#![allow(dead_code)] // Each test file uses a part of this.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// How long a run may take before the test calls it hung.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Asserts the exit status, and that the standard error holds each of the parts.
    #[track_caller]
    pub fn expect(&self, status: i32, parts: &[&str]) -> &Ran {
        assert_eq!(self.status, Some(status), "{self:#?}");
        for part in parts {
            assert!(self.err.contains(part), "expected {part:?} in {self:#?}");
        }
        self
    }
}

/// Runs `moteur` with these words.
#[track_caller]
pub fn moteur(words: &[&str]) -> Ran {
    moteur_with(words, "")
}

/// Runs `moteur` with these words and this standard input.
#[track_caller]
pub fn moteur_with(words: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_moteur"))
        .args(words)
        .env("MOTEUR_TEST_SECRET", "of the host")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take();
    let out = read_all(child.stdout.take().unwrap());
    let err = read_all(child.stderr.take().unwrap());
    if input != KEEP_OPEN {
        // A guest that does not read closes its end early.
        let _ = stdin.take().unwrap().write_all(input.as_bytes());
    }
    let begin = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status.code(),
            None if begin.elapsed() > PATIENCE => {
                child.kill().unwrap();
                panic!("moteur {words:?} does not end");
            }
            None => sleep(Duration::from_millis(1)),
        }
    };
    Ran { status, out: out.join().unwrap(), err: err.join().unwrap() }
}

/// As input: leave the standard input open and silent.
pub const KEEP_OPEN: &str = "\u{1}keep open";

fn read_all(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A file of the test's own in a folder that is cleared by `cargo clean`.
pub fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A module as text, in a file.
pub fn wat(text: &str) -> String {
    file("module.wat", text)
}

/// One of the examples of this repository.
pub fn example(name: &str) -> String {
    format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"))
}
