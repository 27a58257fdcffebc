//! What every descriptor understands.

use super::*;

#[test]
fn descriptors_that_are_not_open_are_named_bad() {
    let mut guest = Guest::new();
    for fd in [3, 4, 1 << 31, u64::from(u32::MAX)] {
        for function in functions().filter(|function| {
            let families = ["fd_", "sock_", "path_"];
            // Those that take no descriptor, or don't look at it.
            let others = ["sock_open", "sock_addr_resolve"];
            !others.contains(&function.name) && families.iter().any(|family| function.name.starts_with(family))
        }) {
            let mut words = std::vec![0; function.ty.params.len()];
            let place = if function.name == "path_symlink" { 2 } else { 0 };
            words[place] = fd;
            assert_eq!(guest.call(function.name, &words), errno(Errno::Badf), "{} {fd}", function.name);
        }
    }
    assert_eq!(guest.call("fd_read", &[1, 0, 0, 0]), errno(Errno::Badf));
    assert_eq!(guest.call("fd_write", &[0, 0, 0, 0]), errno(Errno::Badf));
    assert_eq!(guest.call("fd_renumber", &[1, 3]), errno(Errno::Badf));
}

#[test]
fn streams_are_neither_files_nor_directories_nor_sockets() {
    let mut guest = Guest::new();
    for (name, expected) in [
        ("fd_seek", Errno::Spipe),
        ("fd_tell", Errno::Spipe),
        ("fd_pread", Errno::Spipe),
        ("fd_pwrite", Errno::Spipe),
        ("fd_readdir", Errno::Notdir),
        ("fd_sync", Errno::Inval),
        ("fd_prestat_get", Errno::Badf),
        ("fd_prestat_dir_name", Errno::Badf),
        ("path_open", Errno::Notdir),
        ("sock_recv", Errno::Notsock),
    ] {
        let parameters = find(name).unwrap().ty.params.len();
        assert_eq!(guest.call(name, &std::vec![0; parameters]), errno(expected), "{name}");
    }
}

#[test]
fn a_closed_or_moved_descriptor_is_gone() {
    let mut guest = Guest::new();
    guest.put_words(0, &[100, 1]);
    assert_eq!(guest.call("fd_renumber", &[2, 1]), Ok(0));
    assert_eq!(guest.call("fd_write", &[1, 0, 1, 40]), Ok(0));
    assert_eq!((guest.written(Stream::Err).len(), guest.written(Stream::Out).len()), (1, 0));
    assert_eq!(guest.call("fd_write", &[2, 0, 1, 40]), errno(Errno::Badf));
    assert_eq!(guest.call("fd_renumber", &[1, 1]), Ok(0));
    assert_eq!(guest.call("fd_close", &[1]), Ok(0));
    assert_eq!(guest.call("fd_close", &[1]), errno(Errno::Badf));
    assert_eq!(guest.call("fd_write", &[1, 0, 1, 40]), errno(Errno::Badf));
}

#[test]
fn rights_only_become_fewer() {
    const FD_READ: u64 = 1 << 1;
    const FD_WRITE: u64 = 1 << 6;
    let mut guest = Guest::new();
    assert_eq!(guest.call("fd_fdstat_get", &[1, 64]), Ok(0));
    let rights = guest.wide(72);
    assert_eq!((guest.memory[64], rights & FD_WRITE, guest.wide(80)), (2, FD_WRITE, 0));
    assert_eq!(guest.call("fd_fdstat_set_rights", &[1, rights | FD_READ, 0]), errno(Errno::Notcapable));
    assert_eq!(guest.call("fd_fdstat_set_rights", &[1, rights, 1]), errno(Errno::Notcapable));
    assert_eq!(guest.call("fd_fdstat_set_rights", &[1, 0, 0]), Ok(0));
    assert_eq!(guest.call("fd_write", &[1, 0, 0, 0]), errno(Errno::Notcapable));
    assert_eq!(guest.call("fd_fdstat_set_rights", &[1, rights, 0]), errno(Errno::Notcapable));
    assert_eq!(guest.call("fd_fdstat_set_flags", &[1, 0]), errno(Errno::Notcapable));
    assert_eq!(guest.call("fd_filestat_get", &[1, 64]), errno(Errno::Notcapable));
}

#[test]
fn streams_say_what_they_are() {
    let mut guest = Guest::new();
    for (edition, size) in [(Edition::Preview1, 64), (Edition::Unstable, 56)] {
        guest.edition = edition;
        guest.memory.fill(0xee);
        assert_eq!(guest.call("fd_filestat_get", &[0, 0]), Ok(0));
        assert_eq!((guest.memory[16], guest.memory[size - 1], guest.memory[size]), (2, 0, 0xee));
        assert_eq!(guest.call("fd_filestat_get", &[0, LAST + 1 - size as u64]), Ok(0));
        assert_eq!(guest.call("fd_filestat_get", &[0, LAST + 2 - size as u64]), errno(Errno::Fault));
    }
    assert_eq!(guest.call("fd_filestat_get", &[2, 0]), Ok(0));
    assert_eq!(guest.memory[16], 0, "not a terminal");
    for (flags, expected) in
        [(0, Ok(0)), (4, Ok(0)), (1, Ok(0)), (16, errno(Errno::Notsup)), (0x20, errno(Errno::Inval))]
    {
        assert_eq!(guest.call("fd_fdstat_set_flags", &[1, flags]), expected, "{flags:#x}");
    }
    assert_eq!(guest.call("fd_fdstat_get", &[1, 0]), Ok(0));
    assert_eq!(guest.memory[2], 1);
    assert_eq!(guest.call("fd_fdstat_get", &[1, LAST - 22]), errno(Errno::Fault));
}

#[test]
fn the_lowest_free_number_is_the_next() {
    let mut guest = Guest::with_files();
    assert_eq!([guest.open("file", 0, 0), guest.open("file", 0, 0), guest.open("file", 0, 0)], [5, 6, 7]);
    for fd in [6, 0, 3] {
        assert_eq!(guest.call("fd_close", &[fd]), Ok(0));
    }
    // The first directory is closed, so names begin in the second.
    guest.put(1024, b"inner");
    for expected in [0, 3, 6, 8] {
        assert_eq!(guest.call("path_open", &[FIXED, 0, 1024, 5, 0, 0, 0, 0, 1000]), Ok(0));
        assert_eq!(guest.word(1000), expected);
    }
    assert_eq!(guest.call("fd_prestat_get", &[3, 64]), errno(Errno::Badf), "a file now");
}

#[test]
fn there_are_as_many_numbers_as_the_embedder_says() {
    let mut guest = Guest::with_files();
    guest.wasi.limit_descriptors(7);
    assert_eq!([guest.open("file", 0, 0), guest.open("file", 0, 0)], [5, 6]);
    let opened = guest.files.opened();
    guest.files.forget();
    assert_eq!(guest.path_open("made", 1, 0, 0), errno(Errno::Mfile));
    assert!(guest.files.notes().is_empty(), "and no file is made that nobody gets");
    assert_eq!(guest.call("fd_close", &[5]), Ok(0));
    assert_eq!(guest.open("file", 0, 0), 5);
    assert_eq!(guest.files.opened(), opened);
    let root = guest.files.root();
    assert!(guest.wasi.directory("/more", guest.files, root, Access::ReadOnly).is_err());
}

#[test]
fn by_default_there_are_256() {
    let mut guest = Guest::with_files();
    for expected in 5..256 {
        assert_eq!(guest.open("file", 0, 0), expected);
    }
    assert_eq!(guest.path_open("file", 0, 0, 0), errno(Errno::Mfile));
}

#[test]
fn what_is_open_goes_back_once() {
    let mut guest = Guest::with_files();
    let files = guest.files;
    // The fixed directory is one that was opened for the guest.
    assert_eq!(files.opened(), 1);
    let [first, second] = [guest.open("file", 0, 0), guest.open("dir", 0, 0)];
    assert_eq!(files.opened(), 3);
    // What was open under the number of another goes; what is moved stays.
    assert_eq!(guest.call("fd_renumber", &[first, second]), Ok(0));
    assert_eq!(files.opened(), 2);
    assert_eq!(guest.call("fd_renumber", &[second, second]), Ok(0));
    assert_eq!(guest.call("fd_renumber", &[second, first]), errno(Errno::Badf), "a free number");
    assert_eq!(guest.call("fd_renumber", &[first, second]), errno(Errno::Badf));
    assert_eq!(files.opened(), 2);
    assert_eq!(guest.call("fd_close", &[second]), Ok(0));
    assert_eq!(files.opened(), 1);
    guest.open("file", 0, 0);
    assert_eq!(guest.call("fd_renumber", &[0, 5]), Ok(0));
    assert_eq!(files.opened(), 1);
    guest.open("file", 0, 0);
    drop(guest);
    assert_eq!(files.opened(), 0);
}

#[test]
fn directories_have_the_names_that_they_were_given_under() {
    let mut guest = Guest::with_files();
    for (fd, name) in [(ROOT, &b"/"[..]), (FIXED, b"/fixed")] {
        guest.memory.fill(0xee);
        assert_eq!(guest.call("fd_prestat_get", &[fd, 64]), Ok(0));
        assert_eq!((guest.word(64), guest.word(68) as usize, guest.memory[72]), (0, name.len(), 0xee));
        let size = name.len() as u64;
        assert_eq!(guest.call("fd_prestat_dir_name", &[fd, 100, size - 1]), errno(Errno::Nametoolong));
        for size in [size, size + 1, u64::from(u32::MAX)] {
            assert_eq!(guest.call("fd_prestat_dir_name", &[fd, 100, size]), Ok(0));
            assert_eq!((&guest.memory[100..100 + name.len()], guest.memory[100 + name.len()]), (name, 0xee));
        }
        assert_eq!(guest.call("fd_prestat_dir_name", &[fd, LAST + 2 - size, size]), errno(Errno::Fault));
    }
    // A directory that the guest opened itself was not given, nor is anything else.
    let [dir, file] = [guest.open("dir", 2, READING), guest.open("file", 0, ALL)];
    for fd in [dir, file, 0, 7, u64::from(u32::MAX)] {
        assert_eq!(guest.call("fd_prestat_get", &[fd, 64]), errno(Errno::Badf));
        assert_eq!(guest.call("fd_prestat_dir_name", &[fd, 64, 100]), errno(Errno::Badf));
    }
    // The name goes along with the number.
    assert_eq!(guest.call("fd_renumber", &[FIXED, dir]), Ok(0));
    assert_eq!(guest.call("fd_prestat_get", &[dir, 64]), Ok(0));
    assert_eq!(guest.word(68), 6);
    let root = guest.files.root();
    let refused = guest.wasi.directory("a\0b", guest.files, root, Access::ReadOnly);
    assert_eq!(refused, Err(crate::wasi::StringError::Nul));
}

#[test]
fn flags_that_a_file_system_must_know_reach_it() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    guest.files.forget();
    for (flags, note) in [
        (1, None),
        (4, Some("flags true false")),
        (5, None),
        (5 | 2, Some("flags true true")),
        (16, Some("flags false true")),
    ] {
        assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, flags]), Ok(0));
        assert_eq!(guest.files.notes(), note.into_iter().collect::<Vec<_>>());
        assert_eq!(guest.call("fd_fdstat_get", &[fd, 64]), Ok(0));
        assert_eq!(u64::from(guest.memory[66]), flags);
    }
    guest.files.fail(Some(Error::Unsupported));
    assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, 0]), errno(Errno::Notsup));
    assert_eq!(guest.call("fd_fdstat_get", &[fd, 64]), Ok(0));
    assert_eq!(guest.memory[66], 16, "as it was");
    for flags in [32, 1 << 16, u64::from(u32::MAX)] {
        assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, flags]), errno(Errno::Inval));
    }
}
