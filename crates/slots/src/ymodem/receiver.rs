//! The receiving end, with a buffer for one block.

use core::fmt;

use super::{
    ACK, BLOCK_BYTES, CAN, CANCEL, CRC, CRC_BYTES, EOT, FRONT_BYTES, NAK, PACKET_BYTES, READY, SHORT_BYTES, SOH, STX,
};

/// How many errors in a row end a transfer.
const ERRORS_MAX: u8 = 10;

/// What a byte, or silence, leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Bytes to send now.
    pub send: &'static [u8],
    /// What happened, if something did.
    pub event: Option<Event>,
}

/// What happened. The first three wait for [`accept`](Receiver::accept) or [`cancel`](Receiver::cancel), and so does the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A file of so many bytes is offered.
    File(u32),
    /// Bytes have come: [`block`](Receiver::block).
    Block,
    /// All bytes have come. What the sender is told decides whether it calls the transfer a success.
    Complete,
    /// The sender knows that all is well.
    End,
    /// The transfer is over, without a file.
    Stopped(Stopped),
}

/// Why a transfer ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The sender cancelled it.
    Cancelled,
    /// Too many errors or silences in a row.
    Errors,
    /// A block came that is neither the next nor the one before: what was between is lost.
    OutOfStep,
    /// The sender does not say how long the file is.
    NoLength,
    /// There were more bytes, or fewer, than the sender said.
    WrongLength,
}

impl Stopped {
    /// The same in words.
    pub const fn text(self) -> &'static str {
        match self {
            Stopped::Cancelled => "cancelled by the sender",
            Stopped::Errors => "too many errors on the line",
            Stopped::OutOfStep => "blocks are missing",
            Stopped::NoLength => "the sender does not tell the length",
            Stopped::WrongLength => "the length is not as the sender told",
        }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Until somebody offers a file.
    Listening,
    Data,
    /// Everything is here, and the sender says goodbye.
    Goodbye,
}

/// How the packet that is coming in is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packet {
    Between,
    /// A first `CAN` has come.
    Cancelling,
    Inside {
        bytes: usize,
    },
    /// What comes is not understood, until nothing comes.
    Garbage,
    /// The embedder has to decide.
    Decision(Event),
}

/// A receiver. It says [`silence`](Receiver::silence) when nothing has come for a second; everything else happens by bytes.
#[derive(Debug)]
pub struct Receiver {
    state: State,
    packet: Packet,
    buffer: [u8; PACKET_BYTES],
    filled: usize,
    /// Of the last packet, what belongs to the file.
    block: usize,
    /// Bytes still to come.
    left: u32,
    /// Of the block that comes next.
    number: u8,
    errors: u8,
}

impl Default for Receiver {
    fn default() -> Receiver {
        Receiver::new()
    }
}

impl Receiver {
    /// A receiver that waits for a sender.
    pub const fn new() -> Receiver {
        Receiver {
            state: State::Listening,
            packet: Packet::Between,
            buffer: [0; PACKET_BYTES],
            filled: 0,
            block: 0,
            left: 0,
            number: 0,
            errors: 0,
        }
    }

    /// What the last [`Event::Block`] brought.
    pub fn block(&self) -> &[u8] {
        self.buffer.get(FRONT_BYTES..FRONT_BYTES + self.block).unwrap_or_default()
    }

    /// The name of the file that [`Event::File`] offers.
    pub fn name(&self) -> &[u8] {
        let block = self.buffer.get(FRONT_BYTES..FRONT_BYTES + SHORT_BYTES).unwrap_or_default();
        block.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    /// Whether a file is being received.
    pub fn is_receiving(&self) -> bool {
        self.state != State::Listening || matches!(self.packet, Packet::Decision(_))
    }

    /// Says yes to the last event, and gives what to send.
    pub fn accept(&mut self) -> &'static [u8] {
        let Packet::Decision(event) = self.packet else {
            return &[];
        };
        self.packet = Packet::Between;
        match event {
            Event::File(_) => {
                self.state = State::Data;
                &[ACK, READY]
            }
            Event::Complete => {
                self.state = State::Goodbye;
                &[ACK, READY]
            }
            _ => &[ACK],
        }
    }

    /// Ends the transfer, at any time, and gives what to send. The next one may begin.
    pub fn cancel(&mut self) -> &'static [u8] {
        *self = Receiver::new();
        CANCEL
    }

    /// A byte has come.
    pub fn byte(&mut self, byte: u8) -> Step {
        match self.packet {
            Packet::Between => self.first(byte),
            Packet::Cancelling if byte == CAN => self.stopped(Stopped::Cancelled, &[]),
            Packet::Cancelling => self.garbage(),
            Packet::Inside { bytes } => self.inside(byte, bytes),
            Packet::Garbage | Packet::Decision(_) => quiet(),
        }
    }

    /// Nothing has come for a second.
    pub fn silence(&mut self) -> Step {
        let packet = self.packet;
        match (self.state, packet) {
            (_, Packet::Decision(_)) => quiet(),
            (State::Listening, _) => {
                self.packet = Packet::Between;
                send(&[READY])
            }
            // Everything is here; what the sender does not know is no longer our concern.
            (State::Goodbye, _) => self.end(&[]),
            (State::Data, _) => self.again(),
        }
    }

    fn first(&mut self, byte: u8) -> Step {
        let bytes = match (byte, self.state) {
            (SOH, _) => SHORT_BYTES,
            (STX, _) => BLOCK_BYTES,
            (CAN, _) => {
                self.packet = Packet::Cancelling;
                return quiet();
            }
            (EOT, State::Data) if self.left == 0 => return self.decide(Event::Complete),
            (EOT, State::Data) => return self.stopped(Stopped::WrongLength, CANCEL),
            (EOT, State::Goodbye) => return send(&[ACK, READY]),
            _ => return self.garbage(),
        };
        self.filled = 0;
        self.store(byte);
        self.packet = Packet::Inside { bytes: FRONT_BYTES + bytes + CRC_BYTES };
        quiet()
    }

    fn store(&mut self, byte: u8) {
        if let Some(place) = self.buffer.get_mut(self.filled) {
            *place = byte;
            self.filled += 1;
        }
    }

    fn inside(&mut self, byte: u8, bytes: usize) -> Step {
        self.store(byte);
        if self.filled < bytes {
            return quiet();
        }
        self.packet = Packet::Between;
        let [_, number, complement, ..] = self.buffer;
        let checked = self.buffer.get(FRONT_BYTES..bytes).unwrap_or_default();
        // A block followed by its CRC has the CRC zero.
        if number != !complement || CRC.checksum(checked) != 0 {
            return self.garbage();
        }
        self.errors = 0;
        self.whole(number, bytes - FRONT_BYTES - CRC_BYTES)
    }

    /// A packet has come without an error.
    fn whole(&mut self, number: u8, bytes: usize) -> Step {
        match self.state {
            State::Listening | State::Goodbye if number != 0 => self.stopped(Stopped::OutOfStep, CANCEL),
            State::Listening | State::Goodbye => self.offered(bytes),
            State::Data if number == self.number => self.data(bytes),
            // Our answer was lost. To block 0 it was longer.
            State::Data if number == self.number.wrapping_sub(1) => {
                let is_offer = number == 0 && self.block == 0;
                send(if is_offer { &[ACK, READY] } else { &[ACK] })
            }
            State::Data => self.stopped(Stopped::OutOfStep, CANCEL),
        }
    }

    /// Block 0: a file, or the end.
    fn offered(&mut self, bytes: usize) -> Step {
        let block = self.buffer.get(FRONT_BYTES..FRONT_BYTES + bytes).unwrap_or_default();
        if block.first() == Some(&0) {
            return self.end(&[ACK]);
        }
        if self.state == State::Goodbye {
            // One file at a time.
            return self.end(CANCEL);
        }
        let Some(length) = length(block) else {
            return self.stopped(Stopped::NoLength, CANCEL);
        };
        self.left = length;
        self.number = 1;
        self.block = 0;
        self.decide(Event::File(length))
    }

    fn data(&mut self, bytes: usize) -> Step {
        // The last block is filled up; one that is all filling belongs to no file.
        let block = bytes.min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if block == 0 {
            return self.stopped(Stopped::WrongLength, CANCEL);
        }
        self.block = block;
        self.left -= block as u32;
        self.number = self.number.wrapping_add(1);
        self.decide(Event::Block)
    }

    fn decide(&mut self, event: Event) -> Step {
        self.packet = Packet::Decision(event);
        Step { send: &[], event: Some(event) }
    }

    /// Nothing is understood until the line is silent: then the sender has sent all of its packet.
    fn garbage(&mut self) -> Step {
        self.packet = Packet::Garbage;
        quiet()
    }

    /// Asks for the last packet once more.
    fn again(&mut self) -> Step {
        self.packet = Packet::Between;
        self.errors = self.errors.saturating_add(1);
        if self.errors >= ERRORS_MAX {
            return self.stopped(Stopped::Errors, CANCEL);
        }
        // Before the first block it is not known whether the sender has seen that its offer is taken.
        send(&[NAK])
    }

    fn end(&mut self, send: &'static [u8]) -> Step {
        let event = (self.state == State::Goodbye).then_some(Event::End);
        *self = Receiver::new();
        Step { send, event }
    }

    fn stopped(&mut self, why: Stopped, send: &'static [u8]) -> Step {
        let was_receiving = self.is_receiving() || why == Stopped::NoLength;
        *self = Receiver::new();
        Step { send, event: was_receiving.then_some(Event::Stopped(why)) }
    }
}

fn quiet() -> Step {
    send(&[])
}

fn send(send: &'static [u8]) -> Step {
    Step { send, event: None }
}

/// The decimal digits behind the name.
fn length(block: &[u8]) -> Option<u32> {
    let mut fields = block.splitn(2, |byte| *byte == 0);
    let digits = fields.nth(1)?.split(|byte| !byte.is_ascii_digit()).next()?;
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |length, digit| length.checked_mul(10)?.checked_add(u32::from(digit - b'0')))
}
