//! The header of a slot: what tells a whole module from anything else.
//!
//! ```text
//! byte  0         4         6         8         12        16        20              28        32
//!       ┌─────────┬─────────┬─────────┬─────────┬─────────┬─────────┬───────────────┬─────────┐
//!       │ "MSLT"  │ version │ 0       │ length  │ CRC-32  │ sequence│ 0             │ CRC-32  │
//!       │         │ 1       │         │ of the module     │ number  │               │ of 0..28│
//!       └─────────┴─────────┴─────────┴─────────┴─────────┴─────────┴───────────────┴─────────┘
//! ```
//! Numbers are little endian, lengths are bytes, and the check sums are CRC-32/ISO-HDLC, that of Ethernet and zip. Where
//! 0 stands, version 1 writes zeros and reads anything.
//!
//! The header is written when everything else of the slot is, and its own check sum covers the case that power fails
//! between two of its words: 32 bytes are two words of an STM32H5's flash.

use crc::{CRC_32_ISO_HDLC, Crc};

use crate::error::Cause;

/// The bytes of a header, a multiple of every flash's word that is not longer.
pub const HEADER_BYTES: usize = 32;
/// What a header begins with.
pub const MAGIC: [u8; 4] = *b"MSLT";
/// The version of the header that this crate reads and writes.
pub const VERSION: u16 = 1;

/// The check sum of headers and modules.
pub(crate) static CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Bytes of the module.
    pub length: u32,
    /// The module's check sum.
    pub crc: u32,
    /// One more than that of the module before; after the largest number comes zero.
    pub sequence: u32,
}

impl Header {
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0..4].copy_from_slice(&MAGIC);
        bytes[4..6].copy_from_slice(&VERSION.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.length.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.crc.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.sequence.to_le_bytes());
        let crc = CRC.checksum(&bytes[..28]);
        bytes[28..32].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// What stands there. Whether the slot has room for so long a module is for the caller to see.
    pub fn decode(bytes: &[u8; HEADER_BYTES]) -> Result<Header, Cause> {
        let [m0, m1, m2, m3, v0, v1, ..] = *bytes;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(Cause::Blank);
        }
        if CRC.checksum(&bytes[..28]) != word(bytes, 28) {
            return Err(Cause::Header);
        }
        match u16::from_le_bytes([v0, v1]) {
            VERSION => Ok(Header { length: word(bytes, 8), crc: word(bytes, 12), sequence: word(bytes, 16) }),
            version => Err(Cause::Version(version)),
        }
    }

    /// Whether this is the later of two modules, also where numbers have begun again at zero.
    pub fn is_newer_than(&self, other: &Header) -> bool {
        let distance = self.sequence.wrapping_sub(other.sequence);
        distance != 0 && distance < 1 << 31
    }
}

/// The number at a multiple of four below the header's end.
fn word(bytes: &[u8; HEADER_BYTES], at: usize) -> u32 {
    let (words, _) = bytes.as_chunks::<4>();
    words.get(at / 4).map_or(0, |word| u32::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header { length: 0x0102_0304, crc: 0x1122_3344, sequence: 7 };

    #[test]
    fn what_is_encoded_is_decoded() {
        assert_eq!(Header::decode(&HEADER.encode()), Ok(HEADER));
    }

    #[test]
    fn fields_stand_where_they_are_drawn() {
        let bytes = HEADER.encode();
        assert_eq!(bytes[..20], *b"MSLT\x01\0\0\0\x04\x03\x02\x01\x44\x33\x22\x11\x07\0\0\0");
        assert_eq!(CRC.checksum(b"123456789"), 0xcbf4_3926, "the check value of CRC-32/ISO-HDLC");
    }

    #[test]
    fn every_wrong_bit_is_seen() {
        for bit in 0..HEADER_BYTES * 8 {
            let mut bytes = HEADER.encode();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::decode(&bytes).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn another_version_is_named() {
        let mut bytes = HEADER.encode();
        bytes[4] = 2;
        let crc = CRC.checksum(&bytes[..28]);
        bytes[28..].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(Header::decode(&bytes), Err(Cause::Version(2)));
        assert_eq!(Header::decode(&[0xff; HEADER_BYTES]), Err(Cause::Blank));
    }

    #[test]
    fn after_the_largest_number_comes_zero() {
        let header = |sequence| Header { sequence, ..HEADER };
        assert!(header(0).is_newer_than(&header(u32::MAX)));
        assert!(!header(u32::MAX).is_newer_than(&header(0)));
        assert!(header(8).is_newer_than(&header(7)));
        assert!(!header(7).is_newer_than(&header(7)));
    }
}
