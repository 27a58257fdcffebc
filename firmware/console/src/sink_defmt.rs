//! Frames of `defmt` over the board's UART, each as a line of hexadecimal digits, so that whoever reads needs no more than
//! lines. `cargo xtask firmware` decodes them.

use core::cell::Cell;

use moteur::Error;
pub use moteur_platform::Defmt as Sink;

/// A line of the host.
pub fn say(text: &str) {
    defmt::println!("{=str}", text);
}

/// A line of the host, with an error.
pub fn say_error(what: &str, error: &Error) {
    defmt::println!("{=str}: {}", what, error);
}

/// A line of the host, with a number.
pub fn say_number(what: &str, number: u32) {
    defmt::println!("{=str}: {=u32}", what, number);
}

/// A frame is its own end.
pub fn end_line() {}

#[defmt::global_logger]
struct Logger;

/// What turns values into bytes.
struct Shared(Cell<defmt::Encoder>);

// SAFETY: one core, and nothing here logs from an interrupt.
unsafe impl Sync for Shared {}

static ENCODER: Shared = Shared(Cell::new(defmt::Encoder::new()));

fn with_encoder(work: impl FnOnce(&mut defmt::Encoder)) {
    let mut encoder = ENCODER.0.replace(defmt::Encoder::new());
    work(&mut encoder);
    ENCODER.0.set(encoder);
}

fn put(bytes: &[u8]) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            let digit = char::from_digit(digit.into(), 16).unwrap_or('?');
            board::print(digit.encode_utf8(&mut [0; 4]));
        }
    }
}

// SAFETY: one core, and nothing here logs from an interrupt, so that no frame is begun within another.
unsafe impl defmt::Logger for Logger {
    fn acquire() {
        board::print("defmt ");
        with_encoder(|encoder| encoder.start_frame(put));
    }

    unsafe fn flush() {}

    unsafe fn release() {
        with_encoder(|encoder| encoder.end_frame(put));
        board::print("\n");
    }

    unsafe fn write(bytes: &[u8]) {
        with_encoder(|encoder| encoder.write(bytes, put));
    }
}
