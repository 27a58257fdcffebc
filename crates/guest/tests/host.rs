//! Host functions made by the attribute: every kind of parameter and result, what is refused, and what it costs.

use std::ffi::CStr;
use std::time::{Duration, Instant};

use moteur::pool::Counted;
use moteur::{Config, Engine, Error, Heap, Linker, Module, Store, Trap};
use moteur_guest::claim::Address;
use moteur_guest::host::{Answer, Call, GuestCall, HostFunctions, Stop};
use moteur_guest::{host_functions, link};

/// What the functions saw.
#[derive(Default)]
struct Seen(Vec<String>);

#[host_functions]
impl Seen {
    fn nothing(&mut self) {
        self.0.push("nothing".into());
    }

    #[expect(clippy::too_many_arguments, reason = "every type once")]
    fn numbers(&mut self, a: i32, b: u32, c: i64, d: u64, e: f32, f: f64, g: bool) -> i64 {
        self.0.push(format!("{a} {b} {c} {d} {e} {f} {g}"));
        -5
    }

    fn looks(&self) -> u32 {
        self.0.len() as u32
    }

    fn text(&mut self, text: &str) -> f64 {
        self.0.push(text.into());
        0.5
    }

    fn c_text(&mut self, text: &CStr, more: &[u8]) -> bool {
        self.0.push(format!("{text:?} {more:?}"));
        true
    }

    fn fill(&mut self, to: &mut [u8], from: &[u8], name: &str, title: &CStr) -> Result<u32, Error> {
        self.0.push(format!("{from:?} {name} {title:?}"));
        to.fill(*from.first().ok_or(Error::Host(7))?);
        Ok(to.len() as u32)
    }

    fn two(a: &mut [u8], b: &mut [u8]) {
        a.fill(1);
        b.fill(2);
    }

    #[host(name = "a.dotted-name")]
    fn renamed(at: Address<u32>) -> Address<u32> {
        at
    }

    fn fails() -> Result<f32, Stop> {
        Err(Trap::Unreachable.into())
    }
}

/// A part of another state, which takes the whole call.
struct Whole;

#[host_functions(state = Seen, calls_guest)]
impl Whole {
    fn sum(call: &mut Call<'_, Seen>, at: Address<u32>, count: u32) -> Result<u32, Stop> {
        call.state.0.push("sum".into());
        let mut sum = 0;
        for index in 0..count {
            sum = u32::wrapping_add(sum, call.memory.get(at.claim(count), index)?);
        }
        Ok(sum)
    }

    fn ask(call: &mut Call<'_, Seen>, of: u32) -> Result<u32, Stop> {
        const NAMES: [&str; 4] = ["double", "no such", "wide", "trap"];
        match call.progress.answer {
            None => {
                let export = NAMES[of as usize];
                Err(Stop::Guest(GuestCall { export, arguments: [21, 0], count: 1 }))
            }
            Some(Answer::Returned(word)) => Ok(word),
            Some(Answer::Missing) => Ok(u32::MAX),
        }
    }

    fn forever(call: &mut Call<'_, Seen>) -> Result<(), Stop> {
        call.progress.since = Some(call.progress.since.map_or(0, |tries| tries + 1));
        std::thread::sleep(Duration::from_millis(1));
        Err(Stop::Again)
    }
}

/// A block that is generic over what it drives.
struct Driver<D>(D);

#[host_functions]
impl<D: Fn(u32) -> u32 + Send + 'static> Driver<D> {
    fn drive(&mut self, by: u32) -> u32 {
        (self.0)(by)
    }
}

const GUEST: &str = r#"(module
    (import "env" "nothing" (func $nothing))
    (import "env" "numbers" (func $numbers (param i32 i32 i64 i64 f32 f64 i32) (result i64)))
    (import "env" "looks" (func $looks (result i32)))
    (import "env" "text" (func $text (param i32 i32) (result f64)))
    (import "env" "c_text" (func $c_text (param i32 i32 i32) (result i32)))
    (import "env" "fill" (func $fill (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "env" "two" (func $two (param i32 i32 i32 i32)))
    (import "env" "a.dotted-name" (func $renamed (param i32) (result i32)))
    (import "env" "fails" (func $fails (result f32)))
    (import "env" "sum" (func $sum (param i32 i32) (result i32)))
    (import "env" "ask" (func $ask (param i32) (result i32)))
    (import "env" "forever" (func $forever))
    (memory (export "memory") 1)
    (data (i32.const 16) "guest\00\ff\fe")
    (data (i32.const 65533) "end")
    (func (export "nothing") (call $nothing))
    (func (export "looks") (result i32) (call $looks))
    (func (export "text") (param i32 i32) (result f64) (call $text (local.get 0) (local.get 1)))
    (func (export "c_text") (param i32 i32 i32) (result i32) (call $c_text (local.get 0) (local.get 1) (local.get 2)))
    (func (export "fill") (param i32 i32 i32 i32 i32 i32 i32) (result i32) (call $fill (local.get 0) (local.get 1)
        (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6)))
    (func (export "two") (param i32 i32 i32 i32)
        (call $two (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    (func (export "renamed") (param i32) (result i32) (call $renamed (local.get 0)))
    (func (export "fails") (result f32) (call $fails))
    (func (export "sum") (param i32 i32) (result i32) (call $sum (local.get 0) (local.get 1)))
    (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
    (func (export "forever") (call $forever))
    (func (export "numbers") (result i64)
        (call $numbers (i32.const -1) (i32.const -1) (i64.const -1) (i64.const -1) (f32.const 1.5) (f64.const -2.5)
            (i32.const 256)))
    (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "wide") (param i64) (result i64) (local.get 0))
    (func (export "trap") (param i32) (result i32) unreachable))"#;

/// A store with the guest, whose imports are all here.
fn guest() -> (Store<Seen>, moteur::Instance) {
    let engine = Engine::new(Config::new(Heap::system()).stack_bytes(16 << 10)).unwrap();
    let module = Module::new(&engine, &wat::parse_str(GUEST).unwrap()).unwrap();
    let mut linker = Linker::new(&engine);
    link::<_, Seen>(&mut linker, "env", |seen: &mut Seen| seen).unwrap();
    link::<_, Whole>(&mut linker, "env", |seen: &mut Seen| seen).unwrap();
    let mut store = Store::new(&engine, Seen::default()).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    (store, instance)
}

macro_rules! call {
    ($guest:expr, $name:literal, $params:ty => $results:ty, $arguments:expr) => {{
        let (store, instance) = &mut $guest;
        instance.typed_func::<$params, $results>(&*store, $name).unwrap().call(&mut *store, $arguments)
    }};
}

const FAULT: Error = Error::Trap(Trap::MemoryOutOfBounds);

#[test]
fn values_arrive_as_they_were_passed() {
    let mut guest = guest();
    assert_eq!(call!(guest, "nothing", () => (), ()), Ok(()));
    assert_eq!(call!(guest, "numbers", () => i64, ()), Ok(-5));
    assert_eq!(call!(guest, "looks", () => i32, ()), Ok(2));
    assert_eq!(call!(guest, "renamed", i32 => i32, -4), Ok(-4));
    assert_eq!(call!(guest, "fails", () => f32, ()), Err(Error::Trap(Trap::Unreachable)));
    assert_eq!(guest.0.data().0, ["nothing", "-1 4294967295 -1 18446744073709551615 1.5 -2.5 true"]);
}

#[test]
fn texts_are_checked_before_the_function_sees_them() {
    let mut guest = guest();
    assert_eq!(call!(guest, "text", (i32, i32) => f64, (16, 5)), Ok(0.5));
    assert_eq!(call!(guest, "text", (i32, i32) => f64, (65_536, 0)), Ok(0.5));
    assert_eq!(call!(guest, "text", (i32, i32) => f64, (22, 2)), Err(Error::Utf8));
    for (address, len) in [(65_536, 1), (65_535, 2), (-1, 1), (-1, -1), (0, -1), (65_537, 0)] {
        assert_eq!(call!(guest, "text", (i32, i32) => f64, (address, len)), Err(FAULT), "{address} {len}");
    }
    assert_eq!(call!(guest, "c_text", (i32, i32, i32) => i32, (18, 16, 2)), Ok(1));
    assert_eq!(call!(guest, "c_text", (i32, i32, i32) => i32, (65_533, 0, 0)), Err(FAULT), "no zero byte");
    assert_eq!(call!(guest, "c_text", (i32, i32, i32) => i32, (-1, 0, 0)), Err(FAULT));
    assert_eq!(guest.0.data().0, ["guest", "", "\"est\" [103, 117]"]);
}

#[test]
fn what_can_be_written_overlaps_nothing() {
    let mut guest = guest();
    let words = (100, 4, 16, 1, 17, 1, 18);
    assert_eq!(call!(guest, "fill", (i32, i32, i32, i32, i32, i32, i32) => i32, words), Ok(4));
    let memory = guest.1.memory(&guest.0, "memory").unwrap();
    assert_eq!(memory.slice(&guest.0, moteur::GuestAddr(99), 6).unwrap(), b"\0gggg\0");
    assert_eq!(guest.0.data().0, ["[103] u \"est\""]);
    let words = (100, 4, 16, 2, 17, 1, 18);
    assert_eq!(call!(guest, "fill", (i32, i32, i32, i32, i32, i32, i32) => i32, words), Err(FAULT), "bytes over name");
    // Over the bytes, over the name, over the last byte of the text of C, twice the same, past the end.
    for (to, len) in [(16, 1), (15, 2), (18, 1), (21, 1), (0, 65_536), (65_535, 2), (-1, -1)] {
        let words = (to, len, 16, 1, 17, 1, 18);
        let outcome = call!(guest, "fill", (i32, i32, i32, i32, i32, i32, i32) => i32, words);
        assert_eq!(outcome, Err(FAULT), "{to} {len}");
    }
    let empty = (100, 4, 101, 0, 17, 1, 18);
    assert_eq!(call!(guest, "fill", (i32, i32, i32, i32, i32, i32, i32) => i32, empty), Err(Error::Host(7)));
    assert_eq!(call!(guest, "two", (i32, i32, i32, i32) => (), (200, 2, 202, 2)), Ok(()));
    assert_eq!(call!(guest, "two", (i32, i32, i32, i32) => (), (200, 2, 201, 2)), Err(FAULT));
    assert_eq!(memory.slice(&guest.0, moteur::GuestAddr(200), 4).unwrap(), [1, 1, 2, 2]);
}

#[test]
fn a_part_works_on_the_state_of_the_whole() {
    let mut guest = guest();
    assert_eq!(call!(guest, "sum", (i32, i32) => i32, (0, 4)), Ok(0));
    assert_eq!(call!(guest, "sum", (i32, i32) => i32, (0, i32::MAX)), Err(FAULT));
    assert_eq!(guest.0.data().0, ["sum", "sum"]);
}

#[test]
fn functions_of_the_guest_are_called_and_answer() {
    let mut guest = guest();
    assert_eq!(call!(guest, "ask", i32 => i32, 0), Ok(42));
    assert_eq!(call!(guest, "ask", i32 => i32, 1), Ok(-1), "no such export");
    assert_eq!(call!(guest, "ask", i32 => i32, 2), Ok(-1), "of another type");
    assert_eq!(call!(guest, "ask", i32 => i32, 3), Err(Error::Trap(Trap::Unreachable)));
}

#[test]
fn a_function_that_waits_can_be_interrupted() {
    let mut guest = guest();
    let handle = guest.0.interrupt_handle();
    let start = Instant::now();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        handle.interrupt();
    });
    assert_eq!(call!(guest, "forever", () => (), ()), Err(Error::Trap(Trap::Interrupted)));
    assert!(start.elapsed() >= Duration::from_millis(20));
    thread.join().unwrap();
}

#[test]
fn generic_blocks_link_too() {
    fn driven<D: Fn(u32) -> u32 + Send + 'static>(drive: D) -> i32 {
        let engine = Engine::new(Config::new(Heap::system())).unwrap();
        let text = r#"(module (import "motor" "drive" (func $drive (param i32) (result i32)))
            (func (export "go") (result i32) (call $drive (i32.const 20))))"#;
        let module = Module::new(&engine, &wat::parse_str(text).unwrap()).unwrap();
        let mut linker = Linker::new(&engine);
        link::<_, Driver<D>>(&mut linker, "motor", |driver: &mut Driver<D>| driver).unwrap();
        let mut store = Store::new(&engine, Driver(drive)).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        instance.typed_func::<(), i32>(&store, "go").unwrap().call(&mut store, ()).unwrap()
    }
    assert_eq!(driven(|by| by + 1), 21);
    assert_eq!(driven(|by| by * 3), 60);
}

#[test]
fn types_are_those_of_the_functions() {
    let types: Vec<_> = Seen::FUNCTIONS.iter().map(|row| format!("{} {}", row.name, row.ty)).collect();
    assert_eq!(types[1], "numbers [i32 i32 i64 i64 f32 f64 i32] -> [i64]");
    assert_eq!(types[5], "fill [i32 i32 i32 i32 i32 i32 i32] -> [i32]");
    assert_eq!(types[7], "a.dotted-name [i32] -> [i32]");
    assert_eq!(types[8], "fails [] -> [f32]");
}

#[test]
fn a_call_takes_nothing_from_the_heap() {
    static ACCOUNT: Counted = Counted::new();
    let heap = Heap::counted(&ACCOUNT);
    let engine = Engine::new(Config::new(heap).stack_bytes(16 << 10)).unwrap();
    let module = Module::new(&engine, &wat::parse_str(GUEST).unwrap()).unwrap();
    let mut linker = Linker::new(&engine);
    link::<_, Seen>(&mut linker, "env", |seen: &mut Seen| seen).unwrap();
    link::<_, Whole>(&mut linker, "env", |seen: &mut Seen| seen).unwrap();
    let mut store = Store::new(&engine, Seen::default()).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let ask = instance.typed_func::<i32, i32>(&store, "ask").unwrap();
    assert_eq!(ask.call(&mut store, 0), Ok(42)); // The functions are lowered.
    heap.fail_after(Some(0));
    assert_eq!(ask.call(&mut store, 0), Ok(42));
    heap.fail_after(None);
}
