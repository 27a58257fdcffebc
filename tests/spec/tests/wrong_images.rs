//! Native sections that are wrong in every way there is: each is refused with the name of what is wrong, its code is never
//! made runnable, and the module is interpreted.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

use moteur::pool::CONTROL_BYTES;
use moteur::{CodeHeap, CodeMemory, Config, Engine, Heap, Instance, Module, Refusal, Store};
use moteur_compiler::{Machine, Options, compile, strip};
use moteur_image::module::parts;
use moteur_image::section::{self, mend_check_sum};
use moteur_platform::Error;
use moteur_platform::std::Std;

#[path = "wrong_images/signatures.rs"]
mod signatures;

const PROGRAM: &str = r#"(module
    (memory 1) (table funcref (elem $double))
    (func $double (export "double") (param i32) (result i32)
        (i32.store (i32.const 8) (local.get 0))
        (i32.add (local.get 0) (i32.load (i32.const 8))))
    (func (export "indirect") (param i32) (result i32)
        (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0))))"#;

thread_local! {
    static MADE_RUNNABLE: Cell<u32> = const { Cell::new(0) };
    static RELEASED: Cell<u32> = const { Cell::new(0) };
}

/// Memory of this process, with an account for each thread.
struct Watched;

static WATCHED: Watched = Watched;

// SAFETY: it is the platform's memory.
unsafe impl CodeMemory for Watched {
    fn make_runnable(&self, bytes: &[u8]) -> Result<NonNull<u8>, Error> {
        MADE_RUNNABLE.set(MADE_RUNNABLE.get() + 1);
        Std.make_runnable(bytes)
    }

    unsafe fn release(&self, place: NonNull<u8>, bytes: usize) {
        RELEASED.set(RELEASED.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { CodeMemory::release(&Std, place, bytes) };
    }
}

/// Memory where code begins at an odd address.
struct Odd;

static ODD: Odd = Odd;

// SAFETY: there is no such memory; the address is refused before anything is called.
unsafe impl CodeMemory for Odd {
    fn make_runnable(&self, _: &[u8]) -> Result<NonNull<u8>, Error> {
        NonNull::new(0x1001 as *mut u8).ok_or(Error::Exhausted)
    }

    unsafe fn release(&self, _: NonNull<u8>, _: usize) {
        RELEASED.set(RELEASED.get() + 1);
    }
}

/// A machine without memory for code, or one that does not let it be executed.
struct Without(Error);

// SAFETY: it gives none.
unsafe impl CodeMemory for Without {
    fn make_runnable(&self, _: &[u8]) -> Result<NonNull<u8>, Error> {
        Err(self.0)
    }

    unsafe fn release(&self, _: NonNull<u8>, _: usize) {
        panic!("nothing was given");
    }
}

fn engine(memory: &'static dyn CodeMemory, fuel: bool) -> Engine {
    Engine::new(config(Heap::system(), memory).fuel(fuel)).unwrap()
}

fn config(heap: Heap, memory: &'static dyn CodeMemory) -> Config {
    // SAFETY: what is wrong in these sections must be found before anything of them runs.
    unsafe { Config::new(heap).native(memory) }
}

/// Loads a module; says whether its native code is used, after its function has given the right result. Asserts that code
/// was made runnable if it is used, and not otherwise.
#[track_caller]
fn load(module: &[u8]) -> Result<bool, Refusal> {
    MADE_RUNNABLE.set(0);
    let native = load_by(&engine(&WATCHED, false), module);
    assert_eq!(MADE_RUNNABLE.get(), u32::from(native == Ok(true)), "{native:?}");
    native
}

/// As `load`, by an engine of its own.
#[track_caller]
fn load_by(engine: &Engine, module: &[u8]) -> Result<bool, Refusal> {
    let module = Module::new(engine, module).unwrap();
    let mut store = Store::new(engine, ()).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    for name in ["double", "indirect"] {
        let function = instance.typed_func::<i32, i32>(&store, name).unwrap();
        assert_eq!(function.call(&mut store, 21), Ok(42), "{name}");
    }
    module.native()
}

fn program() -> Vec<u8> {
    wat::parse_str(PROGRAM).unwrap()
}

/// A module and the native section that the compiler makes for it and for this machine.
fn compiled(module: &[u8]) -> Vec<u8> {
    section_for(module, Machine::host(None).unwrap())
}

fn section_for(module: &[u8], machine: Machine) -> Vec<u8> {
    let compiled = compile(module, &Options::new(machine)).unwrap();
    assert_eq!(strip(&compiled), module);
    parts(&compiled).find_map(|part| part.native).unwrap().to_vec()
}

/// The module with these native sections.
fn with(module: &[u8], sections: &[&[u8]]) -> Vec<u8> {
    let mut bytes = module.to_vec();
    for section in sections {
        bytes.push(0);
        let mut len = 1 + section::NAME.len() + section.len();
        while len >= 0x80 {
            bytes.push(len as u8 | 0x80);
            len >>= 7;
        }
        bytes.extend([len as u8, section::NAME.len() as u8]);
        bytes.extend_from_slice(section::NAME.as_bytes());
        bytes.extend_from_slice(section);
    }
    bytes
}

#[test]
fn what_fits_runs() {
    let module = program();
    let section = compiled(&module);
    assert_eq!(load(&with(&module, &[&section])), Ok(true));
    assert_eq!(load(&module), Ok(false));
    // What is wrong with another section is no reason.
    assert_eq!(load(&with(&module, &[b"", &section[..9], &section])), Ok(true));
}

#[test]
fn each_field_is_compared() {
    let module = program();
    let whole = compiled(&module);
    let u32_at = |at: usize| u32::from_le_bytes(*whole[at..].first_chunk().unwrap());
    let all = whole.len() as u32;
    let word = u32::to_le_bytes;
    #[rustfmt::skip]
    let cases: &[(&str, usize, &[u8], Refusal)] = &[
        ("magic", 0, b"MNAU", Refusal::Magic),
        ("ABI version", 4, &[2, 0], Refusal::AbiVersion),
        ("header", 6, &[0, 0], Refusal::Header),
        ("longer header", 6, &[0xFF, 0], Refusal::Header),
        ("thumb", 8, &[1], Refusal::Arch),
        ("riscv32", 8, &[2], Refusal::Arch),
        ("no architecture", 8, &[0], Refusal::Arch),
        ("unknown architecture", 8, &[99], Refusal::Arch),
        ("soft float", 9, &[1], Refusal::FloatAbi),
        ("unknown float ABI", 9, &[3], Refusal::FloatAbi),
        ("guard pages", 10, &[2], Refusal::Checks),
        ("unknown checks", 10, &[0], Refusal::Checks),
        ("metering", 11, &[1], Refusal::Metering),
        ("unknown metering", 11, &[2], Refusal::Metering),
        ("context", 12, &word(u32_at(12) ^ 1), Refusal::Context),
        ("another feature", 16, &[whole[16] | 0x40], Refusal::Features),
        ("last feature", 23, &[0x80], Refusal::Features),
        ("module's first byte", 24, &[whole[24] ^ 1], Refusal::Module),
        ("module's last byte", 55, &[whole[55] ^ 0x80], Refusal::Module),
        ("needs outside", 60, &word(all + 1), Refusal::Bounds),
        ("many needs", 64, &word(u32::MAX), Refusal::Bounds),
        ("a need that nobody has", 64, &word(1), Refusal::Needs),
        ("functions outside", 68, &word(all), Refusal::Bounds),
        ("functions at the end of addresses", 68, &word(u32::MAX), Refusal::Bounds),
        ("many functions", 72, &word(0x4000_0001), Refusal::Bounds),
        ("no functions", 72, &word(0), Refusal::Bounds),
        ("a function less", 72, &word(u32_at(72) - 1), Refusal::Bounds),
        ("entries outside", 76, &word(all), Refusal::Bounds),
        ("no entries", 80, &word(0), Refusal::Bounds),
        ("many entries", 80, &word(u32::MAX / 4), Refusal::Bounds),
        ("traps outside", 84, &word(all + 1), Refusal::Bounds),
        ("many traps", 88, &word(0x2000_0001), Refusal::Bounds),
        ("code outside", 92, &word(all), Refusal::Bounds),
        ("long code", 96, &word(u32_at(96) + 1), Refusal::Bounds),
        ("no code", 96, &word(0), Refusal::Bounds),
        ("too long", 100, &word(all + 1), Refusal::Truncated),
        ("as long as can be", 100, &word(u32::MAX), Refusal::Truncated),
        ("no length", 100, &word(0), Refusal::Header),
        ("function outside", u32_at(68) as usize, &word(u32_at(96)), Refusal::Bounds),
        ("functions out of order", u32_at(68) as usize, &word(u32_at(u32_at(68) as usize + 4) + 1), Refusal::Bounds),
        ("an entry among functions", u32_at(76) as usize, &word(0), Refusal::Bounds),
        ("entry outside", u32_at(76) as usize, &word(u32_at(96)), Refusal::Bounds),
    ];
    for (what, at, bytes, refusal) in cases {
        let mut section = whole.clone();
        section[*at..at + bytes.len()].copy_from_slice(bytes);
        assert_ne!(section, whole, "{what}");
        mend_check_sum(&mut section);
        assert_eq!(load(&with(&module, &[&section])), Err(*refusal), "{what}");
    }
}

#[test]
fn nothing_that_is_truncated_runs() {
    let module = program();
    let whole = compiled(&module);
    for len in 0..whole.len() {
        assert_eq!(load(&with(&module, &[&whole[..len]])), Err(Refusal::Truncated), "{len}");
    }
}

#[test]
fn nothing_that_is_damaged_runs() {
    let module = program();
    let whole = compiled(&module);
    for at in 0..whole.len() {
        for flip in [1, 0x10, 0x80, 0xFF] {
            let mut section = whole.clone();
            section[at] ^= flip;
            let refusal = load(&with(&module, &[&section])).unwrap_err();
            let named = match at {
                0..4 => refusal == Refusal::Magic,
                4..6 => refusal == Refusal::AbiVersion,
                6..8 => refusal == Refusal::Header,
                100..104 => matches!(refusal, Refusal::Truncated | Refusal::Header | Refusal::Damaged),
                _ => refusal == Refusal::Damaged,
            };
            assert!(named, "byte {at} with {flip:#x}: {refusal:?}");
        }
    }
}

#[test]
fn code_of_another_module_does_not_run() {
    let module = program();
    // The same functions, but the constant differs; and a section that only the hash knows of.
    let constant = wat::parse_str(PROGRAM.replace("(i32.const 0))))", "(i32.const 1))))")).unwrap();
    let mut named = module.clone();
    named.extend_from_slice(b"\x00\x02\x01x");
    for other in [constant, named] {
        assert_ne!(other, module);
        assert_eq!(load(&with(&module, &[&compiled(&other)])), Err(Refusal::Module));
    }
}

#[test]
fn code_for_another_machine_does_not_run() {
    let module = program();
    for triple in ["thumbv6m-none-eabi", "thumbv8m.main-none-eabihf", "riscv32imac-unknown-none-elf"] {
        let section = section_for(&module, Machine::new(triple, None).unwrap());
        assert_eq!(load(&with(&module, &[&section])), Err(Refusal::Arch), "{triple}");
        // What speaks against the code for this machine is said, wherever it stands.
        let cut = &compiled(&module)[..99];
        assert_eq!(load(&with(&module, &[&section, cut, &section])), Err(Refusal::Truncated), "{triple}");
    }
}

#[test]
fn code_runs_where_fuel_is_counted_if_it_counts_and_not_otherwise() {
    let module = program();
    for counts in [false, true] {
        let mut options = Options::new(Machine::host(None).unwrap());
        options.metering = counts;
        let compiled = compile(&module, &options).unwrap();
        let native = |fuel| Module::new(&engine(&WATCHED, fuel), &compiled).unwrap().native();
        assert_eq!(native(counts), Ok(true), "{counts}");
        assert_eq!(native(!counts), Err(Refusal::Metering), "{counts}");
    }
}

#[test]
fn the_machine_may_have_more_than_its_name_promises() {
    let module = program();
    let mut section = compiled(&module);
    section[23] |= 0x80;
    mend_check_sum(&mut section);
    let module = with(&module, &[&section]);
    assert_eq!(load(&module), Err(Refusal::Features));
    // SAFETY: the bit means nothing, so that the code needs nothing of it.
    let config = unsafe { Config::new(Heap::system()).native(&WATCHED) }.cpu_features(1 << 63);
    assert_eq!(Module::new(&Engine::new(config).unwrap(), &module).unwrap().native(), Ok(true));
}

#[test]
fn code_at_an_odd_address_is_given_back() {
    let module = program();
    let module = with(&module, &[&compiled(&module)]);
    RELEASED.set(0);
    let loaded = Module::new(&engine(&ODD, false), &module).unwrap();
    assert_eq!((loaded.native(), RELEASED.get()), (Err(Refusal::Alignment), 1));
    drop(loaded);
    assert_eq!(RELEASED.get(), 1);
}

#[test]
fn without_memory_for_code_the_module_is_interpreted() {
    static NONE_LEFT: Without = Without(Error::Exhausted);
    static FORBIDDEN: Without = Without(Error::Denied);
    let module = program();
    let module = with(&module, &[&compiled(&module)]);
    for memory in [&NONE_LEFT, &FORBIDDEN] {
        assert_eq!(load_by(&engine(memory, false), &module), Err(Refusal::CodeMemory));
    }
}

/// How often code was made known to the caches.
static PUBLISHED: AtomicUsize = AtomicUsize::new(0);

unsafe fn publish(start: *const u8, bytes: usize) {
    assert!(start.addr().is_multiple_of(section::CODE_ALIGN) && bytes > 0);
    PUBLISHED.fetch_add(1, Ordering::Relaxed);
}

/// On boards, modules run from such a heap; this host does not execute it.
#[test]
fn a_heap_for_code_has_room_for_so_much_and_gets_it_back() {
    let module = program();
    let module = with(&module, &[&compiled(&module)]);
    let probe = Module::new(&engine(&WATCHED, false), &module).unwrap();
    let code_bytes = probe.native_sections().map(|section| section.code_bytes).max().unwrap();
    // Room for two, not for three.
    let bytes = CONTROL_BYTES + 128 + code_bytes * 5 / 2;
    let buffer = Box::leak(vec![MaybeUninit::uninit(); bytes].into_boxed_slice());
    // SAFETY: nothing in it is called.
    let heap = unsafe { CodeHeap::new(buffer, publish) }.unwrap();
    let engine = engine(heap, false);
    let native = |module: &Module| module.native();
    let used = heap.stats().used;
    for round in 0..3 {
        let first = Module::new(&engine, &module).unwrap();
        let second = Module::new(&engine, &module).unwrap();
        let third = Module::new(&engine, &module).unwrap();
        assert_eq!([&first, &second, &third].map(native), [Ok(true), Ok(true), Err(Refusal::CodeMemory)]);
        assert!(heap.stats().used >= used + 2 * code_bytes);
        drop((first, third));
        assert_eq!(Module::new(&engine, &module).unwrap().native(), Ok(true));
        drop(second);
        assert_eq!((heap.stats().used, PUBLISHED.load(Ordering::Relaxed)), (used, (round + 1) * 3));
    }
    assert!(heap.stats().peak >= used + 2 * code_bytes);
}

#[test]
fn code_is_released_with_its_module() {
    let module = program();
    let module = with(&module, &[&compiled(&module)]);
    RELEASED.set(0);
    assert_eq!(load(&module), Ok(true));
    assert_eq!(RELEASED.get(), 1);
}

#[test]
fn without_trust_nothing_runs() {
    let module = program();
    let module = with(&module, &[&compiled(&module)]);
    let engine = Engine::new(Config::new(Heap::system())).unwrap();
    let module = Module::new(&engine, &module).unwrap();
    assert_eq!(module.native(), Ok(false));
    let found: Vec<_> = module.native_sections().map(|section| section.fits).collect();
    assert_eq!(found, [Ok(())]);
}
