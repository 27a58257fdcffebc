//! The guests of `guests/moteur-devices`, compiled and run: every trait through the guest's crate, the imports and the
//! host, and back; every function through the header.
//!
//! Ignored unless asked for, because they need a target that Rust alone does not bring, and a compiler for C:
//!
//! ```sh
//! cargo xtask devices
//! ```

use std::cell::Cell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{self, InputPin, OutputPin, StatefulOutputPin};
use embedded_hal::i2c::{self, ErrorKind, I2c, NoAcknowledgeSource};
use embedded_hal::pwm::{self, SetDutyCycle};
use embedded_hal::spi::{self, SpiDevice};
use moteur::{Config, Engine, Heap, Instance, Linker, Module, Store};
use moteur_guest::devices::{self, Devices};

const GUESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../guests/moteur-devices");
const TARGET: &str = "wasm32-unknown-unknown";

/// Where `cargo xtask devices` says that it has put what it compiled from C.
const C_GUESTS: &str = "MOTEUR_C_GUESTS";

/// Compiles the examples in Rust, and gives one of them.
fn compile(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("devices");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--locked", "--release", "--examples", "--target", TARGET, "--target-dir"]);
    command.arg(&folder).current_dir(Path::new(GUESTS)).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    assert!(command.status().unwrap().success(), "`rustup target add {TARGET}` gives the target");
    std::fs::read(folder.join(TARGET).join("release/examples").join(name)).unwrap()
}

/// A pin that is wired to whoever has the same level.
#[derive(Clone, Default)]
struct Wire(Rc<Cell<bool>>);

impl digital::ErrorType for Wire {
    type Error = Infallible;
}

impl OutputPin for Wire {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0.set(false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.set(true);
        Ok(())
    }
}

impl StatefulOutputPin for Wire {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.get())
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0.get())
    }
}

impl InputPin for Wire {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.get())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0.get())
    }
}

/// A lamp that remembers the sum of its duties.
struct Lamp(Rc<Cell<u32>>);

impl pwm::ErrorType for Lamp {
    type Error = Infallible;
}

impl SetDutyCycle for Lamp {
    fn max_duty_cycle(&self) -> u16 {
        1000
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Infallible> {
        self.0.set(self.0.get() + u32::from(duty));
        Ok(())
    }
}

/// A delay that only counts.
struct Counted(Rc<Cell<u64>>);

impl DelayNs for Counted {
    fn delay_ns(&mut self, ns: u32) {
        self.0.set(self.0.get() + u64::from(ns));
    }
}

/// A memory at address 0x50: the first byte of a write is where the next access begins, and the rest is stored.
struct Memory {
    bytes: [u8; 256],
    at: u8,
}

impl i2c::ErrorType for Memory {
    type Error = ErrorKind;
}

impl I2c for Memory {
    fn transaction(&mut self, address: u8, operations: &mut [i2c::Operation<'_>]) -> Result<(), ErrorKind> {
        if address != 0x50 {
            return Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address));
        }
        for operation in operations {
            match operation {
                i2c::Operation::Read(to) => to.copy_from_slice(&self.bytes[self.at.into()..][..to.len()]),
                i2c::Operation::Write(from) => {
                    self.at = from[0];
                    self.bytes[self.at.into()..][..from.len() - 1].copy_from_slice(&from[1..]);
                }
            }
        }
        Ok(())
    }
}

/// Answers each byte with its complement, and with 0x11 where nothing is written.
struct Complement;

impl spi::ErrorType for Complement {
    type Error = Infallible;
}

impl SpiDevice for Complement {
    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), Infallible> {
        for operation in operations {
            match operation {
                spi::Operation::Read(to) => to.fill(0x11),
                spi::Operation::Transfer(to, from) => {
                    let answers = from.iter().map(|byte| !byte).chain(std::iter::repeat(0x11));
                    to.iter_mut().zip(answers).for_each(|(to, answer)| *to = answer);
                }
                spi::Operation::TransferInPlace(bytes) => bytes.iter_mut().for_each(|byte| *byte = !*byte),
                spi::Operation::Write(_) | spi::Operation::DelayNs(_) => {}
            }
        }
        Ok(())
    }
}

/// A line whose end is its beginning.
#[derive(Default)]
struct Loop(VecDeque<u8>);

impl embedded_io::ErrorType for Loop {
    type Error = Infallible;
}

impl embedded_io::ReadReady for Loop {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0.is_empty())
    }
}

impl embedded_io::Read for Loop {
    fn read(&mut self, to: &mut [u8]) -> Result<usize, Infallible> {
        Ok(to.iter_mut().map_while(|place| self.0.pop_front().map(|byte| *place = byte)).count())
    }
}

impl embedded_io::Write for Loop {
    fn write(&mut self, from: &[u8]) -> Result<usize, Infallible> {
        self.0.extend(from);
        Ok(from.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A guest with all that the examples open, and what is seen of it from outside.
struct World {
    store: Store<Devices>,
    instance: Instance,
    led: Wire,
    duties: Rc<Cell<u32>>,
    waited_ns: Rc<Cell<u64>>,
}

impl World {
    fn new(wasm: &[u8]) -> World {
        let (led, duties, waited_ns) = (Wire::default(), Rc::default(), Rc::default());
        let engine = Engine::new(Config::new(Heap::system())).unwrap();
        let mut devices = Devices::new(engine.heap());
        devices.stateful_output("led", led.clone()).unwrap();
        devices.output("plain", Wire::default()).unwrap();
        devices.input("button", led.clone()).unwrap();
        devices.pwm("lamp", Lamp(Rc::clone(&duties))).unwrap();
        devices.delay("delay", Counted(Rc::clone(&waited_ns))).unwrap();
        devices.i2c_at("memory", Memory { bytes: [0; 256], at: 0 }, 0x50..=0x51).unwrap();
        devices.spi("complement", Complement).unwrap();
        devices.serial("loop", Loop::default()).unwrap();

        let module = Module::new(&engine, wasm).unwrap();
        let mut linker = Linker::new(&engine);
        devices::add_to_linker(&mut linker, |devices: &mut Devices| devices).unwrap();
        let mut store = Store::new(&engine, devices).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        World { store, instance, led, duties, waited_ns }
    }

    /// Calls a function that returns the line of the check that failed, twice: it must have closed everything.
    fn check(&mut self, function: &str) {
        let function = self.instance.typed_func::<(), u32>(&self.store, function).unwrap();
        for _ in 0..2 {
            assert_eq!(function.call(&mut self.store, ()), Ok(0), "the line of the check that failed");
        }
    }

    fn blink(&mut self) {
        let blink = self.instance.typed_func::<(u32, u32), i32>(&self.store, "blink").unwrap();
        for round in 1..=2 {
            assert_eq!(blink.call(&mut self.store, (3, 20)), Ok(3));
            assert_eq!((self.waited_ns.get(), self.led.0.get()), (round * 120_000_000, false));
        }
    }
}

fn compiled_from_c(name: &str) -> Vec<u8> {
    let folder = std::env::var(C_GUESTS).expect("`cargo xtask devices` compiles them");
    std::fs::read(Path::new(&folder).join(name)).unwrap()
}

#[test]
#[ignore = "needs the target wasm32-unknown-unknown"]
fn rust_every_trait_works_through_the_guests_crate() {
    let mut world = World::new(&compile("every_trait.wasm"));
    world.check("every_trait");
    assert_eq!(world.duties.get(), 2 * 1_250);
    assert_eq!(world.waited_ns.get(), 2 * (7 + 3_000 + 25_000_000 + 5_000_000_000 + 1_000_000 + 2_000_000));
}

#[test]
#[ignore = "needs the target wasm32-unknown-unknown"]
fn rust_the_guest_of_the_documentation_blinks() {
    World::new(&compile("blink.wasm")).blink();
}

#[test]
#[ignore = "needs a compiler for C"]
fn c_every_function_works_through_the_header() {
    let mut world = World::new(&compiled_from_c("every_function.wasm"));
    world.check("every_function");
    assert_eq!(world.duties.get(), 2 * 250);
    assert_eq!(world.waited_ns.get(), 2 * (5_000_000_000 + 1_000_000 + 2_000_000));
}

#[test]
#[ignore = "needs a compiler for C"]
fn c_the_guest_of_the_documentation_blinks() {
    World::new(&compiled_from_c("blink.wasm")).blink();
}
