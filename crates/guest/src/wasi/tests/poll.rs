//! Waiting for clocks, input and files.

use super::*;

/// Writes a subscription of preview 1.
fn subscribe(guest: &mut Guest, at: usize, userdata: u8, tag: u8, id: u32, timeout: u64, flags: u8) {
    guest.put(at, &[0; 48]);
    guest.put(at, &[userdata]);
    guest.put(at + 8, &[tag]);
    guest.put_words(at + 16, &[id]);
    guest.put(at + 24, &timeout.to_le_bytes());
    guest.put(at + 40, &[flags]);
}

#[test]
fn waiting_ends_with_the_shortest_span() {
    let mut guest = Guest::new();
    subscribe(&mut guest, 0, 1, 0, 1, 1_000_000, 0);
    subscribe(&mut guest, 48, 2, 0, 1, 20_000, 0);
    subscribe(&mut guest, 96, 3, 0, 0, 30_000, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 3, 200]), Ok(0));
    assert_eq!((guest.word(200), guest.memory[512], guest.word(520)), (1, 2, 0));
    // A time in the past, on the clock of the date.
    subscribe(&mut guest, 0, 7, 0, 0, 1_600_000_000_000_000_000, 1);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 2, 200]), Ok(0));
    assert_eq!((guest.word(200), guest.memory[512]), (1, 7));
}

#[test]
fn streams_are_ready_and_bad_subscriptions_are_reported() {
    let mut guest = Guest::new();
    subscribe(&mut guest, 0, 1, 1, 0, 0, 0);
    subscribe(&mut guest, 48, 2, 2, 1, 0, 0);
    subscribe(&mut guest, 96, 3, 1, 9, 0, 0);
    subscribe(&mut guest, 144, 4, 0, 77, 0, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 4, 400]), Ok(0));
    let found: Vec<_> = (0..4).map(|index| (guest.memory[512 + index * 32], guest.memory[520 + index * 32])).collect();
    assert_eq!(found, [(1, 0), (2, 0), (3, Errno::Badf as u8), (4, Errno::Inval as u8)]);
    assert_eq!(guest.word(400), 4);
    subscribe(&mut guest, 0, 1, 3, 0, 0, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 1, 400]), errno(Errno::Inval));
}

#[test]
fn poll_checks_all_elements_and_not_the_first_alone() {
    let mut guest = Guest::new();
    subscribe(&mut guest, 0, 1, 1, 0, 0, 0);
    let far = u64::from(u32::MAX);
    for (wanted, happened, count, result, expected) in [
        (0, 512, 0, 200, Errno::Inval),
        (0, 512, far, 200, Errno::Fault),
        // 48 * 0x0555_5556 = 32 modulo 2^32.
        (0, 512, 0x0555_5556, 200, Errno::Fault),
        // 32 * 0x0800_0000 = 0 modulo 2^32.
        (0, 512, 0x0800_0000, 200, Errno::Fault),
        (0, LAST - 62, 2, 200, Errno::Fault),
        (LAST - 94, 0, 2, 200, Errno::Fault),
        (far, 512, 1, 200, Errno::Fault),
        (0, 512, 1, LAST - 2, Errno::Fault),
    ] {
        let outcome = guest.call("poll_oneoff", &[wanted, happened, count, result]);
        assert_eq!(outcome, errno(expected), "{wanted:#x} {happened:#x} {count:#x} {result:#x}");
    }
    // One array over the other stays within memory, and ends.
    subscribe(&mut guest, 48, 2, 1, 0, 0, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 0, 2, 200]), Ok(0));
}

#[test]
fn the_older_edition_has_wider_subscriptions() {
    let mut guest = Guest::new();
    guest.edition = Edition::Unstable;
    guest.put(0, &[0; 112]);
    guest.put(0, &[5]);
    guest.put_words(24, &[1]);
    guest.put(32, &20_000u64.to_le_bytes());
    guest.put(56, &[6]);
    guest.put(64, &[2]);
    guest.put_words(72, &[1]);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 2, 200]), Ok(0));
    assert_eq!((guest.word(200), guest.memory[512]), (1, 6));
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 1, 200]), Ok(0));
    assert_eq!((guest.word(200), guest.memory[512]), (1, 5));
}

#[test]
fn input_that_is_not_there_is_waited_for() {
    let mut guest = Guest::new();
    *guest.machine.silence.lock().unwrap() = 2;
    subscribe(&mut guest, 0, 1, 1, 0, 0, 0);
    subscribe(&mut guest, 48, 2, 0, 1, 3_600_000_000_000, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 2, 400]), Ok(0));
    assert_eq!((guest.word(400), guest.memory[512], guest.memory[522], guest.wide(528)), (1, 1, 1, 1));
    let naps = std::mem::take(&mut *guest.machine.waits.lock().unwrap());
    assert_eq!(naps, std::vec![(std::vec![Event::Input], 10_000_000); 2]);
    // The clock is over first: the nap was as long as that.
    *guest.machine.silence.lock().unwrap() = u32::MAX;
    subscribe(&mut guest, 48, 2, 0, 1, 4_000_000, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 2, 400]), Ok(0));
    assert_eq!((guest.word(400), guest.memory[512], guest.memory[522]), (1, 2, 0));
    let naps = std::mem::take(&mut *guest.machine.waits.lock().unwrap());
    assert!(matches!(&naps[..], [(events, ns)] if events[..] == [Event::Input] && *ns <= 4_000_000), "{naps:?}");
    // Output is ready, and does not wait for input.
    subscribe(&mut guest, 48, 3, 2, 2, 0, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 2, 400]), Ok(0));
    assert_eq!((guest.word(400), guest.memory[512]), (1, 3));
}

#[test]
fn more_than_can_wake_a_guest_is_looked_after() {
    let mut guest = Guest::new();
    *guest.machine.silence.lock().unwrap() = 30;
    for index in 0..20 {
        subscribe(&mut guest, index * 48, 1, 1, 0, 0, 0);
    }
    assert_eq!(guest.call("poll_oneoff", &[0, 2048, 20, 1000]), Ok(0));
    assert!(guest.word(1000) > 0);
    let naps = guest.machine.waits.lock().unwrap();
    assert!(naps.iter().all(|(events, ns)| events.len() == 8 && *ns == 1_000_000), "{naps:?}");
}

#[test]
fn files_are_ready_and_what_is_wrong_is_an_event() {
    let mut guest = Guest::with_files();
    let fd = guest.open("file", 0, ALL);
    assert_eq!(guest.read(fd, 4).unwrap().len(), 4);
    let blind = guest.open("file", 0, Rights::FD_READ.bits());
    for (at, tag, fd) in [(0, 1, fd), (48, 2, fd), (96, 1, blind), (144, 1, 77), (192, 2, 0), (240, 1, 1)] {
        subscribe(&mut guest, at, at as u8, tag, fd as u32, 0, 0);
    }
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 6, 1000]), Ok(0));
    let found: Vec<_> = (0..6).map(|index| (guest.memory[520 + index * 32], guest.wide(528 + index * 32))).collect();
    let (badf, notcapable) = (Errno::Badf as u8, Errno::Notcapable as u8);
    assert_eq!(found, [(0, 6), (0, 1), (notcapable, 0), (badf, 0), (badf, 0), (badf, 0)]);
    guest.files.fail(Some(Error::Failed));
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 1, 1000]), Ok(0));
    assert_eq!(guest.memory[520], Errno::Io as u8);
}

#[test]
fn there_is_a_limit_to_what_one_call_looks_at() {
    let mut guest = Guest::new();
    guest.memory = std::vec![0; 48 * 16_385];
    for index in 0..16_384 {
        subscribe(&mut guest, index * 48, 1, 2, 1, 0, 0);
    }
    assert_eq!(guest.call("poll_oneoff", &[0, 0, 16_385, 0]), errno(Errno::Inval));
    assert_eq!(guest.call("poll_oneoff", &[0, 0, 1, 0]), Ok(0));
    for count in [u64::from(u32::MAX), 1 << 31, 1 << 28, 16_386] {
        assert_eq!(guest.call("poll_oneoff", &[0, 0, count, 0]), errno(Errno::Fault), "{count:#x}");
    }
}
