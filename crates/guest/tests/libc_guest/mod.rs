//! A guest that hands each import of the built-in libc out as an export, so that tests call the functions as C does: with
//! words, and with what they point to in the guest's memory.
#![allow(dead_code, reason = "each test program uses its part")]

use std::sync::Mutex;

use moteur::{
    Config, Engine, Error, Func, GuestAddr, Heap, Instance, Linker, Memory, Module, Store, Trap, Val, ValType,
};
use moteur_guest::{Libc, libc};
use moteur_platform::{Clock, Console, Parts, Stream};

/// A console that keeps what was written, and in how many pieces.
#[derive(Default)]
pub struct Kept(Mutex<(Vec<u8>, usize)>);

impl Console for Kept {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), moteur_platform::Error> {
        assert_eq!(stream, Stream::Out);
        let mut kept = self.0.lock().unwrap();
        kept.0.extend_from_slice(bytes);
        kept.1 += usize::from(!bytes.is_empty());
        Ok(())
    }
}

/// A clock that stands still: 3.000000004 s after it was started, 5.000000006 s after 1970.
struct Still;

impl Clock for Still {
    fn monotonic_ns(&self) -> u64 {
        3_000_000_004
    }

    fn realtime_ns(&self) -> Option<u64> {
        Some(5_000_000_006)
    }

    fn resolution_ns(&self) -> u64 {
        1
    }
}

/// The types of all functions, as the C declarations have them: one letter per parameter (`i`: 32 bits), and the result
/// after a colon.
pub const SIGNATURES: &str = "printf ii:i sprintf iii:i snprintf iiii:i vprintf ii:i vsprintf iii:i vsnprintf iiii:i \
    puts i:i putchar i:i memcmp iii:i memcpy iii:i memmove iii:i memset iii:i strchr ii:i strcmp ii:i strcpy ii:i \
    strlen i:i strncmp iii:i strncpy iii:i malloc i:i realloc ii:i calloc ii:i strdup i:i _strdup i:i free i: \
    atoi i:i exit i: strtol iii:i strtoul iii:i memchr iii:i strncasecmp iii:i strspn ii:i strcspn ii:i strstr ii:i \
    isupper i:i isalpha i:i isspace i:i isgraph i:i isprint i:i isdigit i:i isxdigit i:i tolower i:i toupper i:i \
    isalnum i:i emscripten_memcpy_big iii:i abort i: abortStackOverflow i: nullFunc_X i: \
    __cxa_allocate_exception i:i __cxa_begin_catch i: __cxa_throw iii: clock_gettime ii:i clock :I";

/// Names and types of [`SIGNATURES`].
pub fn signatures() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let mut words = SIGNATURES.split_whitespace();
    std::iter::from_fn(move || {
        let name = words.next()?;
        let (params, results) = words.next()?.split_once(':')?;
        Some((name, params, results))
    })
}

fn types(letters: &str) -> String {
    letters.chars().map(|letter| if letter == 'I' { " i64" } else { " i32" }).collect()
}

/// A module that imports every function and calls it from an export of the same name with `c_` before it. It has one page
/// of memory; `more` stands at the end of its text.
pub fn module(more: &str) -> Vec<u8> {
    let mut text = String::from("(module\n");
    for (name, params, results) in signatures() {
        let (params, results) = (types(params), types(results));
        text += &format!("(import \"env\" \"{name}\" (func ${name} (param{params}) (result{results})))\n");
    }
    for (name, params, results) in signatures() {
        let arguments: String = (0..params.len()).map(|index| format!(" (local.get {index})")).collect();
        let (params, results) = (types(params), types(results));
        text += &format!("(func (export \"c_{name}\") (param{params}) (result{results}) (call ${name}{arguments}))\n");
    }
    wat::parse_str(text + "(memory (export \"memory\") 1)" + more + ")").unwrap()
}

/// The guest in its store.
pub struct Guest {
    pub store: Store<Libc>,
    instance: Instance,
    pub memory: Memory,
    pub console: &'static Kept,
}

impl Guest {
    /// A guest without a heap.
    pub fn new() -> Guest {
        Guest::with("", |libc| libc)
    }

    /// A guest with more in its module, and a libc that `change` has changed.
    pub fn with(more: &str, change: impl FnOnce(Libc) -> Libc) -> Guest {
        let console: &'static Kept = Box::leak(Box::default());
        let platform: &'static Parts<'static> = Box::leak(Box::new(Parts::new(console).with_clock(&Still)));
        let engine = Engine::new(Config::new(Heap::system()).stack_bytes(16 << 10)).unwrap();
        let module = Module::new(&engine, &module(more)).unwrap();
        let mut linker = Linker::new(&engine);
        libc::add_to_linker(&mut linker, |libc| libc).unwrap();
        let mut store = Store::new(&engine, change(Libc::new(platform))).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let memory = instance.memory(&store, "memory").unwrap();
        Guest { store, instance, memory, console }
    }

    fn func(&self, name: &str) -> Func {
        self.instance.func(&self.store, name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// Calls a function with 32-bit arguments; the result's bits, 0 without one.
    pub fn try_call(&mut self, name: &str, arguments: &[u32]) -> Result<u64, Error> {
        let func = self.func(&format!("c_{name}"));
        let arguments: Vec<Val> = arguments.iter().map(|word| Val::I32(word.cast_signed())).collect();
        let ty = func.ty(&self.store)?;
        let mut results: Vec<Val> =
            ty.results.iter().map(|ty| if *ty == ValType::I64 { Val::I64(0) } else { Val::I32(0) }).collect();
        func.call(&mut self.store, &arguments, &mut results)?;
        Ok(match results.first() {
            Some(Val::I32(word)) => u64::from(word.cast_unsigned()),
            Some(Val::I64(word)) => word.cast_unsigned(),
            _ => 0,
        })
    }

    /// Calls a function that must not end the guest.
    pub fn call(&mut self, name: &str, arguments: &[u32]) -> u32 {
        self.try_call(name, arguments).unwrap_or_else(|error| panic!("{name}{arguments:x?}: {error}")) as u32
    }

    /// Whether a function ends the guest with an access out of bounds.
    pub fn faults(&mut self, name: &str, arguments: &[u32]) -> bool {
        self.try_call(name, arguments) == Err(Error::trap(Trap::MemoryOutOfBounds))
    }

    /// Writes bytes to the guest's memory.
    pub fn write(&mut self, at: u32, bytes: &[u8]) {
        self.memory.write(&mut self.store, GuestAddr(at), bytes).unwrap();
    }

    /// Writes a text with its zero byte; returns where.
    pub fn text(&mut self, at: u32, text: &[u8]) -> u32 {
        self.write(at, text);
        self.write(at + text.len() as u32, &[0]);
        at
    }

    /// Bytes of the guest's memory.
    pub fn read(&self, at: u32, len: usize) -> Vec<u8> {
        self.memory.slice(&self.store, GuestAddr(at), len as u32).unwrap().to_vec()
    }

    /// The word at an address.
    pub fn word(&self, at: u32) -> u32 {
        u32::from_le_bytes(self.read(at, 4).try_into().unwrap())
    }

    /// What the console has got since this was asked last, and in how many pieces.
    pub fn printed(&self) -> (Vec<u8>, usize) {
        std::mem::take(&mut *self.console.0.lock().unwrap())
    }
}
