//! WASI: arguments, directories, what may be reached, exit codes.

use core::ffi::{c_char, c_int};

use moteur::{Error, FuncType, Heap, Linker};
use moteur_guest::Wasi;
use moteur_guest::wasi::{self, Allowed, StringError};

use super::errors;
use super::instance::{Instance, World};
use super::module::Module;
use super::text::{self, Out};
use crate::machine;

/// Texts of the program's: an address and how many.
#[derive(Clone, Copy)]
pub struct Texts {
    first: *const *const c_char,
    count: u32,
}

impl Texts {
    const NONE: Texts = Texts { first: core::ptr::null(), count: 0 };

    /// # Safety
    /// So many texts are there for as long as this is used.
    pub unsafe fn new(first: *const *const c_char, count: u32) -> Texts {
        Texts { first, count: if first.is_null() { 0 } else { count } }
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        // SAFETY: `new`.
        (0..self.count as usize).filter_map(|at| unsafe { text::bytes(*self.first.add(at)) })
    }
}

/// What the program gives its guests. The texts are the program's until the module was instantiated.
#[derive(Clone, Copy)]
pub struct Options {
    pub directories: Texts,
    pub mapped: Texts,
    pub environment: Texts,
    pub arguments: Texts,
    pub addresses: Texts,
    pub names: Texts,
    pub streams: [i64; 3],
}

impl Options {
    /// Nothing.
    pub const NONE: Options = Options {
        directories: Texts::NONE,
        mapped: Texts::NONE,
        environment: Texts::NONE,
        arguments: Texts::NONE,
        addresses: Texts::NONE,
        names: Texts::NONE,
        streams: [-1; 3],
    };
}

/// Why a guest cannot be given what the program says.
pub enum Why {
    Error(Error),
    /// What is wrong, and with what.
    Text(&'static str, *const u8, usize),
}

impl From<Error> for Why {
    fn from(error: Error) -> Why {
        Why::Error(error)
    }
}

impl Why {
    fn text(why: &'static str, of: &[u8]) -> Why {
        Why::Text(why, of.as_ptr(), of.len())
    }
}

impl From<StringError> for Why {
    fn from(error: StringError) -> Why {
        match error {
            StringError::OutOfMemory => Why::Error(Error::OutOfMemory),
            StringError::Nul => Why::text("a text has a zero inside", b""),
        }
    }
}

/// Writes what is wrong.
pub fn describe(why: Why, error: &mut Out) {
    match why {
        Why::Error(why) => errors::describe(why, error),
        Why::Text(why, start, len) => {
            error.push(why.as_bytes());
            // SAFETY: a text of the program's, which is there until the module was instantiated.
            error.push(unsafe { core::slice::from_raw_parts(start, len) });
        }
    }
}

/// The world of one guest.
pub struct State(Wasi);

impl State {
    /// A world as the program says.
    pub fn new(heap: Heap, options: &Options) -> Result<State, Why> {
        let mut wasi = Wasi::new(heap, machine::platform());
        if options.streams.iter().zip(0..).any(|(given, own)| *given >= 0 && *given != own) {
            return Err(Why::text("standard streams can only be those of the process", b""));
        }
        for argument in options.arguments.iter() {
            wasi.argument(argument)?;
        }
        for line in options.environment.iter() {
            let end = line.iter().position(|byte| *byte == b'=').unwrap_or(line.len());
            let (key, value) = line.split_at(end);
            wasi.variable(key, value.get(1..).unwrap_or_default())?;
        }
        for directory in options.directories.iter() {
            give(&mut wasi, directory, directory)?;
        }
        for line in options.mapped.iter() {
            let Some(at) = line.windows(2).position(|pair| pair == b"::") else {
                return Err(Why::text("a mapping is GUEST::HOST, not ", line));
            };
            let (guest, host) = line.split_at(at);
            give(&mut wasi, guest, host.get(2..).unwrap_or_default())?;
        }
        for address in options.addresses.iter() {
            allow(&mut wasi, address, true)?;
        }
        for name in options.names.iter() {
            allow(&mut wasi, name, false)?;
        }
        Ok(State(wasi))
    }
}

fn give(wasi: &mut Wasi, guest: &[u8], host: &[u8]) -> Result<(), Why> {
    let name = core::str::from_utf8(guest).map_err(|_| Why::text("not UTF-8: ", guest))?;
    machine::give_directory(wasi, name, host).map_err(|why| match why {
        machine::DirectoryError::Name(error) => error.into(),
        machine::DirectoryError::Open => Why::text("error while pre-opening directory ", host),
    })
}

/// Lets the guest reach a network such as `10.0.0.0/8` or a host by its name, at every port; and be reached at an address.
fn allow(wasi: &mut Wasi, text: &[u8], is_address: bool) -> Result<(), Why> {
    let refused = || Why::text("this can be no part of a list of addresses or names: ", text);
    let host = core::str::from_utf8(text).map_err(|_| refused())?;
    let (address, prefix) = host.split_once('/').unwrap_or((host, ""));
    // As a line of Moteur's own lists, which have IPv6 in brackets and a port.
    let mut line = Line { bytes: [0; 128], len: 0 };
    let is_v6 = address.contains(':');
    let slash = if prefix.is_empty() { "" } else { "/" };
    for part in [if is_v6 { "[" } else { "" }, address, if is_v6 { "]" } else { "" }, slash, prefix, ":*"] {
        line.push(part).ok_or_else(refused)?;
    }
    let line = line.bytes.get(..line.len).and_then(|line| core::str::from_utf8(line).ok()).ok_or_else(refused)?;
    if !is_address && address == "*" {
        return Err(refused());
    }
    let allowed = Allowed::parse(line).map_err(|_| refused())?;
    let no_memory = |_| Why::Error(Error::OutOfMemory);
    wasi.allow_net(&allowed).map_err(no_memory)?;
    if is_address { wasi.allow_listen(&allowed).map_err(no_memory) } else { Ok(()) }
}

struct Line {
    bytes: [u8; 128],
    len: usize,
}

impl Line {
    fn push(&mut self, text: &str) -> Option<()> {
        let end = self.len.checked_add(text.len())?;
        self.bytes.get_mut(self.len..end)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Some(())
    }
}

/// Offers all functions.
pub fn add(linker: &mut Linker<World>) -> Result<(), Error> {
    wasi::add_to_linker(linker, |world: &mut World| &mut world.wasi.0)
}

/// Whether modules of WASI programs import from this one.
pub fn is_module(name: &str) -> bool {
    wasi::MODULES.contains(&name)
}

/// The type of a function that guests can import.
pub fn signature(module: &str, name: &str) -> Option<FuncType<'static>> {
    if is_module(module) { wasi::signature(name) } else { None }
}

/// Whether the instance's module is made for WASI.
///
/// # Safety
/// The instance is there.
pub unsafe fn is_used(instance: *mut Instance) -> bool {
    // SAFETY: the caller's promise.
    unsafe { (*(*instance).module).module.imports().any(|import| is_module(import.module)) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_wasi_args_ex(
    module: *mut Module,
    dir_list: *const *const c_char,
    dir_count: u32,
    map_dir_list: *const *const c_char,
    map_dir_count: u32,
    env: *const *const c_char,
    env_count: u32,
    argv: *const *const c_char,
    argc: c_int,
    stdinfd: i64,
    stdoutfd: i64,
    stderrfd: i64,
) {
    // SAFETY: the header: null or valid, and so many texts.
    unsafe {
        if let Some(module) = module.as_mut() {
            module.wasi = Options {
                directories: Texts::new(dir_list, dir_count),
                mapped: Texts::new(map_dir_list, map_dir_count),
                environment: Texts::new(env, env_count),
                arguments: Texts::new(argv, u32::try_from(argc).unwrap_or(0)),
                streams: [stdinfd, stdoutfd, stderrfd],
                ..module.wasi
            };
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_wasi_args(
    module: *mut Module,
    dir_list: *const *const c_char,
    dir_count: u32,
    map_dir_list: *const *const c_char,
    map_dir_count: u32,
    env: *const *const c_char,
    env_count: u32,
    argv: *const *const c_char,
    argc: c_int,
) {
    // SAFETY: the header.
    unsafe {
        wasm_runtime_set_wasi_args_ex(
            module,
            dir_list,
            dir_count,
            map_dir_list,
            map_dir_count,
            env,
            env_count,
            argv,
            argc,
            -1,
            -1,
            -1,
        );
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_wasi_addr_pool(
    module: *mut Module,
    addr_pool: *const *const c_char,
    addr_pool_size: u32,
) {
    // SAFETY: the header: null or valid, and so many texts.
    unsafe {
        if let Some(module) = module.as_mut() {
            module.wasi.addresses = Texts::new(addr_pool, addr_pool_size);
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_wasi_ns_lookup_pool(
    module: *mut Module,
    ns_lookup_pool: *const *const c_char,
    ns_lookup_pool_size: u32,
) {
    // SAFETY: the header: null or valid, and so many texts.
    unsafe {
        if let Some(module) = module.as_mut() {
            module.wasi.names = Texts::new(ns_lookup_pool, ns_lookup_pool_size);
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_is_wasi_mode(module_inst: *mut Instance) -> bool {
    // SAFETY: the header: null or valid.
    !module_inst.is_null() && unsafe { is_used(module_inst) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_lookup_wasi_start_function(module_inst: *mut Instance) -> super::call::Function {
    // SAFETY: the header: null or valid.
    unsafe {
        if !wasm_runtime_is_wasi_mode(module_inst) {
            return core::ptr::null_mut();
        }
        super::call::wasm_runtime_lookup_function(module_inst, c"_start".as_ptr())
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_wasi_exit_code(module_inst: *mut Instance) -> u32 {
    // SAFETY: the header: null or valid.
    unsafe { if module_inst.is_null() { 0 } else { (*(*module_inst).root).exit_code } }
}
