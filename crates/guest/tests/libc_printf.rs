//! The formats of `printf`: a table of what glibc prints, random numbers against exact decimal formatting of the standard
//! library, and formats that nobody should write.

mod libc_guest;

use libc_guest::Guest;
use moteur::{Error, Trap};

const FORMAT: u32 = 0x100;
const ARGUMENTS: u32 = 0x1000;
const TEXTS: u32 = 0x2000;
const BUFFER: u32 = 0x3000;

/// An argument of a variadic function.
enum Argument<'a> {
    Narrow(u32),
    Wide(u64),
    Text(&'a [u8]),
}

/// Lays arguments out as clang does for wasm32.
fn pass(guest: &mut Guest, arguments: &[Argument<'_>]) {
    let (mut at, mut text_at) = (ARGUMENTS, TEXTS);
    for argument in arguments {
        match argument {
            Argument::Narrow(word) => {
                guest.write(at, &word.to_le_bytes());
                at += 4;
            }
            Argument::Wide(word) => {
                at = at.next_multiple_of(8);
                guest.write(at, &word.to_le_bytes());
                at += 8;
            }
            Argument::Text(text) => {
                guest.text(text_at, text);
                guest.write(at, &text_at.to_le_bytes());
                at += 4;
                text_at += text.len() as u32 + 1;
            }
        }
    }
}

fn print(guest: &mut Guest, format: &[u8], arguments: &[Argument<'_>]) -> Vec<u8> {
    guest.text(FORMAT, format);
    pass(guest, arguments);
    let count = guest.call("sprintf", &[BUFFER, FORMAT, ARGUMENTS]) as usize;
    let printed = guest.read(BUFFER, count + 1);
    assert_eq!(printed.last(), Some(&0), "{}", format.escape_ascii());
    printed[..count].to_vec()
}

/// Text of the table: `\xx` is a byte.
fn unescape(text: &str) -> Vec<u8> {
    let mut parts = text.split('\\');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

#[test]
fn prints_what_glibc_prints() {
    let mut guest = Guest::new();
    let table = include_str!("data/printf.txt");
    let (mut rows, mut wrong) = (0, 0);
    for row in table.lines() {
        let mut columns = row.split('\t');
        let (format, expected) = (unescape(columns.next().unwrap()), unescape(columns.next().unwrap()));
        let columns: Vec<(&str, Vec<u8>)> = columns.map(|column| (&column[..1], unescape(&column[1..]))).collect();
        let arguments: Vec<Argument<'_>> = columns
            .iter()
            .map(|(kind, value)| {
                let number = || u64::from_str_radix(str::from_utf8(value).unwrap(), 16).unwrap();
                match *kind {
                    "i" => Argument::Narrow(number() as u32),
                    "l" | "d" => Argument::Wide(number()),
                    _ => Argument::Text(value),
                }
            })
            .collect();
        let printed = print(&mut guest, &format, &arguments);
        if printed != expected {
            wrong += 1;
            let (printed, expected) = (printed.escape_ascii(), expected.escape_ascii());
            println!("{}\n  prints  {printed}\n  glibc   {expected}\n  row     {row}", format.escape_ascii());
        }
        rows += 1;
    }
    assert!(rows > 1_000);
    assert_eq!(wrong, 0, "of {rows} rows");
}

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[test]
fn random_doubles_are_exact_at_any_precision() {
    let mut guest = Guest::new();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..3_000 {
        let bits = random.next();
        // Half of them of everyday size.
        let bits = if round % 2 == 0 { bits } else { bits & !(0x7ff << 52) | (1013 + bits % 30) << 52 };
        let value = f64::from_bits(bits);
        if !value.is_finite() {
            continue;
        }
        let precision = (random.next() % 40) as usize * if round % 16 == 0 { 10 } else { 1 };
        let narrow = Argument::Narrow(precision as u32);
        let printed = print(&mut guest, b"%.*f", &[narrow, Argument::Wide(bits)]);
        assert_eq!(String::from_utf8(printed).unwrap(), format!("{value:.precision$}"), "%.{precision}f {bits:#x}");
        let narrow = Argument::Narrow(precision as u32);
        let printed = print(&mut guest, b"%.*e", &[narrow, Argument::Wide(bits)]);
        // Rust writes exponents without a plus and with as many digits as they have.
        let expected = format!("{value:.precision$e}");
        let (digits, exponent) = expected.split_once('e').unwrap();
        let exponent: i32 = exponent.parse().unwrap();
        let expected = format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
        assert_eq!(String::from_utf8(printed).unwrap(), expected, "%.{precision}e {bits:#x}");
    }
}

#[test]
fn random_integers_are_right_in_all_bases() {
    let mut guest = Guest::new();
    let mut random = Random(88_172_645_463_325_252);
    for _ in 0..2_000 {
        let number = random.next() >> (random.next() % 64);
        let printed = print(
            &mut guest,
            b"%lld %llu %llx %llX %llo %d %u %hhd",
            &[
                Argument::Wide(number),
                Argument::Wide(number),
                Argument::Wide(number),
                Argument::Wide(number),
                Argument::Wide(number),
                Argument::Narrow(number as u32),
                Argument::Narrow(number as u32),
                Argument::Narrow(number as u32),
            ],
        );
        let (signed, word) = (number as i64, number as u32);
        let expected = format!(
            "{signed} {number} {number:x} {number:X} {number:o} {} {word} {}",
            word.cast_signed(),
            word as u8 as i8
        );
        assert_eq!(String::from_utf8(printed).unwrap(), expected);
    }
}

#[test]
fn the_console_gets_few_pieces_and_all_bytes() {
    let mut guest = Guest::new();
    guest.text(FORMAT, b"%s %d\n");
    pass(&mut guest, &[Argument::Text(b"hello"), Argument::Narrow(7)]);
    assert_eq!(guest.call("printf", &[FORMAT, ARGUMENTS]), 8);
    assert_eq!(guest.printed(), (b"hello 7\n".to_vec(), 1));
    assert_eq!(guest.call("vprintf", &[FORMAT, ARGUMENTS]), 8);
    assert_eq!(guest.printed().0, b"hello 7\n");
    for len in [0, 1, 63, 64, 65, 127, 128, 1000] {
        let text = vec![b'x'; len];
        guest.text(FORMAT, &text);
        assert_eq!(guest.call("printf", &[FORMAT, ARGUMENTS]) as usize, len);
        assert_eq!(guest.printed(), (text, len.div_ceil(64)));
    }
    guest.text(FORMAT, b"line");
    assert_eq!(guest.call("puts", &[FORMAT]), 5);
    assert_eq!(guest.printed(), (b"line\n".to_vec(), 2));
    assert_eq!(guest.call("putchar", &[0x141]), 0x41);
    assert_eq!(guest.printed().0, b"A");
}

#[test]
fn a_sized_buffer_gets_what_fits() {
    let mut guest = Guest::new();
    guest.text(FORMAT, b"%d-%s");
    for name in ["snprintf", "vsnprintf"] {
        for size in 0..12 {
            guest.write(BUFFER, &[0xee; 16]);
            pass(&mut guest, &[Argument::Narrow(12), Argument::Text(b"abcd")]);
            assert_eq!(guest.call(name, &[BUFFER, size, FORMAT, ARGUMENTS]), 7);
            let mut expected = b"12-abcd"[..7.min((size as usize).saturating_sub(1))].to_vec();
            if size > 0 {
                expected.push(0);
            }
            expected.resize(16, 0xee);
            assert_eq!(guest.read(BUFFER, 16), expected, "{name} {size}");
        }
    }
    pass(&mut guest, &[Argument::Narrow(12), Argument::Text(b"abcd")]);
    assert_eq!(guest.call("snprintf", &[0, 0, FORMAT, ARGUMENTS]), 7, "to learn the length");
    assert_eq!(guest.call("vsprintf", &[BUFFER, FORMAT, ARGUMENTS]), 7);
    assert_eq!(guest.read(BUFFER, 8), b"12-abcd\0");
}

#[test]
fn precisions_of_texts_are_as_long_as_the_texts() {
    let mut guest = Guest::new();
    guest.memory.grow(&mut guest.store, 2).unwrap();
    let text = vec![b'x'; 100_000];
    guest.text(0x1_0000, &text);
    guest.text(FORMAT, b"%.*s%.99999s");
    for (at, word) in [90_000_u32, 0x1_0000, 0x1_0000].into_iter().enumerate() {
        guest.write(ARGUMENTS + 4 * at as u32, &word.to_le_bytes());
    }
    assert_eq!(guest.call("snprintf", &[0, 0, FORMAT, ARGUMENTS]), 189_999);
}

#[test]
fn after_a_fault_nothing_takes_long() {
    let mut guest = Guest::new();
    guest.text(FORMAT, b"%s%s%.*s%s");
    guest.write(ARGUMENTS, &[0xff; 64]);
    assert!(guest.faults("printf", &[FORMAT, ARGUMENTS]));
    assert_eq!(guest.printed().0, b"");
}

#[test]
fn strange_formats_do_no_harm() {
    let mut guest = Guest::new();
    // The address that %n is to write to.
    let target = || Argument::Narrow(TEXTS + 0x100);
    guest.write(TEXTS + 0x100, &[0xee; 8]);
    for format in ["a%nb", "a%hhnb", "a%llnb"] {
        assert_eq!(print(&mut guest, format.as_bytes(), &[target()]), b"ab", "%n writes nothing");
    }
    assert_eq!(guest.read(TEXTS + 0x100, 8), [0xee; 8]);
    for (format, expected) in [
        ("%", "%"),
        ("100%", "100%"),
        ("%5", "%5"),
        ("%-+ #0", "%-+ #0"),
        ("%ll", "%ll"),
        ("%.", "%."),
        ("%k", "%k"),
        ("%05.3y|", "%05.3y|"),
        ("%Lf", "%Lf"),
        ("%%", "%"),
        ("%%%%", "%%"),
        ("\u{fffd}%\u{fffd}", "\u{fffd}%\u{fffd}"),
    ] {
        assert_eq!(print(&mut guest, format.as_bytes(), &[]), expected.as_bytes(), "{format}");
    }
    // Widths and precisions end somewhere, in both directions.
    for (format, argument) in [("%99999999999d", 1), ("%.99999999999d", 1), ("%*d", i32::MAX), ("%-*d", i32::MIN)] {
        guest.text(FORMAT, format.as_bytes());
        pass(&mut guest, &[Argument::Narrow(argument as u32), Argument::Narrow(1)]);
        assert_eq!(guest.call("snprintf", &[0, 0, FORMAT, ARGUMENTS]), 0xffff, "{format}");
    }
}

#[test]
fn random_formats_and_arguments_do_no_harm() {
    let mut guest = Guest::new();
    let mut random = Random(0x1234_5678_9abc_def1);
    let letters = b"%%%%-+ #0**..1239hhllzjtLqdiuoxXcspnfFeEgGaA{\xff\0";
    let (mut printed, mut ended) = (0, 0);
    for _ in 0..1_000 {
        let format: Vec<u8> = (0..40).map(|_| letters[random.next() as usize % letters.len()]).collect();
        guest.text(FORMAT, &format);
        // Small numbers and addresses are likely: they get further.
        let arguments: Vec<u8> = (0..100)
            .flat_map(|_| {
                match random.next() % 4 {
                    0 => random.next() as u32,
                    1 => random.next() as u32 % 80,
                    2 => (random.next() as u32 % 80).wrapping_neg(),
                    _ => FORMAT + random.next() as u32 % 40,
                }
                .to_le_bytes()
            })
            .collect();
        guest.write(ARGUMENTS, &arguments);
        let size = random.next() as u32 % 100;
        guest.write(BUFFER, &[0xee; 128]);
        match guest.try_call("snprintf", &[BUFFER, size, FORMAT, ARGUMENTS]) {
            Ok(count) => {
                printed += 1;
                let buffer = guest.read(BUFFER, 128);
                let end = (count as usize + 1).min(size as usize);
                assert!(buffer[end..].iter().all(|byte| *byte == 0xee), "{}", format.escape_ascii());
                assert!(end == 0 || buffer[end - 1] == 0, "{}", format.escape_ascii());
            }
            Err(error) => {
                ended += 1;
                assert_eq!(error, Error::trap(Trap::MemoryOutOfBounds), "{}", format.escape_ascii());
            }
        }
        assert_eq!(guest.read(BUFFER + 100, 28), [0xee; 28]);
    }
    assert!(printed > 100 && ended > 10, "{printed} {ended}");
}

#[test]
fn pointers_out_of_memory_end_the_guest() {
    let mut guest = Guest::new();
    const END: u32 = 0x1_0000;
    guest.text(FORMAT, b"%d");
    for bad in [END, END - 3, u32::MAX, u32::MAX - 3, 0x8000_0000] {
        assert!(guest.faults("printf", &[bad & !3 | 1, ARGUMENTS]) || bad < END, "format {bad:#x}");
        assert!(guest.faults("printf", &[FORMAT, bad]), "arguments {bad:#x}");
        assert!(guest.faults("snprintf", &[bad, 16, FORMAT, ARGUMENTS]) || bad == END - 3, "buffer {bad:#x}");
        assert!(guest.faults("puts", &[bad]) || bad < END, "text {bad:#x}");
    }
    // A text that no zero byte ends.
    guest.write(END - 4, b"abcd");
    assert!(guest.faults("puts", &[END - 4]));
    assert!(guest.faults("printf", &[END - 4, ARGUMENTS]));
    guest.text(FORMAT, b"%s");
    guest.write(ARGUMENTS, &(END - 4).to_le_bytes());
    assert!(guest.faults("printf", &[FORMAT, ARGUMENTS]));
    guest.text(FORMAT, b"%.4s");
    assert_eq!(guest.call("snprintf", &[BUFFER, 16, FORMAT, ARGUMENTS]), 4, "up to the precision it need not end");
    assert_eq!(guest.read(BUFFER, 5), b"abcd\0");
    guest.write(ARGUMENTS, &(u32::MAX - 1).to_le_bytes());
    assert!(guest.faults("printf", &[FORMAT, ARGUMENTS]));
    // sprintf into the last bytes, and into its own argument.
    guest.text(FORMAT, b"12345");
    assert!(guest.faults("sprintf", &[END - 5, FORMAT, ARGUMENTS]));
    assert_eq!(guest.call("sprintf", &[END - 6, FORMAT, ARGUMENTS]), 5);
    guest.text(FORMAT, b"%s");
    guest.text(BUFFER, b"self");
    guest.write(ARGUMENTS, &BUFFER.to_le_bytes());
    assert!(guest.faults("sprintf", &[BUFFER + 1, FORMAT, ARGUMENTS]) || guest.word(BUFFER) != 0);
    assert_eq!(guest.call("strlen", &[0xff00]), 0, "a fault of one call is none of the next");
}
