//! Directories of the operating system: what a guest can do with them, and that it can do nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use moteur_platform::std::files::{Access, HostFiles};
use moteur_platform::{Entry, Error, Files, Handle, Open, Time};

mod escapes;
#[cfg(unix)]
mod faults;
mod limits;
mod listing;
mod names;
mod opening;
mod read_only;
mod reading;
#[cfg(unix)]
mod symlinks;
mod times;
#[cfg(unix)]
mod unix;

const READ: Open = Open {
    read: true,
    write: false,
    append: false,
    create: false,
    exclusive: false,
    truncate: false,
    directory: false,
    follow: false,
    nonblocking: false,
    sync: false,
};
const READ_WRITE: Open = Open { write: true, ..READ };
const CREATE: Open = Open { create: true, ..READ_WRITE };
const FOLLOW: Open = Open { follow: true, ..READ };
const DIRECTORY: Open = Open { directory: true, ..READ };

/// A directory with two others: the guest's, and one beside it that is none of its business. Gone when dropped.
struct Tree {
    path: PathBuf,
    files: HostFiles,
    root: Handle,
}

const SECRET: &[u8] = b"nobody may read this";

impl Tree {
    fn new() -> Tree {
        Tree::with(HostFiles::new(), Access::ReadWrite)
    }

    fn with(files: HostFiles, access: Access) -> Tree {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("moteur-files-{}-{number}", std::process::id()));
        fs::create_dir_all(path.join("guest")).unwrap();
        fs::create_dir(path.join("outside")).unwrap();
        fs::write(path.join("outside/secret"), SECRET).unwrap();
        let root = files.open_root(&path.join("guest"), access).unwrap();
        Tree { path, files, root }
    }

    /// The host's path of something of the guest's.
    fn host(&self, path: &str) -> PathBuf {
        self.path.join("guest").join(path)
    }

    /// Makes a file as the host.
    fn put(&self, path: &str, bytes: &[u8]) {
        fs::write(self.host(path), bytes).unwrap();
    }

    fn open(&self, path: &str, how: Open) -> Result<Handle, Error> {
        self.files.open(self.root, path, how)
    }

    fn read(&self, file: Handle) -> Vec<u8> {
        let mut bytes = vec![0; 1000];
        let read = self.files.read_at(file, &mut bytes, 0).unwrap();
        bytes.truncate(read);
        bytes
    }

    /// What is outside, with the bytes in it: it must not change.
    fn outside(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(self.path.join("outside")).unwrap().map(Result::unwrap);
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut all: Vec<_> = entries.map(|e| (name(&e.path()), fs::read(e.path()).unwrap())).collect();
        all.sort();
        all
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // What remains shows in the temporary directory; it makes no test wrong.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// All entries of a directory from a cookie on, with their names.
fn list(files: &dyn Files, directory: Handle, mut cookie: u64) -> Vec<(String, Entry)> {
    let mut all = Vec::new();
    let mut name = [0; 300];
    while let Some(entry) = files.entry(directory, cookie, &mut name).unwrap() {
        all.push((String::from_utf8(name[..entry.name_len as usize].to_vec()).unwrap(), entry));
        cookie = entry.next;
    }
    all
}

/// Every operation that a directory's handle allows on a path, by name. None of them may succeed where this is used.
type Attempt = (&'static str, fn(&dyn Files, Handle, &str) -> Result<(), Error>);

const ATTEMPTS: &[Attempt] = &[
    ("open", |files, at, path| files.open(at, path, FOLLOW).map(drop)),
    ("open a directory", |files, at, path| files.open(at, path, Open { directory: true, ..FOLLOW }).map(drop)),
    ("create", |files, at, path| files.open(at, path, Open { follow: true, ..CREATE }).map(drop)),
    ("truncate", |files, at, path| files.open(at, path, Open { follow: true, truncate: true, ..READ_WRITE }).map(drop)),
    ("status_at", |files, at, path| files.status_at(at, path, true).map(drop)),
    ("set_times_at", |files, at, path| files.set_times_at(at, path, true, Time::Now, Time::At(1))),
    ("create_directory", |files, at, path| files.create_directory(at, path)),
    ("remove_directory", |files, at, path| files.remove_directory(at, path)),
    ("remove_file", |files, at, path| files.remove_file(at, path)),
    ("rename from", |files, at, path| files.rename(at, path, at, "taken")),
    ("rename to", |files, at, path| files.rename(at, "own", at, path)),
    ("link from", |files, at, path| files.link(at, path, at, "taken")),
    ("link to", |files, at, path| files.link(at, "own", at, path)),
    ("symlink", |files, at, path| files.symlink("own", at, path)),
    ("read_link", |files, at, path| files.read_link(at, path, &mut [0; 100]).map(drop)),
];
