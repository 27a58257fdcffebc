//! Functions for files on a file system of this machine: what a guest does arrives there, and what is there arrives at the
//! guest.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use moteur_platform::std::files::{self, HostFiles};

use super::*;

/// A folder that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(std::format!("moteur-wasi-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// A guest to which this is the first directory, and, read-only, the second.
    fn guest(&self) -> Guest {
        let files: &'static HostFiles = Box::leak(Box::new(HostFiles::new()));
        let mut guest = Guest::new();
        let open = |access| files.open_root(&self.0, access).unwrap();
        let roots = [open(files::Access::ReadWrite), open(files::Access::ReadOnly)];
        guest.wasi.directory("/", files, roots[0], Access::ReadWrite).unwrap();
        guest.wasi.directory("/fixed", files, roots[1], Access::ReadOnly).unwrap();
        guest
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_arrive_on_both_sides() {
    let folder = Folder::new();
    let mut guest = folder.guest();
    let fd = guest.open("made", 1, ALL);
    assert_eq!(guest.write(fd, b"by the guest"), Ok(12));
    assert_eq!(fs::read(folder.path("made")).unwrap(), b"by the guest");
    fs::write(folder.path("given"), b"by the host").unwrap();
    let given = guest.open("given", 0, READING);
    assert_eq!(guest.read(given, 100).unwrap(), b"by the host");
    assert_eq!(guest.call("fd_filestat_set_size", &[fd, 2]), Ok(0));
    assert_eq!(guest.call("fd_allocate", &[fd, 2, 3]), Ok(0));
    assert_eq!(guest.call("fd_sync", &[fd]), Ok(0));
    assert_eq!(guest.call("fd_datasync", &[fd]), Ok(0));
    assert_eq!(fs::read(folder.path("made")).unwrap(), b"by\0\0\0");
    assert_eq!(guest.path_open("made", 8, ALL, 1), Ok(0));
    let fd = u64::from(guest.word(1000));
    fs::write(folder.path("made"), b"grown ").unwrap();
    assert_eq!(guest.write(fd, b"more"), Ok(4));
    assert_eq!(fs::read(folder.path("made")).unwrap(), b"grown more");
    assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, 4]), Ok(0));
    assert_eq!(guest.write(fd, b"G"), Ok(1));
    assert_eq!(fs::read(folder.path("made")).unwrap(), b"grown moreG", "the position was at the end");
}

#[test]
fn names_arrive_on_both_sides() {
    let folder = Folder::new();
    let mut guest = folder.guest();
    guest.put(0, b"a/b/c");
    for (name, words) in [
        ("path_create_directory", &[ROOT, 0, 1][..]),
        ("path_create_directory", &[ROOT, 0, 3]),
        ("path_create_directory", &[ROOT, 0, 5]),
        ("path_remove_directory", &[ROOT, 0, 5]),
    ] {
        assert_eq!(guest.call(name, words), Ok(0), "{name}");
    }
    assert!(folder.path("a/b").is_dir() && !folder.path("a/b/c").exists());
    fs::write(folder.path("a/one"), b"1").unwrap();
    guest.put(100, b"a/one");
    guest.put(200, b"a/b/two");
    guest.put(300, b"a/three");
    assert_eq!(guest.call("path_rename", &[ROOT, 100, 5, ROOT, 200, 7]), Ok(0));
    assert_eq!(guest.call("path_link", &[ROOT, 0, 200, 7, ROOT, 300, 7]), Ok(0));
    assert!(!folder.path("a/one").exists());
    assert_eq!(fs::read(folder.path("a/three")).unwrap(), b"1");
    for at in [200, 300] {
        assert_eq!(guest.call("path_filestat_get", &[ROOT, 0, at, 7, 1024 + at]), Ok(0));
        assert_eq!((guest.memory[1024 + at as usize + 16], guest.wide(1024 + at as usize + 24)), (4, 2));
    }
    assert_eq!(guest.memory[1224..1288], guest.memory[1324..1388], "one file under two names");
    assert_eq!(guest.call("path_unlink_file", &[ROOT, 200, 7]), Ok(0));
    assert!(!folder.path("a/b/two").exists() && folder.path("a/three").exists());
    assert_eq!(guest.call("path_unlink_file", &[ROOT, 0, 1]), errno(Errno::Isdir));
    assert_eq!(guest.call("path_remove_directory", &[ROOT, 0, 1]), errno(Errno::Notempty));
}

#[test]
fn symbolic_links_are_followed_on_request() {
    let folder = Folder::new();
    let mut guest = folder.guest();
    fs::write(folder.path("file"), b"1234").unwrap();
    guest.put(100, b"file");
    guest.put(200, b"link");
    if guest.call("path_symlink", &[100, 4, ROOT, 200, 4]) != Ok(0) {
        return; // Not every system lets everyone make them.
    }
    assert_eq!(fs::read_link(folder.path("link")).unwrap(), Path::new("file"));
    assert_eq!(guest.call("path_readlink", &[ROOT, 200, 4, 300, 100, 40]), Ok(0));
    assert_eq!((guest.word(40), &guest.memory[300..305]), (4, &b"file\xee"[..]));
    for (follow, kind) in [(0, 7), (1, 4)] {
        assert_eq!(guest.call("path_filestat_get", &[ROOT, follow, 200, 4, 400]), Ok(0));
        assert_eq!(guest.memory[416], kind);
    }
    assert_eq!(guest.path_open("link", 0, 2, 0), errno(Errno::Loop));
    guest.put(1024, b"link");
    assert_eq!(guest.call("path_open", &[ROOT, 1, 1024, 4, 0, 2, 0, 0, 1000]), Ok(0));
    assert_eq!(guest.read(u64::from(guest.word(1000)), 100).unwrap(), b"1234");
    assert_eq!(guest.call("path_unlink_file", &[ROOT, 200, 4]), Ok(0));
    assert!(folder.path("file").exists());
}

#[test]
fn times_arrive_on_both_sides() {
    let folder = Folder::new();
    let mut guest = folder.guest();
    let fd = guest.open("file", 1, ALL);
    let at = 1_234_567_890_000_000_000u64;
    assert_eq!(guest.call("fd_filestat_set_times", &[fd, at, 2 * at, 1 | 4]), Ok(0));
    assert_eq!(guest.call("fd_filestat_get", &[fd, 0]), Ok(0));
    assert_eq!((guest.wide(40), guest.wide(48)), (at, 2 * at));
    let modified = fs::metadata(folder.path("file")).unwrap().modified().unwrap();
    assert_eq!(modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos(), u128::from(2 * at));
    guest.put(1024, b"file");
    assert_eq!(guest.call("path_filestat_set_times", &[ROOT, 0, 1024, 4, 0, at, 2 | 4]), Ok(0));
    assert_eq!(guest.call("path_filestat_get", &[FIXED, 0, 1024, 4, 0]), Ok(0));
    assert_eq!((guest.wide(40) > at, guest.wide(48)), (true, at));
}

#[test]
fn large_directories_are_listed_wholly() {
    let folder = Folder::new();
    let mut guest = folder.guest();
    for index in 0..150 {
        fs::write(folder.path(&std::format!("file number {index}")), b"").unwrap();
    }
    let (mut cookie, mut count) = (0, 0);
    loop {
        assert_eq!(guest.call("fd_readdir", &[FIXED, 1024, 300, cookie, 40]), Ok(0));
        let used = guest.word(40) as usize;
        let mut at = 1024;
        while at + 24 <= 1024 + used {
            let end = at + 24 + guest.word(at + 16) as usize;
            if end > 1024 + used {
                break;
            }
            cookie = guest.wide(at);
            count += 1;
            at = end;
        }
        if used < 300 {
            break;
        }
    }
    assert_eq!(count, 152);
}

#[test]
fn the_second_directory_cannot_be_changed() {
    let folder = Folder::new();
    let mut guest = folder.guest();
    fs::write(folder.path("file"), b"1234").unwrap();
    guest.put(1024, b"file");
    for (name, words) in [
        ("path_open", &[FIXED, 0, 1024, 4, 0, 64, 0, 0, 1000][..]),
        ("path_open", &[FIXED, 0, 1024, 4, 8, 0, 0, 0, 1000]),
        ("path_unlink_file", &[FIXED, 1024, 4]),
        ("path_rename", &[FIXED, 1024, 4, ROOT, 1024, 3]),
        ("path_link", &[FIXED, 0, 1024, 4, ROOT, 1024, 3]),
    ] {
        assert_eq!(guest.call(name, words), errno(Errno::Notcapable), "{name}");
    }
    assert_eq!(guest.call("path_open", &[FIXED, 0, 1024, 4, 0, READING, ALL, 0, 1000]), Ok(0));
    let fd = u64::from(guest.word(1000));
    assert_eq!(guest.write(fd, b"x"), Err(Errno::Notcapable));
    assert_eq!(guest.read(fd, 10).unwrap(), b"1234");
}
