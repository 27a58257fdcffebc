//! Lowering's picture of the operand stack: what is where.
//!
//! Each value has a home, the slot where it would stand if everything were written; homes are consecutive. Until
//! somebody needs it there, a value may still be a local, a constant, or in an accumulator.

use moteur_pool::{Heap, Vec};
use moteur_wasm::ValType;

use super::Failure;
use super::emit::{Emitted, Emitter, Position};
use crate::code::op::{Instr, OperandsIn, Places};
use crate::interp::value::{Acc, Value};
use crate::slot::WIDE_SLOTS;

/// Where a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// At home; or in the accumulator that `Stack::holders` says.
    Home,
    /// The value of the local at this slot.
    Local(u16),
    /// These bits.
    Const(u64),
}

/// A value on the operand stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub class: Class,
    pub home: u16,
    pub place: Place,
}

/// Types as instructions tell them apart: references are integers as wide as a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    I32,
    I64,
    F32,
    F64,
}

impl Class {
    pub fn of(ty: ValType) -> Class {
        match ty {
            ValType::I32 => Class::I32,
            ValType::I64 => Class::I64,
            ValType::F32 => Class::F32,
            ValType::F64 | ValType::V128 => Class::F64,
            ValType::Ref(_) if WIDE_SLOTS == 1 => Class::I64,
            ValType::Ref(_) => Class::I32,
        }
    }

    /// The slots of a value.
    pub fn slots(self) -> usize {
        match self {
            Class::I32 | Class::F32 => 1,
            Class::I64 | Class::F64 => WIDE_SLOTS,
        }
    }

    /// The accumulator that values may be in.
    pub fn acc(self) -> Acc {
        match self {
            Class::I32 => <u32 as Value>::ACC,
            Class::I64 => <u64 as Value>::ACC,
            Class::F32 => <f32 as Value>::ACC,
            Class::F64 => <f64 as Value>::ACC,
        }
    }

    /// Picks the instruction for this class.
    pub fn pick(self, [i32, i64, f32, f64]: &'static [Instr; 4]) -> Instr {
        *match self {
            Class::I32 => i32,
            Class::I64 => i64,
            Class::F32 => f32,
            Class::F64 => f64,
        }
    }

    pub fn copy(self) -> Instr {
        self.pick(&[Instr::CopyI32, Instr::CopyI64, Instr::CopyF32, Instr::CopyF64])
    }
}

/// What is in an accumulator: the value of a slot, which is a local or a value's home.
#[derive(Clone, Copy)]
struct Holder {
    slot: u16,
    /// The instruction that put it there and not into the slot. None: it is in the slot as well.
    producer: Option<Emitted>,
}

/// Locals that the stack may refer to at once; more are copied. Bounds the work of `local.set`.
const LOCAL_REFS_MAX: usize = 16;

/// The operand stack of one function.
pub(super) struct Stack {
    pub entries: Vec<Entry>,
    /// The slot behind the last home.
    pub top: u16,
    /// The highest `top` there was.
    pub top_max: u16,
    /// For each accumulator, who is in it.
    holders: [Option<Holder>; 2],
    /// Indices of the entries that are locals.
    local_refs: [u32; LOCAL_REFS_MAX],
    local_ref_count: usize,
    /// All entries below this index are at home.
    settled: usize,
}

impl Stack {
    pub fn new(heap: Heap, first_home: u16) -> Stack {
        Stack {
            entries: Vec::new_in(heap),
            top: first_home,
            top_max: first_home,
            holders: [None; 2],
            local_refs: [0; LOCAL_REFS_MAX],
            local_ref_count: 0,
            settled: 0,
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    fn holder(&mut self, acc: Acc) -> Option<&mut Option<Holder>> {
        match acc {
            Acc::None => None,
            Acc::Int => self.holders.first_mut(),
            Acc::Float => self.holders.last_mut(),
        }
    }

    /// Pushes a value.
    pub fn push(&mut self, class: Class, place: Place) -> Result<Entry, Failure> {
        let home = self.top;
        let top = usize::from(home) + class.slots();
        self.top = u16::try_from(top).map_err(|_| Failure::FrameSlots)?;
        self.top_max = self.top_max.max(self.top);
        let entry = Entry { class, home, place };
        self.entries.push(entry)?;
        if let Place::Local(_) = place
            && let Some(slot) = self.local_refs.get_mut(self.local_ref_count)
        {
            *slot = self.entries.len() as u32 - 1;
            self.local_ref_count += 1;
        }
        Ok(entry)
    }

    /// Whether one more local may be referred to.
    pub fn has_room_for_local(&self) -> bool {
        self.local_ref_count < LOCAL_REFS_MAX
    }

    /// Pops a value, which stays in its accumulator if it is in one.
    pub fn pop(&mut self) -> Entry {
        let entry = self.entries.pop().unwrap_or(Entry { class: Class::I32, home: self.top, place: Place::Home });
        self.top = entry.home;
        if let Place::Local(_) = entry.place {
            self.forget_local_ref(self.entries.len());
        }
        self.settled = self.settled.min(self.entries.len());
        entry
    }

    /// Drops values until `len` are left.
    pub fn truncate(&mut self, len: usize) {
        while self.entries.len() > len {
            let entry = self.pop();
            self.take_acc(entry);
        }
    }

    fn forget_local_ref(&mut self, at: usize) {
        let refs = self.local_refs.get_mut(..self.local_ref_count).unwrap_or(&mut []);
        if let Some(last) = refs.last().copied()
            && let Some(found) = refs.iter_mut().find(|entry| **entry as usize == at)
        {
            *found = last;
            self.local_ref_count -= 1;
        }
    }

    /// If the value is in its accumulator, takes it out.
    fn take_acc(&mut self, entry: Entry) -> Option<Holder> {
        self.holder(entry.class.acc())?.take_if(|holder| holder.slot == entry.home)
    }

    /// Says that `producer` put the value of a slot into its accumulator only, or if none that it is there as well.
    pub fn hold(&mut self, class: Class, slot: u16, producer: Option<Emitted>) {
        if let Some(holder) = self.holder(class.acc()) {
            *holder = Some(Holder { slot, producer });
        }
    }

    /// Says that a slot was written by an instruction that left accumulators alone.
    pub fn slot_written(&mut self, slot: u16) {
        for holder in &mut self.holders {
            holder.take_if(|holder| holder.slot == slot);
        }
    }

    /// The instruction that may have put a value into its accumulator was replaced by `instr`, of the same kind.
    pub fn rename_producer(&mut self, start: Position, instr: Instr) {
        for holder in self.holders.iter_mut().flatten() {
            if let Some(producer) = &mut holder.producer
                && producer.start == start
            {
                producer.instr = instr;
            }
        }
    }

    /// Frees an accumulator: what is in it is written home, by changing the instruction that made it.
    pub fn free_acc(&mut self, acc: Acc, code: &mut Emitter) {
        if let Some(holder) = self.holder(acc).and_then(Option::take) {
            write_home(holder, code);
        }
    }

    /// Frees both accumulators.
    pub fn free_accs(&mut self, code: &mut Emitter) {
        self.free_acc(Acc::Int, code);
        self.free_acc(Acc::Float, code);
    }

    /// A popped value as operand: its slot, and whether it is in its accumulator, which `allowed` must be for that.
    pub fn operand(&mut self, entry: Entry, allowed: Acc, code: &mut Emitter) -> Result<(u16, bool), Failure> {
        match entry.place {
            Place::Local(slot) => {
                let in_acc =
                    self.holder(entry.class.acc()).is_some_and(|holder| holder.is_some_and(|it| it.slot == slot));
                return Ok((slot, in_acc && allowed == entry.class.acc()));
            }
            Place::Const(bits) => emit_const(code, entry.class, bits, entry.home)?,
            Place::Home => {
                if let Some(holder) = self.take_acc(entry) {
                    if allowed == entry.class.acc() {
                        return Ok((entry.home, true));
                    }
                    write_home(holder, code);
                }
            }
        }
        Ok((entry.home, false))
    }

    /// Two popped values as operands; at most one of them is in an accumulator.
    pub fn operands(
        &mut self,
        instr: Instr,
        a: Entry,
        b: Entry,
        code: &mut Emitter,
    ) -> Result<(u16, u16, OperandsIn), Failure> {
        let shape = instr.shape();
        let (b, b_in_acc) = self.operand(b, shape.b, code)?;
        let (a, a_in_acc) = self.operand(a, if b_in_acc { Acc::None } else { shape.a }, code)?;
        let operands = match (a_in_acc, b_in_acc) {
            (true, _) => OperandsIn::AccA,
            (_, true) => OperandsIn::AccB,
            _ => OperandsIn::Slots,
        };
        Ok((a, b, operands))
    }

    /// Writes the value at index `at`, which stays on the stack, to its home.
    pub fn settle(&mut self, at: usize, code: &mut Emitter) -> Result<(), Failure> {
        let Some(entry) = self.entries.get(at).copied() else { return Ok(()) };
        match entry.place {
            Place::Home => {
                if let Some(holder) = self.take_acc(entry) {
                    write_home(holder, code);
                    self.hold(entry.class, entry.home, None);
                }
            }
            Place::Local(slot) => {
                code.emit_result(entry.class.copy(), Places::SLOTS, &[], &[slot], entry.home)?;
                self.forget_local_ref(at);
            }
            Place::Const(bits) => emit_const(code, entry.class, bits, entry.home)?,
        }
        if let Some(entry) = self.entries.get_mut(at) {
            entry.place = Place::Home;
        }
        Ok(())
    }

    /// Writes all values from index `from` on to their homes.
    pub fn settle_from(&mut self, from: usize, code: &mut Emitter) -> Result<(), Failure> {
        for at in from.max(self.settled)..self.entries.len() {
            self.settle(at, code)?;
        }
        if from <= self.settled {
            self.settled = self.entries.len();
        }
        Ok(())
    }

    /// Whether `settle_from` would write instructions, and not just change some.
    pub fn needs_code_from(&self, from: usize) -> bool {
        self.entries.get(from.max(self.settled)..).unwrap_or(&[]).iter().any(|entry| entry.place != Place::Home)
    }

    /// The local at `slot` is about to change: values that refer to it are copied. Says whether there were any.
    pub fn before_local_set(&mut self, slot: u16, code: &mut Emitter) -> Result<bool, Failure> {
        let mut any = false;
        let mut at = self.local_ref_count;
        // From the last to the first, because settling one puts the last in its place.
        while let Some(below) = at.checked_sub(1) {
            at = below;
            let entry = self.local_refs.get(at).map_or(0, |entry| *entry as usize);
            if self.entries.get(entry).is_some_and(|entry| entry.place == Place::Local(slot)) {
                self.settle(entry, code)?;
                any = true;
            }
        }
        Ok(any)
    }

    /// Whether some value refers to the local at `slot`.
    pub fn refers_to_local(&self, slot: u16) -> bool {
        let refs = self.local_refs.get(..self.local_ref_count).unwrap_or(&[]);
        refs.iter().any(|at| self.entries.get(*at as usize).is_some_and(|entry| entry.place == Place::Local(slot)))
    }
}

/// Changes the instruction that put a value into an accumulator only, so that the value goes to the slot it names.
fn write_home(holder: Holder, code: &mut Emitter) {
    let Some(producer) = holder.producer else { return };
    let places = Places { result_in_acc: false, ..producer.places };
    code.set_head(producer.start, producer.instr, places);
    if let Some(last) = &mut code.last
        && last.start == producer.start
    {
        last.places = places;
    }
}

/// Writes a constant to a slot.
pub(super) fn emit_const(code: &mut Emitter, class: Class, bits: u64, slot: u16) -> Result<(), Failure> {
    let (low, high) = (bits as u32, (bits >> 32) as u32);
    if high == 0 && class.slots() == 1 {
        code.emit_result(Instr::Const32, Places::SLOTS, &[low], &[], slot)?;
    } else {
        code.emit_result(Instr::Const64, Places::SLOTS, &[low, high], &[], slot)?;
    }
    Ok(())
}
