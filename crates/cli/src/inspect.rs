//! `moteur inspect`: what a module consists of, what it wants, and what it takes in flash and RAM.
//!
//! RAM is measured, not estimated: the module is loaded and instantiated in a heap that keeps an account, with stand-ins
//! for its imports. Its start function gets no fuel, so nothing of it runs.

use std::fmt::Write as _;

use moteur::pool::Counted;
use moteur::wasm::Global as Allocator;
use moteur::wasm::trim::{Size, trim};
use moteur::{
    Config, Engine, Error, Extern, ExternType, Func, Global, Heap, Instance, Limits, Memory, MemoryType, Module,
    NativeSection, PageSize, PublicKey, Refusal, Store, Table, Val,
};

use crate::args::keys::Inspect;
use crate::describe;
use crate::failure::Failure;
use crate::keys;
use crate::load::{self, Source};
use crate::sections::{self, Reader, Section, sections};

/// Bytes of the guest's stack while measuring: what a board has by default.
const STACK_BYTES: usize = 8 << 10;

/// Describes a module.
pub fn inspect(options: &Inspect) -> Result<String, Failure> {
    let file = &options.file;
    let keys = keys::trusted(&options.trusted)?;
    let source = load::read(file)?;
    let engine = Engine::new(Config::new(Heap::system())).map_err(|error| load::refused(file, error))?;
    let module = load::module(&engine, file, source)?;
    let mut text = format!("{}: {} bytes", file.display(), source.bytes.len());
    if source.text {
        text += " in binary form";
    }
    if let Some(name) = module.name() {
        text += &format!(", named {name:?}");
    }
    text.push('\n');
    write_sections(&mut text, source);
    write_types(&mut text, &module);
    write_own(&mut text, source);
    write_trimmable(&mut text, source);
    write_native(&mut text, &module, keys);
    match measure(source) {
        Ok(cost) => write_cost(&mut text, source, &cost),
        Err(error) => text += &format!("\nPool: not measured: {error}\n"),
    }
    Ok(text)
}

fn write_sections(text: &mut String, source: Source) {
    text.push_str("\nSections                     items       bytes\n");
    for section in sections(source.bytes) {
        let name = match section.name {
            Some(name) => format!("custom {name:?}"),
            None => sections::name(section.id).to_owned(),
        };
        // Custom sections hold whatever their makers like, the start section one index and no list.
        let items = match section.id {
            0 | sections::START => String::new(),
            _ => reader(source, &section).number().map_or(String::new(), |items| items.to_string()),
        };
        let _ = writeln!(text, "  {name:<24}{items:>8}{:>12}", section.content.len());
    }
}

fn write_types(text: &mut String, module: &Module) {
    let imports: Vec<_> =
        module.imports().map(|import| (format!("{}::{}", import.module, import.name), import.ty)).collect();
    let exports: Vec<_> = module.exports().map(|export| (export.name.to_owned(), export.ty)).collect();
    for (title, list) in [("Imports", imports), ("Exports", exports)] {
        let _ = writeln!(text, "\n{title}{}", if list.is_empty() { ": none" } else { "" });
        let width = list.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default().min(48);
        for (name, ty) in list {
            let _ = writeln!(text, "  {:<10}{name:<width$}  {}", describe::kind(&ty), describe::details(&ty));
        }
    }
}

/// Tables and memories of the module's own, and whether a start function runs at instantiation.
fn write_own(text: &mut String, source: Source) {
    text.push('\n');
    for section in sections(source.bytes) {
        let mut reader = reader(source, &section);
        let what = match section.id {
            sections::TABLE => "Table",
            sections::MEMORY => "Memory",
            sections::START => {
                let _ = writeln!(text, "Start function: {}", reader.number().unwrap_or_default());
                continue;
            }
            _ => continue,
        };
        for _ in 0..reader.number().unwrap_or_default() {
            let size = if section.id == sections::TABLE {
                reader.byte();
                reader.limits().map(|limits| (limits, "element(s)"))
            } else {
                reader.memory_type().map(|ty| (ty.limits, page_name(ty.page)))
            };
            let Some((Limits { min, max }, unit)) = size else { break };
            let most = max.map_or("no maximum".to_owned(), |max| format!("at most {max}"));
            let _ = writeln!(text, "{what} of {min} {unit}, {most}");
        }
    }
}

/// Native code: for which machine, how much, whether it could run here, and who vouches for it.
fn write_native(text: &mut String, module: &Module, keys: &[PublicKey]) {
    if module.is_stripped() {
        text.push_str("Function bodies were taken out: it runs as native code or not at all\n");
    }
    for section in module.native_sections() {
        let machine = describe::machine(&section);
        let fits = match section.fits {
            Ok(()) => "fits this machine".to_owned(),
            Err(refusal) => format!("not for this machine: {refusal}"),
        };
        let (code, frame) = (section.code_bytes, section.frame_bytes_max);
        let _ = writeln!(text, "Native code for {machine}: {code} bytes, largest frame {frame} bytes; {fits}");
        let _ = writeln!(text, "  the section takes {} bytes of flash", section.bytes);
        let needs: Vec<_> = section.needs().collect();
        if !needs.is_empty() {
            let _ = writeln!(text, "  the CPU lacks and the runtime brings: {}", needs.join(", "));
        }
        write_signers(text, &section, keys);
    }
}

/// Who signed a section, and which of these keys verifies that.
fn write_signers(text: &mut String, section: &NativeSection, keys: &[PublicKey]) {
    let Ok(mut signers) = section.signers().map(Iterator::peekable) else {
        // What is wrong with the section itself has been said.
        if section.made_for.is_some() {
            let _ = writeln!(text, "  signatures: {}", Refusal::SignatureForm);
        }
        return;
    };
    if signers.peek().is_none() {
        text.push_str("  not signed\n");
    }
    for signer in signers {
        let known: Vec<_> = keys.iter().filter(|key| key.id() == signer).copied().collect();
        let word = match section.verify(&known) {
            _ if known.is_empty() => "not verified: --trust KEY does that",
            Ok(_) => "verified",
            Err(_) => "WRONG: this key did not sign it",
        };
        let _ = writeln!(text, "  signed by key {signer}: {word}");
    }
}

/// How much of a memory in pages `moteur trim` would leave.
fn write_trimmable(text: &mut String, source: Source) {
    if own_memory(source).is_some_and(|ty| ty.page == PageSize::Standard)
        && let Ok(trimmed) = trim(source.bytes, Size::Heap(0), &Allocator, &mut |_| {})
    {
        let _ = writeln!(text, "Data and stack take {} bytes of it: `moteur trim` leaves out the rest", trimmed.now);
    }
}

fn page_name(page: PageSize) -> &'static str {
    match page {
        PageSize::Byte => "byte(s)",
        PageSize::Standard => "page(s) of 64 KiB",
    }
}

fn reader<'b>(source: Source, section: &Section<'b>) -> Reader<'b> {
    Reader::new(source.bytes, section.content.clone())
}

/// What was measured, in bytes of the pool.
struct Cost {
    engine: usize,
    module: usize,
    /// The most that loading took for a moment.
    loading: usize,
    /// The store without the guest's stack.
    store: usize,
    /// The instance with its memory and tables.
    instance: usize,
    /// The module's own memories, in bytes.
    memory: usize,
    /// The register code of all functions.
    code: usize,
}

fn measure(source: Source) -> Result<Cost, Error> {
    static LAZY: Counted = Counted::new();
    static EAGER: Counted = Counted::new();
    let lazy = Measured::new(source, Heap::counted(&LAZY), false)?;
    let eager = Measured::new(source, Heap::counted(&EAGER), true)?;
    Ok(Cost {
        engine: lazy.engine,
        module: lazy.module,
        loading: lazy.loading,
        store: lazy.store.saturating_sub(STACK_BYTES),
        instance: lazy.instance,
        memory: own_memory(source).map_or(0, |ty| ty.bytes_min() as usize),
        code: eager.instance.saturating_sub(lazy.instance),
    })
}

/// One life of the module, in the order in which things come to be.
struct Measured {
    engine: usize,
    module: usize,
    loading: usize,
    store: usize,
    instance: usize,
}

impl Measured {
    fn new(source: Source, heap: Heap, eager: bool) -> Result<Measured, Error> {
        let starts = sections(source.bytes).any(|section| section.id == sections::START);
        let mut before = heap.stats().used;
        let mut taken = || {
            let now = heap.stats().used;
            now.saturating_sub(std::mem::replace(&mut before, now))
        };
        let config = Config::new(heap).stack_bytes(STACK_BYTES).eager(eager).fuel(starts);
        let made = Engine::new(config)?;
        let engine = taken();
        heap.reset_peak();
        let loaded = Module::from_static(&made, source.bytes)?;
        let loading = heap.stats().peak.saturating_sub(engine);
        let module = taken();
        let mut owner = Store::new(&made, ())?;
        if starts {
            owner.set_fuel(0)?;
        }
        let store = taken();
        let imports: Vec<Extern> =
            loaded.imports().map(|import| stand_in(&mut owner, &import.ty)).collect::<Result<_, _>>()?;
        taken();
        match Instance::new(&mut owner, &loaded, &imports) {
            // The start function has no fuel; segments that do not fit trap as well. The instance is there.
            Ok(_) | Err(Error::Trap(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(Measured { engine, module, loading, store, instance: taken() })
    }
}

/// Something of the type that an import asks for.
fn stand_in(store: &mut Store<()>, ty: &ExternType<'_>) -> Result<Extern, Error> {
    Ok(match *ty {
        ExternType::Func(ty) => {
            Func::new(store, ty.params, ty.results, |_, _: &[Val], _: &mut [Val]| Err(Error::host(0)))?.into()
        }
        ExternType::Table(ty) => Table::new(store, ty, Val::default(moteur::ValType::Ref(ty.element)))?.into(),
        ExternType::Memory(ty) => Memory::new(store, ty)?.into(),
        ExternType::Global(ty) => Global::new(store, ty, Val::default(ty.value))?.into(),
    })
}

/// The type of the memory that the module defines.
fn own_memory(source: Source) -> Option<MemoryType> {
    let section = sections(source.bytes).find(|section| section.id == sections::MEMORY)?;
    let mut reader = reader(source, &section);
    reader.number().filter(|&count| count > 0)?;
    reader.memory_type()
}

fn write_cost(text: &mut String, source: Source, cost: &Cost) {
    let rest = cost.instance.saturating_sub(cost.memory);
    let all = [cost.engine, cost.module, cost.store, STACK_BYTES, cost.memory, rest, cost.code];
    let bits = usize::BITS;
    let custom: usize =
        sections(source.bytes).filter(|section| section.id == 0).map(|section| section.content.len()).sum();
    let _ = write!(
        text,
        "
Flash, bytes
  module          {:>12}   stays where it is and is never written
  of that         {custom:>12}   names and other custom sections, which a board can do without

Pool, bytes (measured on this {bits}-bit machine)
  engine          {:>12}
  module          {:>12}   index tables; {} for a moment while loading
  store           {:>12}
  stack           {STACK_BYTES:>12}   as configured
  memory          {:>12}   at the start; its maximum is above
  instance        {rest:>12}   with tables and globals
  code            {:>12}   once every function was called
  in all          {:>12}
",
        source.bytes.len(),
        cost.engine,
        cost.module,
        cost.loading,
        cost.store,
        cost.memory,
        cost.code,
        all.iter().sum::<usize>(),
    );
}
