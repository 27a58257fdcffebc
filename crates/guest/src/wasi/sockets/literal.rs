//! Addresses as text.
//!
//! `core` reads the same texts, but with code that may panic as far as a linker can see, and firmware is linked without any
//! such. The tests compare the two.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many groups of 16 bits an IPv6 address has.
const GROUPS: usize = 8;

/// The address that the text is, if it is one: four decimal numbers, or IPv6 without brackets and zones.
pub fn address(text: &str) -> Option<IpAddr> {
    let text = text.as_bytes();
    if text.contains(&b':') { v6(text).map(IpAddr::V6) } else { v4(text).map(IpAddr::V4) }
}

fn v4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut count = 0;
    for part in text.split(|byte| *byte == b'.') {
        *octets.get_mut(count)? = decimal(part)?;
        count += 1; // It names an octet that there is.
    }
    (count == octets.len()).then(|| Ipv4Addr::from_octets(octets))
}

/// A number up to 255, without a zero in front, which some read as octal.
fn decimal(text: &[u8]) -> Option<u8> {
    let plain = text == b"0" || !text.starts_with(b"0");
    if !plain || text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u8, |value, byte| value.checked_mul(10)?.checked_add(digit(*byte, 10)?))
}

fn v6(text: &[u8]) -> Option<Ipv6Addr> {
    let Some(gap) = text.windows(2).position(|pair| pair == b"::") else {
        let groups = groups(text, true)?;
        return (groups.count == GROUPS).then(|| Ipv6Addr::from_segments(groups.values));
    };
    let head = groups(text.get(..gap)?, false)?;
    let tail = groups(text.get(gap.checked_add(2)?..)?, true)?;
    // The gap stands for one group of zeros at least.
    let start = GROUPS.checked_sub(tail.count).filter(|start| head.count < *start)?;
    let mut segments = head.values;
    for (segment, value) in segments.iter_mut().skip(start).zip(tail.values) {
        *segment = value;
    }
    Some(Ipv6Addr::from_segments(segments))
}

/// The groups of a piece of an address.
struct Groups {
    values: [u16; GROUPS],
    count: usize,
}

impl Groups {
    fn push(&mut self, value: u16) -> Option<()> {
        *self.values.get_mut(self.count)? = value;
        self.count += 1; // It names a group that there is.
        Some(())
    }
}

/// Reads groups with colons between them; at the end of an address, the last two may be an IPv4 address.
fn groups(text: &[u8], at_end: bool) -> Option<Groups> {
    let mut groups = Groups { values: [0; GROUPS], count: 0 };
    if text.is_empty() {
        return Some(groups);
    }
    let mut parts = text.split(|byte| *byte == b':').peekable();
    while let Some(part) = parts.next() {
        if at_end && parts.peek().is_none() && part.contains(&b'.') {
            let [a, b, c, d] = v4(part)?.octets();
            groups.push(u16::from_be_bytes([a, b]))?;
            groups.push(u16::from_be_bytes([c, d]))?;
        } else {
            groups.push(hexadecimal(part)?)?;
        }
    }
    Some(groups)
}

/// A number of one to four digits.
fn hexadecimal(text: &[u8]) -> Option<u16> {
    if !(1..=4).contains(&text.len()) {
        return None;
    }
    text.iter().try_fold(0u16, |value, byte| value.checked_mul(16)?.checked_add(digit(*byte, 16)?.into()))
}

fn digit(byte: u8, radix: u32) -> Option<u8> {
    char::from(byte).to_digit(radix).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    const TEXTS: &[&str] = &[
        "",
        ".",
        ":",
        "::",
        ":::",
        "::::",
        "0.0.0.0",
        "255.255.255.255",
        "256.0.0.1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4.",
        ".1.2.3.4",
        "1..2.3",
        "01.2.3.4",
        "1.2.3.00",
        "0x1.2.3.4",
        "+1.2.3.4",
        "1.2.3.-4",
        "1.2.3. 4",
        "1",
        "127.1",
        "::1",
        "1::",
        "1::2",
        "::1.2.3.4",
        "::ffff:1.2.3.4",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:1.2.3.4",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3::4:5:6:7:8",
        "1:2:3::5:6:7:8",
        "1::2::3",
        "1:::2",
        ":1::2",
        "1::2:",
        ":1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        "fe80::3ba2:893b:4be0:e3dd",
        "FE80::ABCD",
        "g::",
        "12345::",
        "0000::",
        "00000::",
        "fe80::1%1",
        "[::1]",
        "::1.2.3",
        "::1.2.3.256",
        "::+1",
        "1.2.3.4:5",
        "1:2:3:4:5:6:1.2.3.4:7",
        "::1.2.3.4.5",
        "é::1",
    ];

    fn compare(text: &str) {
        assert_eq!(address(text), text.parse().ok(), "{text:?}");
    }

    #[test]
    fn texts_are_the_addresses_that_core_reads() {
        TEXTS.iter().for_each(|text| compare(text));
    }

    #[test]
    fn damaged_texts_are_what_core_reads_too() {
        let mut seed = 0x2545_f491_4f6c_dd1du64;
        let mut random = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % below as u64) as usize
        };
        for _ in 0..20_000 {
            let mut text: Vec<char> = TEXTS[random(TEXTS.len())].chars().collect();
            for _ in 0..=random(3) {
                let byte = char::from(b"0123456789abcdefABF:::...%x "[random(28)]);
                let at = random(text.len() + 1);
                match random(3) {
                    0 => text.insert(at, byte),
                    1 if at < text.len() => text[at] = byte,
                    _ if at < text.len() => drop(text.remove(at)),
                    _ => {}
                }
            }
            compare(&text.into_iter().collect::<String>());
        }
    }
}
