//! What the caller of this crate must handle: one small `Copy` value, with its text in one place.
//!
//! A [`Trap`] is what the guest did; the other kinds are what the embedder or the machine did. Nothing here owns
//! memory, so an error can be made when memory has run out.

use core::fmt;

use moteur_image::section::Refusal;
use moteur_pool::OutOfMemory;
use moteur_wasm::{ErrorKind, Trap};

use crate::module::Module;

/// Why an operation of this crate failed.
///
/// ```
/// use moteur::{Config, Engine, Error, Heap, Module};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// let error = Module::new(&engine, b"no module").err();
/// assert!(matches!(error, Some(Error::Module(_))));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
// A tag of a whole word lets results move as words: 650 bytes less in the smallest firmware for the M33.
#[repr(u32)]
pub enum Error {
    /// The bytes are not a module that this runtime accepts: what is wrong, and at which offset.
    Module(moteur_wasm::Error),
    /// The module can only run as native code, and that is refused: why.
    Native(Refusal),
    /// The guest trapped. [`Store::backtrace`](crate::Store::backtrace) tells where.
    Trap(Trap),
    /// The heap had no room.
    OutOfMemory,
    /// An import of the module could not be satisfied. [`Error::describe`] names it.
    Link {
        /// Which import, counted from 0 in the order of the module.
        import: u32,
        /// What was wrong with it.
        reason: LinkError,
    },
    /// A limit of the engine was reached.
    Limit(Limit),
    /// The guest ended itself with this status (through a host function such as `proc_exit`).
    Exit(i32),
    /// A host function failed, with a number that only the embedder understands.
    Host(u32),
    /// A handle was used with a store that it does not belong to.
    ForeignStore,
    /// A module was used with a store or linker of another engine.
    ForeignEngine,
    /// Values or types do not match what the function, table or global asks for.
    Type,
    /// There is no export of that name and kind.
    NoExport,
    /// An address or index of the embedder is out of range.
    OutOfBounds,
    /// Bytes that should be text are not UTF-8.
    Utf8,
    /// The global is not mutable.
    Immutable,
    /// The linker already has a definition of that name.
    AlreadyDefined,
    /// Fuel was set or read but the engine was not configured for it.
    FuelOff,
    /// The suspended call cannot continue now: a call that was suspended after it must be resumed or cancelled first.
    NotResumable,
    /// The guest called an asynchronous host function, but was itself not called with
    /// [`Func::call_async`](crate::Func::call_async), or through something that cannot wait: a host function that is not
    /// asynchronous, a start function, native code.
    NotAsync,
    /// Native code was reached by a call that comes back between slices: it would run to its end at once.
    NativeAsync,
    /// The interpreter was compiled so that it would overflow the native stack: its handlers call where they should jump.
    /// Optimise the build, or turn off the feature `threaded`.
    Unoptimised,
}

const _: () = assert!(size_of::<Result<(), Error>>() == 12);

/// What was wrong with an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkError {
    /// Nothing of that name was defined, or too few imports were given.
    Unknown,
    /// What was given is of another kind or type.
    Incompatible,
    /// More imports were given than the module has.
    TooMany,
}

/// A limit of [`Config`](crate::Config).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// The size of a memory.
    MemoryPages,
    /// Elements of a table.
    TableElements,
    /// Instances of a store.
    Instances,
    /// Host functions that call guest functions that call host functions.
    HostDepth,
    /// Slots for arguments and results of one host function.
    Arguments,
    /// Stores that this program can create.
    Stores,
    /// Slots of one function's frame.
    FrameSlots,
    /// Units of one function's code.
    CodeSize,
}

impl Error {
    /// A trap, for a host function to end the guest with.
    pub const fn trap(trap: Trap) -> Error {
        Error::Trap(trap)
    }

    /// The guest's exit with `status`, for a host function to return.
    pub const fn exit(status: i32) -> Error {
        Error::Exit(status)
    }

    /// A failure that only the embedder understands, for a host function to return.
    pub const fn host(code: u32) -> Error {
        Error::Host(code)
    }

    /// The same text as `Display`, with the import's name where an import of `module` is meant.
    ///
    /// ```
    /// # use moteur::{Config, Engine, Error, Heap, Instance, Module, Store};
    /// # let engine = Engine::new(Config::new(Heap::system()))?;
    /// // (module (import "env" "led" (func)))
    /// let wasm = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x0b\x01\x03env\x03led\0\0";
    /// let module = Module::new(&engine, wasm)?;
    /// let mut store = Store::new(&engine, ())?;
    /// let error = Instance::new(&mut store, &module, &[]).unwrap_err();
    /// assert_eq!(error.describe(&module).to_string(), "unknown import: env::led");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn describe<'a>(&'a self, module: &'a Module) -> impl fmt::Display + 'a {
        Described { error: self, module }
    }
}

struct Described<'a> {
    error: &'a Error,
    module: &'a Module,
}

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Error::Link { import, reason } = self.error
            && let Some(found) = self.module.import(*import)
        {
            return write!(f, "{reason}: {}::{}", found.module, found.name);
        }
        self.error.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Error::Module(error) => return error.fmt(f),
            Error::Native(why) => return write!(f, "the module can only run as native code: {why}"),
            Error::Trap(trap) => return trap.fmt(f),
            Error::Link { import, reason } => return write!(f, "{reason} (import {import})"),
            Error::Limit(limit) => return limit.fmt(f),
            Error::Exit(status) => return write!(f, "exit with status {status}"),
            Error::Host(code) => return write!(f, "a host function failed with code {code}"),
            Error::OutOfMemory => "out of memory",
            Error::ForeignStore => "the handle belongs to another store",
            Error::ForeignEngine => "the module belongs to another engine",
            Error::Type => "the types do not match",
            Error::NoExport => "no export of that name and kind",
            Error::OutOfBounds => "out of bounds",
            Error::Utf8 => "not UTF-8",
            Error::Immutable => "the global is immutable",
            Error::AlreadyDefined => "defined twice",
            Error::FuelOff => "the engine does not count fuel",
            Error::NotResumable => "a call suspended later must end first",
            Error::NotAsync => "an asynchronous host function was called where nothing can wait for it",
            Error::NativeAsync => "native code cannot be called asynchronously",
            Error::Unoptimised => {
                "the interpreter's handlers do not jump: optimise it, or turn off its feature threaded"
            }
        };
        f.write_str(text)
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LinkError::Unknown => "unknown import",
            LinkError::Incompatible => "incompatible import type",
            LinkError::TooMany => "more imports given than the module has",
        })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::MemoryPages => "the memory is larger than the engine allows",
            Limit::TableElements => "the table is larger than the engine allows",
            Limit::Instances => "the store has as many instances as the engine allows",
            Limit::HostDepth => "host and guest functions are nested too deeply",
            Limit::Arguments => "too many arguments or results for a host function",
            Limit::Stores => "too many stores",
            Limit::FrameSlots => "function needs too large a frame",
            Limit::CodeSize => "function is too large",
        })
    }
}

impl core::error::Error for Error {}

impl From<Trap> for Error {
    fn from(trap: Trap) -> Error {
        Error::Trap(trap)
    }
}

impl From<OutOfMemory> for Error {
    fn from(_: OutOfMemory) -> Error {
        Error::OutOfMemory
    }
}

impl From<moteur_wasm::Error> for Error {
    fn from(error: moteur_wasm::Error) -> Error {
        match error.kind {
            ErrorKind::OutOfMemory => Error::OutOfMemory,
            _ => Error::Module(error),
        }
    }
}
