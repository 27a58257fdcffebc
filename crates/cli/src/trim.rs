//! `moteur trim`: gives a module a memory in bytes, as small as its data, its stack and a heap.

use std::path::{Path, PathBuf};

use moteur::wasm::trim::{Refused, Size, trim as write_trimmed};
use moteur::wasm::{Export, ExternIdx, Global, Module};
use moteur_image::section;

use crate::args::Trim;
use crate::failure::Failure;
use crate::load::{self, Source, refused};
use crate::sections::sections;

/// What the built-in libc gives out memory for, from a heap behind the guest's data.
const ALLOCATORS: [&str; 5] = ["malloc", "calloc", "realloc", "strdup", "_strdup"];
/// Where it is imported from.
const LIBC: &str = "env";

/// Trims as the command line says, and returns what there is to say about it.
pub fn trim(options: &Trim) -> Result<String, Failure> {
    let file = &options.file;
    let source = load::read(file)?;
    if sections(source.bytes).any(|section| section.name == Some(section::NAME)) {
        let why = "its native code was compiled for the memory that it has: trim first, then compile";
        return Err(refused(file, why));
    }
    let size = match (options.size_bytes, options.heap_bytes) {
        (Some(bytes), _) => Size::Bytes(bytes),
        (None, Some(heap)) => Size::Heap(heap),
        (None, None) => match allocator(source) {
            Some(name) => return Err(refused(file, needs_heap(name))),
            None => Size::Heap(0),
        },
    };
    let mut bytes = Vec::with_capacity(source.bytes.len() + 16);
    let trimmed = write_trimmed(source.bytes, size, &Global, &mut |piece| bytes.extend_from_slice(piece))
        .map_err(|why| explain(file, source, why))?;
    let out = options.out.clone().unwrap_or_else(|| beside(file));
    load::write(&out, &bytes)?;
    if out == Path::new("-") {
        return Ok(String::new());
    }
    Ok(format!("{}: memory of {} bytes, was {}\n", out.display(), trimmed.now, trimmed.before))
}

/// The function of the built-in libc that would give out memory behind the guest's data, if the guest imports one. A guest
/// that exports an allocator of its own is asked for memory instead.
fn allocator(source: Source) -> Option<&'static str> {
    let module = Module::new(source.bytes, &Global).ok()?;
    let is_own = |export: Export<'_>| export.name == "malloc" && matches!(export.item, ExternIdx::Func(_));
    if module.exports(source.bytes).any(is_own) {
        return None;
    }
    let mut imports = module.imports(source.bytes).filter(|import| import.module == LIBC);
    imports.find(|import| ALLOCATORS.contains(&import.name)).map(|import| import.name)
}

fn needs_heap(name: &str) -> String {
    format!("it imports {LIBC}::{name}, whose heap is behind its data: say with --heap how many bytes that shall have")
}

/// A module that is not valid is explained as `moteur validate` would.
fn explain(file: &Path, source: Source, why: Refused) -> Failure {
    match why {
        Refused::Module(error) => load::explain(file, source, moteur::Error::Module(error)),
        Refused::NoHeapBase => refused(file, format_args!("{why}, or say with --size how large its memory shall be")),
        why => refused(file, why),
    }
}

/// Where the result goes if nobody says: `a.wat` becomes `a.trimmed.wasm`.
fn beside(file: &Path) -> PathBuf {
    file.with_extension("trimmed.wasm")
}
