//! Devices through a linker: a real module, a guest that is stopped while it waits, each allocation failed in turn; and
//! what stands on the guest's side, compared with what the host offers.

use std::convert::Infallible;
use std::time::Duration;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{ErrorType, InputPin, OutputPin, StatefulOutputPin};
use embedded_hal::{i2c, pwm, spi};
use moteur::pool::Counted;
use moteur::{Config, Engine, Error, Heap, LinkError, Linker, Module, Store, Trap};
use moteur_guest::devices::{self, Devices};

/// A device of every kind, which does nothing.
#[derive(Clone, Copy)]
struct Nothing;

impl ErrorType for Nothing {
    type Error = Infallible;
}

impl OutputPin for Nothing {
    fn set_low(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl StatefulOutputPin for Nothing {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(false)
    }
}

impl InputPin for Nothing {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(false)
    }
}

impl i2c::ErrorType for Nothing {
    type Error = Infallible;
}

impl i2c::I2c for Nothing {
    fn transaction(&mut self, _: u8, _: &mut [i2c::Operation<'_>]) -> Result<(), Infallible> {
        Ok(())
    }
}

impl spi::ErrorType for Nothing {
    type Error = Infallible;
}

impl spi::SpiDevice for Nothing {
    fn transaction(&mut self, _: &mut [spi::Operation<'_, u8>]) -> Result<(), Infallible> {
        Ok(())
    }
}

impl pwm::ErrorType for Nothing {
    type Error = Infallible;
}

impl pwm::SetDutyCycle for Nothing {
    fn max_duty_cycle(&self) -> u16 {
        u16::MAX
    }

    fn set_duty_cycle(&mut self, _: u16) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Waits as the machine does.
struct Sleep;

impl DelayNs for Sleep {
    fn delay_ns(&mut self, ns: u32) {
        std::thread::sleep(Duration::from_nanos(ns.into()));
    }
}

/// Opens the LED, the button and the delay, lights the LED and waits: for so many nanoseconds, or for the button's level 0.
const GUEST: &str = r#"(module
    (import "moteur_devices" "open" (func $open (param i32 i32 i32) (result i32)))
    (import "moteur_devices" "output_set" (func $set (param i32 i32) (result i32)))
    (import "moteur_devices" "input_wait" (func $wait (param i32 i32 i32 i64) (result i32)))
    (import "moteur_devices" "delay_ns" (func $delay (param i32 i64) (result i32)))
    (import "moteur_devices" "close" (func $close (param i32) (result i32)))
    (memory 1)
    (data (i32.const 0) "ledbuttondelay")
    (func (export "light") (param $ns i64) (result i32)
      (local $led i32) (local $delay i32)
      (local.set $led (call $open (i32.const 1) (i32.const 0) (i32.const 3)))
      (local.set $delay (call $open (i32.const 6) (i32.const 9) (i32.const 5)))
      (drop (call $set (local.get $led) (i32.const 1)))
      (drop (call $delay (local.get $delay) (local.get $ns)))
      (drop (call $close (local.get $delay)))
      (call $close (local.get $led)))
    (func (export "wait") (result i32)
      (call $wait
        (call $open (i32.const 2) (i32.const 3) (i32.const 6))
        (call $open (i32.const 6) (i32.const 9) (i32.const 5))
        (i32.const 0) (i64.const -1))))"#;

fn engine(heap: Heap) -> Result<Engine, Error> {
    Engine::new(Config::new(heap).stack_bytes(16 << 10))
}

/// Devices of every kind.
fn all(heap: Heap, delay: impl DelayNs + 'static) -> Result<Devices, Error> {
    let mut devices = Devices::new(heap);
    devices.stateful_output("led", Nothing)?;
    devices.output("pin", Nothing)?;
    devices.input("button", Nothing)?;
    devices.i2c_at("sensor", Nothing, 1..=2)?;
    devices.spi("flash", Nothing)?;
    devices.pwm("lamp", Nothing)?;
    devices.delay("delay", delay)?;
    Ok(devices)
}

fn store(engine: &Engine, wasm: &[u8]) -> Result<(Store<Devices>, moteur::Instance), Error> {
    let module = Module::new(engine, wasm)?;
    let mut linker = Linker::new(engine);
    devices::add_to_linker(&mut linker, |devices: &mut Devices| devices)?;
    let mut store = Store::new(engine, all(engine.heap(), Sleep)?)?;
    let instance = linker.instantiate(&mut store, &module)?;
    Ok((store, instance))
}

#[test]
fn a_guest_that_waits_is_stopped_within_a_slice() {
    let engine = engine(Heap::system()).unwrap();
    let (mut store, instance) = store(&engine, &wat::parse_str(GUEST).unwrap()).unwrap();
    let light = instance.typed_func::<i64, i32>(&store, "light").unwrap();
    let wait = instance.typed_func::<(), i32>(&store, "wait").unwrap();
    let handle = store.interrupt_handle();
    for waits_for_a_pin in [false, true] {
        let interrupter = std::thread::spawn({
            let handle = handle.clone();
            move || {
                std::thread::sleep(Duration::from_millis(25));
                handle.interrupt();
            }
        });
        // Both would wait for centuries.
        let outcome = if waits_for_a_pin { wait.call(&mut store, ()) } else { light.call(&mut store, i64::MAX) };
        assert_eq!(outcome, Err(Error::Trap(Trap::Interrupted)));
        interrupter.join().unwrap();
        handle.clear();
        store.data_mut().close_all();
    }
    // The next wait begins anew.
    let begin = std::time::Instant::now();
    assert_eq!(light.call(&mut store, 12_000_000), Ok(0));
    assert!(begin.elapsed() >= Duration::from_millis(12));
}

#[test]
fn a_part_that_is_not_linked_is_not_there() {
    let engine = engine(Heap::system()).unwrap();
    let module = Module::new(&engine, &wat::parse_str(GUEST).unwrap()).unwrap();
    let mut linker = Linker::new(&engine);
    devices::add_part::<_, devices::Handles>(&mut linker, |devices: &mut Devices| devices).unwrap();
    devices::add_part::<_, devices::Outputs>(&mut linker, |devices| devices).unwrap();
    let mut store = Store::new(&engine, Devices::new(Heap::system())).unwrap();
    let error = linker.instantiate(&mut store, &module).err();
    assert_eq!(error, Some(Error::Link { import: 2, reason: LinkError::Unknown }));
    devices::add_part::<_, devices::Inputs>(&mut linker, |devices| devices).unwrap();
    devices::add_part::<_, devices::Delays>(&mut linker, |devices| devices).unwrap();
    assert!(linker.instantiate(&mut store, &module).is_ok());
}

#[test]
fn every_allocation_may_fail_and_the_guest_makes_none() {
    static ACCOUNT: Counted = Counted::new();
    let heap = Heap::counted(&ACCOUNT);
    let wasm = wat::parse_str(GUEST).unwrap();
    for allocations in 0.. {
        heap.fail_after(Some(allocations));
        let outcome = engine(heap).and_then(|engine| {
            let (mut store, instance) = store(&engine, &wasm)?;
            let light = instance.typed_func::<i64, i32>(&store, "light")?;
            let first = light.call(&mut store, 1)?;
            // Lowered by now: from here on nothing takes memory.
            heap.fail_after(Some(0));
            assert_eq!(light.call(&mut store, 1), Ok(0));
            Ok(first)
        });
        heap.fail_after(None);
        assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0), "after {allocations}");
        if outcome == Ok(0) {
            assert!(allocations > 30, "{allocations}");
            break;
        }
        assert_eq!(outcome, Err(Error::OutOfMemory), "after {allocations}");
    }
}

#[test]
fn what_cannot_be_registered_is_dropped_and_leaves_the_table_as_it_was() {
    static ACCOUNT: Counted = Counted::new();
    let heap = Heap::counted(&ACCOUNT);
    let mut devices = Devices::new(heap);
    devices.output("led", Nothing).unwrap();
    let used = heap.stats().used;
    assert_eq!(devices.output("led", Nothing), Err(Error::AlreadyDefined));
    heap.fail_after(Some(0));
    assert_eq!(devices.i2c("bus", Nothing), Err(Error::OutOfMemory));
    heap.fail_after(None);
    assert_eq!(heap.stats().used, used);
    devices.i2c("bus", Nothing).unwrap();
    drop(devices);
    assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0));
}
