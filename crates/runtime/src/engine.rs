//! The engine: what all modules and stores of a program share, which is where memory comes from and which limits hold.

use moteur_pool::{Arc, Heap};
use moteur_wasm::PageSize;

use crate::error::Error;
use crate::interp::handlers_jump;
use crate::native;

/// Bytes of the largest memory: what 32-bit addresses reach, in one allocation.
const MEMORY_BYTES_MAX: usize = {
    let reach = 1_u64 << 32;
    if reach < isize::MAX as u64 { reach as usize } else { isize::MAX as usize }
};

/// How an [`Engine`] shall work: where memory comes from, and the limits that hold everywhere, instantiation and start
/// functions included.
///
/// ```
/// use moteur::{Config, Engine, Heap};
///
/// let config = Config::new(Heap::system()).stack_bytes(64 << 10).max_memory_pages(16).fuel(true);
/// let engine = Engine::new(config)?;
/// # Ok::<(), moteur::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Config {
    pub(crate) heap: Heap,
    pub(crate) stack_bytes: usize,
    pub(crate) fuel: bool,
    pub(crate) eager: bool,
    pub(crate) memory_bytes_max: usize,
    pub(crate) table_elements_max: u32,
    pub(crate) instances_max: u32,
    pub(crate) host_depth_max: u32,
    #[allow(dead_code, reason = "only native code asks")]
    pub(crate) native: native::Policy,
    #[allow(dead_code, reason = "only native code asks")]
    pub(crate) native_stack_bytes: usize,
}

impl Config {
    /// The defaults, with all memory from `heap`.
    pub const fn new(heap: Heap) -> Config {
        let large = cfg!(feature = "std");
        Config {
            heap,
            stack_bytes: if large { 1 << 20 } else { 8 << 10 },
            fuel: false,
            eager: false,
            memory_bytes_max: MEMORY_BYTES_MAX,
            table_elements_max: 10_000_000,
            instances_max: u32::MAX,
            host_depth_max: if large { 64 } else { 8 },
            native: native::Policy::IGNORE,
            native_stack_bytes: if large { 512 << 10 } else { 4 << 10 },
        }
    }

    /// Bytes of the guest's stack, allocated once for each store. 1 MiB with the feature `std`, otherwise 8 KiB.
    #[must_use]
    pub const fn stack_bytes(mut self, bytes: usize) -> Config {
        self.stack_bytes = bytes;
        self
    }

    /// Whether guests pay with fuel for what they execute: one unit for each operator except `nop`, `block`, `else` and
    /// `end`, and one more for each 64 bytes, elements or values that a bulk operator, a branch or a call moves, or a
    /// function has as locals or results: see [`wasm::fuel`](crate::wasm::fuel). It is taken in advance for a run of
    /// operators without branch targets, at most 256 units at once. Off by default.
    #[must_use]
    pub const fn fuel(mut self, on: bool) -> Config {
        self.fuel = on;
        self
    }

    /// Whether functions are lowered when a module is instantiated, instead of when they are first called. Off by
    /// default.
    #[must_use]
    pub const fn eager(mut self, on: bool) -> Config {
        self.eager = on;
        self
    }

    /// Bytes that one memory may have at most, whatever its pages: one of 64 KiB pages has the pages that fit. 4 GiB by
    /// default, or as much as the machine can address.
    #[must_use]
    pub const fn max_memory_bytes(mut self, bytes: u64) -> Config {
        self.memory_bytes_max = if bytes < MEMORY_BYTES_MAX as u64 { bytes as usize } else { MEMORY_BYTES_MAX };
        self
    }

    /// [`max_memory_bytes`](Config::max_memory_bytes) in units of 64 KiB.
    #[must_use]
    pub const fn max_memory_pages(self, pages: u32) -> Config {
        self.max_memory_bytes(PageSize::Standard.bytes_of(pages))
    }

    /// Elements that one table may have at most. 10,000,000 by default.
    #[must_use]
    pub const fn max_table_elements(mut self, elements: u32) -> Config {
        self.table_elements_max = elements;
        self
    }

    /// Instances that one store may have at most. No limit but memory by default.
    #[must_use]
    pub const fn max_instances(mut self, instances: u32) -> Config {
        self.instances_max = instances;
        self
    }

    /// How deep calls from host functions back into the guest may nest: each takes native stack. 64 by default with
    /// the feature `std`, otherwise 8.
    #[must_use]
    pub const fn max_host_depth(mut self, depth: u32) -> Config {
        self.host_depth_max = depth;
        self
    }
}

/// What modules and stores share. Cloning gives another handle of the same engine.
#[derive(Clone)]
pub struct Engine {
    config: Arc<Config>,
}

impl Engine {
    /// An engine that works as `config` says.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], or [`Error::Unoptimised`] where this very program's interpreter cannot run guests.
    pub fn new(config: Config) -> Result<Engine, Error> {
        if !handlers_jump() {
            return Err(Error::Unoptimised);
        }
        Ok(Engine { config: Arc::new_in(config, config.heap)? })
    }

    /// Where all memory comes from.
    pub fn heap(&self) -> Heap {
        self.config.heap
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Whether both are handles of one engine.
    pub fn same(&self, other: &Engine) -> bool {
        core::ptr::eq(self.config(), other.config())
    }
}
