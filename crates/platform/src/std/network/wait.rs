//! Waiting for sockets and for input in one call, so that whatever comes first wakes the guest at once.

use core::time::Duration;

use rust_std::sync::Arc;
use rust_std::vec::Vec;
use rust_std::{io, thread};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::failure::error;
use super::{Open, open, system};
use crate::{Error, Event, Interest};

/// The longest nap when there is something to wait for that this system cannot wait for.
const NAP_NS: u64 = 1_000_000;

/// Whether what the socket is wanted for can be done without waiting.
pub fn is_ready(open: &Open, interest: Interest) -> Result<bool, Error> {
    look(&mut [PollFd::new(&open.socket, flags(interest))], 0)
}

/// Whether a read of standard input would return at once.
pub fn input_is_ready() -> bool {
    let input = io::stdin();
    let Some(input) = system::input(&input) else { return true };
    // What cannot be asked is read, and says what is wrong with it.
    look(&mut [PollFd::from_borrowed_fd(input, PollFlags::IN)], 0).unwrap_or(true)
}

/// Bytes that can be read without waiting; of a socket that others connect to, 1 if one of them is there.
pub fn available(open: &Open) -> Result<u64, Error> {
    match rustix::io::ioctl_fionread(&open.socket) {
        Ok(bytes) => Ok(bytes),
        Err(_) => is_ready(open, Interest::Read).map(u64::from),
    }
}

/// Waits until one of `events` may have happened, and for `ns` nanoseconds at most.
pub fn wait(events: &[Event], ns: u64) {
    // They stay open while the system looks at them, even if another thread closes them.
    let mut sockets: Vec<(Arc<Open>, Interest)> = Vec::new();
    let mut wants_input = false;
    for &event in events {
        match event {
            Event::Input => wants_input = true,
            Event::Socket(handle, interest) => match open(handle) {
                Ok(socket) => sockets.push((socket, interest)),
                // Whoever waits for it has to be told that there is no such socket.
                Err(_) => return,
            },
        }
    }
    let mut looked_at: Vec<_> =
        sockets.iter().map(|(open, interest)| PollFd::new(&open.socket, flags(*interest))).collect();
    let input = io::stdin();
    let mut ns = ns;
    if wants_input {
        match system::input(&input) {
            Some(input) => looked_at.push(PollFd::from_borrowed_fd(input, PollFlags::IN)),
            None => ns = ns.min(NAP_NS),
        }
    }
    if looked_at.is_empty() {
        thread::sleep(Duration::from_nanos(ns));
    } else if look(&mut looked_at, ns).is_err() {
        // A signal, or something that the system cannot wait for: the caller looks again, but not without a pause.
        thread::sleep(Duration::from_nanos(ns.min(NAP_NS)));
    }
}

fn flags(interest: Interest) -> PollFlags {
    match interest {
        Interest::Read => PollFlags::IN,
        Interest::Write => PollFlags::OUT,
    }
}

/// Whether there is something to do for one of those that are looked at, within so many nanoseconds. An error or a hang-up
/// counts: to read or write is how one learns of it.
fn look(looked_at: &mut [PollFd<'_>], ns: u64) -> Result<bool, Error> {
    let time = Duration::from_nanos(ns);
    let time = Timespec { tv_sec: time.as_secs() as _, tv_nsec: time.subsec_nanos() as _ };
    poll(looked_at, Some(&time)).map(|count| count > 0).map_err(|number| error(number.into()))
}
