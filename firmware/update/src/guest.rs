//! Modules of this device: what they import and export, and whether one may be installed.

use core::fmt;

use board::modules::restart;
use board::println;
use moteur::{Caller, Engine, Error, GuestAddr, Linker, Module, Store, TypedFunc};
use moteur_slots::Candidate;

use crate::policy;

/// What `start` and each `step` may take.
const FUEL: u64 = 2_000_000;

/// A module that runs.
pub struct Guest {
    store: Store<()>,
    step: TypedFunc<(), ()>,
}

impl Guest {
    /// Instantiates a module and calls its `start`; gives what that returns, too.
    pub fn start(engine: &Engine, bytes: &'static [u8]) -> Result<(Guest, i32), Error> {
        let module = Module::from_static(engine, bytes)?;
        println!("{}", policy::how(&module));
        let mut store = Store::new(engine, ())?;
        store.set_fuel(FUEL)?;
        let instance = linker(engine)?.instantiate(&mut store, &module)?;
        let result = instance.typed_func::<(), i32>(&store, "start")?.call(&mut store, ())?;
        let step = instance.typed_func::<(), ()>(&store, "step")?;
        Ok((Guest { store, step }, result))
    }

    /// Calls `step`.
    pub fn step(&mut self) -> Result<(), Error> {
        self.store.set_fuel(FUEL)?;
        self.step.call(&mut self.store, ())
    }
}

fn linker(engine: &Engine) -> Result<Linker<()>, Error> {
    let mut linker = Linker::new(engine);
    linker.func("env", "led", |on: i32| board::led(on != 0))?;
    linker.func("env", "restart", || -> () { restart() })?;
    linker.func("env", "print", |caller: Caller<'_, ()>, text: GuestAddr, len: u32| -> Result<(), Error> {
        println!("guest: {}", caller.memory()?.str(&caller, text, len)?);
        Ok(())
    })?;
    Ok(linker)
}

/// Why a module is not installed.
#[derive(Clone, Copy, Debug)]
pub enum Refused {
    /// The runtime does not accept it, or it imports what is not here or lacks an export.
    Runtime(Error),
    /// The policy is against it.
    Policy(policy::Refusal),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused::Runtime(error)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Runtime(error) => error.fmt(f),
            Refused::Policy(refusal) => write!(f, "the native code does not run: {refusal}"),
        }
    }
}

/// Does all that starting does, in the module's place, but for calling `start`.
pub fn check(engine: &Engine, candidate: &Candidate<'_>) -> Result<(), Refused> {
    // SAFETY: module, store and instance are dropped at the end of this function.
    let bytes = unsafe { candidate.bytes_static() };
    let module = Module::from_static(engine, bytes)?;
    policy::check(&module).map_err(Refused::Policy)?;
    let mut store = Store::new(engine, ())?;
    store.set_fuel(FUEL)?;
    let instance = linker(engine)?.instantiate(&mut store, &module)?;
    instance.typed_func::<(), i32>(&store, "start")?;
    instance.typed_func::<(), ()>(&store, "step")?;
    Ok(())
}
