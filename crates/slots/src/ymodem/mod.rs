//! YMODEM, by which one file comes over a serial line in blocks: receiver and sender as state machines that take a byte
//! and say what to send, so that any line will do and a test needs none.
//!
//! ```text
//! receiver   C          ACK C            ACK          ACK          ACK C               ACK
//! sender       block 0         block 1      block 2 …     EOT             empty block 0
//! ```
//! A block is `SOH` and 128 bytes, or `STX` and 1024: kind, number, the number's complement, bytes, CRC-16. Block 0 has the
//! file's name, a zero, and its length in decimal digits. The sender waits for every answer, so a receiver that is erasing
//! flash holds the line up by not answering. What comes twice is answered twice and used once; after an error the receiver
//! lets the line fall silent and sends `NAK`. Two `CAN` end everything.
//!
//! Source: Chuck Forsberg, "XMODEM/YMODEM Protocol Reference", 1988. `sb` of the package `lrzsz`, minicom and Tera Term speak it.

mod receiver;
mod sender;

use crc::{CRC_16_XMODEM, Crc};

pub use receiver::{Event, Receiver, Step, Stopped};
pub use sender::{Sender, Sending};

/// The most bytes of a file in one block.
pub const BLOCK_BYTES: usize = 1024;

const SHORT_BYTES: usize = 128;
/// Of kind, number and complement.
const FRONT_BYTES: usize = 3;
const CRC_BYTES: usize = 2;
/// The longest packet.
const PACKET_BYTES: usize = FRONT_BYTES + BLOCK_BYTES + CRC_BYTES;

const SOH: u8 = 0x01;
const STX: u8 = 0x02;
const EOT: u8 = 0x04;
const ACK: u8 = 0x06;
const NAK: u8 = 0x15;
const CAN: u8 = 0x18;
/// The receiver is ready and wants CRC-16.
const READY: u8 = b'C';
/// What fills the last block.
const PAD: u8 = 0x1a;
/// Ends a transfer, from either side. Five, as some may be lost and two must arrive; the backspaces take them off a screen.
pub const CANCEL: &[u8] = &[CAN, CAN, CAN, CAN, CAN, 8, 8, 8, 8, 8];

static CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);
