//! The time of `embassy-time`: the board's counter for now, its alarm for what comes next. Under emulation an instruction
//! takes a nanosecond, and a tick here is a microsecond.

use core::cell::RefCell;
use core::task::Waker;

use critical_section::{CriticalSection, Mutex};
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

const INSTRUCTIONS_PER_TICK: u64 = 1_000;
/// Instructions after which the board's counter begins anew.
const ROUND: u64 = (board::INSTRUCTIONS_PER_TICK as u64) << 32;
/// What the alarm can do at once; it is set again then.
const ALARM_MAX: u64 = 500_000_000;

struct Clock(Mutex<RefCell<State>>);

struct State {
    queue: Queue,
    /// Instructions of full rounds, and what the counter said last. It is read each time the alarm is set.
    rounds: u64,
    last: u64,
}

impl State {
    fn instructions(&mut self) -> u64 {
        let now = board::instructions();
        if now < self.last {
            self.rounds += ROUND;
        }
        self.last = now;
        self.rounds + now
    }

    fn now(&mut self) -> u64 {
        self.instructions() / INSTRUCTIONS_PER_TICK
    }

    /// Wakes who is due, and sets the alarm for who comes next.
    fn ring(&mut self) {
        let now = self.now();
        let next = self.queue.next_expiration(now);
        if next != u64::MAX {
            let wait = next.saturating_mul(INSTRUCTIONS_PER_TICK).saturating_sub(self.instructions());
            board::alarm(wait.min(ALARM_MAX) as u32, || {
                critical_section::with(|section| CLOCK.with(section, State::ring))
            });
        }
    }
}

impl Clock {
    fn with<R>(&self, section: CriticalSection<'_>, f: impl FnOnce(&mut State) -> R) -> R {
        f(&mut self.0.borrow(section).borrow_mut())
    }
}

impl Driver for Clock {
    fn now(&self) -> u64 {
        critical_section::with(|section| self.with(section, State::now))
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|section| {
            self.with(section, |state| {
                if state.queue.schedule_wake(at, waker) {
                    state.ring();
                }
            });
        });
    }
}

embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock(Mutex::new(RefCell::new(State {
    queue: Queue::new(),
    rounds: 0,
    last: 0,
}))));
