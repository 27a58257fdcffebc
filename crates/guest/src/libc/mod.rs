//! The built-in libc: 52 functions of C as imports from `env`, for programs that are compiled without a library of their
//! own. They are those that WAMR (the WebAssembly Micro Runtime) offers under this name, so that its programs run here.
//!
//! | functions | |
//! |---|---|
//! | `printf` `sprintf` `snprintf` `vprintf` `vsprintf` `vsnprintf` | every conversion of C11 for numbers and texts, floating point exactly rounded |
//! | `puts` `putchar` | to standard output |
//! | `malloc` `calloc` `realloc` `free` `strdup` `_strdup` | memory: see below |
//! | `memchr` `memcmp` `memcpy` `memmove` `memset` `emscripten_memcpy_big` | places may overlap in all of them |
//! | `strchr` `strcmp` `strcpy` `strcspn` `strlen` `strncasecmp` `strncmp` `strncpy` `strspn` `strstr` | |
//! | `atoi` `strtol` `strtoul` | with limits of 32 bits |
//! | `isalnum` `isalpha` `isdigit` `isgraph` `isprint` `isspace` `isupper` `isxdigit` `tolower` `toupper` | for ASCII |
//! | `clock_gettime` `clock` | clock 0 is that of the calendar, if the machine has one, all others are monotonic; `clock` counts nanoseconds |
//! | `exit` | ends the guest with [`Error::Exit`] |
//! | `abort` `abortStackOverflow` `nullFunc_X` `__cxa_throw` | end the guest with a trap; `abort` has an argument here, as in WAMR, which that of C does not have: define it as `__builtin_trap()` |
//! | `__cxa_allocate_exception` `__cxa_begin_catch` | memory; nothing |
//!
//! # A program
//! `clang --target=wasm32 -nostdlib -Wl,--no-entry -Wl,--allow-undefined -Wl,--export=run -Wl,--export=__heap_base` leaves
//! every function that the program declares and does not define as an import from `env`, of the type that its C
//! declaration has: `int`, `long`, `size_t` and pointers are an `i32`, `long long` an `i64`. The arguments of a variadic
//! function stand in memory, one after the other, and it gets their address; a `va_list` is the same address, so
//! `vprintf` is `printf`. An argument takes 4 bytes; `long long` and `double` take 8 at a multiple of 8. `long double`
//! (16 bytes) cannot be printed: `%L` is printed as it stands.
//!
//! # What a guest cannot do
//! A function that touches what is not in the guest's memory ends the guest with the trap of an access out of bounds; it
//! may have written some of its output before. Texts end where memory ends. `%n` takes its argument and writes nothing.
//! Widths, and precisions of numbers, count up to 65,535. No guest pointer to a function is ever called, and nothing is allocated on
//! the host.
//!
//! # Memory
//! A guest that exports a function `malloc` has an allocator: that is called whenever memory is given out, and the guest
//! frees it with its own `free`. For other guests there is a heap inside their own memory: where the embedder says
//! ([`Libc::with_heap`]), or else from the address that the guest exports as the global `__heap_base` to where its memory
//! ends when the heap is used first. It is aligned to 8 and in the guest's reach, so it is not trusted: the worst that a
//! guest can do with it is to get no memory any more. Without a heap, `malloc` gives nothing.
//!
//! ```
//! use moteur::{Config, Engine, Heap, Linker, Module, Store};
//! use moteur_guest::{Libc, libc};
//! use moteur_platform::std::Std;
//!
//! let engine = Engine::new(Config::new(Heap::system()))?;
//! # let wasm = wat::parse_str(r#"(module (import "env" "puts" (func $puts (param i32) (result i32)))
//! #     (memory 1) (data (i32.const 16) "hello\00")
//! #     (func (export "run") (result i32) (call $puts (i32.const 16))))"#).unwrap();
//! let module = Module::new(&engine, &wasm)?; // int run(void) { return puts("hello"); }
//! let mut linker = Linker::new(&engine);
//! libc::add_to_linker(&mut linker, |libc: &mut Libc| libc)?;
//! let mut store = Store::new(&engine, Libc::new(&Std))?;
//! let instance = linker.instantiate(&mut store, &module)?;
//! assert_eq!(instance.typed_func::<(), i32>(&store, "run")?.call(&mut store, ())?, 6);
//! # Ok::<(), moteur::Error>(())
//! ```

mod digits;
mod heap;
mod memory;
mod print;
mod run;
mod table;
mod text;

use core::ops::Range;

use moteur::{Caller, Error, Extern, FuncType, Linker, Val, Words};
use moteur_platform::{Clock, Console, Platform};

use self::heap::AppHeap;
use self::run::{Allocator, Call};
use self::table::{Code, FUNCTIONS};
use crate::claim::GuestMemory;

/// The module that the functions are imported from.
const MODULE: &str = "env";

/// The libc of one guest.
pub struct Libc {
    console: &'static dyn Console,
    clock: Option<&'static dyn Clock>,
    heap: AppHeap,
}

impl Libc {
    /// A libc on this machine.
    pub fn new(platform: &'static dyn Platform) -> Libc {
        Libc { console: platform.console(), clock: platform.clock(), heap: AppHeap::new(0..0) }
    }

    /// The same with a heap for `malloc` in these bytes of the guest's memory. The guest must not use them for anything
    /// else.
    pub fn with_heap(mut self, range: Range<u32>) -> Libc {
        self.heap = AppHeap::new(range);
        self
    }

    /// Takes so many bytes for the embedder from the heap that [`with_heap`](Libc::with_heap) gave, inside the guest's
    /// `memory`, and gives their address; 0 if there is no room.
    pub fn allocate(&mut self, memory: &mut [u8], bytes: u32) -> u32 {
        Call::new(self, GuestMemory::new(memory), Code::Nothing, Allocator::Own(0)).take(bytes, 0)
    }

    /// Gives an address back that [`allocate`](Libc::allocate) or the guest's `malloc` took from there; any other is left
    /// alone.
    pub fn free(&mut self, memory: &mut [u8], address: u32) {
        Call::new(self, GuestMemory::new(memory), Code::Nothing, Allocator::Own(0)).free(address);
    }
}

/// What the guest left of a line is seen, however it ended.
impl Drop for Libc {
    fn drop(&mut self) {
        // Nobody is left to hear of an error.
        let _ = self.console.flush();
    }
}

/// The type of the function with this name.
pub fn signature(name: &str) -> Option<FuncType<'static>> {
    FUNCTIONS.iter().find(|function| function.name == name).map(|function| *function.ty)
}

/// Offers all functions to whatever `linker` links. `libc` finds the guest's [`Libc`] in the store's data.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    libc: impl Fn(&mut T) -> &mut Libc + Send + Sync + 'static,
) -> Result<(), Error> {
    linker.functions(MODULE, &FUNCTIONS, move |mut caller: Caller<'_, T>, row, words| {
        let first = call(&mut caller, &libc, row.code, words, Allocator::Unknown)?;
        let Some(bytes) = first.wanted else {
            return Ok(first.word);
        };
        let malloc = caller.instance().map(|instance| instance.typed_func::<u32, u32>(&caller, "malloc"));
        let allocator = match malloc {
            Some(Ok(malloc)) => Allocator::Guest(malloc.call(&mut caller, bytes)?),
            _ => Allocator::Own(heap_base(&caller)?),
        };
        Ok(call(&mut caller, &libc, row.code, words, allocator)?.word)
    })
}

/// As [`add_to_linker`], for guests without an allocator: a heap is only where [`Libc::with_heap`] says, and nothing that
/// the guest exports is looked at. This takes half a kilobyte of flash less.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub fn add_to_linker_with_fixed_heap<T: 'static>(
    linker: &mut Linker<T>,
    libc: impl Fn(&mut T) -> &mut Libc + Send + Sync + 'static,
) -> Result<(), Error> {
    linker.functions(MODULE, &FUNCTIONS, move |mut caller: Caller<'_, T>, row, words| {
        Ok(call(&mut caller, &libc, row.code, words, Allocator::Own(0))?.word)
    })
}

/// What a function returned, and how many bytes it wants from an allocator first, if so.
struct Outcome {
    word: u64,
    wanted: Option<u32>,
}

fn call<T>(
    caller: &mut Caller<'_, T>,
    libc: &impl Fn(&mut T) -> &mut Libc,
    code: Code,
    words: &Words,
    allocator: Allocator,
) -> Result<Outcome, Error> {
    let (bytes, data) = match caller.memory() {
        Ok(memory) => memory.data_and_store_mut(caller)?,
        Err(_) => (&mut [][..], caller.data_mut()),
    };
    let mut call = Call::new(libc(data), GuestMemory::new(bytes), code, allocator);
    let word = call.run(words);
    match call.error {
        Some(error) => {
            // The guest ends: what it wrote comes first.
            let _ = call.libc.console.flush();
            Err(error)
        }
        None => Ok(Outcome { word, wanted: call.wanted }),
    }
}

/// Where the guest says that its data ends; 0 if it does not.
fn heap_base<T>(caller: &Caller<'_, T>) -> Result<u32, Error> {
    match caller.export("__heap_base") {
        Some(Extern::Global(base)) => match base.get(caller)? {
            Val::I32(base) => Ok(base.cast_unsigned()),
            _ => Ok(0),
        },
        _ => Ok(0),
    }
}
