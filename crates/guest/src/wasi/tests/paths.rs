//! Everything that takes a name.

use super::witness::LINK_TEXT;
use super::*;

/// Calls a function on a name below the first directory.
fn on(guest: &mut Guest, name: &str, path: &str) -> Result<u64, Stop> {
    guest.put(1024, path.as_bytes());
    guest.call(name, &[ROOT, 1024, path.len() as u64])
}

#[test]
fn names_come_and_go() {
    let mut guest = Guest::with_files();
    for (name, path, expected) in [
        ("path_create_directory", "new", Ok(0)),
        ("path_create_directory", "new", errno(Errno::Exist)),
        ("path_unlink_file", "new", errno(Errno::Isdir)),
        ("path_remove_directory", "new", Ok(0)),
        ("path_remove_directory", "new", errno(Errno::Noent)),
        ("path_remove_directory", "dir", errno(Errno::Notempty)),
        ("path_remove_directory", "file", errno(Errno::Notdir)),
        ("path_unlink_file", "dir/inner", Ok(0)),
        ("path_remove_directory", "dir", Ok(0)),
        ("path_unlink_file", "../file", errno(Errno::Perm)),
        ("path_unlink_file", "/file", errno(Errno::Perm)),
    ] {
        assert_eq!(on(&mut guest, name, path), expected, "{name} {path}");
    }
}

#[test]
fn a_name_is_text_of_some_length() {
    let mut guest = Guest::with_files();
    guest.memory.resize(3 * MEMORY_BYTES, b'x');
    let long = MEMORY_BYTES as u64;
    for (bytes, expected) in [
        (&b"fi\0le"[..], Errno::Inval),
        (b"file\0", Errno::Inval),
        (b"\xff", Errno::Ilseq),
        (b"file\xc3", Errno::Ilseq),
        (b"", Errno::Noent),
    ] {
        guest.put(1024, bytes);
        let size = bytes.len() as u64;
        for name in ["path_create_directory", "path_remove_directory", "path_unlink_file"] {
            assert_eq!(guest.call(name, &[ROOT, 1024, size]), errno(expected), "{name} {bytes:?}");
        }
        let open = guest.call("path_open", &[ROOT, 0, 1024, size, 0, 0, 0, 0, 0]);
        assert_eq!(open, errno(expected), "{bytes:?}");
        let read_link = guest.call("path_readlink", &[ROOT, 1024, size, 0, 10, 100]);
        assert_eq!(read_link, errno(expected), "{bytes:?}");
        guest.put(100, b"good");
        for words in [[100, 4, ROOT, 1024, size], [1024, size, ROOT, 100, 4]] {
            assert_eq!(guest.call("path_symlink", &words), errno(expected), "{bytes:?}");
        }
        for words in [[ROOT, 100, 4, ROOT, 1024, size], [ROOT, 1024, size, ROOT, 100, 4]] {
            assert_eq!(guest.call("path_rename", &words), errno(expected), "{bytes:?}");
        }
    }
    assert_eq!(guest.call("path_create_directory", &[ROOT, long, long]), errno(Errno::Nametoolong));
    assert_eq!(guest.call("path_create_directory", &[ROOT, long, 2 * long]), errno(Errno::Nametoolong));
    assert_eq!(guest.call("path_create_directory", &[ROOT, long, 2 * long + 1]), errno(Errno::Fault));
    assert!(guest.files.notes().is_empty());
}

#[test]
fn opening_says_how() {
    let mut guest = Guest::with_files();
    let (read, write) = (Rights::FD_READ.bits(), Rights::FD_WRITE.bits());
    for (name, open, rights, flags, how) in [
        ("file", 0, read, 0, "r"),
        ("file", 0, write, 0, "w"),
        ("file", 0, 0, 0, ""),
        ("file", 0, Rights::FD_READDIR.bits(), 0, "r"),
        ("new", 1, read | write, 1, "rwac"),
        ("newer", 1 | 4, write, 0, "wcx"),
        ("file", 8, write, 0, "wt"),
        ("dir", 2, 0, 4, "dn"),
        ("file", 0, write, 2, "ws"),
        ("file", 0, write, 8, "ws"),
        ("file", 0, write, 16 | 1, "was"),
        // Who does not write does not append.
        ("file", 0, read, 1, "r"),
    ] {
        assert_eq!(guest.path_open(name, open, rights, flags), Ok(0), "{name} {open} {rights:#x} {flags:#x}");
        let opened = u64::from(guest.word(1000));
        assert_eq!(guest.files.notes(), [std::format!("open {name} {how}").as_str()]);
        assert_eq!(guest.call("fd_fdstat_get", &[opened, 64]), Ok(0));
        assert_eq!((u64::from(guest.memory[66]), guest.memory[67]), (flags, 0));
        assert_eq!(guest.call("fd_close", &[opened]), Ok(0));
    }
    guest.put(1024, b"file");
    assert_eq!(guest.call("path_open", &[ROOT, 1, 1024, 4, 0, 0, 0, 0, 1000]), Ok(0));
    assert_eq!(guest.files.notes(), ["open file f"]);
}

#[test]
fn opening_something_else_fails_and_leaves_nothing_open() {
    let mut guest = Guest::with_files();
    let before = guest.files.opened();
    let write = Rights::FD_WRITE.bits();
    for (name, open, rights, flags, expected) in [
        ("missing", 0, 0, 0, Errno::Noent),
        ("file", 1 | 4, 0, 0, Errno::Exist),
        ("file", 2, 0, 0, Errno::Notdir),
        ("dir", 2, write, 0, Errno::Isdir),
        ("../file", 0, 0, 0, Errno::Perm),
        ("/file", 0, 0, 0, Errno::Perm),
        ("file", 16, 0, 0, Errno::Inval),
        ("file", 1 << 31, 0, 0, Errno::Inval),
        ("file", 0, 0, 32, Errno::Inval),
        ("file", 0, 0, 1 << 16, Errno::Inval),
    ] {
        assert_eq!(guest.path_open(name, open, rights, flags), errno(expected), "{name} {open:#x} {flags:#x}");
    }
    guest.put(1024, b"file");
    for lookup in [2, 3, 1 << 31] {
        for (name, words) in [
            ("path_open", &[ROOT, lookup, 1024, 4, 0, 0, 0, 0, 1000][..]),
            ("path_filestat_get", &[ROOT, lookup, 1024, 4, 0]),
            ("path_filestat_set_times", &[ROOT, lookup, 1024, 4, 0, 0, 1]),
            ("path_link", &[ROOT, lookup, 1024, 4, ROOT, 1024, 4]),
        ] {
            assert_eq!(guest.call(name, words), errno(Errno::Inval), "{name} {lookup:#x}");
        }
    }
    assert_eq!(guest.call("path_open", &[ROOT, 0, 1024, 4, 0, 0, 0, 0, LAST - 2]), errno(Errno::Fault));
    // What was opened but says no more of itself is closed again.
    guest.files.forget();
    *guest.files.is_mute.lock().unwrap() = true;
    assert_eq!(guest.path_open("file", 0, 0, 0), errno(Errno::Io));
    assert_eq!(guest.files.notes(), ["open file "]);
    *guest.files.is_mute.lock().unwrap() = false;
    assert_eq!(guest.files.opened(), before);
    assert_eq!(guest.open("file", 0, 0), 5, "no number was used up");
}

#[test]
fn two_names_may_be_of_two_directories() {
    let mut guest = Guest::with_files();
    let dir = guest.open("dir", 2, READING);
    guest.put(100, b"file");
    guest.put(200, b"moved");
    assert_eq!(guest.call("path_rename", &[ROOT, 100, 4, dir, 200, 5]), Ok(0));
    assert_eq!(guest.call("path_rename", &[dir, 200, 5, ROOT, 100, 4]), Ok(0));
    guest.files.forget();
    assert_eq!(guest.call("path_link", &[ROOT, 0, 100, 4, dir, 200, 5]), Ok(0));
    assert_eq!(guest.call("path_link", &[ROOT, 1, 100, 4, dir, 200, 5]), errno(Errno::Inval));
    // One and the same place for both names.
    assert_eq!(guest.call("path_rename", &[ROOT, 100, 4, ROOT, 100, 4]), Ok(0));
    assert_eq!(guest.files.notes(), ["link file moved", "rename file file"]);
    // Neither goes to another file system.
    let other: &'static Witness = Box::leak(Box::new(Witness::new()));
    guest.wasi.directory("/other", other, other.root(), Access::ReadWrite).unwrap();
    let elsewhere = dir + 1;
    for (name, words) in [
        ("path_rename", &[ROOT, 100, 4, elsewhere, 200, 5][..]),
        ("path_rename", &[elsewhere, 100, 4, ROOT, 200, 5]),
        ("path_link", &[ROOT, 0, 100, 4, elsewhere, 200, 5]),
    ] {
        assert_eq!(guest.call(name, words), errno(Errno::Xdev), "{name}");
        let mut words = words.to_vec();
        *words.iter_mut().find(|word| **word == elsewhere).unwrap() = 77;
        assert_eq!(guest.call(name, &words), errno(Errno::Badf), "{name}");
    }
    assert!(guest.files.notes().is_empty() && other.notes().is_empty());
}

#[test]
fn symbolic_links_are_written_and_read() {
    let mut guest = Guest::with_files();
    guest.put(100, b"to");
    guest.put(200, b"link");
    assert_eq!(guest.call("path_symlink", &[100, 2, ROOT, 200, 4]), Ok(0));
    assert_eq!(guest.files.notes(), ["symlink to link"]);
    for size in [0, 1, LINK_TEXT.len(), LINK_TEXT.len() + 5] {
        guest.memory[300..400].fill(0xee);
        assert_eq!(guest.call("path_readlink", &[ROOT, 200, 4, 300, size as u64, 40]), Ok(0));
        let used = size.min(LINK_TEXT.len());
        assert_eq!(guest.word(40) as usize, used);
        assert_eq!(guest.memory[300..300 + used], LINK_TEXT.as_bytes()[..used]);
        assert_eq!(guest.memory[300 + used], 0xee);
    }
    assert_eq!(guest.call("path_readlink", &[ROOT, 100, 2, 300, 10, 40]), errno(Errno::Inval));
    // The text must not be written over the name that is being looked up.
    for (target, size) in [(200, 4), (203, 50), (150, 51), (0, MEMORY_BYTES as u64)] {
        assert_eq!(guest.call("path_readlink", &[ROOT, 200, 4, target, size, 40]), errno(Errno::Fault), "{target}");
    }
    assert_eq!(guest.memory[200..204], *b"link");
}

#[test]
fn every_error_of_a_file_system_reaches_the_guest() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    guest.put(1024, b"file");
    guest.put_words(0, &[100, 4]);
    let calls: &[(&str, &[u64])] = &[
        ("path_open", &[ROOT, 0, 1024, 4, 0, 0, 0, 0, 1000]),
        ("path_create_directory", &[ROOT, 1024, 4]),
        ("path_remove_directory", &[ROOT, 1024, 4]),
        ("path_unlink_file", &[ROOT, 1024, 4]),
        ("path_filestat_get", &[ROOT, 0, 1024, 4, 64]),
        ("path_filestat_set_times", &[ROOT, 0, 1024, 4, 0, 0, 2]),
        ("path_link", &[ROOT, 0, 1024, 4, ROOT, 1024, 4]),
        ("path_rename", &[ROOT, 1024, 4, ROOT, 1024, 4]),
        ("path_symlink", &[1024, 4, ROOT, 1024, 4]),
        ("path_readlink", &[ROOT, 1024, 4, 300, 10, 40]),
        ("fd_read", &[fd, 0, 1, 40]),
        ("fd_write", &[fd, 0, 1, 40]),
        ("fd_pread", &[fd, 0, 1, 0, 40]),
        ("fd_pwrite", &[fd, 0, 1, 0, 40]),
        ("fd_seek", &[fd, 0, 2, 40]),
        ("fd_sync", &[fd]),
        ("fd_datasync", &[fd]),
        ("fd_allocate", &[fd, 0, 100]),
        ("fd_filestat_get", &[fd, 64]),
        ("fd_filestat_set_size", &[fd, 1]),
        ("fd_filestat_set_times", &[fd, 0, 0, 2]),
        ("fd_fdstat_set_flags", &[fd, 4]),
        ("fd_readdir", &[ROOT, 300, 100, 0, 40]),
        ("fd_readdir", &[ROOT, 300, 100, 2, 40]),
    ];
    let opened = guest.files.opened();
    let memory = guest.memory.clone();
    for error in Error::ALL {
        guest.files.fail(Some(*error));
        for (name, words) in calls {
            assert_eq!(guest.call(name, words), errno(Errno::from(*error)), "{name} {error:?}");
            assert_eq!(guest.memory, memory, "{name} {error:?}");
        }
    }
    guest.files.fail(None);
    assert_eq!(guest.files.opened(), opened);
    assert_eq!(guest.read(fd, 20).unwrap(), b"0123456789", "nothing moved");
}
