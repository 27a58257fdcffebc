//! Rights: each function needs its own, they become fewer on the way down, and where nothing may change nothing does.

use super::*;

/// Where the descriptor stands in the words below.
const FD: u64 = 99;

/// What each function needs of a file.
const OF_A_FILE: &[(&str, &[u64], Rights)] = &[
    ("fd_read", &[FD, 0, 1, 40], Rights::FD_READ),
    ("fd_pread", &[FD, 0, 1, 0, 40], Rights::FD_READ),
    ("fd_pread", &[FD, 0, 1, 0, 40], Rights::FD_SEEK),
    ("fd_write", &[FD, 0, 1, 40], Rights::FD_WRITE),
    ("fd_pwrite", &[FD, 0, 1, 0, 40], Rights::FD_WRITE),
    ("fd_pwrite", &[FD, 0, 1, 0, 40], Rights::FD_SEEK),
    ("fd_seek", &[FD, 1, 0, 40], Rights::FD_SEEK),
    ("fd_seek", &[FD, 0, 2, 40], Rights::FD_SEEK),
    ("fd_seek", &[FD, 0, 1, 40], Rights::FD_TELL),
    ("fd_tell", &[FD, 40], Rights::FD_TELL),
    ("fd_sync", &[FD], Rights::FD_SYNC),
    ("fd_datasync", &[FD], Rights::FD_DATASYNC),
    ("fd_advise", &[FD, 0, 0, 0], Rights::FD_ADVISE),
    ("fd_allocate", &[FD, 0, 20], Rights::FD_ALLOCATE),
    ("fd_fdstat_set_flags", &[FD, 4], Rights::FD_FDSTAT_SET_FLAGS),
    ("fd_filestat_get", &[FD, 64], Rights::FD_FILESTAT_GET),
    ("fd_filestat_set_size", &[FD, 4], Rights::FD_FILESTAT_SET_SIZE),
    ("fd_filestat_set_times", &[FD, 0, 0, 2], Rights::FD_FILESTAT_SET_TIMES),
];

/// What each function needs of a directory; `file` stands at 1024, and `empty` at 1040.
const OF_A_DIRECTORY: &[(&str, &[u64], Rights)] = &[
    ("fd_readdir", &[FD, 100, 100, 0, 40], Rights::FD_READDIR),
    ("fd_sync", &[FD], Rights::FD_SYNC),
    ("fd_datasync", &[FD], Rights::FD_DATASYNC),
    ("fd_filestat_get", &[FD, 64], Rights::FD_FILESTAT_GET),
    ("fd_filestat_set_times", &[FD, 0, 0, 2], Rights::FD_FILESTAT_SET_TIMES),
    ("path_open", &[FD, 0, 1024, 4, 0, 0, 0, 0, 40], Rights::PATH_OPEN),
    ("path_open", &[FD, 0, 1024, 4, 1, 0, 0, 0, 40], Rights::PATH_CREATE_FILE),
    ("path_open", &[FD, 0, 1024, 4, 8, 64, 0, 0, 40], Rights::PATH_FILESTAT_SET_SIZE),
    ("path_create_directory", &[FD, 1024, 3], Rights::PATH_CREATE_DIRECTORY),
    ("path_remove_directory", &[FD, 1040, 5], Rights::PATH_REMOVE_DIRECTORY),
    ("path_filestat_get", &[FD, 0, 1024, 4, 64], Rights::PATH_FILESTAT_GET),
    ("path_filestat_set_times", &[FD, 0, 1024, 4, 0, 0, 2], Rights::PATH_FILESTAT_SET_TIMES),
    ("path_link", &[FD, 0, 1024, 4, ROOT, 1024, 3], Rights::PATH_LINK_SOURCE),
    ("path_link", &[ROOT, 0, 1024, 4, FD, 1024, 3], Rights::PATH_LINK_TARGET),
    ("path_rename", &[FD, 1024, 4, ROOT, 1024, 3], Rights::PATH_RENAME_SOURCE),
    ("path_rename", &[ROOT, 1024, 4, FD, 1024, 3], Rights::PATH_RENAME_TARGET),
    ("path_symlink", &[1024, 4, FD, 1024, 3], Rights::PATH_SYMLINK),
    ("path_readlink", &[FD, 1024, 4, 64, 10, 40], Rights::PATH_READLINK),
    ("path_unlink_file", &[FD, 1024, 4], Rights::PATH_UNLINK_FILE),
];

fn with_names() -> Guest {
    let mut guest = Guest::with_files();
    guest.put(1024, b"file");
    guest.put(1040, b"empty");
    guest.files.create_directory(guest.files.root(), "empty").unwrap();
    guest.put_words(0, &[100, 4]);
    guest
}

fn with_fd(words: &[u64], fd: u64) -> Vec<u64> {
    words.iter().map(|word| if *word == FD { fd } else { *word }).collect()
}

/// Type, rights, and rights that are passed on.
fn stat(guest: &mut Guest, fd: u64) -> (u8, u64, u64) {
    assert_eq!(guest.call("fd_fdstat_get", &[fd, 64]), Ok(0));
    (guest.memory[64], guest.wide(72), guest.wide(80))
}

#[test]
fn each_function_needs_its_right() {
    let of_file = OF_A_FILE.iter().map(|row| ("file", ALL, row));
    let of_directory = OF_A_DIRECTORY.iter().map(|row| (".", READING, row));
    for (of, rights, (name, words, right)) in of_file.chain(of_directory) {
        let mut guest = with_names();
        let fds = [guest.open(of, 0, rights), guest.open(of, 0, rights)];
        guest.put(1024, b"file");
        let (_, base, inheriting) = stat(&mut guest, fds[0]);
        assert_ne!(base & right.bits(), 0, "{name} {right:?}");
        let less = [fds[0], base & !right.bits(), inheriting];
        assert_eq!(guest.call("fd_fdstat_set_rights", &less), Ok(0));
        guest.files.forget();
        let outcome = guest.call(name, &with_fd(words, fds[0]));
        assert_eq!(outcome, errno(Errno::Notcapable), "{name} {right:?}");
        assert!(guest.files.notes().is_empty(), "{name} {right:?}");
        assert_eq!(guest.call("fd_fdstat_set_rights", &[fds[0], base, inheriting]), errno(Errno::Notcapable));
        // With all rights it is done, or asked for and refused by the file system.
        let outcome = guest.call(name, &with_fd(words, fds[1]));
        assert!(outcome == Ok(0) || *name == "path_readlink", "{name} {right:?} {outcome:?}");
    }
}

#[test]
fn a_directory_passes_on_what_it_has() {
    let mut guest = with_names();
    let (kind, base, inheriting) = stat(&mut guest, ROOT);
    assert_eq!(kind, 3);
    assert_eq!(base & Rights::FD_WRITE.and(Rights::FD_SEEK).and(Rights::FD_FILESTAT_SET_SIZE).bits(), 0);
    assert_eq!(base & !inheriting, 0);
    // Who asks for everything gets what makes sense, and seeking brings telling along.
    let file = guest.open("file", 0, u64::MAX);
    assert_eq!(stat(&mut guest, file), (4, Rights::FILE.bits(), 0));
    let file = guest.open("file", 0, Rights::FD_SEEK.bits());
    assert_eq!(stat(&mut guest, file), (4, Rights::FD_SEEK.and(Rights::FD_TELL).bits(), 0));
    // Without writing there is no changing of sizes.
    let file = guest.open("file", 0, READING);
    assert_eq!(stat(&mut guest, file).1, Rights::FILE.without(Rights::WRITE).bits());
    // A directory below it with less, and what is below that has no more.
    guest.put(1024, b"dir");
    let reading = Rights::FD_READ.bits();
    let open = Rights::PATH_OPEN.and(Rights::PATH_CREATE_FILE).bits();
    assert_eq!(guest.call("path_open", &[ROOT, 0, 1024, 3, 2, open, reading | 1 << 40, 0, 1000]), Ok(0));
    let less = u64::from(guest.word(1000));
    assert_eq!(stat(&mut guest, less), (3, open, reading));
    guest.put(1024, b"inner");
    assert_eq!(guest.call("path_open", &[less, 0, 1024, 5, 0, ALL, ALL, 0, 1000]), errno(Errno::Notcapable));
    let asked = READING;
    assert_eq!(guest.call("path_open", &[less, 0, 1024, 5, 0, asked, ALL, 0, 1000]), Ok(0));
    let inner = u64::from(guest.word(1000));
    assert_eq!(stat(&mut guest, inner), (4, reading, 0));
}

#[test]
fn bits_that_are_no_rights_cannot_be_had() {
    let mut guest = with_names();
    let (_, base, inheriting) = stat(&mut guest, ROOT);
    for bit in 30..64 {
        for (base, inheriting) in [(base | 1 << bit, inheriting), (base, inheriting | 1 << bit)] {
            let outcome = guest.call("fd_fdstat_set_rights", &[ROOT, base, inheriting]);
            assert_eq!(outcome, errno(Errno::Notcapable), "{bit}");
        }
    }
    assert_eq!(stat(&mut guest, ROOT), (3, base, inheriting));
}

/// Every function that changes something, on a read-only directory and on what is opened below it.
#[test]
fn where_nothing_may_change_nothing_does() {
    let mut guest = with_names();
    guest.put(1024, b"inner");
    let rights = READING;
    assert_eq!(guest.call("path_open", &[FIXED, 0, 1024, 5, 0, rights, ALL, 0, 1000]), Ok(0));
    let file = u64::from(guest.word(1000));
    guest.put(1040, b".");
    assert_eq!(guest.call("path_open", &[FIXED, 0, 1040, 1, 2, rights, ALL, 0, 1000]), Ok(0));
    let below = u64::from(guest.word(1000));
    guest.files.forget();

    for fd in [FIXED, below] {
        let (_, base, inheriting) = stat(&mut guest, fd);
        assert!(!Rights::from_bits(base | inheriting).has_any(Rights::CHANGE));
        let outcomes = [
            ("path_open", &[FD, 0, 1024, 5, 1, 0, 0, 0, 1000][..]),
            ("path_open", &[FD, 0, 1024, 5, 8, 0, 0, 0, 1000]),
            ("path_open", &[FD, 0, 1024, 5, 0, 64, 0, 0, 1000]),
            ("path_create_directory", &[FD, 1024, 3]),
            ("path_remove_directory", &[FD, 1024, 5]),
            ("path_unlink_file", &[FD, 1024, 5]),
            ("path_filestat_set_times", &[FD, 0, 1024, 5, 0, 0, 2]),
            ("path_symlink", &[1024, 5, FD, 1024, 3]),
            ("path_rename", &[FD, 1024, 5, FD, 1024, 3]),
            // Neither out of it nor into it.
            ("path_rename", &[FD, 1024, 5, ROOT, 1024, 3]),
            ("path_rename", &[ROOT, 1024, 5, FD, 1024, 3]),
            ("path_link", &[FD, 0, 1024, 5, ROOT, 1024, 3]),
            ("path_link", &[ROOT, 0, 1024, 5, FD, 1024, 3]),
            ("fd_filestat_set_times", &[FD, 0, 0, 2]),
        ];
        for (name, words) in outcomes {
            assert_eq!(guest.call(name, &with_fd(words, fd)), errno(Errno::Notcapable), "{name} {words:?}");
        }
    }
    for (name, words) in [
        ("fd_write", &[file, 0, 1, 40][..]),
        ("fd_pwrite", &[file, 0, 1, 0, 40]),
        ("fd_allocate", &[file, 0, 100]),
        ("fd_filestat_set_size", &[file, 0]),
        ("fd_filestat_set_times", &[file, 0, 0, 2]),
    ] {
        assert_eq!(guest.call(name, words), errno(Errno::Notcapable), "{name}");
    }
    assert!(guest.files.notes().is_empty());
    assert_eq!(guest.read(file, 20).unwrap(), b"0123456789");
}
