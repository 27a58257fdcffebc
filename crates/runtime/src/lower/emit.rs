//! Writes instructions: heads and operands, their later changes, and labels.

use moteur_pool::{Heap, Vec};

use super::Failure;
use crate::code::layout::{Form, HEAD_UNITS};
use crate::code::op::{Instr, Places};
use crate::interp::dispatch::head;
use crate::store::copy_slice;

/// A position in the code, in units from its start.
pub(super) type Position = u32;

/// Code under construction.
pub(super) struct Emitter {
    pub code: Vec<u16>,
    /// The last instruction, as long as no label was bound behind it.
    pub last: Option<Emitted>,
    fixups: Vec<Fixup>,
}

/// An instruction that was written.
#[derive(Clone, Copy)]
pub(super) struct Emitted {
    pub start: Position,
    pub instr: Instr,
    pub places: Places,
    /// Where the operand is that names the result's slot; 0 if there is none.
    pub dst: Position,
}

/// A forward branch whose target is not known yet.
struct Fixup {
    /// Where the offset goes.
    field: Position,
    /// What it counts from.
    base: Position,
    /// The next fixup of the same label.
    next: Option<u32>,
}

/// The branches to a label that is not bound yet.
#[derive(Clone, Copy, Default)]
pub(super) struct Waiting(Option<u32>);

impl Waiting {
    pub fn is_empty(self) -> bool {
        self.0.is_none()
    }
}

impl Emitter {
    pub fn new(heap: Heap) -> Emitter {
        Emitter { code: Vec::new_in(heap), last: None, fixups: Vec::new_in(heap) }
    }

    /// Where the next instruction will stand.
    pub fn here(&self) -> Position {
        self.code.len() as Position
    }

    /// Writes an instruction without a result.
    pub fn emit(&mut self, instr: Instr, places: Places, imm32: &[u32], op16: &[u16]) -> Result<Position, Failure> {
        // L1: the interpreter finds the operands that it expects.
        #[cfg(any(debug_assertions, feature = "checks"))]
        assert_eq!(instr.form(), Some(Form::new(imm32.len() as u8, op16.len() as u8)), "operands of {instr:?}");
        let start = self.here();
        let units = Form::new(imm32.len() as u8, op16.len() as u8).units();
        // Offsets of branches count bytes and have a sign.
        if start > (i32::MAX as u32) / 4 {
            return Err(Failure::CodeSize);
        }
        self.code.reserve(units)?;
        self.code.extend_from_slice(&head(instr, places))?;
        for imm in imm32 {
            self.code.extend_from_slice(&[*imm as u16, (*imm >> 16) as u16])?;
        }
        self.code.extend_from_slice(op16)?;
        self.code.resize(start as usize + units, 0)?;
        self.last = Some(Emitted { start, instr, places, dst: 0 });
        Ok(start)
    }

    /// Writes an instruction whose last operand is the slot `dst` of its result.
    pub fn emit_result(
        &mut self,
        instr: Instr,
        places: Places,
        imm32: &[u32],
        op16: &[u16],
        dst: u16,
    ) -> Result<Emitted, Failure> {
        let mut operands = [0; 4];
        let count = op16.len();
        if let Some((sources, rest)) = operands.split_at_mut_checked(count)
            && let Some(last) = rest.first_mut()
        {
            copy_slice(sources, op16);
            *last = dst;
        }
        let start = self.emit(instr, places, imm32, operands.get(..=count).unwrap_or(&[]))?;
        let dst = start + (HEAD_UNITS + 2 * imm32.len() + count) as u32;
        let emitted = Emitted { start, instr, places, dst };
        self.last = Some(emitted);
        Ok(emitted)
    }

    /// Replaces the head of an instruction: another place of its operands or result, or an instruction of the same
    /// kind.
    pub fn set_head(&mut self, at: Position, instr: Instr, places: Places) {
        let at = at as usize;
        if let Some(units) = self.code.get_mut(at..at + HEAD_UNITS) {
            copy_slice(units, &head(instr, places));
        }
    }

    /// The 16-bit operand number `n` of an instruction with `imm32` 32-bit operands.
    pub fn op16(&self, at: Position, imm32: usize, n: usize) -> u16 {
        self.code.get(at as usize + HEAD_UNITS + 2 * imm32 + n).copied().unwrap_or(0)
    }

    /// Sets a 16-bit operand.
    pub fn set_op16(&mut self, at: Position, value: u16) {
        if let Some(unit) = self.code.get_mut(at as usize) {
            *unit = value;
        }
    }

    /// The 32 bits at a position.
    pub fn imm32(&self, at: Position) -> u32 {
        let unit = |at: usize| self.code.get(at).copied().map_or(0, u32::from);
        unit(at as usize) | unit(at as usize + 1) << 16
    }

    /// Sets the 32 bits at a position.
    pub fn set_imm32(&mut self, at: Position, value: u32) {
        self.set_op16(at, value as u16);
        self.set_op16(at + 1, (value >> 16) as u16);
    }

    /// Takes the last instruction back.
    pub fn remove_last(&mut self, last: Emitted) {
        self.code.truncate(last.start as usize);
        self.last = None;
    }

    /// Says that a branch may lead here: what was written before is not what is executed before.
    pub fn bind(&mut self, waiting: Waiting) {
        let here = self.here();
        let mut next = waiting.0;
        while let Some(fixup) = next.and_then(|at| self.fixups.get(at as usize)) {
            let (field, base) = (fixup.field, fixup.base);
            next = fixup.next;
            self.set_imm32(field, distance(base, here));
        }
        self.last = None;
    }

    /// The offset at `field`, of the branch that starts at `base`, shall lead to the label.
    pub fn wait(&mut self, waiting: &mut Waiting, base: Position, field: Position) -> Result<(), Failure> {
        let at = self.fixups.len() as u32;
        self.fixups.push(Fixup { field, base, next: waiting.0 })?;
        waiting.0 = Some(at);
        Ok(())
    }
}

/// A branch's offset in bytes.
pub(super) fn distance(from: Position, to: Position) -> u32 {
    to.wrapping_sub(from).wrapping_mul(2)
}
