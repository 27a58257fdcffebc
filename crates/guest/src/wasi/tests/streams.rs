//! Reading and writing where a descriptor stands.

use super::*;

#[test]
fn vectors_are_written_one_after_the_other() {
    let mut guest = Guest::new();
    guest.put(100, b"hello world");
    // The same bytes twice, an empty buffer, and one that overlaps the vectors themselves.
    guest.put_words(0, &[106, 5, 0, 0, 100, 6, 106, 5, 0, 1]);
    assert_eq!(guest.call("fd_write", &[1, 0, 5, 40]), Ok(0));
    assert_eq!(guest.word(40), 17);
    assert_eq!(guest.written(Stream::Out), b"worldhello world\x6a");
    assert_eq!(guest.call("fd_write", &[2, 0, 0, 40]), Ok(0));
    assert_eq!(guest.word(40), 0);
    assert_eq!(guest.written(Stream::Err), b"");
}

#[test]
fn a_bad_pointer_writes_nothing_at_all() {
    let mut guest = Guest::new();
    for (second, count, size, expected) in [
        ([100, MEMORY_BYTES as u32], 2, 40, Errno::Fault),
        ([u32::MAX, 1], 2, 40, Errno::Fault),
        ([u32::MAX, u32::MAX], 2, 40, Errno::Fault),
        ([0, u32::MAX], 2, 40, Errno::Fault),
        ([100, 1], 2, LAST - 2, Errno::Fault),
        ([100, 1], 2, u64::from(u32::MAX), Errno::Fault),
        ([100, 1], 512, 40, Errno::Fault),
        ([100, 1], 1025, 40, Errno::Inval),
        ([100, 1], u64::from(u32::MAX), 40, Errno::Inval),
    ] {
        guest.memory.fill(0);
        // The first vector is good. With a count of 512 the vectors go up to the last byte, and beyond for the bases here.
        guest.put_words(8, &[100, 5, second[0], second[1]]);
        let outcome = guest.call("fd_write", &[1, 8, count, size]);
        assert_eq!(outcome, errno(expected), "{second:x?} {count} {size}");
        assert_eq!(guest.written(Stream::Out), b"");
    }
}

#[test]
fn lengths_whose_sum_does_not_fit_are_refused() {
    // Lengths are bounded by memory, so it takes a large one, many times over.
    let mut guest = Guest::new();
    guest.memory = std::vec![0; 8 << 20];
    for index in 0..1024 {
        guest.put_words(index * 8, &[0, 8 << 20]);
    }
    assert_eq!(guest.call("fd_write", &[1, 0, 1024, 8192]), errno(Errno::Inval));
    assert_eq!(guest.written(Stream::Out), b"");
}

#[test]
fn a_stream_that_closes_on_the_way_took_a_part() {
    let mut guest = Guest::new();
    guest.put_words(0, &[100, 5, 100, 7]);
    *guest.machine.writes_left.lock().unwrap() = Some(1);
    assert_eq!(guest.call("fd_write", &[1, 0, 2, 40]), Ok(0));
    assert_eq!(guest.word(40), 5);
    assert_eq!(guest.call("fd_write", &[1, 0, 2, 40]), errno(Errno::Pipe));
}

#[test]
fn reading_fills_the_first_buffer_that_has_room() {
    let mut guest = Guest::new();
    *guest.machine.input.lock().unwrap() = b"abcdefg".to_vec();
    guest.put_words(0, &[0, 0, 100, 2, 200, 50]);
    assert_eq!(guest.call("fd_read", &[0, 0, 3, 40]), Ok(0));
    assert_eq!((guest.word(40), &guest.memory[100..103]), (2, &b"ab\xee"[..]));
    assert_eq!(guest.memory[200], 0xee);
    assert_eq!(guest.call("fd_read", &[0, 16, 1, 40]), Ok(0));
    assert_eq!((guest.word(40), &guest.memory[200..204]), (3, &b"cde\xee"[..]));
    // A bad vector after the good one: nothing is lost of the input.
    guest.put_words(24, &[u32::MAX, 2]);
    assert_eq!(guest.call("fd_read", &[0, 16, 2, 40]), errno(Errno::Fault));
    assert_eq!(guest.call("fd_read", &[0, 16, 1, 40]), Ok(0));
    assert_eq!(guest.word(40), 2);
    assert_eq!(guest.call("fd_read", &[0, 16, 1, 40]), Ok(0));
    assert_eq!(guest.word(40), 0, "the end of the input");
}

#[test]
fn a_guest_that_reads_waits_for_input_in_naps() {
    let mut guest = Guest::new();
    *guest.machine.input.lock().unwrap() = b"abc".to_vec();
    *guest.machine.silence.lock().unwrap() = 3;
    assert_eq!(guest.read(0, 10).unwrap(), b"abc");
    let naps = std::mem::take(&mut *guest.machine.waits.lock().unwrap());
    assert_eq!(naps, std::vec![(std::vec![Event::Input], 10_000_000); 3]);
    // Who reads nothing waits for nothing.
    *guest.machine.silence.lock().unwrap() = 3;
    assert_eq!(guest.read(0, 0).unwrap(), b"");
    // Who does not want to wait is told so.
    assert_eq!(guest.call("fd_fdstat_set_flags", &[0, 4]), Ok(0));
    assert_eq!(guest.read(0, 10), Err(Errno::Again));
    assert!(guest.machine.waits.lock().unwrap().is_empty());
    *guest.machine.silence.lock().unwrap() = 0;
    assert_eq!(guest.read(0, 10).unwrap(), b"");
}

#[test]
fn a_buffer_may_lie_over_the_vectors() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    // The first buffer is the second vector, which then claims the digits as address and length.
    guest.put_words(0, &[8, 8, 100, 1]);
    assert_eq!(guest.call("fd_read", &[fd, 0, 2, 40]), Ok(0));
    assert_eq!((guest.word(40), &guest.memory[8..16]), (8, &b"01234567"[..]));
    // The count lies over the vectors, too.
    guest.put_words(0, &[100, 4]);
    assert_eq!(guest.call("fd_pread", &[fd, 0, 1, 0, 4]), Ok(0));
    assert_eq!(guest.word(4), 4);
    guest.put_words(0, &[0, 8]);
    assert_eq!(guest.call("fd_write", &[1, 0, 1, 0]), Ok(0));
    assert_eq!(guest.written(Stream::Out), [0, 0, 0, 0, 8, 0, 0, 0]);
    assert_eq!(guest.word(0), 8);
}

#[test]
fn a_file_that_fails_on_the_way_moved_a_part() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    guest.memory.resize(2 << 20, 0);
    // The file system holds 1 MiB, and this is a little more than is left of it.
    guest.put_words(0, &[0, 1 << 19, 0, 1 << 19, 0, 1]);
    assert_eq!(guest.call("fd_write", &[fd, 0, 3, 40]), Ok(0));
    let taken = guest.word(40);
    assert!((1 << 19..1 << 20).contains(&taken), "{taken}");
    assert_eq!(guest.call("fd_tell", &[fd, 64]), Ok(0));
    assert_eq!(guest.wide(64), u64::from(taken));
    guest.put_words(0, &[0, 1 << 19]);
    let outcome = guest.call("fd_write", &[fd, 0, 1, 40]);
    assert!(outcome == errno(Errno::Nospc) || outcome == errno(Errno::Fbig), "{outcome:?}");
}
