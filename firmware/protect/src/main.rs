//! Native code that is wrong, or hostile: the processor objects, the guest ends with a trap that says why and where, and the
//! firmware goes on with its other guests. A fault of the host itself is no guest's: it is reported, and the embedder decides.
//!
//! `cargo xtask firmware --mpu` compiles the module, replaces machine code in copies of it, and names their folder in
//! `MOTEUR_PROTECT` when this is compiled. Nobody signs them: `Config::native` trusts all.

#![no_std]
#![no_main]

mod cases;

use core::ops::Range;
use core::ptr::with_exposed_provenance;

use board::{Faults, instructions, println};
use moteur::{
    Caller, CodeHeap, CodeMemory, Config, Engine, Error, FaultWatch, GuestFault, Heap, InPlace, Instance, Linker,
    Module, OutOfMemory, Store, Trap,
};

use cases::{CASES, Case, GOOD, HOST_READS, IN_RAM, Place};

board::main!(main);

/// Three guests at a time, each with a page of memory.
const HEAP_BYTES: usize = 320 * 1024;
/// How far the guest counts.
const N: i32 = 1000;

fn main() -> u8 {
    match run() {
        Ok(()) => {
            println!("FAILED: a fault of the host has gone unnoticed");
            1
        }
        Err(error) => {
            println!("FAILED: {error}");
            2
        }
    }
}

fn run() -> Result<(), Error> {
    let heap = Heap::new(board::heap!(HEAP_BYTES).ok_or(OutOfMemory)?)?;
    let engine = engine(heap, &InPlace)?;
    let mut good = Guest::new(&engine, GOOD)?;
    let sum = good.run()?;
    println!("the good guest sums up to {sum}");
    println!("# a call takes {} instructions, and {} where no faults are watched", good.cost()?, unwatched_cost(heap)?);
    for case in &CASES {
        case_fails(&engine, case)?;
        still_runs(&mut good, sum)?;
    }
    let in_ram = engine_in_ram(heap)?;
    let mut copied = Guest::new(&in_ram, GOOD)?;
    println!("copied to RAM, it sums up to {}", copied.run()?);
    if let Some(case) = &IN_RAM {
        case_fails(&in_ram, case)?;
    }
    still_runs(&mut copied, sum)?;
    let asked = good.ask(ASK_HOSTILE)?;
    println!("while it asks the host, a hostile one fails: {asked}");
    still_runs(&mut good, sum)?;
    board::after_fault(ended);
    good.ask(ASK_FAULT)?;
    Ok(())
}

/// What all engines here have alike.
fn config(heap: Heap) -> Config {
    Config::new(heap).stack_bytes(4 * 1024).cpu_features(board::CPU_FEATURES)
}

fn unwatched_cost(heap: Heap) -> Result<u64, Error> {
    // SAFETY: only the module as it was compiled runs there.
    let engine = Engine::new(unsafe { config(heap).native(&InPlace) })?;
    Guest::new(&engine, GOOD)?.cost()
}

fn engine(heap: Heap, memory: &'static dyn CodeMemory) -> Result<Engine, Error> {
    // SAFETY: the modules are wrong, and the processor keeps them from what they must not do; but see docs/protection.md for
    // what it cannot keep them from. The board's handlers are those of `Faults`.
    Engine::new(unsafe { config(heap).native(memory).faults(&Faults) })
}

fn engine_in_ram(heap: Heap) -> Result<Engine, Error> {
    let (buffer, region) = board::code_memory!(32 * 1024, 4096).ok_or(OutOfMemory)?;
    // SAFETY: the region is that of the buffer; nothing runs there in interrupts.
    engine(heap, unsafe { CodeHeap::in_region(buffer, region) }?)
}

/// What the guest asks for: that another one fails; that the host itself does.
const ASK_HOSTILE: i32 = 1;
const ASK_FAULT: i32 = 2;

/// An instance in a store of its own, which knows its engine for what the guest asks of the host.
struct Guest {
    store: Store<Engine>,
    instance: Instance,
    calls: i32,
}

impl Guest {
    fn new(engine: &Engine, bytes: &'static [u8]) -> Result<Guest, Error> {
        let module = Module::from_static(engine, bytes)?;
        if let Err(refusal) = module.native() {
            return Err(Error::Native(refusal));
        }
        let mut store = Store::new(engine, engine.clone())?;
        let mut linker = Linker::new(engine);
        linker.func("env", "ask", |caller: Caller<'_, Engine>, what: i32| answer(caller.data(), what))?;
        let instance = linker.instantiate(&mut store, &module)?;
        Ok(Guest { store, instance, calls: 0 })
    }

    fn run(&mut self) -> Result<i32, Error> {
        self.instance.typed_func::<i32, i32>(&self.store, "run")?.call(&mut self.store, N)
    }

    fn ask(&mut self, what: i32) -> Result<i32, Error> {
        self.instance.typed_func::<i32, i32>(&self.store, "ask")?.call(&mut self.store, what)
    }

    /// Counts its calls, as the guest does.
    fn is_as_before(&mut self) -> Result<bool, Error> {
        self.calls += 1;
        let calls = self.instance.typed_func::<(), i32>(&self.store, "calls")?.call(&mut self.store, ())?;
        Ok(calls == self.calls)
    }

    /// Instructions of a call of a function that does next to nothing.
    fn cost(&mut self) -> Result<u64, Error> {
        const CALLS: u64 = 64;
        let start = instructions();
        for _ in 0..CALLS {
            self.is_as_before()?;
        }
        Ok((instructions() - start) / CALLS)
    }

    /// Where its memory is.
    fn memory(&self) -> Result<Range<usize>, Error> {
        let memory = self.instance.memory(&self.store, "memory").ok_or(Error::NoExport)?;
        let addresses = memory.data(&self.store)?.as_ptr_range();
        Ok(addresses.start.addr()..addresses.end.addr())
    }
}

/// What the host does when it is asked.
fn answer(engine: &Engine, what: i32) -> Result<i32, Error> {
    match what {
        ASK_HOSTILE => {
            case_fails(engine, &CASES[0])?;
            Ok(42)
        }
        ASK_FAULT => {
            println!("the host reads where nothing is");
            // SAFETY: none; that is what this shows.
            Ok(unsafe { with_exposed_provenance::<i32>(HOST_READS).read_volatile() })
        }
        _ => Ok(0),
    }
}

/// The embedder's choice: the run is over, and it was as it should be.
fn ended() -> ! {
    println!("the embedder ends the run");
    board::exit(0)
}

fn still_runs(good: &mut Guest, sum: i32) -> Result<(), Error> {
    match good.is_as_before()? && good.run()? == sum {
        true => Ok(()),
        false => {
            println!("FAILED: the good guest is not what it was");
            Err(Error::OutOfBounds)
        }
    }
}

/// Runs a module that fails, and says how.
fn case_fails(engine: &Engine, case: &Case) -> Result<(), Error> {
    let mut guest = Guest::new(engine, case.module)?;
    let start = instructions();
    let outcome = guest.run();
    let taken = instructions() - start;
    let Some(fault) = guest.store.fault().filter(|_| outcome == Err(Error::Trap(Trap::Fault))) else {
        println!("FAILED: {} ends with {outcome:?}", case.what);
        return Err(Error::OutOfBounds);
    };
    println!("{}: {}, {}", case.what, Trap::Fault, fault.cause);
    println!("# {fault}; {taken} instructions; {}", guest.store.backtrace());
    if !is_expected(&guest, case, &fault)? {
        println!("FAILED: that is not where it should be");
        return Err(Error::OutOfBounds);
    }
    Ok(())
}

fn is_expected(guest: &Guest, case: &Case, fault: &GuestFault) -> Result<bool, Error> {
    let memory = guest.memory()?;
    let is_at = |place: Place, address: Option<usize>| match place {
        Place::Code => address.is_some_and(|address| is_code(case, address)),
        Place::Memory => address.is_some_and(|address| memory.contains(&address)),
        Place::StackEnd => address == Some(Faults.stack_end()),
        Place::At(expected) => address == Some(expected),
        Place::Unknown => address.is_none(),
        Place::Any => true,
    };
    Ok(fault.cause == case.cause && is_at(case.pc, fault.pc) && is_at(case.address, fault.address))
}

/// Whether the address is in the module where it is in flash, or in the region for code.
fn is_code(case: &Case, address: usize) -> bool {
    let file = case.module.as_ptr_range();
    (file.start.addr()..file.end.addr()).contains(&address) || board::is_in_code_region(address)
}
