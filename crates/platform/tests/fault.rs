//! The port that fails on purpose: each operation in turn.

use std::sync::Mutex;

use moteur_platform::fault::Fault;
use moteur_platform::{Console, Error, Parts, Platform, Random, Stream, Writer};

/// Keeps what is written.
#[derive(Default)]
struct Recorder(Mutex<Vec<(Stream, Vec<u8>)>>);

impl Console for Recorder {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        self.0.lock().unwrap().push((stream, bytes.to_vec()));
        Ok(())
    }
}

struct Sevens;

impl Random for Sevens {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        buffer.fill(7);
        Ok(())
    }
}

#[test]
fn the_nth_operation_fails_and_those_before_it_are_done() {
    for error in [Error::Unsupported, Error::Closed, Error::Failed] {
        for n in 0..4 {
            let recorder = Recorder::default();
            let parts = Parts::new(&recorder).with_random(&Sevens);
            let platform = Fault::new(&parts);
            platform.fail_after(Some(n), error);
            let run = || -> Result<(), Error> {
                platform.console().write(Stream::Out, b"a")?;
                assert_eq!(platform.console().read(&mut [0; 4])?, 0);
                let mut bytes = [0; 3];
                platform.random().unwrap().fill(&mut bytes)?;
                assert_eq!(bytes, [7; 3]);
                platform.console().write(Stream::Err, b"b")
            };
            assert_eq!(run(), Err(error));
            assert_eq!(platform.operations(), n + 1);
            assert_eq!(recorder.0.lock().unwrap().len(), usize::from(n > 0));
            platform.fail_after(None, error);
            assert_eq!(run(), Ok(()));
        }
    }
}

#[test]
fn what_the_machine_lacks_stays_lacking() {
    let recorder = Recorder::default();
    let parts = Parts::new(&recorder);
    let platform = Fault::new(&parts);
    assert!(platform.clock().is_none());
    assert!(platform.random().is_none());
}

#[test]
fn formatted_text_reaches_its_stream_and_errors_come_back() {
    use core::fmt::Write;
    let recorder = Recorder::default();
    let parts = Parts::new(&recorder);
    let platform = Fault::new(&parts);
    let mut out = Writer::new(platform.console(), Stream::Err);
    write!(out, "{}", 12).unwrap();
    assert_eq!(*recorder.0.lock().unwrap(), [(Stream::Err, b"12".to_vec())]);
    platform.fail_after(Some(0), Error::Closed);
    assert!(write!(out, "x").is_err());
}
