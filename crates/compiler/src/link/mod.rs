//! One blob of an object: code, then constants, with every relocation applied and nothing left to resolve.
//!
//! All relocations are relative to where they stand, so the blob runs wherever it lies; that is not believed but
//! checked, by linking at two addresses and comparing. What the compiler assumed to exist (division, soft float) is
//! reached by a jump through the context, added here for each name.

mod lines;
mod relocate;
mod thunk;

use std::collections::BTreeMap;

use object::{Object as _, ObjectSection, ObjectSymbol, RelocationTarget, SectionIndex, SymbolIndex};

use moteur_image::section::NO_ENTRY;
use moteur_image::target::Arch;

use crate::emit::Object;
use crate::error::Error;
use crate::machine::Machine;
use crate::sites::Site;
use crate::translate::{entry_name, function_name};

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

/// Links an object.
pub fn link(object: &Object, machine: &Machine) -> Result<Blob, Error> {
    let [first, second] = BASES.map(|base| link_at(object, machine, base));
    let (first, second) = (first?, second?);
    if first != second {
        return Err(Error::Link("the code depends on its address".into()));
    }
    Ok(first)
}

struct Linker<'o> {
    file: object::File<'o>,
    machine: &'o Machine,
    base: u64,
    code: Vec<u8>,
    /// Where each section of the object begins in the code.
    places: BTreeMap<usize, u64>,
    /// Where the jump of each function of the library begins.
    thunks: BTreeMap<u32, u64>,
}

fn link_at(object: &Object, machine: &Machine, base: u64) -> Result<Blob, Error> {
    let file = object::File::parse(&*object.bytes).map_err(|error| Error::Link(error.to_string()))?;
    let mut linker = Linker { file, machine, base, code: Vec::new(), places: BTreeMap::new(), thunks: BTreeMap::new() };
    linker.place_sections()?;
    linker.add_thunks()?;
    linker.relocate()?;
    let offset = |name: &str| {
        let symbol = linker.file.symbol_by_name(name);
        symbol.map(|symbol| linker.offset_of(symbol.index())).transpose()
    };
    let function = |index: u32| offset(&function_name(index))?.ok_or_else(|| missing(&function_name(index)));
    let entry = |index: u32| Ok::<_, Error>(offset(&entry_name(index))?.unwrap_or(NO_ENTRY));
    Ok(Blob {
        functions: object.function_range.clone().map(function).collect::<Result<_, _>>()?,
        entries: (0..object.type_count).map(entry).collect::<Result<_, _>>()?,
        traps: linker.traps(&object.sites)?,
        needs: linker.thunks.keys().copied().collect(),
        code: linker.code,
    })
}

fn missing(name: &str) -> Error {
    Error::Link(format!("{name} is missing"))
}

impl Linker<'_> {
    /// Lays out code, then constants. Anything that would have to be written at run time is refused.
    fn place_sections(&mut self) -> Result<(), Error> {
        let mut chosen = Vec::new();
        for section in self.file.sections() {
            let name = section.name().unwrap_or_default();
            let is_code = name == ".text" || name.starts_with(".text.");
            let is_constant = [".rodata", ".srodata"].iter().any(|prefix| name.starts_with(prefix));
            let is_data = [".data", ".bss", ".sdata", ".sbss", ".got"].iter().any(|prefix| name.starts_with(prefix));
            if is_data && section.size() != 0 {
                return Err(Error::Link(format!("the code wants a section {name}")));
            }
            if (is_code || is_constant) && section.size() != 0 {
                chosen.push((is_constant, section.index().0));
            }
        }
        chosen.sort();
        for (_, index) in chosen {
            let section =
                self.file.section_by_index(SectionIndex(index)).map_err(|error| Error::Link(error.to_string()))?;
            let data = section.data().map_err(|error| Error::Link(error.to_string()))?.to_vec();
            let align = section.align().max(1) as usize;
            self.code.resize(self.code.len().next_multiple_of(align), 0);
            self.places.insert(index, self.code.len() as u64);
            self.code.extend_from_slice(&data);
        }
        Ok(())
    }

    /// The list of that name: for each call the elements of its site.
    fn traps(&self, sites: &[Site]) -> Result<Vec<(u32, u32)>, Error> {
        let rows = lines::read(&self.file, |symbol| self.offset_of(symbol))?;
        let site = |number: u32| sites.get((number as usize).checked_sub(1)?);
        let missing = || Error::Link("the line table has a line that nobody wrote".into());
        let mut traps = Vec::new();
        for (place, number) in rows {
            traps.extend(site(number).ok_or_else(missing)?.iter().map(|element| (place, *element)));
        }
        Ok(traps)
    }

    /// A jump through the context for each name that the object does not define.
    fn add_thunks(&mut self) -> Result<(), Error> {
        let library = self.machine.arch.library();
        let names: Vec<_> = self.file.symbols().filter(|symbol| symbol.is_undefined()).collect();
        let names: Vec<String> = names.iter().filter_map(|symbol| symbol.name().ok().map(str::to_owned)).collect();
        let unknown: Vec<_> =
            names.iter().filter(|name| !name.is_empty() && !library.contains(&name.as_str())).collect();
        if !unknown.is_empty() {
            return Err(Error::Link(format!("the code calls what no context offers: {unknown:?}")));
        }
        for name in names {
            let Some(index) = library.iter().position(|known| *known == name) else { continue };
            self.code.resize(self.code.len().next_multiple_of(4), 0);
            self.thunks.insert(index as u32, self.code.len() as u64);
            thunk::write(&mut self.code, self.machine, index as u32)?;
        }
        Ok(())
    }

    fn offset_of(&self, symbol: SymbolIndex) -> Result<u32, Error> {
        Ok((self.address_of(symbol)? - self.base) as u32)
    }

    /// Where a symbol lies: of a function of Thumb code without the bit that says so.
    fn address_of(&self, symbol: SymbolIndex) -> Result<u64, Error> {
        let symbol = self.file.symbol_by_index(symbol).map_err(|error| Error::Link(error.to_string()))?;
        let name = symbol.name().unwrap_or("a symbol");
        if symbol.is_undefined() {
            let index = self.machine.arch.library().iter().position(|known| *known == name);
            let thunk = index.and_then(|index| self.thunks.get(&(index as u32)));
            return thunk.map(|thunk| self.base + thunk).ok_or_else(|| missing(name));
        }
        let section = symbol.section_index().ok_or_else(|| missing(name))?;
        let place = self.places.get(&section.0).ok_or_else(|| missing(name))?;
        let is_thumb = self.machine.arch == Arch::Thumb;
        let value = if is_thumb { symbol.address() & !1 } else { symbol.address() };
        Ok(self.base + place + value)
    }

    fn relocate(&mut self) -> Result<(), Error> {
        let mut changes = Vec::new();
        for (index, place) in &self.places {
            let section =
                self.file.section_by_index(SectionIndex(*index)).map_err(|error| Error::Link(error.to_string()))?;
            for (offset, relocation) in section.relocations() {
                let object::RelocationFlags::Elf { r_type } = relocation.flags() else {
                    return Err(Error::Link("the object is not ELF".into()));
                };
                let target = match relocation.target() {
                    RelocationTarget::Symbol(symbol) => Some(symbol),
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
                    Some(symbol) if relocate::needs_symbol(self.machine.arch, *kind) => self.address_of(*symbol)?,
                    _ => 0,
                };
                // Where an address of Thumb code is taken, it must be odd.
                let thumb_bit = match target {
                    Some(symbol) if self.machine.arch == Arch::Thumb => {
                        let symbol = self.file.symbol_by_index(*symbol);
                        u64::from(symbol.is_ok_and(|symbol| symbol.kind() == object::SymbolKind::Text))
                    }
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
}
