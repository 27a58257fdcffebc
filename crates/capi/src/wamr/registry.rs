//! Modules that others import from: registered by the program, or read by a function of its when one is first wanted.

use core::ffi::c_char;
use core::ptr::null_mut;

use moteur::pool::{Box, Vec};
use moteur::{Engine, Error, Heap};

use super::instance::Failure;
use super::module::{self, Module};
use super::text::{self, Out};
use super::{link, runtime};

/// `module_reader` of the header.
pub type Reader = unsafe extern "C" fn(kind: u32, name: *const c_char, buffer: *mut *mut u8, size: *mut u32) -> bool;
/// `module_destroyer` of the header.
pub type Destroyer = unsafe extern "C" fn(buffer: *mut u8, size: u32);

/// The modules that are registered.
pub struct Registry {
    entries: Vec<Entry>,
    reader: Option<Reader>,
    destroyer: Option<Destroyer>,
}

struct Entry {
    /// With a zero at its end.
    name: Box<[u8]>,
    module: *mut Module,
    /// What the reader gave.
    buffer: Option<(*mut u8, u32)>,
}

impl Registry {
    /// With nothing in it.
    pub fn new(heap: Heap) -> Registry {
        Registry { entries: Vec::new_in(heap), reader: None, destroyer: None }
    }

    fn find(&self, name: &[u8]) -> Option<*mut Module> {
        let is = |entry: &&Entry| entry.name.strip_suffix(&[0]) == Some(name);
        self.entries.iter().find(is).map(|entry| entry.module)
    }
}

/// Registers a module, which is held for that.
///
/// # Safety
/// The module is there.
unsafe fn register(name: &[u8], module: *mut Module, buffer: Option<(*mut u8, u32)>) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let added = runtime::with(|runtime| {
            let name = module::with_zero(name, runtime.heap)?;
            Ok(runtime.registry.entries.push(Entry { name, module, buffer })?)
        });
        added.unwrap_or(Err(Error::OutOfMemory))?;
        module::hold(module);
        Ok(())
    }
}

/// The module that is registered under this name, or that the program's reader has.
///
/// # Safety
/// Nothing of the runtime is borrowed: the reader may call it.
pub unsafe fn find_or_read(name: &str, engine: &Engine, error: &mut Out) -> Result<Option<*mut Module>, Failure> {
    let asked = runtime::with(|runtime| {
        (runtime.registry.find(name.as_bytes()), runtime.registry.reader, runtime.registry.destroyer)
    });
    let (reader, destroyer) = match asked {
        Some((Some(module), ..)) => return Ok(Some(module)),
        Some((None, Some(reader), destroyer)) => (reader, destroyer),
        _ => return Ok(None),
    };
    let name = module::with_zero(name.as_bytes(), engine.heap())?;
    let (mut buffer, mut size) = (null_mut(), 0);
    // SAFETY: the header: it is such a function, and what it gives stays until the destroyer gets it.
    unsafe {
        if !reader(0, name.as_ptr().cast(), &raw mut buffer, &raw mut size) || buffer.is_null() {
            return Ok(None);
        }
        let bytes = core::slice::from_raw_parts(buffer, size as usize);
        let own_name = name.strip_suffix(&[0]).unwrap_or_default();
        let result = module::load(engine, bytes, false, own_name).and_then(|module| {
            let registered = register(own_name, module, Some((buffer, size)));
            // The registry's hold is the only one.
            module::release(module);
            registered.map(|()| module)
        });
        if let (Err(_), Some(destroyer)) = (&result, destroyer) {
            destroyer(buffer, size);
        }
        result.map(Some).map_err(|why| {
            for text in [&b"loading "[..], own_name, b": "] {
                error.push(text);
            }
            Failure::Error(why)
        })
    }
}

/// Whether a module is registered under this name.
pub fn is_registered(name: &str) -> bool {
    runtime::with(|runtime| runtime.registry.find(name.as_bytes()).is_some()) == Some(true)
}

/// Lets all modules go, and gives back what the reader gave.
pub fn end() {
    while let Some(Some((entry, destroyer))) = runtime::with(|runtime| {
        let entry = runtime.registry.entries.pop()?;
        Some((entry, runtime.registry.destroyer))
    }) {
        // SAFETY: the registry held it; its bytes are given back after it.
        unsafe {
            module::release(entry.module);
            if let (Some((buffer, size)), Some(destroyer)) = (entry.buffer, destroyer) {
                destroyer(buffer, size);
            }
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_set_module_reader(reader: Option<Reader>, destroyer: Option<Destroyer>) {
    runtime::with(|runtime| {
        runtime.registry.reader = reader;
        runtime.registry.destroyer = destroyer;
    });
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_register_module(
    module_name: *const c_char,
    module: *mut Module,
    error_buf: *mut c_char,
    error_buf_size: u32,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        let mut error = Out::new(error_buf, error_buf_size as usize);
        let why = match text::str(module_name) {
            None => "module_name and module are required",
            Some(_) if module.is_null() => "module_name and module are required",
            Some(name) if link::is_built_in(name) => "can not register as a built-in module",
            Some(name) => match runtime::with(|runtime| runtime.registry.find(name.as_bytes())) {
                Some(Some(other)) if other == module => return true,
                Some(Some(_)) => "another module has this name",
                _ => match register(name.as_bytes(), module, None) {
                    Ok(()) => return true,
                    Err(_) => "allocate memory failed",
                },
            },
        };
        error.push(b"Register module failed: ");
        error.push(why.as_bytes());
        false
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_find_module_registered(module_name: *const c_char) -> *mut Module {
    // SAFETY: the header: null or valid.
    let name = unsafe { text::bytes(module_name) };
    let found = name.and_then(|name| runtime::with(|runtime| runtime.registry.find(name)).flatten());
    found.unwrap_or(null_mut())
}
