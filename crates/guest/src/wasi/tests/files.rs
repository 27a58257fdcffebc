//! What only files and directories understand.

use std::format;
use std::string::String;

use moteur_platform::FileType;

use super::*;

const READ: u64 = Rights::FD_READ.bits();
const WRITE: u64 = Rights::FD_WRITE.bits();

#[test]
fn reading_and_writing_move_the_position() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    assert_eq!(fd, 5, "the lowest free number");
    assert_eq!(guest.read(fd, 4).unwrap(), b"0123");
    assert_eq!(guest.write(fd, b"xy"), Ok(2));
    assert_eq!(guest.read(fd, 100).unwrap(), b"6789");
    assert_eq!(guest.read(fd, 100).unwrap(), b"");
    assert_eq!(guest.call("fd_seek", &[fd, 0, 0, 64]), Ok(0));
    assert_eq!(guest.read(fd, 100).unwrap(), b"0123xy6789");
    assert_eq!(guest.call("fd_tell", &[fd, 64]), Ok(0));
    assert_eq!(guest.wide(64), 10);
}

#[test]
fn all_buffers_of_a_file_are_filled() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    guest.put_words(0, &[200, 3, 0, 0, 300, 4, 400, 100]);
    assert_eq!(guest.call("fd_read", &[fd, 0, 4, 40]), Ok(0));
    assert_eq!(guest.word(40), 10);
    assert_eq!((&guest.memory[200..204], &guest.memory[300..305]), (&b"012\xee"[..], &b"3456\xee"[..]));
    assert_eq!(guest.memory[400..404], *b"789\xee");
    // A file system that moves less than it could: a short count, and the position is where it stopped.
    *guest.files.bytes_max.lock().unwrap() = 2;
    for name in ["fd_read", "fd_write"] {
        assert_eq!(guest.call("fd_seek", &[fd, 1, 0, 64]), Ok(0));
        assert_eq!(guest.call(name, &[fd, 0, 4, 40]), Ok(0));
        assert_eq!(guest.word(40), 2, "{name}");
        assert_eq!(guest.call("fd_tell", &[fd, 64]), Ok(0));
        assert_eq!(guest.wide(64), 3, "{name}");
    }
}

#[test]
fn a_place_is_read_and_written_without_moving_there() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    guest.put(100, b"abcdef");
    guest.put_words(0, &[100, 2, 104, 2]);
    assert_eq!(guest.call("fd_pwrite", &[fd, 0, 2, 3, 40]), Ok(0));
    assert_eq!(guest.word(40), 4);
    assert_eq!(guest.call("fd_pread", &[fd, 0, 2, 2, 40]), Ok(0));
    assert_eq!((&guest.memory[100..102], &guest.memory[104..106]), (&b"2a"[..], &b"be"[..]));
    assert_eq!(guest.read(fd, 20).unwrap(), b"012abef789");
    // Behind the end there is nothing to read, and what is written there has zeros before it.
    assert_eq!(guest.call("fd_pread", &[fd, 0, 2, 1000, 40]), Ok(0));
    assert_eq!(guest.word(40), 0);
    guest.put_words(0, &[100, 1]);
    assert_eq!(guest.call("fd_pwrite", &[fd, 0, 1, 12, 40]), Ok(0));
    assert_eq!(guest.read(fd, 20).unwrap(), b"\0\x002");
    for place in [u64::MAX, 1 << 63] {
        assert_ne!(guest.call("fd_pwrite", &[fd, 0, 1, place, 40]), Ok(0), "{place:#x}");
    }
}

#[test]
fn what_is_appended_goes_to_the_end_until_the_flag_goes() {
    let mut guest = Guest::with_files();
    assert_eq!(guest.path_open("file", 0, ALL, 1), Ok(0));
    let fd = u64::from(guest.word(1000));
    assert_eq!(guest.files.notes(), ["open file rwa"]);
    assert_eq!(guest.read(fd, 2).unwrap(), b"01");
    assert_eq!(guest.write(fd, b"ab"), Ok(2));
    assert_eq!(guest.call("fd_tell", &[fd, 64]), Ok(0));
    assert_eq!(guest.wide(64), 12);
    assert_eq!(guest.call("fd_fdstat_get", &[fd, 64]), Ok(0));
    assert_eq!(guest.memory[66], 1);
    guest.put_words(0, &[1024, 1]);
    assert_eq!(guest.call("fd_pwrite", &[fd, 0, 1, 0, 40]), Ok(0));
    assert_eq!(guest.files.notes(), ["append 2", "append 1"]);
    assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, 0]), Ok(0));
    assert_eq!(guest.call("fd_seek", &[fd, 1, 0, 64]), Ok(0));
    assert_eq!(guest.write(fd, b"z"), Ok(1));
    assert_eq!(guest.files.notes(), ["write 1 at 1"], "the file system need not know of that flag");
}

#[test]
fn positions_stay_within_what_a_library_can_count() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    let most = i64::MAX as u64;
    for (offset, whence, expected) in [
        (4u64, 0, Ok(4)),
        (3, 1, Ok(7)),
        (-7i64 as u64, 1, Ok(0)),
        (-1i64 as u64, 1, Err(Errno::Inval)),
        (-1i64 as u64, 0, Err(Errno::Inval)),
        (-10i64 as u64, 2, Ok(0)),
        (-11i64 as u64, 2, Err(Errno::Inval)),
        (0, 2, Ok(10)),
        (most, 0, Ok(most)),
        (1, 1, Err(Errno::Overflow)),
        (most, 1, Err(Errno::Overflow)),
        (i64::MIN as u64, 1, Err(Errno::Inval)),
        (0, 1, Ok(most)),
        (0, 3, Err(Errno::Inval)),
        (0, 256, Err(Errno::Inval)),
    ] {
        guest.put(64, &[0xee; 8]);
        let outcome = guest.call("fd_seek", &[fd, offset, whence, 64]);
        match expected {
            Ok(position) => assert_eq!((outcome, guest.wide(64)), (Ok(0), position), "{offset:#x} {whence}"),
            Err(expected) => {
                assert_eq!(outcome, errno(expected), "{offset:#x} {whence}");
                assert_eq!(guest.memory[64..72], [0xee; 8]);
            }
        }
    }
    // The older edition has the three in another order.
    guest.edition = Edition::Unstable;
    for (offset, whence, position) in [(2, 2, 2), (3, 0, 5), (1, 1, 11)] {
        assert_eq!(guest.call("fd_seek", &[fd, offset, whence, 64]), Ok(0));
        assert_eq!(guest.wide(64), position, "{offset} {whence}");
    }
    // A position that cannot be told is not moved to.
    assert_eq!(guest.call("fd_seek", &[fd, 0, 2, LAST - 6]), errno(Errno::Fault));
    assert_eq!(guest.call("fd_tell", &[fd, 64]), Ok(0));
    assert_eq!(guest.wide(64), 11);
}

#[test]
fn files_become_longer_and_shorter() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    for (name, words, size) in [
        ("fd_allocate", &[fd, 0, 3][..], 10),
        ("fd_allocate", &[fd, 5, 5], 10),
        ("fd_allocate", &[fd, 5, 15], 20),
        ("fd_filestat_set_size", &[fd, 3], 3),
        ("fd_filestat_set_size", &[fd, 0], 0),
    ] {
        assert_eq!(guest.call(name, words), Ok(0), "{words:?}");
        assert_eq!(guest.call("fd_filestat_get", &[fd, 64]), Ok(0));
        assert_eq!(guest.wide(64 + 32), size, "{words:?}");
    }
    for (words, expected) in
        [([fd, 0, 0], Errno::Inval), ([fd, u64::MAX, 1], Errno::Fbig), ([fd, 1 << 40, 1], Errno::Fbig)]
    {
        assert_eq!(guest.call("fd_allocate", &words), errno(expected), "{words:?}");
    }
    assert_eq!(guest.call("fd_filestat_set_size", &[fd, u64::MAX]), errno(Errno::Fbig));
}

#[test]
fn advice_is_checked_and_forgotten() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    guest.files.forget();
    for (words, expected) in [
        ([fd, 0, 0, 0], Ok(0)),
        ([fd, 5, 1 << 40, 5], Ok(0)),
        ([fd, 0, 0, 6], errno(Errno::Inval)),
        ([fd, u64::MAX, 1, 0], errno(Errno::Inval)),
        ([ROOT, 0, 0, 0], errno(Errno::Isdir)),
        ([1, 0, 0, 0], errno(Errno::Spipe)),
    ] {
        assert_eq!(guest.call("fd_advise", &words), expected, "{words:?}");
    }
    assert!(guest.files.notes().is_empty());
}

#[test]
fn syncing_reaches_the_file_system() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    guest.files.forget();
    for fd in [fd, ROOT] {
        assert_eq!(guest.call("fd_sync", &[fd]), Ok(0));
        assert_eq!(guest.call("fd_datasync", &[fd]), Ok(0));
    }
    assert_eq!(guest.files.notes(), ["sync false", "sync true", "sync false", "sync true"]);
}

#[test]
fn times_are_kept_given_or_now() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    guest.files.forget();
    for (flags, expected) in
        [(0, "Keep Keep"), (1, "At(11) Keep"), (2, "Now Keep"), (4, "Keep At(22)"), (8, "Keep Now"), (9, "At(11) Now")]
    {
        assert_eq!(guest.call("fd_filestat_set_times", &[fd, 11, 22, flags]), Ok(0));
        guest.put(1024, b"dir");
        assert_eq!(guest.call("path_filestat_set_times", &[ROOT, 1, 1024, 3, 11, 22, flags]), Ok(0));
        let expected = [format!("times {expected}"), format!("times dir true {expected}")];
        assert_eq!(guest.files.notes(), expected);
    }
    for flags in [3, 12, 15, 16, u64::from(u32::MAX)] {
        assert_eq!(guest.call("fd_filestat_set_times", &[fd, 1, 2, flags]), errno(Errno::Inval), "{flags:#x}");
        let words = [ROOT, 0, 1024, 3, 1, 2, flags];
        assert_eq!(guest.call("path_filestat_set_times", &words), errno(Errno::Inval), "{flags:#x}");
    }
    assert!(guest.files.notes().is_empty());
}

#[test]
fn both_editions_have_their_record_of_a_file() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    guest.put(1024, b"file");
    let by_fd: &[u64] = &[fd, 0];
    for (edition, bytes, links_at, size_at) in [(Edition::Preview1, 64, 24, 32), (Edition::Unstable, 56, 20, 24)] {
        guest.edition = edition;
        for (name, words, links) in [
            ("fd_filestat_get", by_fd, 1),
            ("path_filestat_get", &[ROOT, 1, 1024, 4, 0], 1),
            // More links than 32 bits hold are as many as they hold.
            ("path_filestat_get", &[ROOT, 0, 1024, 4, 0], if bytes == 64 { 0x1_0000_0002 } else { 0xffff_ffff }),
        ] {
            guest.memory[..200].fill(0xee);
            assert_eq!(guest.call(name, words), Ok(0));
            assert_eq!(guest.memory[16], 4, "a regular file");
            assert_eq!((guest.wide(size_at), guest.memory[bytes]), (10, 0xee));
            let found = if bytes == 64 { guest.wide(links_at) } else { u64::from(guest.word(links_at)) };
            assert_eq!(found, links, "{name} {edition:?}");
        }
    }
}

/// What a listing holds: each name, its type, and the cookie behind it. A name that is cut off is left out.
fn entries(bytes: &[u8]) -> Vec<(String, u8, u64)> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some((head, tail)) = rest.split_at_checked(24) {
        let next = u64::from_le_bytes(head[..8].try_into().unwrap());
        let len = u32::from_le_bytes(head[16..20].try_into().unwrap()) as usize;
        let Some((name, after)) = tail.split_at_checked(len) else { break };
        found.push((String::from_utf8(name.to_vec()).unwrap(), head[20], next));
        rest = after;
    }
    found
}

#[test]
fn directories_are_listed_in_pieces_of_any_size() {
    let mut guest = Guest::with_files();
    for index in 0..9 {
        let fd = guest.open(&format!("file with a name {index}"), 1, ALL);
        assert_eq!(guest.call("fd_close", &[fd]), Ok(0));
    }
    assert_eq!(guest.call("fd_readdir", &[ROOT, 1024, 3000, 0, 40]), Ok(0));
    let used = guest.word(40) as usize;
    let all = entries(&guest.memory[1024..1024 + used]);
    let dots = [(".".into(), 3, 1), ("..".into(), 3, 2)];
    assert_eq!((all.len(), &all[..2]), (13, &dots[..]));
    assert!(all.contains(&("dir".into(), 3, all.iter().find(|entry| entry.0 == "dir").unwrap().2)));
    assert!(all.iter().any(|entry| entry.0 == "file" && entry.1 == 4));
    // Beginning behind each entry gives what follows it; every size of buffer holds as many bytes of it as fit.
    let whole = guest.memory[1024..1024 + used].to_vec();
    let mut begin = 0;
    for (name, _, next) in &all {
        begin += 24 + name.len();
        for size in 0..=100 {
            guest.memory[1024..2048].fill(0xee);
            assert_eq!(guest.call("fd_readdir", &[ROOT, 1024, size as u64, *next, 40]), Ok(0));
            let expected = &whole[begin..used.min(begin + size)];
            assert_eq!(guest.word(40) as usize, expected.len(), "{name} {size}");
            assert_eq!(&guest.memory[1024..1024 + expected.len()], expected, "{name} {size}");
            assert!(guest.memory[1024 + size..2048].iter().all(|byte| *byte == 0xee), "{name} {size}");
        }
    }
    // Cookies that nobody gave out.
    for cookie in [u64::MAX, u64::MAX - 1, 1 << 32, 1 << 63] {
        let outcome = guest.call("fd_readdir", &[ROOT, 1024, 100, cookie, 40]);
        assert!(outcome == Ok(0) && guest.word(40) == 0 || outcome == errno(Errno::Inval), "{cookie:#x} {outcome:?}");
    }
}

#[test]
fn a_listing_that_fails_on_the_way_keeps_what_it_has() {
    let mut guest = Guest::with_files();
    *guest.files.entries_left.lock().unwrap() = Some(1);
    assert_eq!(guest.call("fd_readdir", &[ROOT, 1024, 1000, 0, 40]), Ok(0));
    let found = entries(&guest.memory[1024..1024 + guest.word(40) as usize]);
    assert_eq!(found.len(), 3, "the two that are always there, and one more");
    assert_eq!(guest.call("fd_readdir", &[ROOT, 1024, 1000, found[2].2, 40]), errno(Errno::Io));
}

#[test]
fn what_is_open_can_be_less_than_a_file() {
    let mut guest = Guest::with_files();
    // A terminal has no positions, by which a library knows it.
    *guest.files.file_type.lock().unwrap() = Some(FileType::CharacterDevice);
    let fd = guest.open("file", 0, ALL);
    assert_eq!(guest.call("fd_fdstat_get", &[fd, 64]), Ok(0));
    let rights = Rights::from_bits(guest.wide(72));
    assert_eq!(guest.memory[64], 2);
    assert!(!rights.has_any(Rights::FD_SEEK.and(Rights::FD_TELL)) && rights.has_any(Rights::FD_READ));
    for (file_type, number) in [
        (FileType::Unknown, 0),
        (FileType::BlockDevice, 1),
        (FileType::Regular, 4),
        (FileType::SocketDatagram, 5),
        (FileType::SocketStream, 6),
        (FileType::SymbolicLink, 7),
    ] {
        *guest.files.file_type.lock().unwrap() = Some(file_type);
        let fd = guest.open("file", 0, READ | WRITE);
        assert_eq!(guest.call("fd_fdstat_get", &[fd, 64]), Ok(0));
        assert_eq!((guest.memory[64], guest.wide(72)), (number, READ | WRITE), "{file_type:?}");
    }
}
