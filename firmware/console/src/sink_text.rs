//! Text over the board's UART.

use moteur::Error;
use moteur_platform::{Console, Stream};

/// Where everything goes.
pub struct Sink;

impl Console for Sink {
    fn write(&self, _: Stream, bytes: &[u8]) -> Result<(), moteur_platform::Error> {
        for part in bytes.utf8_chunks() {
            board::print(part.valid());
        }
        Ok(())
    }
}

/// A line of the host.
pub fn say(text: &str) {
    board::println!("{text}");
}

/// A line of the host, with an error.
pub fn say_error(what: &str, error: &Error) {
    board::println!("{what}: {error}");
}

/// A line of the host, with a number.
pub fn say_number(what: &str, number: u32) {
    board::println!("{what}: {number}");
}

/// Ends a line that a guest has not ended.
pub fn end_line() {
    board::print("\n");
}
