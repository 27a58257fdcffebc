//! The native sections of a module, for tools that show them.

use moteur_image::feature;
use moteur_image::module::parts;
use moteur_image::section::{Fingerprint, Native, Refusal};
use moteur_image::signature::{KeyId, signatures};

use super::guard::Guard;
use super::load::fitting;
use crate::module::Module;

/// A native section.
#[derive(Clone, Copy, Debug)]
pub struct NativeSection<'m> {
    /// All of it behind its name.
    pub(super) section: &'m [u8],
    /// Bytes of the section behind its name.
    pub bytes: usize,
    /// What it was made for, if it can be read.
    pub made_for: Option<Fingerprint>,
    /// Bytes of code.
    pub code_bytes: usize,
    /// Bytes of the largest frame of the code.
    pub frame_bytes_max: usize,
    /// Whether the code could run in this process, in an engine that counts fuel if the code does, or what speaks against
    /// it. Whether anybody vouches for it is another question.
    pub fits: Result<(), Refusal>,
}

impl<'m> NativeSection<'m> {
    /// The names of what the code needs of the CPU.
    pub fn features(&self) -> impl Iterator<Item = &'static str> {
        self.made_for.into_iter().flat_map(|made_for| feature::names(made_for.arch, made_for.features))
    }

    /// The names of the functions that it calls because the CPU has no instruction for what they do.
    pub fn needs(&self) -> impl Iterator<Item = &'static str> {
        let native = Native::read(self.section).ok();
        native.into_iter().flat_map(|native| {
            let library = native.fingerprint.arch.library();
            native.needs().filter_map(move |index| library.get(index as usize).copied())
        })
    }

    /// The keys in whose names it is signed. Whether they did sign it is another question.
    ///
    /// # Errors
    /// What is wrong with the section or the list of its signatures.
    pub fn signers(&self) -> Result<impl Iterator<Item = KeyId> + use<'m>, Refusal> {
        let native = Native::read(self.section)?;
        Ok(signatures(self.section, &native)?.map(|signature| signature.key))
    }
}

impl Module {
    /// The native sections that the module brings along, in their order, whether they are used or not.
    pub fn native_sections(&self) -> impl Iterator<Item = NativeSection<'_>> {
        parts(self.bytes()).filter_map(|part| part.native).map(|bytes| {
            let native = Native::read(bytes).ok();
            let metering = native.is_some_and(|native| native.fingerprint.metering);
            let config = self.engine().config().fuel(metering);
            NativeSection {
                section: bytes,
                bytes: bytes.len(),
                made_for: native.map(|native| native.fingerprint),
                code_bytes: native.map_or(0, |native| native.code().len()),
                frame_bytes_max: native.map_or(0, |native| native.frame_bytes_max as usize),
                fits: fitting(bytes, self.wasm(), self.bytes(), &config, Guard::IS_POSSIBLE).map(|_| ()),
            }
        })
    }
}
