//! Blinks an LED: the smallest guest that does something to the world.

#![no_std]

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{OutputPin as _, StatefulOutputPin};
use moteur_devices::{Delay, Error, OutputPin};

/// Blinks so many times, `half_ms` milliseconds on and as long off. Returns how often the LED was seen lit, or a negative
/// code.
#[unsafe(no_mangle)]
pub extern "C" fn blink(times: u32, half_ms: u32) -> i32 {
    run(times, half_ms).unwrap_or_else(|error| error as i32)
}

fn run(times: u32, half_ms: u32) -> Result<i32, Error> {
    let mut led = OutputPin::open("led")?;
    let mut delay = Delay::open("delay")?;
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

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
