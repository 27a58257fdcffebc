//! The sending end, for hosts, other boards and tests.

use super::{
    ACK, BLOCK_BYTES, CAN, CRC, CRC_BYTES, EOT, FRONT_BYTES, NAK, PACKET_BYTES, PAD, READY, SHORT_BYTES, SOH, STX,
};

/// Where a sender stands after a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// The receiver has to answer.
    Waits,
    /// [`packet`](Sender::packet) is to be sent.
    Sends,
    /// The receiver has the file and took it.
    Done,
    /// The receiver cancelled, or started anew.
    Cancelled,
}

/// After so many seconds a receiver that still asks has not understood.
const PATIENCE_SECONDS: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// For a receiver.
    Start,
    /// The offer is sent.
    Offered,
    /// The offer is taken.
    Taken,
    Data,
    End,
    /// The file is taken.
    Goodbye,
    Last,
    Over(Sending),
}

/// Sends one file.
#[derive(Debug)]
pub struct Sender<'d> {
    file: &'d [u8],
    name: &'d str,
    state: State,
    /// What of the file is acknowledged.
    offset: usize,
    number: u8,
    /// Since the last packet.
    seconds: u8,
    /// Offers that may be answered besides the first.
    offers: u8,
    /// An answer came that is to the first block, or to one of those.
    is_doubtful: bool,
    was_can: bool,
    packet: [u8; PACKET_BYTES],
    length: usize,
}

impl<'d> Sender<'d> {
    /// A sender that waits for a receiver. Of the name, the last 100 bytes are told.
    pub fn new(name: &'d str, file: &'d [u8]) -> Sender<'d> {
        Sender {
            file,
            name,
            state: State::Start,
            offset: 0,
            number: 0,
            seconds: 0,
            offers: 0,
            is_doubtful: false,
            was_can: false,
            packet: [0; PACKET_BYTES],
            length: 0,
        }
    }

    /// What is to be sent.
    pub fn packet(&self) -> &[u8] {
        self.packet.get(..self.length).unwrap_or_default()
    }

    /// How many bytes of the file the receiver has.
    pub fn acknowledged(&self) -> usize {
        self.offset
    }

    /// A byte has come.
    pub fn byte(&mut self, byte: u8) -> Sending {
        if let State::Over(how) = self.state {
            return how;
        }
        if byte == CAN && self.was_can {
            return self.over(Sending::Cancelled);
        }
        self.was_can = byte == CAN;
        let is_late = self.seconds >= PATIENCE_SECONDS;
        match (self.state, byte) {
            (State::Start, READY) => self.offer(),
            (State::Offered, NAK) => self.offer(),
            // Others may have been on their way when it was sent, so that one at once says nothing.
            (State::Offered, READY) if is_late => {
                self.offers = self.offers.saturating_add(1);
                self.offer()
            }
            (State::Offered, ACK) => {
                self.state = State::Taken;
                Sending::Waits
            }
            // NAK: the receiver took the offer, and its `C` was lost.
            (State::Taken, READY | NAK) => self.data(),
            (State::Data, ACK) if self.number == 1 && self.offers > 0 && !self.is_doubtful => {
                self.is_doubtful = true;
                Sending::Waits
            }
            (State::Data, ACK) => self.acknowledge(),
            (State::Data, READY) if self.is_doubtful => {
                self.offers -= 1;
                self.is_doubtful = false;
                Sending::Waits
            }
            // It waits for an offer again.
            (State::Data, READY) if is_late => self.over(Sending::Cancelled),
            (State::End, ACK) => {
                self.state = State::Goodbye;
                Sending::Waits
            }
            (State::Goodbye, READY) => self.goodbye(),
            (State::Last, ACK) => self.over(Sending::Done),
            (State::Data | State::End | State::Last, NAK) | (State::End | State::Last, READY) => self.again(),
            _ => Sending::Waits,
        }
    }

    /// A second has passed, whatever came in it.
    pub fn second(&mut self) -> Sending {
        self.seconds = self.seconds.saturating_add(1);
        if self.is_doubtful { self.acknowledge() } else { Sending::Waits }
    }

    /// The receiver has the block.
    fn acknowledge(&mut self) -> Sending {
        self.is_doubtful = false;
        let block = if self.length > SHORT_BYTES + FRONT_BYTES + CRC_BYTES { BLOCK_BYTES } else { SHORT_BYTES };
        self.offset = (self.offset + block).min(self.file.len());
        self.data()
    }

    fn again(&mut self) -> Sending {
        self.seconds = 0;
        Sending::Sends
    }

    fn offer(&mut self) -> Sending {
        self.state = State::Offered;
        let mut block = [0; SHORT_BYTES];
        let name = self.name.as_bytes();
        let name = name.get(name.len().saturating_sub(100)..).unwrap_or_default();
        let mut digits = [0; 20];
        let bytes = name.iter().chain(&[0]).chain(decimal(self.file.len(), &mut digits));
        block.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        self.number = 0;
        self.pack(&block, SHORT_BYTES)
    }

    fn data(&mut self) -> Sending {
        let rest = self.file.get(self.offset..).unwrap_or_default();
        self.number = self.number.wrapping_add(1);
        if rest.is_empty() {
            self.state = State::End;
            self.packet[0] = EOT;
            self.length = 1;
            return self.again();
        }
        self.state = State::Data;
        let bytes = if rest.len() > SHORT_BYTES { BLOCK_BYTES } else { SHORT_BYTES };
        self.pack(rest.get(..bytes).unwrap_or(rest), bytes)
    }

    fn goodbye(&mut self) -> Sending {
        self.state = State::Last;
        self.number = 0;
        self.pack(&[0; SHORT_BYTES], SHORT_BYTES)
    }

    /// Makes a packet of a block, filled up to so many bytes.
    fn pack(&mut self, block: &[u8], bytes: usize) -> Sending {
        let kind = if bytes == SHORT_BYTES { SOH } else { STX };
        let padded = || block.iter().copied().chain(core::iter::repeat(PAD)).take(bytes);
        let mut digest = CRC.digest();
        padded().for_each(|byte| digest.update(&[byte]));
        let crc = digest.finalize().to_be_bytes();
        let front = [kind, self.number, !self.number];
        let all = front.into_iter().chain(padded()).chain(crc);
        self.packet.iter_mut().zip(all).for_each(|(to, from)| *to = from);
        self.length = FRONT_BYTES + bytes + CRC_BYTES;
        self.again()
    }

    fn over(&mut self, how: Sending) -> Sending {
        self.state = State::Over(how);
        how
    }
}

/// A number's decimal digits.
fn decimal(mut number: usize, digits: &mut [u8; 20]) -> &[u8] {
    let mut from = digits.len();
    loop {
        from = from.saturating_sub(1);
        digits[from] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return digits.get(from..).unwrap_or_default();
        }
    }
}
