//! What the guest may import: `print`, and the devices that the board gives.

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin, StatefulOutputPin};
use moteur::{Caller, Engine, Error, GuestAddr, Linker};
use moteur_guest::devices::{self, Devices};
use moteur_platform::{Clock, Console, Stream};

use crate::Board;

/// What the host functions work on.
pub struct Host {
    console: &'static dyn Console,
    devices: Devices,
}

impl Host {
    /// The board's devices, under the names that the guest opens them by.
    pub fn new<L, B>(engine: &Engine, board: Board<L, B>) -> Result<Host, Error>
    where
        L: StatefulOutputPin + 'static,
        B: InputPin + 'static,
    {
        let mut devices = Devices::new(engine.heap());
        devices.stateful_output("led", board.led)?;
        devices.input("button", board.button)?;
        devices.delay("delay", Delay(board.clock))?;
        Ok(Host { console: board.console, devices })
    }

    fn devices(&mut self) -> &mut Devices {
        &mut self.devices
    }
}

/// The host functions. Only the kinds of devices that a board has are in its flash.
pub fn linker(engine: &Engine) -> Result<Linker<Host>, Error> {
    let mut linker = Linker::new(engine);
    linker.func("sample", "print", |caller: Caller<'_, Host>, text: GuestAddr, bytes: u32| -> Result<(), Error> {
        let text = caller.memory()?.str(&caller, text, bytes)?;
        let console = caller.data().console;
        for part in ["guest: ", text, "\n"] {
            // A guest cannot do anything about a broken line.
            let _ = console.write(Stream::Out, part.as_bytes());
        }
        Ok(())
    })?;
    devices::add_part::<Host, devices::Handles>(&mut linker, Host::devices)?;
    devices::add_part::<Host, devices::Outputs>(&mut linker, Host::devices)?;
    devices::add_part::<Host, devices::Inputs>(&mut linker, Host::devices)?;
    devices::add_part::<Host, devices::Delays>(&mut linker, Host::devices)?;
    Ok(linker)
}

/// Waits by the clock.
struct Delay(&'static dyn Clock);

impl DelayNs for Delay {
    fn delay_ns(&mut self, ns: u32) {
        let start = self.0.monotonic_ns();
        // A step more, since the first may be almost over.
        let ns = u64::from(ns).saturating_add(self.0.resolution_ns());
        loop {
            let passed = self.0.monotonic_ns().wrapping_sub(start);
            match ns.checked_sub(passed) {
                // A clock may come back early.
                Some(left) if left > 0 => self.0.wait_ns(left),
                _ => return,
            }
        }
    }
}
