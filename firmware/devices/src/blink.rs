//! A guest that blinks an LED of the board, seen from outside: what it does to the register, and how long it takes.

use board::println;
use embedded_hal::delay::DelayNs;
use moteur::{Engine, Error, InterruptFlag};
use moteur_guest::devices::Devices;

use crate::Guest;
use crate::machine::{Led, Timer, leds};

static BLINK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/blink.wasm"));

/// Which LED the guest gets.
const LED: u32 = 1;
const TIMES: u32 = 3;
/// How long the LED is on, and then off: more than the 10 ms that a guest waits at a time.
const HALF_MS: u32 = 12;
/// Instructions until the alarm rings.
const ALARM_AFTER: u32 = 2_000_000;
/// Raised by the timer's interrupt.
static ALARM: InterruptFlag = InterruptFlag::new();

/// The board's timer, and a look at the LEDs each time that the guest waits.
struct Watched(Timer);

impl DelayNs for Watched {
    fn delay_ns(&mut self, ns: u32) {
        println!("LEDs {:#04b} while the guest waits for {} ms", leds(), ns / 1_000_000);
        self.0.delay_ns(ns);
    }
}

/// Blinks, then waits for an hour, which an interrupt ends.
pub fn run(engine: &Engine) -> Result<(), Error> {
    let before = engine.heap().stats().used;
    let mut devices = Devices::new(engine.heap());
    devices.stateful_output("led", Led::new(LED))?;
    devices.delay("delay", Watched(Timer::start()))?;
    println!("# two devices take {} bytes of heap", engine.heap().stats().used - before);
    let Guest { mut store, instance } = Guest::new(engine, BLINK, devices)?;
    let blink = instance.typed_func::<(u32, u32), i32>(&store, "blink")?;

    let start = board::instructions();
    let seen = blink.call(&mut store, (TIMES, HALF_MS))?;
    let passed_us = (board::instructions() - start) / 1_000;
    println!("the guest saw the LED lit {seen} times; LEDs {:#04b}", leds());
    println!("# it took {passed_us} us");
    let least_us = u64::from(2 * TIMES * HALF_MS) * 1_000;
    println!(
        "at least {least_us} us: {}, and at most 5 ms more: {}",
        passed_us >= least_us,
        passed_us < least_us + 5_000
    );

    store.set_interrupt_flag(&ALARM);
    board::alarm(ALARM_AFTER, || ALARM.raise());
    match blink.call(&mut store, (1, 3_600_000)) {
        Ok(seen) => println!("an hour is over, {seen}"),
        Err(error) => println!("waiting for an hour: {error}; LEDs {:#04b}", leds()),
    }
    ALARM.clear();
    // It had no time to close its devices.
    println!("again: {}", blink.call(&mut store, (1, 1))?);
    store.data_mut().close_all();
    println!("and after the host has closed them: {}", blink.call(&mut store, (1, 1))?);
    Ok(())
}
