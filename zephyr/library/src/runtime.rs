//! A runtime: what C gets from `moteur_create`.

use core::cell::{Cell, UnsafeCell};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::NonNull;

use moteur::pool::Box;
use moteur::{Config, Engine, Error, Heap, Linker, Module};
use moteur_platform::zephyr::Output;

use crate::policy;
use crate::words::Text;
use crate::world::{self, World};

/// `enum moteur_error`.
pub mod code {
    use core::ffi::c_int;

    pub const OK: c_int = 0;
    pub const NO_MEMORY: c_int = -1;
    pub const BAD_MODULE: c_int = -2;
    pub const NATIVE_REFUSED: c_int = -3;
    pub const BAD_IMPORT: c_int = -4;
    pub const NO_EXPORT: c_int = -5;
    pub const BAD_TYPE: c_int = -6;
    pub const TRAP: c_int = -7;
    pub const EXIT: c_int = -8;
    pub const LIMIT: c_int = -9;
    pub const HOST: c_int = -10;
    pub const INVALID: c_int = -11;
    pub const IN_USE: c_int = -12;
    pub const UNSUPPORTED: c_int = -13;
}

/// The number that C gets for an error.
pub fn code_of(error: &Error) -> c_int {
    match error {
        Error::OutOfMemory => code::NO_MEMORY,
        Error::Module(_) => code::BAD_MODULE,
        Error::Native(_) => code::NATIVE_REFUSED,
        Error::Link { .. } => code::BAD_IMPORT,
        Error::NoExport => code::NO_EXPORT,
        Error::Type => code::BAD_TYPE,
        Error::Trap(_) => code::TRAP,
        Error::Exit(_) => code::EXIT,
        Error::Limit(_) => code::LIMIT,
        Error::Host(_) => code::HOST,
        Error::FuelOff | Error::Unoptimised => code::UNSUPPORTED,
        _ => code::INVALID,
    }
}

/// `moteur_output_t`, whose bytes are text or not.
pub type OutputFunction = unsafe extern "C" fn(*mut c_void, c_int, *const u8, usize);

/// `struct moteur_options`.
#[repr(C)]
pub struct Options {
    stack_bytes: usize,
    native_stack_bytes: usize,
    memory_bytes_max: usize,
    table_elements_max: u32,
    fuel: bool,
    eager: bool,
    output: Option<OutputFunction>,
    output_context: *mut c_void,
}

/// What stands in the pool for C. It is used by one thread at a time; host functions may come back to it, so borrows are
/// short.
pub struct Runtime {
    pub engine: Engine,
    pub linker: UnsafeCell<Linker<World>>,
    pub output: Output,
    /// How many modules there are.
    pub modules: Cell<u32>,
    exit_status: Cell<c_int>,
    text: UnsafeCell<Text>,
}

impl Runtime {
    /// Remembers an error and gives its number.
    pub fn fail(&self, error: &Error, module: Option<&Module>) -> c_int {
        if let Error::Exit(status) = error {
            self.exit_status.set(*status);
        }
        // SAFETY: one thread at a time, and making a text does not come here.
        unsafe { &mut *self.text.get() }.error(error, module);
        code_of(error)
    }

    /// Remembers what went wrong and gives its number.
    pub fn fail_as(&self, code: c_int, what: &'static CStr) -> c_int {
        // SAFETY: as above.
        unsafe { &mut *self.text.get() }.say(what);
        code
    }

    /// Remembers the status that a guest ended with.
    pub fn exit(&self, status: c_int) {
        self.exit_status.set(status);
    }

    fn new(heap: Heap, options: &Options) -> Result<Runtime, Error> {
        let config = Config::new(heap)
            .stack_bytes(options.stack_bytes)
            .max_memory_bytes(options.memory_bytes_max as u64)
            .max_table_elements(options.table_elements_max)
            .fuel(options.fuel)
            .eager(options.eager);
        let engine = Engine::new(policy::configure(config, options.native_stack_bytes))?;
        let mut linker = Linker::new(&engine);
        linker.allow_shadowing(true);
        world::link(&mut linker)?;
        let output = options.output.map(|function| Output::Function(function, options.output_context));
        Ok(Runtime {
            engine,
            linker: UnsafeCell::new(linker),
            output: output.unwrap_or(Output::Console),
            modules: Cell::new(0),
            exit_status: Cell::new(0),
            text: UnsafeCell::new(Text::new()),
        })
    }
}

/// Puts something into the heap for C to hold.
pub fn hand_out<T>(value: T, heap: Heap) -> Result<NonNull<T>, Error> {
    Ok(Box::into_raw(Box::new_in(value, heap)?).0)
}

/// Takes back what `hand_out` gave, and drops it.
///
/// # Safety
/// It came from there, with this heap, and is not used any more.
pub unsafe fn take_back<T>(value: NonNull<T>, heap: Heap) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(value, heap) });
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_create(
    to: *mut *mut Runtime,
    pool: *mut u8,
    bytes: usize,
    options: *const Options,
) -> c_int {
    // SAFETY: the caller's pointers are null or good.
    let (Some(to), Some(pool), Some(options)) =
        (unsafe { to.as_mut() }, NonNull::new(pool), unsafe { options.as_ref() })
    else {
        return code::INVALID;
    };
    // SAFETY: the caller gives the pool away until the runtime is destroyed.
    let made = unsafe { Heap::from_raw(pool, bytes) }
        .map_err(Error::from)
        .and_then(|heap| hand_out(Runtime::new(heap, options)?, heap));
    match made {
        Ok(runtime) => {
            *to = runtime.as_ptr();
            code::OK
        }
        Err(error) => code_of(&error),
    }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_destroy(runtime: *mut Runtime) -> c_int {
    let Some(place) = NonNull::new(runtime) else {
        return code::OK;
    };
    // SAFETY: the caller's runtime.
    let runtime = unsafe { place.as_ref() };
    if runtime.modules.get() > 0 {
        return runtime.fail_as(code::IN_USE, c"the runtime still has modules");
    }
    let heap = runtime.engine.heap();
    // SAFETY: the caller does not use it any more.
    unsafe { take_back(place, heap) };
    code::OK
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_error_text(runtime: *const Runtime) -> *const c_char {
    // SAFETY: the caller's runtime.
    match unsafe { runtime.as_ref() } {
        // SAFETY: one thread at a time.
        Some(runtime) => unsafe { &*runtime.text.get() }.as_ptr(),
        None => c"there is no runtime".as_ptr(),
    }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_exit_status(runtime: *const Runtime) -> c_int {
    // SAFETY: the caller's runtime.
    unsafe { runtime.as_ref() }.map_or(0, |runtime| runtime.exit_status.get())
}

/// `struct moteur_statistics`.
#[repr(C)]
pub struct Statistics {
    capacity: usize,
    used: usize,
    peak: usize,
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_get_statistics(runtime: *const Runtime, to: *mut Statistics) {
    // SAFETY: the caller's pointers are null or good.
    if let (Some(runtime), Some(to)) = unsafe { (runtime.as_ref(), to.as_mut()) } {
        let stats = runtime.engine.heap().stats();
        *to = Statistics { capacity: stats.capacity, used: stats.used, peak: stats.peak };
    }
}
