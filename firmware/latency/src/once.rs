//! What takes long at once, by its size: growing, the first call of a function, reading segments, starting and ending.

use board::{instructions, println};
use moteur::{Config, Engine, Error, Instance, Linker, Module, Store, Trap};

use crate::{Periodic, step};

static GROWS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/grows.wasm"));
static LARGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/large.wasm"));

/// Bytes of the one function of `large.wasm`, its data segment, and the items of its element segment.
const BODY_BYTES: usize = include!(concat!(env!("OUT_DIR"), "/body_bytes.rs"));
const DATA_BYTES: usize = include!(concat!(env!("OUT_DIR"), "/data_bytes.rs"));
const ITEMS: usize = include!(concat!(env!("OUT_DIR"), "/items.rs"));

/// Slices that hardly count beside what is measured.
const SLICE: u64 = 256;

pub fn run(config: Config) -> Result<(), Error> {
    let eager = Engine::new(config.eager(true))?;
    let lazy = Engine::new(config)?;
    for name in ["grow", "grow-table"] {
        grow(&eager, name)?;
    }
    segment(&eager)?;
    first_call(&lazy, &eager)?;
    begin(&lazy)?;
    trap(&eager)
}

fn instance(engine: &Engine, bytes: &'static [u8]) -> Result<(Store<()>, Instance), Error> {
    let mut store = Store::new(engine, ())?;
    store.set_fuel(u64::MAX)?;
    let instance = Linker::new(engine).instantiate(&mut store, &Module::from_static(engine, bytes)?)?;
    Ok((store, instance))
}

/// Two guests that grow by turns, so that each is in the other's way and has to move.
fn grow(engine: &Engine, name: &str) -> Result<(), Error> {
    let mut periodic = Periodic::new(engine)?;
    let (mut one, one_instance) = instance(engine, GROWS)?;
    let (mut other, other_instance) = instance(engine, GROWS)?;
    let calls = [one_instance.typed_func::<(), ()>(&one, name)?, other_instance.typed_func::<(), ()>(&other, name)?];
    let worst = {
        let mut one = calls[0].call_async(&mut one, ()).yield_every(SLICE);
        let mut other = calls[1].call_async(&mut other, ()).yield_every(SLICE);
        let mut turn = 0;
        periodic.take_turns(
            &mut || {
                turn += 1;
                if turn % 2 == 0 { step(&mut one) } else { step(&mut other) }
            },
            40,
        )?
    };
    let memory = one_instance.memory(&one, "memory").ok_or(Error::NoExport)?.data(&one)?.len();
    let elements = one_instance.table(&one, "table").ok_or(Error::NoExport)?.size(&one)? as usize;
    println!("once {name} size {} delay {worst}", if name == "grow" { memory } else { elements });
    Ok(())
}

/// `table.init` with the last item of a long segment.
fn segment(engine: &Engine) -> Result<(), Error> {
    let mut periodic = Periodic::new(engine)?;
    let (mut store, instance) = instance(engine, LARGE)?;
    let init = instance.typed_func::<(), ()>(&store, "init")?;
    let mut init = init.call_async(&mut store, ()).yield_every(SLICE);
    let worst = periodic.take_turns(&mut || step(&mut init), 5)?;
    println!("once table.init size {ITEMS} delay {worst}");
    Ok(())
}

/// The first call of a large function.
fn first_call(engine: &Engine, eager: &Engine) -> Result<(), Error> {
    let mut periodic = Periodic::new(eager)?;
    let (mut store, instance) = instance(engine, LARGE)?;
    let run = instance.typed_func::<(), ()>(&store, "run")?;
    let mut run = run.call_async(&mut store, ()).yield_every(SLICE);
    let worst = periodic.take_turns(&mut || step(&mut run), 5)?;
    println!("once first-call size {BODY_BYTES} delay {worst}");
    Ok(())
}

/// Loading and instantiating, which nothing interrupts.
fn begin(engine: &Engine) -> Result<(), Error> {
    let start = instructions();
    let module = Module::from_static(engine, LARGE)?;
    println!("once load size {} delay {}", LARGE.len(), instructions() - start);
    let mut store = Store::new(engine, ())?;
    store.set_fuel(u64::MAX)?;
    let start = instructions();
    Linker::new(engine).instantiate(&mut store, &module)?;
    println!("once instantiate size {} delay {}", DATA_BYTES, instructions() - start);
    Ok(())
}

/// A trap in the depths: its frames are noted, the innermost ones with their places.
fn trap(engine: &Engine) -> Result<(), Error> {
    let (mut store, instance) = instance(engine, LARGE)?;
    let recurse = instance.typed_func::<(), ()>(&store, "recurse")?;
    let mut worst = 0;
    {
        let mut recurse = recurse.call_async(&mut store, ()).yield_every(SLICE);
        loop {
            let start = instructions();
            let step = step(&mut recurse);
            worst = worst.max(instructions() - start);
            match step {
                Ok(()) => {}
                Err(Error::Trap(Trap::StackOverflow)) => break,
                Err(error) => return Err(error),
            }
        }
    }
    println!("once trap size {} delay {worst}", store.backtrace().total());
    Ok(())
}
