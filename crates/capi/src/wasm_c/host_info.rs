//! What a program attached to objects of the runtime, and who is told when they go.

use core::ffi::c_void;
use core::hash::{Hash, Hasher};
use core::ptr;

use moteur::pool::Vec;
use moteur::{Func, Global, Heap, Instance, Memory, OutOfMemory, Table};

/// What C calls when an object goes.
pub(super) type Finalizer = Option<unsafe extern "C" fn(*mut c_void)>;

/// A pointer of the program's, which is finalized when this goes.
pub(super) struct HostInfo {
    info: *mut c_void,
    finalizer: Finalizer,
}

impl HostInfo {
    pub const NONE: HostInfo = HostInfo { info: ptr::null_mut(), finalizer: None };

    pub fn new(info: *mut c_void, finalizer: Finalizer) -> HostInfo {
        HostInfo { info, finalizer }
    }

    /// The pointer.
    pub fn get(&self) -> *mut c_void {
        self.info
    }
}

impl Drop for HostInfo {
    fn drop(&mut self) {
        if let Some(finalizer) = self.finalizer {
            // SAFETY: C gave both, and wants to be told once.
            unsafe { finalizer(self.info) };
        }
    }
}

/// Something that a store owns as long as it lives, whatever handles there are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A function.
    Func(Func),
    /// A global.
    Global(Global),
    /// A table.
    Table(Table),
    /// A memory.
    Memory(Memory),
    /// An instance.
    Instance(Instance),
}

/// What is attached to a store's entities: a table of hashes, since a program may attach something to every instance of
/// many.
pub(super) struct HostInfos {
    /// One more than the index of the newest entry of each chain, 0 for none. As many as a power of two.
    chains: Vec<u32>,
    entries: Vec<Entry>,
}

struct Entry {
    entity: Entity,
    info: HostInfo,
    /// As in `chains`.
    older: u32,
}

impl HostInfos {
    pub fn new(heap: Heap) -> HostInfos {
        HostInfos { chains: Vec::new_in(heap), entries: Vec::new_in(heap) }
    }

    /// What is attached to this one.
    pub fn get(&self, entity: Entity) -> *mut c_void {
        let entry = self.find(entity).and_then(|at| self.entries.get(at));
        entry.map_or(ptr::null_mut(), |entry| entry.info.get())
    }

    /// Attaches something, and gives what was there before: its finalizer is for the caller to run.
    pub fn set(&mut self, entity: Entity, info: HostInfo) -> Result<HostInfo, (HostInfo, OutOfMemory)> {
        if let Some(entry) = self.find(entity).and_then(|at| self.entries.get_mut(at)) {
            return Ok(core::mem::replace(&mut entry.info, info));
        }
        if let Err(error) = self.make_room() {
            return Err((info, error));
        }
        let at = self.entries.len();
        // There is room now.
        let _ = self.entries.push(Entry { entity, info, older: 0 });
        self.chain(at);
        Ok(HostInfo::NONE)
    }

    fn find(&self, entity: Entity) -> Option<usize> {
        let mut next = *self.chains.get(self.chain_of(entity)?)?;
        while let Some(at) = next.checked_sub(1) {
            let entry = self.entries.get(at as usize)?;
            if entry.entity == entity {
                return Some(at as usize);
            }
            next = entry.older;
        }
        None
    }

    /// Makes room for one more entry, and for so many chains that they stay short.
    fn make_room(&mut self) -> Result<(), OutOfMemory> {
        self.entries.reserve(1)?;
        let count = self.entries.len();
        if count < self.chains.len() {
            return Ok(());
        }
        if u32::try_from(count).is_err() {
            return Err(OutOfMemory);
        }
        let wanted = count.saturating_mul(2).max(8);
        self.chains.reserve_exact(wanted.saturating_sub(count))?;
        self.chains.clear();
        self.chains.resize(wanted, 0)?;
        for at in 0..count {
            self.chain(at);
        }
        Ok(())
    }

    /// Puts the entry at the head of its chain.
    fn chain(&mut self, at: usize) {
        let Some(chain) = self.entries.get(at).and_then(|entry| self.chain_of(entry.entity)) else { return };
        if let (Some(head), Some(entry)) = (self.chains.get_mut(chain), self.entries.get_mut(at)) {
            entry.older = *head;
            *head = (at as u32).wrapping_add(1);
        }
    }

    fn chain_of(&self, entity: Entity) -> Option<usize> {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        entity.hash(&mut hasher);
        (hasher.finish() as usize).checked_rem(self.chains.len())
    }
}

/// The hash function FNV-1a, a word at a time, with its upper half folded in: addresses differ little in their lowest bits.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}
