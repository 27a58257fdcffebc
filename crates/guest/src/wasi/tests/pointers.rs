//! Every function with every kind of bad pointer, length and number.

use super::*;

/// A call that is good, and where its pointers stand: the index of the address, and how many bytes it needs there; or the
/// index of the word that says how many.
pub type Row = (&'static str, &'static [u64], &'static [(usize, Needs)]);

/// What has to be there.
#[derive(Clone, Copy, Debug)]
pub enum Needs {
    Bytes(u64),
    Word(usize),
}

use Needs::{Bytes, Word};

/// The open file, and a name, two vectors, and room for results.
const FILE: u64 = 5;
const NAME: u64 = 1024;
const VECTORS: u64 = 0;
const ROOM: u64 = 2048;

/// Every function of the standard that takes a pointer, sockets aside.
pub const ROWS: &[Row] = &[
    ("args_get", &[ROOM, ROOM + 100], &[(0, Bytes(4)), (1, Bytes(5))]),
    ("args_sizes_get", &[ROOM, ROOM + 4], &[(0, Bytes(4)), (1, Bytes(4))]),
    ("environ_get", &[ROOM, ROOM + 100], &[(0, Bytes(4)), (1, Bytes(4))]),
    ("environ_sizes_get", &[ROOM, ROOM + 4], &[(0, Bytes(4)), (1, Bytes(4))]),
    ("clock_res_get", &[0, ROOM], &[(1, Bytes(8))]),
    ("clock_time_get", &[0, 0, ROOM], &[(2, Bytes(8))]),
    ("random_get", &[ROOM, 10], &[(0, Word(1))]),
    ("poll_oneoff", &[3000, ROOM, 1, ROOM + 100], &[(0, Bytes(48)), (1, Bytes(32)), (3, Bytes(4))]),
    ("fd_fdstat_get", &[FILE, ROOM], &[(1, Bytes(24))]),
    ("fd_filestat_get", &[FILE, ROOM], &[(1, Bytes(64))]),
    ("fd_prestat_get", &[ROOT, ROOM], &[(1, Bytes(8))]),
    ("fd_prestat_dir_name", &[ROOT, ROOM, 1], &[(1, Bytes(1))]),
    ("fd_seek", &[FILE, 1, 0, ROOM], &[(3, Bytes(8))]),
    ("fd_tell", &[FILE, ROOM], &[(1, Bytes(8))]),
    ("fd_read", &[FILE, VECTORS, 2, ROOM], &[(1, Bytes(16)), (3, Bytes(4))]),
    ("fd_write", &[FILE, VECTORS, 2, ROOM], &[(1, Bytes(16)), (3, Bytes(4))]),
    ("fd_write", &[1, VECTORS, 2, ROOM], &[(1, Bytes(16)), (3, Bytes(4))]),
    ("fd_pread", &[FILE, VECTORS, 2, 0, ROOM], &[(1, Bytes(16)), (4, Bytes(4))]),
    ("fd_pwrite", &[FILE, VECTORS, 2, 0, ROOM], &[(1, Bytes(16)), (4, Bytes(4))]),
    ("fd_readdir", &[ROOT, ROOM, 100, 0, ROOM + 200], &[(1, Word(2)), (4, Bytes(4))]),
    ("path_create_directory", &[ROOT, NAME, 3], &[(1, Word(2))]),
    ("path_remove_directory", &[ROOT, NAME, 3], &[(1, Word(2))]),
    ("path_unlink_file", &[ROOT, NAME, 4], &[(1, Word(2))]),
    ("path_filestat_get", &[ROOT, 0, NAME, 4, ROOM], &[(2, Word(3)), (4, Bytes(64))]),
    ("path_filestat_set_times", &[ROOT, 0, NAME, 4, 0, 0, 2], &[(2, Word(3))]),
    ("path_link", &[ROOT, 0, NAME, 4, ROOT, NAME, 3], &[(2, Word(3)), (5, Word(6))]),
    ("path_rename", &[ROOT, NAME, 4, ROOT, NAME, 4], &[(1, Word(2)), (4, Word(5))]),
    ("path_symlink", &[NAME, 4, ROOT, NAME, 3], &[(0, Word(1)), (3, Word(4))]),
    ("path_readlink", &[ROOT, NAME, 4, ROOM, 10, ROOM + 100], &[(1, Word(2)), (3, Word(4)), (5, Bytes(4))]),
    ("path_open", &[ROOT, 0, NAME, 4, 1, 0, 0, 0, ROOM], &[(2, Word(3)), (8, Bytes(4))]),
];

/// A guest for which these calls are good.
pub fn guest() -> Guest {
    let mut guest = Guest::with_files();
    guest.wasi.argument(b"prog").unwrap();
    guest.wasi.variable(b"K", b"v").unwrap();
    assert_eq!(guest.open("file", 0, ALL), FILE);
    guest.put(NAME as usize, b"file");
    guest.put_words(VECTORS as usize, &[500, 4, 600, 4]);
    // Wait for output, which is ready.
    guest.put(3000, &[0; 48]);
    guest.put(3008, &[2]);
    guest.put_words(3016, &[1]);
    guest.files.forget();
    guest
}

/// Asserts that a call is a fault that neither wrote anywhere nor asked for anything.
fn is_refused(guest: &mut Guest, name: &str, words: &[u64]) {
    let memory = guest.memory.clone();
    let opened = guest.files.opened();
    assert_eq!(guest.call(name, words), errno(Errno::Fault), "{name} {words:x?}");
    assert_eq!(guest.memory, memory, "{name} {words:x?}");
    assert_eq!(guest.files.notes(), [""; 0], "{name} {words:x?}");
    assert_eq!((guest.files.opened(), guest.written(Stream::Out).len()), (opened, 0), "{name} {words:x?}");
}

#[test]
fn bad_pointers_are_refused_before_anything_happens() {
    let far = u64::from(u32::MAX);
    for (name, good, pointers) in ROWS {
        let mut guest = guest();
        for (index, needs) in *pointers {
            let bytes = match needs {
                Bytes(bytes) => *bytes,
                Word(word) => good[*word],
            };
            // The first address that does not fit, and some that would wrap.
            for address in [LAST + 2 - bytes, LAST + 1, 1 << 31, far - bytes + 1, far] {
                let mut words = good.to_vec();
                words[*index] = address;
                is_refused(&mut guest, name, &words);
            }
            if let Word(word) = needs {
                for bytes in [LAST + 2 - good[*index], 1 << 31, far - good[*index] + 1, far] {
                    let mut words = good.to_vec();
                    words[*word] = bytes;
                    is_refused(&mut guest, name, &words);
                }
            }
        }
        // And nothing else was wrong with it.
        let outcome = guest.call(name, good);
        let noent = *name == "path_remove_directory" && outcome == errno(Errno::Noent);
        assert!(outcome == Ok(0) || noent || *name == "path_readlink", "{name} {outcome:?}");
    }
}

#[test]
fn the_table_above_leaves_no_function_out() {
    let without_pointers = [
        "fd_advise",
        "fd_allocate",
        "fd_close",
        "fd_datasync",
        "fd_fdstat_set_flags",
        "fd_fdstat_set_rights",
        "fd_filestat_set_size",
        "fd_filestat_set_times",
        "fd_renumber",
        "fd_sync",
        "proc_exit",
        "proc_raise",
        "sched_yield",
    ];
    for function in functions().filter(|function| !function.name.starts_with("sock_")) {
        let listed = ROWS.iter().any(|row| row.0 == function.name);
        assert!(listed != without_pointers.contains(&function.name), "{}", function.name);
    }
}

#[test]
fn a_bad_vector_is_seen_before_the_first_good_one_is_used() {
    for name in ["fd_read", "fd_write", "fd_pread", "fd_pwrite"] {
        for second in [[LAST as u32, 2], [u32::MAX, 1], [1, u32::MAX], [u32::MAX, u32::MAX]] {
            let mut guest = guest();
            guest.put_words(8, &second);
            let words: &[u64] = match name {
                "fd_read" | "fd_write" => &[FILE, VECTORS, 2, ROOM],
                _ => &[FILE, VECTORS, 2, 0, ROOM],
            };
            is_refused(&mut guest, name, words);
            assert_eq!(guest.call("fd_tell", &[FILE, ROOM]), Ok(0));
            assert_eq!(guest.wide(ROOM as usize), 0, "{name}");
            let mut many = words.to_vec();
            many[2] = 1025;
            assert_eq!(guest.call(name, &many), errno(Errno::Inval), "{name}");
        }
    }
}

#[test]
fn without_memory_every_pointer_is_a_fault() {
    for (name, words, _) in ROWS {
        let mut guest = guest();
        guest.memory.clear();
        is_refused(&mut guest, name, words);
    }
}

#[test]
fn what_is_of_another_kind_says_so() {
    let mut guest = guest();
    let file = ["fd_seek", "fd_tell", "fd_pread", "fd_pwrite", "fd_advise", "fd_allocate", "fd_filestat_set_size"];
    for name in file.iter().chain(&["fd_read", "fd_write"]) {
        let mut words = std::vec![0; find(name).unwrap().ty.params.len()];
        words[0] = ROOT;
        assert_eq!(guest.call(name, &words), errno(Errno::Isdir), "{name}");
    }
    for function in functions().filter(|function| function.name.starts_with("path_")) {
        let places = if function.name == "path_symlink" { [2, 2] } else { [0, 0] };
        for fd in [FILE, 0, 1] {
            let mut words = std::vec![0; function.ty.params.len()];
            words[places[0]] = fd;
            assert_eq!(guest.call(function.name, &words), errno(Errno::Notdir), "{} {fd}", function.name);
        }
    }
    assert_eq!(guest.call("fd_readdir", &[FILE, 0, 0, 0, 0]), errno(Errno::Notdir));
    for fd in [ROOT, FILE, 1] {
        assert_eq!(guest.call("sock_shutdown", &[fd, 1]), errno(Errno::Notsock), "{fd}");
    }
    assert_eq!(guest.files.notes(), [""; 0]);
}

#[test]
fn a_number_that_was_closed_is_nobody_s() {
    for function in functions() {
        let families = ["fd_", "path_", "sock_"];
        if !families.iter().any(|family| function.name.starts_with(family)) {
            continue;
        }
        let mut guest = guest();
        for fd in [FILE, ROOT] {
            assert_eq!(guest.call("fd_close", &[fd]), Ok(0));
            let mut words = std::vec![0; function.ty.params.len()];
            words[if function.name == "path_symlink" { 2 } else { 0 }] = fd;
            let standard = !["sock_open", "sock_addr_resolve"].contains(&function.name);
            if standard {
                assert_eq!(guest.call(function.name, &words), errno(Errno::Badf), "{} {fd}", function.name);
            }
        }
    }
}
