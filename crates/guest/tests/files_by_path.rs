//! `PathFiles` over a directory of this machine, which does what Zephyr would: the same operations as on `RamFiles` leave the
//! same tree, and every method's errors.

use std::ffi::CStr;
use std::fs;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use moteur::Heap;
use moteur_guest::files::{ByPath, Found, PathFiles, RamFiles, RamLimits};
use moteur_platform::{Error, FileType, Files, Handle, Open, Time};

mod files_common;

use files_common::{BOTH, CREATE, Dice, READ, WRITE, contents, list, snapshot};

/// A directory of its own, which goes with it.
struct Host(PathBuf);

impl Host {
    fn new(name: &str) -> Host {
        let folder = std::env::temp_dir().join(format!("moteur-by-path-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("guest")).unwrap();
        Host(folder)
    }

    fn at(&self, path: &CStr) -> PathBuf {
        let text = path.to_str().unwrap();
        assert!(text == "/guest" || text.starts_with("/guest/"), "{text} is outside");
        assert!(!text.ends_with('/') && text.split('/').skip(1).all(|name| !matches!(name, "" | "." | "..")), "{text}");
        self.0.join(text.trim_start_matches('/'))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn error(error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound => Error::NotFound,
        ErrorKind::AlreadyExists => Error::Exists,
        ErrorKind::NotADirectory => Error::NotDirectory,
        ErrorKind::DirectoryNotEmpty => Error::NotEmpty,
        _ => Error::Failed,
    }
}

fn opened(path: &Path) -> Result<fs::File, Error> {
    fs::File::options().read(true).write(true).open(path).map_err(error)
}

impl ByPath for Host {
    fn find(&self, path: &CStr) -> Result<Found, Error> {
        let data = fs::metadata(self.at(path)).map_err(error)?;
        Ok(Found { is_directory: data.is_dir(), size: data.len() })
    }

    fn create(&self, path: &CStr) -> Result<(), Error> {
        fs::write(self.at(path), b"").map_err(error)
    }

    fn read(&self, path: &CStr, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        let mut file = opened(&self.at(path))?;
        file.seek(SeekFrom::Start(offset)).map_err(error)?;
        file.read(buffer).map_err(error)
    }

    fn write(&self, path: &CStr, bytes: &[u8], offset: Option<u64>) -> Result<usize, Error> {
        let mut file = opened(&self.at(path))?;
        match offset {
            Some(offset) => file.write_at(bytes, offset),
            None => file.seek(SeekFrom::End(0)).and_then(|_| file.write(bytes)),
        }
        .map_err(error)
    }

    fn set_size(&self, path: &CStr, bytes: u64) -> Result<(), Error> {
        opened(&self.at(path))?.set_len(bytes).map_err(error)
    }

    fn create_directory(&self, path: &CStr) -> Result<(), Error> {
        fs::create_dir(self.at(path)).map_err(error)
    }

    fn remove(&self, path: &CStr) -> Result<(), Error> {
        let path = self.at(path);
        if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) }.map_err(error)
    }

    fn rename(&self, path: &CStr, new_path: &CStr) -> Result<(), Error> {
        fs::rename(self.at(path), self.at(new_path)).map_err(error)
    }

    fn list(&self, path: &CStr, each: &mut dyn FnMut(&[u8], bool)) -> Result<(), Error> {
        each(b".", true);
        each(b"..", true);
        for entry in fs::read_dir(self.at(path)).map_err(error)? {
            let entry = entry.map_err(error)?;
            each(entry.file_name().as_encoded_bytes(), entry.path().is_dir());
        }
        Ok(())
    }
}

fn files(name: &str) -> PathFiles<Host> {
    PathFiles::new(Host::new(name), "/guest/", Heap::system(), 8, 7).unwrap()
}

/// One change, of the same kind for both.
fn change(files: &dyn Files, root: Handle, dice: &mut Dice) -> Result<(), Error> {
    const PATHS: [&str; 9] = ["a", "b", "d", "d/a", "d/e", "d/e/f", "./d/../b", "none/x", "d/"];
    let (path, other, size) = (dice.pick(&PATHS), dice.pick(&PATHS), dice.below(300));
    let bytes = vec![dice.below(256) as u8; size];
    match dice.below(7) {
        0 => files.create_directory(root, path),
        1 => files.remove_directory(root, path),
        2 => files.remove_file(root, path),
        3 => files.rename(root, path, root, other),
        what => {
            let file = files.open(root, path, CREATE)?;
            let changed = match what {
                4 => files.write_at(file, &bytes, dice.below(500) as u64).map(|_| ()),
                5 => files.append(file, &bytes).map(|_| ()),
                _ => files.set_size(file, dice.below(500) as u64),
            };
            files.close(file);
            changed
        }
    }
}

#[test]
fn the_same_changes_leave_the_same_tree() {
    let ours = files("same");
    let model = RamFiles::new(Heap::system(), RamLimits::default());
    let (mut here, mut there) = (Dice(3), Dice(3));
    for step in 0..2000 {
        let result = change(&ours, ours.root(), &mut here);
        let expected = change(&model, model.root(), &mut there);
        assert_eq!(result.is_ok(), expected.is_ok(), "step {step}: {result:?}, {expected:?}");
        // Both have drawn the same; what was not done may have drawn less.
        assert_eq!(here.0, there.0);
        if step % 20 == 0 {
            assert_eq!(snapshot(&ours, ours.root()), snapshot(&model, model.root()), "step {step}");
        }
    }
    assert_eq!(snapshot(&ours, ours.root()), snapshot(&model, model.root()));
}

#[test]
fn nothing_leads_out() {
    let files = files("out");
    fs::write(std::env::temp_dir().join(format!("moteur-by-path-out-{}/secret", std::process::id())), b"x").unwrap();
    let root = files.root();
    for path in ["..", "../secret", "/guest", "d/../../secret", "./..", "../guest/a"] {
        files.create_directory(root, "d").ok();
        assert_eq!(files.open(root, path, READ), Err(Error::Escapes), "{path}");
        assert_eq!(files.create_directory(root, path), Err(Error::Escapes), "{path}");
        assert_eq!(files.remove_file(root, path), Err(Error::Escapes), "{path}");
        assert_eq!(files.rename(root, "d", root, path), Err(Error::Escapes), "{path}");
        assert_eq!(files.status_at(root, path, true).map(|_| ()), Err(Error::Escapes), "{path}");
    }
    assert_eq!(files.open(root, "a\0b", READ), Err(Error::Invalid));
    assert_eq!(files.open(root, &"x/".repeat(3000), READ), Err(Error::NameTooLong));
    assert_eq!(files.open(root, &"x".repeat(260), CREATE), Err(Error::NameTooLong));
}

#[test]
fn roots_are_absolute() {
    let root = |path| PathFiles::new(Host::new("root"), path, Heap::system(), 1, 0).map(|_| ());
    assert_eq!(root("/guest"), Ok(()));
    assert_eq!(root("/guest//"), Ok(()));
    for path in ["", "/", "guest", "./guest", "/gu\0est"] {
        assert_eq!(root(path), Err(Error::Invalid), "{path:?}");
    }
    assert_eq!(root(&format!("/{}", "x".repeat(255))), Err(Error::NameTooLong));
}

#[test]
fn handles_are_for_what_they_were_opened_for() {
    let files = files("handles");
    let root = files.root();
    let written = files.open(root, "a", Open { read: false, ..CREATE }).unwrap();
    assert_eq!(files.write_at(written, b"hello", 2), Ok(5));
    assert_eq!(files.read_at(written, &mut [0; 4], 0), Err(Error::Denied));
    let read = files.open(root, "a", READ).unwrap();
    assert_eq!(contents(&files, read), b"\0\0hello");
    assert_eq!(files.read_at(read, &mut [0; 4], u64::MAX), Ok(0));
    assert_eq!(files.write_at(read, b"x", 0), Err(Error::Denied));
    assert_eq!(files.append(read, b"x"), Err(Error::Denied));
    assert_eq!(files.set_size(read, 0), Err(Error::Denied));
    assert_eq!(files.write_at(written, b"x", u64::MAX), Err(Error::TooLarge));
    assert_eq!(files.entry(read, 0, &mut []), Err(Error::NotDirectory));
    assert_eq!(files.read_at(root, &mut [0; 4], 0), Err(Error::IsDirectory));

    assert_eq!(files.remove_file(root, "a"), Err(Error::Busy));
    assert_eq!(files.rename(root, "a", root, "b"), Err(Error::Busy));
    files.close(read);
    files.close(written);
    assert_eq!(files.read_at(read, &mut [0; 4], 0), Err(Error::Invalid), "closed");
    assert_eq!(files.remove_file(root, "a"), Ok(()));
}

#[test]
fn at_most_so_many_are_open() {
    let files = files("many");
    let root = files.root();
    let open: Vec<_> = (0..8).map(|_| files.open(root, "a", CREATE).unwrap()).collect();
    assert_eq!(files.open(root, "b", CREATE), Err(Error::Exhausted));
    assert_eq!(files.status_at(root, "b", true).map(|_| ()), Err(Error::NotFound), "none was made");
    open.into_iter().for_each(|file| files.close(file));
    assert!(files.open(root, "b", CREATE).is_ok());
}

#[test]
fn what_is_asked_for_must_be_there() {
    let files = files("asked");
    let root = files.root();
    files.create_directory(root, "d").unwrap();
    let file = files.open(root, "f", CREATE).unwrap();
    files.close(file);
    for (path, how, expected) in [
        ("none", READ, Error::NotFound),
        ("f", Open { exclusive: true, ..CREATE }, Error::Exists),
        ("d", WRITE, Error::IsDirectory),
        ("d", BOTH, Error::IsDirectory),
        ("f", Open { directory: true, ..READ }, Error::NotDirectory),
        ("f/", READ, Error::NotDirectory),
        ("f/x", CREATE, Error::NotDirectory),
        ("new/", CREATE, Error::IsDirectory),
        ("d", Open { directory: true, ..CREATE }, Error::Invalid),
    ] {
        assert_eq!(files.open(root, path, how), Err(expected), "{path}");
    }
    assert_eq!(files.create_directory(root, "f"), Err(Error::Exists));
    assert_eq!(files.remove_directory(root, "f"), Err(Error::NotDirectory));
    assert_eq!(files.remove_directory(root, "."), Err(Error::Invalid));
    assert_eq!(files.remove_file(root, "d"), Err(Error::IsDirectory));
    assert_eq!(files.rename(root, "d", root, "d/below"), Err(Error::Invalid));
    assert_eq!(files.rename(root, ".", root, "e"), Err(Error::Busy));
    assert_eq!(files.rename(root, "none", root, "e"), Err(Error::NotFound));
    assert_eq!(files.set_times_at(root, "f", true, Time::Now, Time::Keep), Err(Error::Unsupported));
    assert_eq!(files.read_link(root, "f", &mut []), Err(Error::Invalid));
    assert_eq!(files.link(root, "f", root, "g"), Err(Error::Unsupported));
    assert_eq!(files.symlink("f", root, "g"), Err(Error::Unsupported));
    let status = files.status(root).unwrap();
    assert_eq!((status.device, status.file_type), (7, FileType::Directory));
    assert_eq!(list(&files, root).len(), 2);
}
