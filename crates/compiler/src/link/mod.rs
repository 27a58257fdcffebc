//! One blob of an object: code, then constants, with every relocation applied and nothing left to resolve.
//!
//! All relocations are relative to where they stand, so the blob runs wherever it lies; that is not believed but
//! checked, by linking at two addresses and comparing. What the compiler assumed to exist (division, soft float) is
//! reached by a jump through the context, added here for each name.

mod lines;
mod relocate;
mod thunk;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use object::{Object as _, ObjectSection, ObjectSymbol, RelocationTarget, SectionIndex, SymbolIndex};

use moteur_image::section::NO_ENTRY;
use moteur_image::target::Arch;

use crate::emit::Object;
use crate::error::Error;
use crate::machine::Machine;
use crate::translate::{entry_name, function_name, is_function_name};

/// Code that runs anywhere, and what is where in it.
#[derive(PartialEq, Eq)]
pub struct Blob {
    pub code: Vec<u8>,
    pub functions: Vec<u32>,
    pub entries: Vec<u32>,
    pub traps: Vec<(u32, u32)>,
    pub needs: Vec<u32>,
}

/// Two addresses that differ in every byte that a mistake could show in.
const BASES: [u64; 2] = [0x0800_0000, 0x2F3E_4D50];

/// What a blob has to hold.
#[derive(Clone)]
pub struct Wanted {
    /// The functions that the module defines.
    pub functions: Range<u32>,
    pub types: u32,
}

/// Links objects, in this order.
pub fn link(objects: &[Object], wanted: &Wanted, machine: &Machine) -> Result<Blob, Error> {
    let [first, second] = BASES.map(|base| link_at(objects, wanted, machine, base));
    let (first, second) = (first?, second?);
    if first != second {
        return Err(Error::Link("the code depends on its address".into()));
    }
    Ok(first)
}

struct Linker<'o> {
    files: Vec<object::File<'o>>,
    machine: &'o Machine,
    base: u64,
    code: Vec<u8>,
    /// Where each section of each object begins in the code.
    places: BTreeMap<(usize, usize), u64>,
    /// Where each function is that an object offers to others, by name: which object, and its symbol there.
    offered: HashMap<String, (usize, SymbolIndex)>,
    /// Where the jump of each function of the library begins.
    thunks: BTreeMap<u32, u64>,
}

fn link_at(objects: &[Object], wanted: &Wanted, machine: &Machine, base: u64) -> Result<Blob, Error> {
    let files = objects.iter().map(|object| object::File::parse(&*object.bytes));
    let files = files.collect::<Result<Vec<_>, _>>().map_err(|error| Error::Link(error.to_string()))?;
    let mut offered = HashMap::new();
    for (index, file) in files.iter().enumerate() {
        for symbol in file.symbols().filter(|symbol| symbol.is_definition()) {
            let Ok(name) = symbol.name() else { continue };
            // A guest's function may be one that nobody outside of its object calls; other names are there again and again.
            if symbol.is_global() || is_function_name(name) {
                offered.insert(name.to_owned(), (index, symbol.index()));
            } else if name.starts_with('f') {
                return Err(Error::Link(format!("the code has a function {name}, which is not the guest's")));
            }
        }
    }
    let (places, thunks) = (BTreeMap::new(), BTreeMap::new());
    let mut linker = Linker { files, machine, base, code: Vec::new(), places, offered, thunks };
    linker.place_sections()?;
    linker.add_thunks()?;
    linker.relocate()?;
    let offset = |name: &str| {
        let symbol = linker.offered.get(name);
        symbol.map(|(file, symbol)| linker.offset_of(*file, *symbol)).transpose()
    };
    let entry = |index: u32| Ok::<_, Error>(offset(&entry_name(index))?.unwrap_or(NO_ENTRY));
    let entries: Vec<u32> = (0..wanted.types).map(entry).collect::<Result<_, _>>()?;
    // What is part of all its callers begins where the next function does, and ends there.
    let mut next = entries.iter().copied().filter(|entry| *entry != NO_ENTRY).min().unwrap_or(linker.code.len() as u32);
    let mut functions = Vec::new();
    for index in wanted.functions.clone().rev() {
        next = offset(&function_name(index))?.unwrap_or(next);
        functions.push(next);
    }
    functions.reverse();
    if !functions.is_sorted() || entries.iter().any(|entry| Some(entry) < functions.last()) {
        return Err(Error::Link("the code of functions is not in their order, followed by entries".into()));
    }
    Ok(Blob {
        functions,
        entries,
        traps: linker.traps(objects)?,
        needs: linker.thunks.keys().copied().collect(),
        code: linker.code,
    })
}

fn missing(name: &str) -> Error {
    Error::Link(format!("{name} is missing"))
}

impl Linker<'_> {
    /// Lays out code, then constants, of one object after the other: so the two are near each other. Anything that would
    /// have to be written at run time is refused.
    fn place_sections(&mut self) -> Result<(), Error> {
        for (file_index, file) in self.files.iter().enumerate() {
            let mut chosen = Vec::new();
            for section in file.sections() {
                let name = section.name().unwrap_or_default();
                let is_code = name == ".text" || name.starts_with(".text.");
                let is_constant = [".rodata", ".srodata"].iter().any(|prefix| name.starts_with(prefix));
                let is_data =
                    [".data", ".bss", ".sdata", ".sbss", ".got"].iter().any(|prefix| name.starts_with(prefix));
                if is_data && section.size() != 0 {
                    return Err(Error::Link(format!("the code wants a section {name}")));
                }
                if (is_code || is_constant) && section.size() != 0 {
                    chosen.push((is_constant, section.index()));
                }
            }
            chosen.sort_by_key(|(is_constant, index)| (*is_constant, index.0));
            for (_, index) in chosen {
                let section = file.section_by_index(index).map_err(|error| Error::Link(error.to_string()))?;
                let data = section.data().map_err(|error| Error::Link(error.to_string()))?;
                let align = section.align().max(1) as usize;
                self.code.resize(self.code.len().next_multiple_of(align), 0);
                self.places.insert((file_index, index.0), self.code.len() as u64);
                self.code.extend_from_slice(data);
            }
        }
        Ok(())
    }

    /// The list of that name: for each call the elements of its site.
    fn traps(&self, objects: &[Object]) -> Result<Vec<(u32, u32)>, Error> {
        let missing = || Error::Link("the line table has a line that nobody wrote".into());
        let mut traps = Vec::new();
        for (index, (file, object)) in self.files.iter().zip(objects).enumerate() {
            let rows = lines::read(file, |symbol| self.offset_of(index, symbol))?;
            let site = |number: u32| object.sites.get((number as usize).checked_sub(1)?);
            for (place, number) in rows {
                traps.extend(site(number).ok_or_else(missing)?.iter().map(|element| (place, *element)));
            }
        }
        Ok(traps)
    }

    /// A jump through the context for each name that no object defines.
    fn add_thunks(&mut self) -> Result<(), Error> {
        let library = self.machine.arch.library();
        let mut needed = BTreeSet::new();
        for symbol in self.files.iter().flat_map(|file| file.symbols()).filter(|symbol| symbol.is_undefined()) {
            let name = symbol.name().unwrap_or_default();
            if name.is_empty() || self.offered.contains_key(name) {
                continue;
            }
            match library.iter().position(|known| *known == name) {
                Some(index) => needed.insert(index as u32),
                None => return Err(Error::Link(format!("the code calls what no context offers: {name}"))),
            };
        }
        for index in needed {
            self.code.resize(self.code.len().next_multiple_of(4), 0);
            self.thunks.insert(index, self.code.len() as u64);
            thunk::write(&mut self.code, self.machine, index)?;
        }
        Ok(())
    }

    fn offset_of(&self, file: usize, symbol: SymbolIndex) -> Result<u32, Error> {
        Ok((self.address_of(file, symbol)? - self.base) as u32)
    }

    fn symbol(&self, file: usize, symbol: SymbolIndex) -> Result<object::Symbol<'_, '_>, Error> {
        let file = self.files.get(file).ok_or_else(|| missing("an object"))?;
        file.symbol_by_index(symbol).map_err(|error| Error::Link(error.to_string()))
    }

    /// Where a symbol of a file lies: of a function of Thumb code without the bit that says so.
    fn address_of(&self, file: usize, index: SymbolIndex) -> Result<u64, Error> {
        let symbol = self.symbol(file, index)?;
        let name = symbol.name().unwrap_or("a symbol");
        if symbol.is_undefined() {
            if let Some((file, index)) = self.offered.get(name) {
                return self.address_of(*file, *index);
            }
            let index = self.machine.arch.library().iter().position(|known| *known == name);
            let thunk = index.and_then(|index| self.thunks.get(&(index as u32)));
            return thunk.map(|thunk| self.base + thunk).ok_or_else(|| missing(name));
        }
        let section = symbol.section_index().ok_or_else(|| missing(name))?;
        let place = self.places.get(&(file, section.0)).ok_or_else(|| missing(name))?;
        let is_thumb = self.machine.arch == Arch::Thumb;
        let value = if is_thumb { symbol.address() & !1 } else { symbol.address() };
        Ok(self.base + place + value)
    }

    fn relocate(&mut self) -> Result<(), Error> {
        let mut changes = Vec::new();
        for ((file_index, section), place) in &self.places {
            let file = self.files.get(*file_index).ok_or_else(|| missing("an object"))?;
            let section =
                file.section_by_index(SectionIndex(*section)).map_err(|error| Error::Link(error.to_string()))?;
            for (offset, relocation) in section.relocations() {
                let object::RelocationFlags::Elf { r_type } = relocation.flags() else {
                    return Err(Error::Link("the object is not ELF".into()));
                };
                let target = match relocation.target() {
                    RelocationTarget::Symbol(symbol) => Some((*file_index, symbol)),
                    _ => None,
                };
                changes.push((place + offset, r_type.0, target, relocation.addend()));
            }
        }
        let mut pairs = relocate::Pairs::default();
        // High parts first: the low parts of RISC-V refer to them.
        for pass in [relocate::Pass::First, relocate::Pass::Second] {
            for (place, kind, target, addend) in &changes {
                let symbol = match target {
                    Some((file, symbol)) if relocate::needs_symbol(self.machine.arch, *kind) => {
                        self.address_of(*file, *symbol)?
                    }
                    _ => 0,
                };
                // Where an address of Thumb code is taken, it must be odd.
                let thumb_bit = match target {
                    Some((file, symbol)) if self.machine.arch == Arch::Thumb => u64::from(self.is_code(*file, *symbol)),
                    _ => 0,
                };
                let at = *place as usize;
                let change =
                    relocate::Change { at, place: self.base + place, kind: *kind, symbol, thumb_bit, addend: *addend };
                relocate::apply(&mut self.code, self.machine.arch, &change, pass, &mut pairs)?;
            }
        }
        Ok(())
    }

    /// Whether a symbol is a function, here or in another object.
    fn is_code(&self, file: usize, index: SymbolIndex) -> bool {
        let Ok(symbol) = self.symbol(file, index) else { return false };
        match symbol.name().ok().and_then(|name| self.offered.get(name)) {
            Some((file, index)) if symbol.is_undefined() => self.is_code(*file, *index),
            _ => symbol.kind() == object::SymbolKind::Text,
        }
    }
}
