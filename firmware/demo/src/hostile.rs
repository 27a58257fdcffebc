//! Guests that recurse, loop, grow and reach for ever: each must get a trap or an error, and nothing else may happen.

use core::cell::UnsafeCell;

use board::println;
use moteur::{Config, Engine, Error, Instance, InterruptHandle, Module, Store};

use crate::guest::{Host, linker};

static HOSTILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hostile.wasm"));
static HUGE_TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/huge_table.wasm"));
static HUGE_MEMORY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/huge_memory.wasm"));
static START_SPINS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/start_spins.wasm"));

const FUEL: u64 = 20_000;
/// Instructions until the alarm rings: long after the guest began to run.
const ALARM_AFTER: u32 = 2_000_000;

/// Every way of misbehaving. An error is one of ours: those of the guests are printed.
pub fn run(config: Config) -> Result<(), Error> {
    let engine = Engine::new(config)?;
    let metered = Engine::new(config.fuel(true))?;

    let mut guest = Guest::new(&engine, HOSTILE)?;
    guest.call("recurse", |instance, store| {
        instance
            .typed_func::<i32, i32>(store, "recurse")?
            .call(store, 0)
    });
    guest.call("recurse_indirect", |instance, store| {
        instance
            .typed_func::<i64, i64>(store, "recurse_indirect")?
            .call(store, 0)
    });
    for name in ["grow", "grow_table"] {
        guest.call(name, |instance, store| {
            instance.typed_func::<(), i32>(store, name)?.call(store, ())
        });
    }
    guest.call("divide by 0", |instance, store| {
        instance
            .typed_func::<i32, i32>(store, "divide")?
            .call(store, 0)
    });
    guest.call("divide by -1", |instance, store| {
        instance
            .typed_func::<i32, i32>(store, "divide")?
            .call(store, -1)
    });
    guest.call("reach", |instance, store| {
        instance
            .typed_func::<(), i32>(store, "reach")?
            .call(store, ())
    });
    for name in ["poke", "lie", "call_nothing"] {
        guest.call(name, |instance, store| {
            instance.typed_func::<(), ()>(store, name)?.call(store, ())
        });
    }
    for name in ["spin", "spin_tail"] {
        guest.interrupted(name);
    }
    drop(guest);

    let mut guest = Guest::new(&metered, HOSTILE)?;
    for name in ["spin", "spin_tail"] {
        guest.store.set_fuel(FUEL)?;
        guest.call(name, |instance, store| {
            instance.typed_func::<(), ()>(store, name)?.call(store, ())
        });
    }
    drop(guest);

    refused("a table of 4 Gi elements", &engine, HUGE_TABLE);
    refused("a memory of 4 GiB", &engine, HUGE_MEMORY);
    refused("a start function that spins", &metered, START_SPINS);
    Ok(())
}

struct Guest {
    store: Store<Host>,
    instance: Instance,
}

impl Guest {
    fn new(engine: &Engine, module: &'static [u8]) -> Result<Guest, Error> {
        let module = Module::from_static(engine, module)?;
        let mut store = Store::new(engine, Host::default())?;
        if engine.metered() {
            store.set_fuel(FUEL)?;
        }
        let instance = linker(engine)?.instantiate(&mut store, &module)?;
        Ok(Guest { store, instance })
    }

    /// Calls, and prints how that ended.
    fn call<R: core::fmt::Display>(
        &mut self,
        name: &str,
        call: impl FnOnce(&Instance, &mut Store<Host>) -> Result<R, Error>,
    ) {
        match call(&self.instance, &mut self.store) {
            Ok(result) => println!("{name}: {result}"),
            Err(error) => println!("{name}: {error}"),
        }
    }

    /// Calls while the timer's interrupt is set to stop the guest.
    fn interrupted(&mut self, name: &str) {
        BELL.set(Some(self.store.interrupt_handle()));
        board::alarm(ALARM_AFTER, || BELL.ring());
        self.call(name, |instance, store| {
            instance.typed_func::<(), ()>(store, name)?.call(store, ())
        });
        BELL.set(None);
    }
}

fn refused(what: &str, engine: &Engine, module: &'static [u8]) {
    match Guest::new(engine, module) {
        Ok(_) => println!("{what}: accepted"),
        Err(error) => println!("{what}: {error}"),
    }
}

/// What the alarm's interrupt finds.
struct Bell(UnsafeCell<Option<InterruptHandle>>);

// SAFETY: one core; the main program writes only while no alarm is set, the interrupt only reads.
unsafe impl Sync for Bell {}

static BELL: Bell = Bell(UnsafeCell::new(None));

impl Bell {
    fn set(&self, handle: Option<InterruptHandle>) {
        // SAFETY: no alarm is set, so no interrupt reads now.
        unsafe { *self.0.get() = handle }
    }

    fn ring(&self) {
        // SAFETY: the main program wrote this before it set the alarm, and does not write until it rang.
        if let Some(handle) = unsafe { &*self.0.get() } {
            handle.interrupt();
        }
    }
}
