//! `poll_oneoff`: waiting for clocks and streams. This is how a WASI program sleeps.
//!
//! Nothing is allocated: the guest's own array of subscriptions is read anew at each look, and only the moment of the
//! first is kept. A stream counts as ready at once, for a read or write of it waits by itself.

use super::call::{Call, Edition, Fd, Outcome, Stop};
use super::clocks;
use super::errno::Errno;
use crate::claim::{Address, Claim, Value, field, set_field};

const CLOCK: u8 = 0;
const FD_READ: u8 = 1;
const FD_WRITE: u8 = 2;

/// The flag of a clock subscription whose timeout is a time and no span.
const ABSOLUTE: u16 = 1;

/// What a guest wants to wait for.
///
/// ```text
/// preview1: userdata u64 @0, tag u8 @8, clock u32 or fd u32 @16, timeout u64 @24, precision u64 @32, flags u16 @40: 48 bytes
/// unstable: userdata u64 @0, tag u8 @8, fd u32 @16 or: identifier u64 @16, clock u32 @24, timeout u64 @32,
///           precision u64 @40, flags u16 @48: 56 bytes
/// ```
#[derive(Clone, Copy, Debug)]
struct Subscription {
    userdata: u64,
    tag: u8,
    fd: Fd,
    clock: u32,
    timeout: u64,
    flags: u16,
}

impl Subscription {
    /// Reads a record whose clock part begins at `clock`.
    fn read(record: &[u8], clock: usize) -> Self {
        Subscription {
            userdata: field(record, 0),
            tag: field(record, 8),
            fd: Fd(field(record, 16)),
            clock: field(record, clock),
            timeout: field(record, clock + 8),
            flags: field(record, clock + 24),
        }
    }
}

/// A record of `subscription` in one edition, claimed as bytes.
#[derive(Clone, Copy)]
struct Subscriptions {
    at: u32,
    record_bytes: u32,
    clock: usize,
}

impl Subscriptions {
    fn new(edition: Edition, at: Address<u8>) -> Self {
        let (record_bytes, clock) = match edition {
            Edition::Preview1 => (48, 16),
            Edition::Unstable => (56, 24),
        };
        Subscriptions { at: at.get(), record_bytes, clock }
    }

    fn claim(self, count: u32) -> Result<Claim<u8>, Errno> {
        Ok(Address::new(self.at).claim(count.checked_mul(self.record_bytes).ok_or(Errno::Fault)?))
    }

    fn get(self, call: &Call<'_>, index: u32) -> Result<Subscription, Errno> {
        let offset = index.checked_mul(self.record_bytes).ok_or(Errno::Fault)?;
        let at = self.at.checked_add(offset).ok_or(Errno::Fault)?;
        let record = call.memory.bytes(Address::<u8>::new(at).claim(self.record_bytes))?;
        Ok(Subscription::read(record, self.clock))
    }
}

/// What happened to one subscription: `userdata u64 @0, error u16 @8, tag u8 @10, bytes u64 @16, flags u16 @24`.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    userdata: u64,
    error: u16,
    tag: u8,
    bytes: u64,
}

impl Value for Event {
    const SIZE: u32 = 32;

    fn load(bytes: &[u8]) -> Self {
        Event { userdata: field(bytes, 0), error: field(bytes, 8), tag: field(bytes, 10), bytes: field(bytes, 16) }
    }

    fn store(&self, bytes: &mut [u8]) {
        bytes.fill(0);
        set_field(bytes, 0, self.userdata);
        set_field(bytes, 8, self.error);
        set_field(bytes, 10, self.tag);
        set_field(bytes, 16, self.bytes);
    }
}

/// How a subscription stands: over, with a result, or waiting for so many more nanoseconds.
enum State {
    Over(Result<(), Errno>),
    Waits(u64),
}

/// How `wanted` stands `elapsed` nanoseconds after the call began.
fn state(call: &Call<'_>, wanted: &Subscription, elapsed: u64) -> Result<State, Errno> {
    let over = match wanted.tag {
        CLOCK => match clocks::now(call.wasi, wanted.clock) {
            Ok(now) => {
                let past = if wanted.flags & ABSOLUTE != 0 { now } else { elapsed };
                match wanted.timeout.saturating_sub(past) {
                    0 => Ok(()),
                    rest => return Ok(State::Waits(rest)),
                }
            }
            Err(errno) => Err(errno),
        },
        FD_READ => call.wasi.descriptors.readable(wanted.fd).map(|_| ()),
        FD_WRITE => call.wasi.descriptors.writable(wanted.fd).map(|_| ()),
        _ => return Err(Errno::Inval),
    };
    Ok(State::Over(over))
}

/// Waits until at least one of the subscriptions is over, and reports all that are.
pub fn poll_oneoff(
    call: &mut Call<'_>,
    wanted: Address<u8>,
    happened: Address<Event>,
    count: u32,
    happened_count: Address<u32>,
) -> Outcome {
    if count == 0 {
        return Err(Errno::Inval.into());
    }
    let wanted = Subscriptions::new(call.edition, wanted);
    let happened = happened.claim(count);
    call.memory.check(wanted.claim(count)?)?;
    call.memory.check(happened)?;
    call.memory.check(happened_count.one())?;

    let now = call.wasi.platform.clock().ok_or(Errno::Notsup)?.monotonic_ns();
    let begin = *call.waiting_since.get_or_insert(now);
    let (reported, shortest) = report(call, wanted, happened, now.saturating_sub(begin))?;
    if reported == 0 {
        return Err(Stop::Wait(shortest));
    }
    call.memory.write(happened_count, reported)?;
    Ok(())
}

/// Writes an event for every subscription that is over; says how many were written, and how long the next one takes.
///
/// No event is written before the subscription of the same number was read. A guest that lays one array over the other
/// nevertheless gets what it asked for: nonsense, in its own memory.
fn report(
    call: &mut Call<'_>,
    wanted: Subscriptions,
    happened: Claim<Event>,
    elapsed: u64,
) -> Result<(u32, u64), Errno> {
    let mut reported = 0;
    let mut shortest = u64::MAX;
    for index in 0..happened.count() {
        let subscription = wanted.get(call, index)?;
        let result = match state(call, &subscription, elapsed)? {
            State::Over(result) => result,
            State::Waits(rest) => {
                shortest = shortest.min(rest);
                continue;
            }
        };
        let event = Event {
            userdata: subscription.userdata,
            error: result.err().map_or(0, |errno| errno as u16),
            tag: subscription.tag,
            bytes: u64::from(subscription.tag != CLOCK && result.is_ok()),
        };
        call.memory.set(happened, reported, event)?;
        reported += 1; // At most `happened.count()`.
    }
    Ok((reported, shortest))
}
