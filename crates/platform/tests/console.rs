//! Lines stay whole, nothing is lost or comes twice, and what a ring has no room for is counted.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use moteur_platform::{Console, Error, Full, Lines, Ring, Stream, flush_on_error};

/// Remembers each call.
#[derive(Default)]
struct Heard {
    calls: Mutex<Vec<(Stream, String)>>,
    fails: AtomicBool,
}

impl Heard {
    /// What came, a call each; of the second stream with a `!`.
    fn take(&self) -> Vec<String> {
        let calls = std::mem::take(&mut *self.calls.lock().unwrap());
        calls.into_iter().map(|(stream, text)| if stream == Stream::Err { format!("!{text}") } else { text }).collect()
    }
}

impl Console for Heard {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(Error::Closed);
        }
        self.calls.lock().unwrap().push((stream, String::from_utf8(bytes.to_vec()).unwrap()));
        Ok(())
    }

    fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.calls.lock().unwrap().push((Stream::Out, "(read)".into()));
        buffer.fill(b'x');
        Ok(buffer.len())
    }

    fn is_terminal(&self, stream: Stream) -> bool {
        stream == Stream::Err
    }

    fn flush(&self) -> Result<(), Error> {
        self.calls.lock().unwrap().push((Stream::Out, "(flush)".into()));
        Ok(())
    }
}

fn out(console: &dyn Console, text: &str) {
    console.write(Stream::Out, text.as_bytes()).unwrap();
}

#[test]
fn a_line_comes_in_one_call() {
    let heard = Heard::default();
    let lines = Lines::<8>::new(&heard);
    for part in ["a", "b", "c\nd", "e\n", "one\ntwo\nth", "ree\n", "\n"] {
        out(&lines, part);
    }
    assert_eq!(heard.take(), ["abc\n", "de\n", "one\ntwo\n", "three\n", "\n"]);
}

#[test]
fn a_line_that_is_too_long_comes_in_pieces() {
    let heard = Heard::default();
    let lines = Lines::<4>::new(&heard);
    out(&lines, "abcdefghij");
    assert_eq!(heard.take(), ["abcd", "efgh"]);
    out(&lines, "k\n");
    out(&lines, "abc");
    out(&lines, "\nabcd\n");
    assert_eq!(heard.take(), ["ijk\n", "abc\n", "abcd\n"]);
}

#[test]
fn guests_and_streams_have_lines_of_their_own() {
    let heard = Heard::default();
    let (first, second) = (Lines::<16>::new(&heard), Lines::<16>::new(&heard));
    out(&first, "he");
    out(&second, "wor");
    first.write(Stream::Err, b"bad").unwrap();
    out(&first, "llo\n");
    first.write(Stream::Err, b" luck\n").unwrap();
    out(&second, "ld\n");
    assert_eq!(heard.take(), ["hello\n", "!bad luck\n", "world\n"]);
}

#[test]
fn the_rest_of_a_line_goes_out_in_time() {
    let heard = Heard::default();
    let lines = Lines::<16>::new(&heard);
    out(&lines, "half");
    lines.write(Stream::Err, b"quarter").unwrap();
    assert!(heard.take().is_empty());
    lines.flush().unwrap();
    assert_eq!(heard.take(), ["half", "!quarter", "(flush)"]);
    lines.flush().unwrap();
    assert_eq!(heard.take(), ["(flush)"], "nothing comes twice");

    out(&lines, "name? ");
    assert_eq!(lines.read(&mut [0; 2]), Ok(2));
    assert_eq!(heard.take(), ["name? ", "(flush)", "(read)"]);

    out(&lines, "before a trap");
    assert_eq!(flush_on_error(&lines, || Ok::<_, ()>(1)), Ok(1));
    assert!(heard.take().is_empty(), "a call that ends well leaves the line open");
    assert_eq!(flush_on_error(&lines, || Err::<(), _>("trap")), Err("trap"));
    assert_eq!(heard.take(), ["before a trap", "(flush)"]);

    out(&lines, "last words");
    drop(lines);
    assert_eq!(heard.take(), ["last words", "(flush)"]);
}

#[test]
fn what_is_no_business_of_lines_is_passed_on() {
    let heard = Heard::default();
    let lines = Lines::<4>::new(&heard);
    assert_eq!(lines.write(Stream::In, b"x"), Err(Error::Unsupported));
    assert!(lines.ready() && lines.is_terminal(Stream::Err) && !lines.is_terminal(Stream::Out));
    out(&lines, "ab");
    heard.fails.store(true, Ordering::Relaxed);
    assert_eq!(lines.write(Stream::Out, b"\n"), Err(Error::Closed));
    heard.fails.store(false, Ordering::Relaxed);
    out(&lines, "cd\n");
    assert_eq!(heard.take(), ["cd\n"], "what failed does not come back");
}

/// Everything that was ever written in pieces of any size comes out in order, whatever is kept in between.
#[test]
fn nothing_is_lost_however_it_is_cut() {
    let text: String = (0..60).map(|line| "x".repeat(line * 7 % 23) + "\n").collect();
    for piece in 1..40 {
        let heard = Heard::default();
        let lines = Lines::<16>::new(&heard);
        text.as_bytes().chunks(piece).for_each(|piece| lines.write(Stream::Out, piece).unwrap());
        drop(lines);
        assert_eq!(heard.take().concat(), format!("{text}(flush)"), "{piece}");
    }
}

fn drained(ring: &Ring<64>) -> String {
    let heard = Heard::default();
    while ring.drain(&heard, 10).unwrap() > 0 {}
    heard.take().concat()
}

#[test]
fn a_ring_keeps_what_is_written_until_it_is_taken() {
    let ring = Ring::<64>::new(Full::Drop);
    for _ in 0..50 {
        out(&ring, "nine byte");
        ring.write(Stream::Err, b"s and 14 more\n").unwrap();
        assert_eq!((ring.len(), ring.pop()), (23, Some(b'n')));
        assert_eq!(drained(&ring), "ine bytes and 14 more\n");
        assert!(ring.is_empty() && ring.pop().is_none());
    }
    assert_eq!(ring.write(Stream::In, b"x"), Err(Error::Unsupported));
    assert_eq!(ring.lost(), 0);
}

#[test]
fn a_full_ring_drops_whole_lines_and_says_how_many() {
    let ring = Ring::<64>::new(Full::Drop);
    out(&ring, &"a".repeat(40));
    out(&ring, "\n");
    // One line in two pieces, the first of which would fit after something was taken, and a line that would fit now.
    out(&ring, &"b".repeat(30));
    assert_eq!(drained(&ring), "a".repeat(40) + "\n");
    out(&ring, "bb\n");
    out(&ring, &("c".repeat(63) + "\n"));
    out(&ring, "d\ne\n");
    assert_eq!(drained(&ring), "[2 lines lost]\nd\ne\n");
    assert_eq!(ring.lost(), 2);

    // A line that was begun and could not be ended stays apart from the note.
    out(&ring, "begun ");
    out(&ring, &("f".repeat(60) + "\n"));
    out(&ring, "g\n");
    assert_eq!(drained(&ring), "begun \n[1 line lost]\ng\n");
    assert_eq!(ring.lost(), 3);
}

#[test]
fn a_writer_may_wait_for_room() {
    static RING: Ring<64> = Ring::new(Full::Wait(take_some));
    static TAKEN: Mutex<String> = Mutex::new(String::new());
    fn take_some() {
        TAKEN.lock().unwrap().extend(RING.pop().map(char::from));
    }
    let text: String = (0..100).map(|line| format!("line {line} {}\n", "z".repeat(line))).collect();
    text.as_bytes().chunks(150).for_each(|piece| RING.write(Stream::Out, piece).unwrap());
    assert_eq!(TAKEN.lock().unwrap().clone() + &drained(&RING), text);
    assert_eq!(RING.lost(), 0);
}

/// One thread writes, another takes, as an interrupt would.
#[test]
fn a_ring_is_emptied_while_it_is_filled() {
    static RING: Ring<64> = Ring::new(Full::Wait(std::thread::yield_now));
    let text: String = (0..2_000).map(|line| format!("line {line}\n")).collect();
    let taker = std::thread::spawn({
        let bytes = text.len();
        move || {
            let mut taken = Vec::new();
            while taken.len() < bytes {
                match RING.pop() {
                    Some(byte) => taken.push(byte),
                    None => std::thread::yield_now(),
                }
            }
            taken
        }
    });
    text.lines().for_each(|line| out(&RING, &format!("{line}\n")));
    assert_eq!(String::from_utf8(taker.join().unwrap()).unwrap(), text);
}
