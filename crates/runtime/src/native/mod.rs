//! Native code: loads what the compiler made, and carries calls between it, the interpreter and the host.
//!
//! A function with native code is, for the interpreter, a function whose register code is one instruction that leaves to
//! the driver, which calls [`call`]. Native code calls everything that is not native code of its own instance through
//! `helpers::call`, which calls as the embedder would. So each side sees the other as host functions see guests, and
//! traps, limits and backtraces nest as they do there.
//!
//! | module | does |
//! |---|---|
//! | `load` | finds the section that fits, and refuses what doesn't |
//! | `signed` | who vouches for a section |
//! | `sections` | the sections of a module, for tools that show them |
//! | `context` | what a store keeps for native code, filled anew for each instance that is entered |
//! | `enter` | in and out, in assembly |
//! | `faults` | faults of the processor become traps |
//! | `guard` | memories whose accesses are checked by the processor |
//! | `heap` | code that is copied to RAM |
//! | `helpers` | what native code calls |
//! | `library` | what compilers assume |
//! | `unwind` | who was active at a trap |

mod context;
mod enter;
#[cfg_attr(
    not(all(
        feature = "faults",
        target_os = "none",
        any(target_arch = "arm", target_arch = "riscv32", target_arch = "riscv64")
    )),
    path = "faults_none.rs"
)]
mod faults;
#[cfg_attr(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))), path = "guard_none.rs")]
mod guard;
mod heap;
mod helpers;
mod library;
mod load;
mod sections;
#[cfg_attr(not(feature = "signatures"), path = "signed_none.rs")]
mod signed;
mod unwind;

use core::ptr::NonNull;

use moteur_image::section::Refusal;
use moteur_wasm::{FuncIdx, Trap};

use crate::engine::Config;
use crate::error::Error;
use crate::module::Module;
use crate::slot::{Slot, slots_of_type};
#[cfg(feature = "faults")]
use crate::store::Store;
use crate::store::StoreInner;
use crate::store::entity::InstanceEntity;
#[cfg(feature = "faults")]
use faults::Watch;
use guard::Guard;
use signed::Trust;

pub(crate) use context::StorePart;
pub(crate) use guard::{Source, source};
pub use heap::CodeHeap;
pub(crate) use load::{Attached, Policy};
pub use moteur_image::feature as cpu_feature;
pub use moteur_image::signature::KeyId;
pub use moteur_platform::{
    CodeMemory, CodeRegion, Decide, FaultCause, FaultFrame, FaultWatch, GuardedMemory, GuestFault, InPlace, Resume,
};
pub use sections::NativeSection;
#[cfg(feature = "signatures")]
pub use signed::PublicKey;

/// Where a function's native code is; 0 if it has none.
pub(crate) type CodeAddress = usize;

/// Where a table's elements are, and how many.
#[derive(Default)]
#[repr(transparent)]
pub(crate) struct TableHead(moteur_image::context::TableHead);

impl TableHead {
    pub fn of(elements: &[Slot]) -> TableHead {
        TableHead(moteur_image::context::TableHead { elements: elements.as_ptr().addr(), count: elements.len() })
    }
}

impl Config {
    /// Lets modules run the native code that they bring along, if it was made for this machine and for that very module.
    /// Code that does not fit is not run: the module is interpreted, and [`Module::native`] says why.
    ///
    /// Fuel is counted alike, to the unit, by code that was compiled to count it. A call that runs out of it in native code
    /// ends with the trap, also where an interpreted one would wait for more. Asynchronous calls do not reach native code:
    /// [`Error::NativeAsync`].
    ///
    /// # Safety
    /// Native code cannot be checked. Every native section of every module that is loaded was made by this project's
    /// compiler from that module, and was not changed.
    #[must_use]
    pub const unsafe fn native(mut self, memory: &'static dyn CodeMemory) -> Config {
        self.native.code = Some(memory);
        self.native.trust = Trust::ALL;
        self
    }

    /// Gives all linear memories addresses of their own from `memory`, 8 GiB each, so that native code which relies on
    /// that may run: it checks no address. Has no effect but on Linux on x86-64 and AArch64.
    ///
    /// # Safety
    /// `memory` does as [`GuardedMemory`] says: native code without checks reads and writes where it wants otherwise.
    #[must_use]
    pub const unsafe fn guard_pages(mut self, memory: &'static dyn GuardedMemory) -> Config {
        self.native.guard = Guard::by(memory);
        self
    }

    /// Lets faults of the processor in native code end the guest with [`Trap::Fault`], and [`Store::fault`] say what they
    /// were. Native code then stops before the stack that `watch` knows ends, too. Has no effect but on bare Cortex-M and
    /// RISC-V.
    ///
    /// What native code calls of the runtime or the host is no guest's fault when it fails.
    ///
    /// # Safety
    /// `watch` does as [`FaultWatch`] says: a guest that goes on elsewhere, or on another stack, takes all with it.
    #[cfg(feature = "faults")]
    #[must_use]
    pub const unsafe fn faults(mut self, watch: &'static dyn FaultWatch) -> Config {
        self.native.faults = Watch::by(watch);
        self
    }

    /// What the CPU has beyond what the name of the target promises that this is compiled for: the bits of
    /// [`cpu_feature`]. A Cortex-M7 with double-precision floats runs programs for any `thumbv7em-none-eabihf`, say. A
    /// processor that is told to have what it lacks takes a fault in code that was compiled for that.
    #[must_use]
    pub const fn cpu_features(mut self, bits: u64) -> Config {
        self.native.cpu_features = bits;
        self
    }

    /// Bytes of native stack that native code may use, counted from where it is entered; what it calls of the host comes
    /// on top. 512 KiB with the feature `std`, otherwise 4 KiB.
    #[must_use]
    pub const fn native_stack_bytes(mut self, bytes: usize) -> Config {
        self.native_stack_bytes = bytes;
        self
    }
}

#[cfg(feature = "faults")]
impl<T> Store<T> {
    /// The last fault of the processor in native code of this store: what [`Trap::Fault`] is about.
    pub fn fault(&self) -> Option<GuestFault> {
        self.native().fault
    }
}

impl Module {
    /// Whether native code is run for this module.
    ///
    /// # Errors
    /// Why the native code that it brings along is not run.
    pub fn native(&self) -> Result<bool, Refusal> {
        match self.attached().refusal() {
            Some(refusal) => Err(refusal),
            None => Ok(self.attached().code().is_some()),
        }
    }
}

/// Where the native code of a function is.
pub(crate) fn address_of(module: &Module, func: FuncIdx) -> CodeAddress {
    let imported = module.wasm().imported_func_count();
    let code = module.attached().code();
    code.and_then(|code| code.function(func.0.checked_sub(imported)?)).unwrap_or(0)
}

/// Whether the module has native code.
#[cfg_attr(not(feature = "interpreter"), allow(dead_code))]
pub(crate) fn is_native(module: &Module) -> bool {
    module.attached().code().is_some()
}

/// Calls a function that has native code. Its arguments stand at `frame`, its results replace them.
///
/// # Safety
/// The function is of this instance, and the instance of this store; nothing else borrows the store. The frame has room
/// for arguments, results and a link.
pub(crate) unsafe fn call(
    store: NonNull<StoreInner>,
    instance: NonNull<InstanceEntity>,
    func: FuncIdx,
    frame: *mut Slot,
) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let module = &(*(*instance.as_ptr()).loaded.as_ptr()).module;
        let wasm = module.wasm();
        let ty = wasm.func_type_idx(func).ok_or(Error::OutOfBounds)?;
        let (params, results) = wasm.func_type(ty).map_or((0, 0), slots_of_type);
        let stack_top = frame.wrapping_add(params.max(results) + 1);
        if stack_top > (*store.as_ptr()).stack_end {
            return Err(Error::Trap(Trap::StackOverflow));
        }
        let code = module.attached().code().ok_or(Error::OutOfBounds)?;
        let entry = code.entry(ty.0).ok_or(Error::OutOfBounds)?;
        let inner = store.as_ptr();
        let (context, outer) = StorePart::begin(store, instance, code)?;
        let top = (*inner).stack_top;
        (*inner).stack_top = stack_top;
        let Policy { guard, faults, .. } = (*inner).engine.config().native;
        let run = || enter::enter(context, entry, address_of(module, func), frame);
        let reason = guard.watched(context, code, || faults.watched(context, run));
        (*inner).stack_top = top;
        StorePart::end(store, context, outer);
        match reason {
            0 => Ok(()),
            number => match u8::try_from(number).ok().and_then(Trap::from_u8) {
                Some(trap) => Err(Error::Trap(trap)),
                None => Err((*inner).native.take_failure()),
            },
        }
    }
}
