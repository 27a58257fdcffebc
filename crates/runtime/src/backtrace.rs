//! Where a trap happened: the guest's innermost functions.

use core::fmt;
use core::ptr::NonNull;

use moteur_wasm::FuncIdx;

use crate::context::Handle;
use crate::instance::Instance;
use crate::module::Module;
use crate::store::StoreId;
use crate::store::entity::InstanceEntity;

/// How many frames a backtrace keeps at most.
pub(crate) const FRAMES_MAX: usize = if size_of::<usize>() == 8 { 32 } else { 12 };

/// The guest functions that were active when the last call into a store failed, innermost first.
///
/// ```
/// use moteur::{Config, Engine, Error, Heap, Instance, Module, Store, Trap};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// # let wasm = wat::parse_str(r#"(module (func $boom (export "boom") unreachable))"#).unwrap();
/// let module = Module::new(&engine, &wasm)?; // (module (func $boom (export "boom") unreachable))
/// let mut store = Store::new(&engine, ())?;
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let boom = instance.typed_func::<(), ()>(&store, "boom")?;
/// assert_eq!(boom.call(&mut store, ()), Err(Error::Trap(Trap::Unreachable)));
/// let frame = store.backtrace().frames().next().unwrap();
/// assert_eq!((frame.func(), frame.name()), (0, Some("boom")));
/// # Ok::<(), Error>(())
/// ```
pub struct Backtrace {
    frames: [RawFrame; FRAMES_MAX],
    len: u32,
    total: u32,
    store: StoreId,
}

#[derive(Clone, Copy)]
struct RawFrame {
    func: u32,
    offset: u32,
    instance: NonNull<InstanceEntity>,
}

/// The offset of a frame whose place in the module is not known.
pub(crate) const OFFSET_UNKNOWN: u32 = u32::MAX;

impl Backtrace {
    pub(crate) const fn new(store: StoreId) -> Backtrace {
        let none = RawFrame { func: 0, offset: OFFSET_UNKNOWN, instance: NonNull::dangling() };
        Backtrace { frames: [none; FRAMES_MAX], len: 0, total: 0, store }
    }

    /// Forgets all frames.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.total = 0;
    }

    /// Adds the next outer frame; beyond the room there is it is only counted.
    pub(crate) fn push(&mut self, func: u32, offset: u32, instance: NonNull<InstanceEntity>) {
        if let Some(frame) = self.frames.get_mut(self.len as usize) {
            *frame = RawFrame { func, offset, instance };
            self.len = self.len.wrapping_add(1);
        }
        self.total = self.total.saturating_add(1);
    }

    /// The frames, innermost first. The outermost of a deep recursion are left out.
    pub fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        self.frames.iter().take(self.len as usize).map(|raw| Frame {
            func: raw.func,
            offset: raw.offset,
            instance: Instance(Handle::of(self.store, raw.instance)),
            // SAFETY: instances and loaded modules live as long as their store, which this backtrace is borrowed from.
            module: unsafe { &(*(*raw.instance.as_ptr()).loaded.as_ptr()).module },
        })
    }

    /// How many frames there were, those that are left out included.
    pub fn total(&self) -> u32 {
        self.total
    }
}

impl fmt::Display for Backtrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, frame) in self.frames().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{at:>3}: {frame}")?;
        }
        let left_out = self.total.saturating_sub(self.len);
        if left_out > 0 {
            write!(f, "\n     ... and {left_out} more")?;
        }
        Ok(())
    }
}

/// An active guest function.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    func: u32,
    offset: u32,
    instance: Instance,
    module: &'a Module,
}

impl<'a> Frame<'a> {
    /// The function's index in its module.
    pub fn func(&self) -> u32 {
        self.func
    }

    /// Where in the module's bytes the function was.
    pub fn offset(&self) -> Option<u32> {
        (self.offset != OFFSET_UNKNOWN).then_some(self.offset)
    }

    /// Where in its function's code the function was, in bytes from where the body begins with its locals.
    pub fn offset_in_func(&self) -> Option<u32> {
        let body = self.module.wasm().body(FuncIdx(self.func))?;
        self.offset()?.checked_sub(body.start as u32)
    }

    /// The instance that the function belongs to.
    pub fn instance(&self) -> Instance {
        self.instance
    }

    /// The function's module.
    pub fn module(&self) -> &'a Module {
        self.module
    }

    /// The function's name, where the module's name section gives one.
    pub fn name(&self) -> Option<&'a str> {
        self.module.func_name(self.func)
    }
}

impl fmt::Display for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "func {}", self.func)?;
        if let Some(name) = self.name() {
            write!(f, " <{name}>")?;
        }
        match self.offset() {
            Some(offset) => write!(f, " at offset {offset:#x}"),
            None => Ok(()),
        }
    }
}
