//! The guest of the boards' sample: blinks an LED, waits for a button, computes, and misbehaves when it is asked to.
//!
//! It knows no board. What it reaches are the devices that the firmware registered under these names, and `print`.

#![no_std]

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{OutputPin as _, PinState, StatefulOutputPin};
use moteur_devices::{Delay, Error, InputPin, OutputPin};

#[link(wasm_import_module = "sample")]
unsafe extern "C" {
    #[link_name = "print"]
    fn host_print(text: *const u8, bytes: usize);
}

fn print(text: &str) {
    // SAFETY: the host reads so many bytes and keeps nothing.
    unsafe { host_print(text.as_ptr(), text.len()) }
}

/// Blinks so many times, `half_ms` milliseconds on and as long off. Returns how often the LED was seen lit, or a negative
/// code.
#[unsafe(no_mangle)]
pub extern "C" fn blink(times: u32, half_ms: u32) -> i32 {
    try_blink(times, half_ms).unwrap_or_else(|error| error as i32)
}

fn try_blink(times: u32, half_ms: u32) -> Result<i32, Error> {
    print("hello from WebAssembly");
    let (mut led, mut delay) = (OutputPin::open("led")?, Delay::open("delay")?);
    let mut seen = 0;
    for _ in 0..times {
        led.set_high()?;
        delay.delay_ms(half_ms);
        seen += i32::from(led.is_set_high()?);
        led.set_low()?;
        delay.delay_ms(half_ms);
    }
    Ok(seen)
}

/// Waits until the button is pressed and let go so many times, each within so many milliseconds, with the LED lit while it
/// is down. Returns how often it was, or a negative code.
#[unsafe(no_mangle)]
pub extern "C" fn presses(wanted: u32, within_ms: u32) -> i32 {
    count_presses(wanted, within_ms).unwrap_or_else(|error| error as i32)
}

fn count_presses(wanted: u32, within_ms: u32) -> Result<i32, Error> {
    let (mut led, mut button) = (OutputPin::open("led")?, InputPin::open("button")?);
    let mut delay = Delay::open("delay")?;
    let within_ns = u64::from(within_ms) * 1_000_000;
    let mut count = 0;
    for _ in 0..wanted {
        print("press the button");
        if !button.wait_for(PinState::High, &mut delay, within_ns)? {
            print("nobody did");
            break;
        }
        led.set_high()?;
        let was_let_go = button.wait_for(PinState::Low, &mut delay, within_ns)?;
        led.set_low()?;
        count += i32::from(was_let_go);
        print(if was_let_go { "pressed, and let go" } else { "still pressed" });
    }
    Ok(count)
}

/// How many primes are below `limit`.
#[unsafe(no_mangle)]
pub extern "C" fn primes(limit: u32) -> u32 {
    let is_prime = |n: u32| (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
    (2..limit).filter(|n| is_prime(*n)).count() as u32
}

/// Never returns.
#[unsafe(no_mangle)]
pub extern "C" fn spin() {
    loop {
        core::hint::spin_loop();
    }
}

/// Reads where the guest has no memory.
#[unsafe(no_mangle)]
pub extern "C" fn beyond() -> u32 {
    // SAFETY: there is none, which is the point: the access traps.
    unsafe { core::ptr::without_provenance::<u32>(0xFFFF_0000).read_volatile() }
}

/// Calls itself so often.
#[unsafe(no_mangle)]
pub extern "C" fn recurse(depth: u32) -> u32 {
    if depth == 0 { 0 } else { core::hint::black_box(recurse(core::hint::black_box(depth - 1))) + 1 }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
