//! Finds the native section that fits this machine, and remembers what is wrong with the others.

use core::ops::Range;
use core::ptr::NonNull;

use moteur_image::feature;
use moteur_image::hash;
use moteur_image::section::{Active, Fingerprint, NAME, Native, Refusal};
use moteur_image::target::{Arch, Checks, FloatAbi};
use moteur_platform::CodeMemory;

use super::faults::Watch;
use super::guard::Guard;
use super::library;
use super::signed::Trust;
use crate::alloc::HeapAlloc;
use crate::engine::{Config, Engine};

/// The number of this machine's context layout.
const CONTEXT_HASH: u32 = match Arch::NATIVE {
    Some(here) => here.context_hash(),
    None => 0,
};

/// What an engine does with native code: nothing, or runs it in this memory.
#[derive(Clone, Copy)]
pub(crate) struct Policy {
    pub(super) code: Option<&'static dyn CodeMemory>,
    pub(super) trust: Trust,
    pub(super) guard: Guard,
    pub(super) faults: Watch,
    /// What the CPU has beyond what the target's name promises.
    pub(super) cpu_features: u64,
}

impl Policy {
    pub const IGNORE: Policy =
        Policy { code: None, trust: Trust::ALL, guard: Guard::NONE, faults: Watch::NONE, cpu_features: 0 };

    /// What the CPU has: what this build's target promises, what it says if it can be asked, and what its memory adds.
    fn cpu_features(self) -> u64 {
        let promised = const { feature::of_target(env!("MOTEUR_TARGET")) };
        promised | feature::of_cpu() | self.cpu_features
    }
}

/// What a module knows of its native code.
pub(crate) struct Attached(Result<Code, Option<Refusal>>);

/// Native code where it runs.
pub(crate) struct Code {
    base: NonNull<u8>,
    /// The section's lists. They lie in the bytes of the module that this belongs to, and live as long.
    native: Native<'static>,
    memory: &'static dyn CodeMemory,
}

// SAFETY: code is not written, and its memory is given back once.
unsafe impl Send for Attached {}
// SAFETY: as above.
unsafe impl Sync for Attached {}

impl Attached {
    /// Finds the section that fits.
    ///
    /// # Safety
    /// What is made here is dropped before `bytes`.
    pub unsafe fn find(engine: &Engine, wasm: &moteur_wasm::Module<HeapAlloc>, bytes: &[u8]) -> Attached {
        let Some(memory) = engine.config().native.code else { return Attached(Err(None)) };
        let mut refusal = None;
        for section in wasm.custom_sections(bytes).filter(|section| section.name == NAME) {
            // SAFETY: the caller's promise.
            let section: &'static [u8] = unsafe { core::mem::transmute::<&[u8], &'static [u8]>(section.bytes) };
            let config = engine.config();
            let fits = fitting(section, wasm, bytes, config, config.native.guard.is_on());
            match fits.and_then(|native| config.native.trust.vouches(section, &native).map(|()| native)) {
                Ok(native) => match Code::new(native, memory) {
                    Ok(code) => return Attached(Ok(code)),
                    Err(why) => refusal = Some(why),
                },
                // What is wrong with a section for this architecture says more than that another is for another.
                Err(why) if refusal.is_none_or(|known| known == Refusal::Arch) => refusal = Some(why),
                Err(_) => {}
            }
        }
        Attached(Err(refusal))
    }

    /// Whether there is code.
    pub fn is_native(&self) -> bool {
        self.0.is_ok()
    }

    /// Why there is none.
    pub fn missing(&self, wasm: &moteur_wasm::Module<HeapAlloc>, bytes: &[u8]) -> Refusal {
        self.refusal().unwrap_or(match wasm.custom_sections(bytes).any(|section| section.name == NAME) {
            // Nobody asked for it.
            true => Refusal::Trust,
            false => Refusal::Missing,
        })
    }

    /// The code, if it is used.
    pub fn code(&self) -> Option<&Code> {
        self.0.as_ref().ok()
    }

    /// Why no code is used, if there is any.
    pub fn refusal(&self) -> Option<Refusal> {
        self.0.as_ref().err().copied().flatten()
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if let Ok(code) = &self.0 {
            // SAFETY: the module goes, and with it all that could run the code.
            unsafe { code.memory.release(code.base, code.native.code().len()) };
        }
    }
}

impl Code {
    /// Makes code runnable. Where there is no memory for it, it is as little a reason to refuse the module as any other.
    fn new(native: Native<'static>, memory: &'static dyn CodeMemory) -> Result<Code, Refusal> {
        let base = memory.make_runnable(native.code()).map_err(|_| Refusal::CodeMemory)?;
        if base.addr().get().is_multiple_of(4) {
            return Ok(Code { base, native, memory });
        }
        // SAFETY: it was just made.
        unsafe { memory.release(base, native.code().len()) };
        Err(Refusal::Alignment)
    }

    fn at(&self, offset: u32) -> usize {
        self.base.addr().get() + offset as usize
    }

    /// Where all of it is.
    #[cfg_attr(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))), allow(dead_code))]
    pub fn addresses(&self) -> Range<usize> {
        self.base.addr().get()..self.at(self.native.code().len() as u32)
    }

    /// Where the code begins of this function among those that the module defines.
    pub fn function(&self, index: u32) -> Option<usize> {
        let address = self.at(self.native.function(index)?);
        // A branch to Thumb code has an odd address.
        Some(if cfg!(target_arch = "arm") { address | 1 } else { address })
    }

    /// Where the code begins that calls a function of this type.
    pub fn entry(&self, type_index: u32) -> Option<usize> {
        let address = self.at(self.native.entry(type_index)?);
        Some(if cfg!(target_arch = "arm") { address | 1 } else { address })
    }

    /// Bytes of the largest frame.
    pub fn frame_bytes_max(&self) -> usize {
        self.native.frame_bytes_max as usize
    }

    /// The function among those that the module defines in whose code a call returns to this address, and what was active
    /// then; no function, if it is in what stands between them and their callers. Nothing outside of the code.
    pub fn find(&self, address: usize) -> Option<(Option<u32>, impl Iterator<Item = Active> + '_)> {
        let offset = address.checked_sub(self.base.addr().get())?;
        if offset > self.native.code().len() {
            return None;
        }
        // Behind a call: its instruction lies before the address.
        let offset = (offset as u32).checked_sub(1)?;
        Some((self.native.function_at(offset), self.native.active_at(offset)))
    }
}

/// The section, if it fits this machine, with memories guarded or not, and the module that it stands in.
pub(super) fn fitting<'b>(
    section: &'b [u8],
    wasm: &moteur_wasm::Module<HeapAlloc>,
    module: &[u8],
    config: &Config,
    is_guarded: bool,
) -> Result<Native<'b>, Refusal> {
    let native = Native::read(section)?;
    let Fingerprint { arch, float_abi, checks, metering, context_hash, features, module_hash, .. } = native.fingerprint;
    let here = Arch::NATIVE.ok_or(Refusal::Arch)?;
    let abi = if cfg!(all(target_arch = "arm", not(target_abi = "eabihf"))) || cfg!(target_arch = "riscv32") {
        FloatAbi::Soft
    } else {
        FloatAbi::Hard
    };
    let funcs = wasm.func_count().saturating_sub(wasm.imported_func_count());
    Err(if arch != here {
        Refusal::Arch
    } else if float_abi != abi {
        Refusal::FloatAbi
    } else if checks == Checks::GuardPages && !is_guarded {
        Refusal::Checks
    } else if metering != config.fuel {
        Refusal::Metering
    } else if context_hash != CONTEXT_HASH {
        Refusal::Context
    } else if features & !config.native.cpu_features() != 0 {
        Refusal::Features
    } else if !native.needs().all(library::has) {
        Refusal::Needs
    } else if module_hash != hash::module(module) {
        Refusal::Module
    } else if native.function_count() != funcs || native.entry_count() != wasm.type_count() {
        Refusal::Bounds
    } else {
        return Ok(native);
    })
}
