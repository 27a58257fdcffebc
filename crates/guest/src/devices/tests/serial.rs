//! Serial ports: a loop, in which what is written comes back.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write};

use super::mock::Mock;
use super::{FAR, Guest, LAST, OUT, code};
use crate::devices::{Code, Kind};

/// What was written comes back, seven bytes at a time.
#[derive(Clone, Default)]
struct Loop {
    bytes: Rc<RefCell<VecDeque<u8>>>,
    failure: Rc<RefCell<Option<ErrorKind>>>,
}

impl Loop {
    fn outcome<R>(&self, value: R) -> Result<R, ErrorKind> {
        self.failure.borrow().map_or(Ok(value), Err)
    }
}

impl ErrorType for Loop {
    type Error = ErrorKind;
}

impl ReadReady for Loop {
    fn read_ready(&mut self) -> Result<bool, ErrorKind> {
        self.outcome(!self.bytes.borrow().is_empty())
    }
}

impl Read for Loop {
    fn read(&mut self, to: &mut [u8]) -> Result<usize, ErrorKind> {
        assert!(!to.is_empty() && !self.bytes.borrow().is_empty(), "it would wait for ever");
        let places = to.iter_mut().take(7);
        Ok(places.map_while(|place| self.bytes.borrow_mut().pop_front().map(|byte| *place = byte)).count())
    }
}

impl Write for Loop {
    fn write(&mut self, from: &[u8]) -> Result<usize, ErrorKind> {
        assert!((1..=64).contains(&from.len()), "the guest could not be interrupted for too long");
        self.bytes.borrow_mut().extend(from.iter().take(20));
        self.outcome(from.len().min(20))
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        self.outcome(())
    }
}

/// A guest with a port, a delay that writes down its waits, and their handles.
fn guest() -> (Guest, Loop, Mock, u64, u64) {
    let (port, mock) = (Loop::default(), Mock::default());
    let mut guest = Guest::new();
    guest.devices.serial("port", port.clone()).unwrap();
    guest.devices.delay("delay", mock.clone()).unwrap();
    let (handle, pause) = (guest.open(Kind::Serial, "port"), guest.open(Kind::Delay, "delay"));
    (guest, port, mock, handle, pause)
}

#[test]
fn what_is_written_comes_back_in_pieces() {
    let (mut guest, port, mock, handle, pause) = guest();
    assert_eq!(guest.call("serial_write", &[handle, 16, 100]), Ok(20), "as many as it takes");
    assert_eq!(guest.call("serial_flush", &[handle]), Ok(0));
    assert_eq!(guest.call("serial_read", &[handle, 1000, 5, pause, 0]), Ok(5));
    assert_eq!(guest.call("serial_read", &[handle, 1005, 1000, pause, 0]), Ok(7), "what there is, and no waiting");
    assert_eq!(guest.memory[1000..1012], (16..28).collect::<std::vec::Vec<u8>>());
    port.bytes.borrow_mut().clear();
    assert_eq!(guest.call("serial_read", &[handle, 1000, 5, 0, 0]), Ok(0), "a look needs no delay");
    assert!(mock.log.take().is_empty());
    assert_eq!(guest.call("serial_read", &[handle, 1000, 0, 0, 1_000]), Ok(0));
    assert_eq!(guest.call("serial_write", &[handle, 1000, 0]), Ok(0));
}

#[test]
fn waiting_ends_with_the_time_or_a_byte() {
    let (mut guest, port, mock, handle, pause) = guest();
    assert_eq!(guest.call("serial_read", &[handle, 0, 1, pause, 250_000]), Ok(0));
    assert_eq!(mock.log.take(), "100000 ns; 100000 ns; 50000 ns");
    // A long wait comes back now and then, so that the guest can be interrupted; a byte ends it.
    let mut progress = crate::host::Progress::default();
    let words = [handle, 0, 1, pause, u64::MAX];
    assert_eq!(guest.try_call(&mut progress, "serial_read", &words), Err(crate::host::Stop::Again));
    assert_eq!(progress.since, Some(10_000_000));
    port.bytes.borrow_mut().push_back(b'x');
    assert_eq!(guest.try_call(&mut progress, "serial_read", &words), Ok(1));
    assert_eq!(guest.memory[0], b'x');
}

#[test]
fn every_refusal_has_its_code() {
    let (mut guest, port, _, handle, pause) = guest();
    assert_eq!(guest.call("serial_flush", &[pause]), code(Code::WrongKind));
    assert_eq!(guest.call("serial_write", &[handle | 0xff, 0, 1]), code(Code::BadHandle));
    assert_eq!(guest.call("serial_read", &[handle, 0, 1, handle, 1]), code(Code::WrongKind), "that is no delay");
    assert_eq!(guest.call("serial_read", &[handle, 0, 1, 0, 1]), code(Code::BadHandle));
    for (kind, expected) in [
        (ErrorKind::Other, Code::Failed),
        (ErrorKind::Unsupported, Code::Unsupported),
        (ErrorKind::InvalidInput, Code::InvalidArgument),
    ] {
        *port.failure.borrow_mut() = Some(kind);
        for (name, words) in [
            ("serial_read", &[handle, 0, 1, pause, 1][..]),
            ("serial_write", &[handle, 0, 1]),
            ("serial_flush", &[handle]),
        ] {
            assert_eq!(guest.call(name, words), code(expected), "{name}");
        }
    }
}

#[test]
fn what_is_not_in_memory_ends_the_guest() {
    let (mut guest, _, _, handle, pause) = guest();
    for (at, bytes) in [(FAR, 1), (0, FAR), (LAST, 2)] {
        assert_eq!(guest.call("serial_read", &[handle, at, bytes, pause, 0]), OUT);
        assert_eq!(guest.call("serial_write", &[handle, at, bytes]), OUT);
    }
    assert_eq!(guest.call("serial_write", &[handle, LAST, 1]), Ok(1));
}
