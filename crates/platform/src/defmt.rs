//! Lines of guests as frames of [`defmt`](https://defmt.ferrous-systems.com), besides those of the firmware: the text of a guest
//! is not in the firmware's file, so it goes over as it is.

use crate::{Console, Error, Stream};

/// Logs each line that is written: standard output as `println!`, standard error as `error!`. A piece of a line becomes a frame
/// of its own, so put [`Lines`](crate::Lines) in front. Which way frames go, and
/// whether it waits, is the global logger's business.
#[derive(Clone, Copy, Debug, Default)]
pub struct Defmt;

impl Console for Defmt {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            match (stream, core::str::from_utf8(line)) {
                (Stream::In, _) => return Err(Error::Unsupported),
                (Stream::Out, Ok(text)) => defmt::println!("{=str}", text),
                (Stream::Out, Err(_)) => defmt::println!("{=[u8]:a}", line),
                (Stream::Err, Ok(text)) => defmt::error!("{=str}", text),
                (Stream::Err, Err(_)) => defmt::error!("{=[u8]:a}", line),
            }
        }
        Ok(())
    }
}
