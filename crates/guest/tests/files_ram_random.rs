//! `RamFiles` against the file system of the machine that runs the test: the same random operations, the same answers.
//! The dice are the same each time.
#![cfg(target_os = "linux")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use moteur::Heap;
use moteur_guest::files::{RamFiles, RamLimits};
use moteur_platform::{Error, FileType, Files, Handle, Open};

mod files_common;

use files_common::{Dice, READ, contents, snapshot};

const ROUNDS: u64 = 60;
const STEPS: usize = 600;

/// The same thing open on both sides.
struct Both {
    own: Handle,
    other: File,
}

struct Pair {
    own: RamFiles,
    folder: PathBuf,
    open: Vec<Both>,
    /// Operations that worked on both sides, and that failed on both.
    worked: usize,
    failed: usize,
}

impl Drop for Pair {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.folder);
    }
}

fn path(dice: &mut Dice) -> String {
    let mut path = String::new();
    for _ in 0..1 + dice.below(3) {
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(dice.pick(&["a", "b", "c", "a", "b", "c", "d", "e", ".", ".."]));
    }
    if dice.one_in(12) {
        path.push('/');
    }
    path
}

/// Whether the last name is one that systems disagree about.
fn ends_oddly(path: &str) -> bool {
    path.ends_with('/') || path.ends_with('.')
}

fn kind(error: Error) -> ErrorKind {
    match error {
        Error::NotFound => ErrorKind::NotFound,
        Error::Exists => ErrorKind::AlreadyExists,
        Error::NotDirectory => ErrorKind::NotADirectory,
        Error::IsDirectory => ErrorKind::IsADirectory,
        Error::NotEmpty => ErrorKind::DirectoryNotEmpty,
        Error::Invalid => ErrorKind::InvalidInput,
        Error::Busy => ErrorKind::ResourceBusy,
        other => panic!("{other:?} has no like"),
    }
}

impl Pair {
    fn new(seed: u64) -> Pair {
        let folder = std::env::temp_dir().join(format!("moteur-ram-files-{}-{seed}", std::process::id()));
        _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        let limits = RamLimits {
            bytes_max: 1 << 24,
            nodes_max: u16::MAX,
            handles_max: u16::MAX,
            depth_max: u16::MAX,
            ..RamLimits::default()
        };
        let own = RamFiles::new(Heap::system(), limits);
        Pair { own, folder, open: Vec::new(), worked: 0, failed: 0 }
    }

    /// Compares answers; `exact` if errors must be the same too.
    fn compare<A: PartialEq + std::fmt::Debug>(
        &mut self,
        own: Result<A, Error>,
        other: io::Result<A>,
        exact: bool,
        what: &str,
    ) {
        match (own, other) {
            (Ok(own), Ok(other)) => {
                assert_eq!(own, other, "{what}");
                self.worked += 1;
            }
            (Err(own), Err(other)) => {
                if exact {
                    assert_eq!(kind(own), other.kind(), "{what}");
                }
                self.failed += 1;
            }
            (own, other) => panic!("{what}: {own:?} but {other:?}"),
        }
    }

    /// Runs an operation with a path on both sides, unless the path leads out.
    fn at<A: PartialEq + std::fmt::Debug>(
        &mut self,
        what: &str,
        path: &str,
        own: impl FnOnce(&RamFiles, Handle) -> Result<A, Error>,
        other: impl FnOnce(&Path) -> io::Result<A>,
    ) {
        let answer = own(&self.own, self.own.root());
        if answer != Err(Error::Escapes) {
            let other = other(&self.folder.join(path));
            self.compare(answer, other, !ends_oddly(path), &format!("{what} {path}"));
        }
    }

    fn step(&mut self, dice: &mut Dice) {
        let name = path(dice);
        match dice.below(20) {
            0..=3 => self.open(dice, &name),
            4..=6 => {
                self.at("mkdir", &name, |own, root| own.create_directory(root, &name), |path| fs::create_dir(path))
            }
            7 => self.at("rmdir", &name, |own, root| own.remove_directory(root, &name), |path| fs::remove_dir(path)),
            8 => self.at("unlink", &name, |own, root| own.remove_file(root, &name), |path| fs::remove_file(path)),
            9 => self.at(
                "stat",
                &name,
                |own, root| {
                    let status = own.status_at(root, &name, true)?;
                    Ok(if status.file_type == FileType::Directory { 0 } else { status.size })
                },
                |path| fs::metadata(path).map(|data| if data.is_dir() { 0 } else { data.len() }),
            ),
            10..=12 => {
                let new = path(dice);
                let own = self.own.rename(self.own.root(), &name, self.own.root(), &new);
                if own != Err(Error::Escapes) {
                    let other = fs::rename(self.folder.join(&name), self.folder.join(&new));
                    let exact = !ends_oddly(&name) && !ends_oddly(&new);
                    self.compare(own, other, exact, &format!("rename {name} {new}"));
                }
            }
            _ => self.use_open(dice),
        }
    }

    fn open(&mut self, dice: &mut Dice, name: &str) {
        let write = !dice.one_in(3);
        let how = Open {
            read: true,
            write,
            create: write && !dice.one_in(4),
            truncate: write && dice.one_in(4),
            exclusive: write && dice.one_in(5),
            ..READ
        };
        let mut options = OpenOptions::new();
        options.read(true).write(how.write).create(how.create).truncate(how.truncate);
        options.create_new(how.create && how.exclusive);
        let own = self.own.open(self.own.root(), name, how);
        if own == Err(Error::Escapes) {
            return;
        }
        match (own, options.open(self.folder.join(name))) {
            (Ok(own), Ok(other)) => {
                self.open.push(Both { own, other });
                self.worked += 1;
            }
            (own, other) => {
                let (own, other) = (own.map(|_| ()), other.map(|_| ()));
                self.compare(own, other, !ends_oddly(name), &format!("open {name} {how:?}"));
            }
        }
    }

    /// Does something with what is open.
    fn use_open(&mut self, dice: &mut Dice) {
        if self.open.is_empty() {
            return;
        }
        let index = dice.below(self.open.len());
        let Both { own: handle, other: file } = &self.open[index];
        let handle = *handle;
        let (offset, len) = (dice.pick(&[0, 1, 200, 255, 256, 257, 511, 900]), dice.below(600));
        match dice.below(6) {
            0 => {
                let closed = self.open.swap_remove(index);
                self.own.close(closed.own);
            }
            // Only a file that is open for writing is written on the other side, with the same answer.
            1 | 2 => {
                let bytes: Vec<u8> = (0..len).map(|n| (n * 7 + offset) as u8).collect();
                let own = self.own.write_at(handle, &bytes, offset as u64);
                if !matches!(own, Err(Error::Denied | Error::IsDirectory)) {
                    let other = file.write_at(&bytes, offset as u64);
                    self.compare(own, other, true, "write");
                }
            }
            3 => {
                let own = self.own.set_size(handle, (offset + len) as u64);
                if !matches!(own, Err(Error::Denied | Error::IsDirectory)) {
                    let other = file.set_len((offset + len) as u64);
                    self.compare(own, other, true, "truncate");
                }
            }
            _ => {
                let (mut own, mut other) = (vec![0xee; len], vec![0xee; len]);
                // Of a directory, the other side says so even if nothing is wanted.
                let answers =
                    (self.own.read_at(handle, &mut own, offset as u64), file.read_at(&mut other, offset as u64));
                assert!(own == other, "what was read");
                self.compare(answers.0, answers.1, true, "read");
            }
        }
    }

    fn check(&self) {
        let mut other = std::collections::BTreeMap::new();
        let mut folders = vec![(self.folder.clone(), String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
                if entry.file_type().unwrap().is_dir() {
                    folders.push((entry.path(), format!("{path}/")));
                    other.insert(path, None);
                } else {
                    other.insert(path, Some(fs::read(entry.path()).unwrap()));
                }
            }
        }
        assert_eq!(snapshot(&self.own, self.own.root()), other);
        for Both { own, other } in &self.open {
            if other.metadata().unwrap().is_file() && self.own.read_at(*own, &mut [], 0).is_ok() {
                let mut all = vec![0; other.metadata().unwrap().len() as usize];
                assert_eq!(other.read_at(&mut all, 0).unwrap(), all.len());
                assert!(contents(&self.own, *own) == all, "removed or not");
            }
        }
    }
}

#[test]
fn the_same_operations_have_the_same_answers() {
    let (mut worked, mut failed) = (0, 0);
    for seed in 1..=ROUNDS {
        let (mut pair, mut dice) = (Pair::new(seed), Dice(seed));
        for step in 0..STEPS {
            pair.step(&mut dice);
            if step % 50 == 0 {
                pair.check();
            }
        }
        pair.check();
        worked += pair.worked;
        failed += pair.failed;
    }
    // So that it is not a comparison of errors.
    assert!(worked > 7000 && failed > 7000, "{worked} worked, {failed} failed");
}
