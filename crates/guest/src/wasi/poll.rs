//! `poll_oneoff`: waiting for clocks, input and connections. This is how a WASI program sleeps.
//!
//! Nothing is allocated: the guest's own array of subscriptions is read anew at each look, and only the moment of the
//! first is kept. Output counts as ready at once, as do files: their reads and writes do not wait for anybody.

use moteur_platform::{Event, Interest, Stream};

use super::call::{Call, Edition, Fd, NAP_NS, Outcome, Stop};
use super::clocks;
use super::errno::Errno;
use super::rights::Rights;
use super::state::Wasi;
use super::table::Descriptor;
use crate::claim::{Address, Claim, Value, field, set_field};
use crate::host::host_functions;

const CLOCK: u8 = 0;
const FD_READ: u8 = 1;
const FD_WRITE: u8 = 2;

/// The most subscriptions in one call: each look goes over all of them before the guest can be interrupted.
const SUBSCRIPTIONS_MAX: u32 = 16_384;

/// How many descriptors wake a waiting guest. If it waits for more, it looks after all of them now and then.
const EVENTS_MAX: usize = 8;

/// How long a guest waits that does not wait for all that it wants.
const SHORT_NAP_NS: u64 = 1_000_000;

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
pub struct Happened {
    userdata: u64,
    error: u16,
    tag: u8,
    bytes: u64,
}

impl Value for Happened {
    const SIZE: u32 = 32;

    fn load(bytes: &[u8]) -> Self {
        Happened { userdata: field(bytes, 0), error: field(bytes, 8), tag: field(bytes, 10), bytes: field(bytes, 16) }
    }

    fn store(&self, bytes: &mut [u8]) {
        bytes.fill(0);
        set_field(bytes, 0, self.userdata);
        set_field(bytes, 8, self.error);
        set_field(bytes, 10, self.tag);
        set_field(bytes, 16, self.bytes);
    }
}

/// How a subscription stands.
enum State {
    /// It is over; so many bytes can be read, as far as that is known.
    Over(u64),
    /// It waits for so many more nanoseconds.
    Waits(u64),
    /// It waits for this.
    WaitsFor(Event),
}

/// How a clock stands `elapsed` nanoseconds after the call began.
fn clock_state(wasi: &Wasi, wanted: &Subscription, elapsed: u64) -> Result<State, Errno> {
    let now = clocks::now(wasi, wanted.clock)?;
    let past = if wanted.flags & ABSOLUTE != 0 { now } else { elapsed };
    Ok(match wanted.timeout.saturating_sub(past) {
        0 => State::Over(0),
        rest => State::Waits(rest),
    })
}

/// How a descriptor stands that is wanted for reading or writing.
fn descriptor_state(wasi: &mut Wasi, fd: Fd, interest: Interest) -> Result<State, Errno> {
    let platform = wasi.platform;
    let open = wasi.descriptors.get(fd)?;
    let (right, is_able) = match (interest, &open.descriptor) {
        (Interest::Read, Descriptor::Stream(stream)) => (Rights::FD_READ, *stream == Stream::In),
        (Interest::Write, Descriptor::Stream(stream)) => (Rights::FD_WRITE, *stream != Stream::In),
        (Interest::Read, _) => (Rights::FD_READ, true),
        (Interest::Write, _) => (Rights::FD_WRITE, true),
    };
    if !is_able {
        return Err(Errno::Badf);
    }
    open.rights.require(right.and(Rights::POLL_FD_READWRITE))?;
    Ok(match (&open.descriptor, interest) {
        (Descriptor::Stream(Stream::In), _) if !platform.console().ready() => State::WaitsFor(Event::Input),
        (Descriptor::File(file), Interest::Read) => {
            State::Over(file.node.files.status(file.node.handle)?.size.saturating_sub(file.position))
        }
        (Descriptor::Socket(socket), _) if !socket.ready(interest)? => {
            State::WaitsFor(Event::Socket(socket.handle, interest))
        }
        (Descriptor::Socket(socket), Interest::Read) => State::Over(socket.available()?),
        _ => State::Over(1),
    })
}

/// How a subscription stands.
///
/// # Errors
/// The outer one is of the call: there is no such kind of subscription.
fn state(wasi: &mut Wasi, wanted: &Subscription, elapsed: u64) -> Result<Result<State, Errno>, Errno> {
    match wanted.tag {
        CLOCK => Ok(clock_state(wasi, wanted, elapsed)),
        FD_READ => Ok(descriptor_state(wasi, wanted.fd, Interest::Read)),
        FD_WRITE => Ok(descriptor_state(wasi, wanted.fd, Interest::Write)),
        _ => Err(Errno::Inval),
    }
}

/// What a guest waits for when nothing has happened yet.
struct Waiting {
    events: [Event; EVENTS_MAX],
    count: usize,
    ns: u64,
}

impl Waiting {
    fn new() -> Self {
        Waiting { events: [Event::Input; EVENTS_MAX], count: 0, ns: NAP_NS }
    }

    fn add(&mut self, event: Event) {
        match self.events.get_mut(self.count) {
            Some(place) => {
                *place = event;
                self.count += 1; // At most the length of `events`.
            }
            None => self.ns = self.ns.min(SHORT_NAP_NS),
        }
    }

    fn events(&self) -> &[Event] {
        self.events.get(..self.count).unwrap_or_default()
    }
}

/// Writes a record for every subscription that is over; says how many were written.
///
/// No record is written before the subscription of the same number was read. A guest that lays one array over the other
/// nevertheless gets what it asked for: nonsense, in its own memory.
fn report(
    call: &mut Call<'_>,
    wanted: Subscriptions,
    happened: Claim<Happened>,
    elapsed: u64,
    waiting: &mut Waiting,
) -> Result<u32, Errno> {
    let mut reported = 0;
    for index in 0..happened.count() {
        let subscription = wanted.get(call, index)?;
        let (bytes, error) = match state(call.state, &subscription, elapsed)? {
            Ok(State::Over(bytes)) => (bytes, 0),
            Ok(State::Waits(rest)) => {
                waiting.ns = waiting.ns.min(rest);
                continue;
            }
            Ok(State::WaitsFor(event)) => {
                waiting.add(event);
                continue;
            }
            Err(errno) => (0, errno as u16),
        };
        let Subscription { userdata, tag, .. } = subscription;
        call.memory.set(happened, reported, Happened { userdata, error, tag, bytes })?;
        reported += 1; // At most `happened.count()`.
    }
    Ok(reported)
}

/// The part of WASI that waits.
#[derive(Debug)]
pub struct Poll;

#[host_functions(state = Wasi)]
impl Poll {
    /// Waits until at least one of the subscriptions is over, and reports all that are.
    fn poll_oneoff(
        call: &mut Call<'_>,
        wanted: Address<u8>,
        happened: Address<Happened>,
        count: u32,
        happened_count: Address<u32>,
    ) -> Outcome {
        let wanted = Subscriptions::new(call.state.edition, wanted);
        let happened = happened.claim(count);
        call.memory.check(wanted.claim(count)?)?;
        call.memory.check(happened)?;
        call.memory.check(happened_count.one())?;
        if count == 0 || count > SUBSCRIPTIONS_MAX {
            return Err(Errno::Inval.into());
        }

        let now = call.state.platform.clock().ok_or(Errno::Notsup)?.monotonic_ns();
        let begin = *call.progress.since.get_or_insert(now);
        let mut waiting = Waiting::new();
        let reported = report(call, wanted, happened, now.saturating_sub(begin), &mut waiting)?;
        if reported == 0 {
            call.state.platform.wait(waiting.events(), waiting.ns);
            return Err(Stop::Again);
        }
        call.memory.write(happened_count, reported)?;
        Ok(())
    }
}
