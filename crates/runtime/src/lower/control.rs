//! Blocks and branches.
//!
//! Where control may come from two places, all values are at home and both accumulators are free.

use moteur_pool::{Heap, Vec};
use moteur_wasm::validate::{BlockType, BrTable};
use moteur_wasm::{FuncType, LabelIdx, ValType};

use super::Failure;
use super::emit::{Emitted, Position, Waiting, distance};
use super::fuse;
use super::pass::Pass;
use super::stack::{Class, Place};
use crate::code::layout::HEAD_UNITS;
use crate::code::op::{Instr, OperandsIn, Places};
use crate::interp::kinds::control::BranchTable;

/// A block that has not ended.
#[derive(Clone, Copy)]
struct Control {
    kind: Kind,
    ty: BlockType,
    /// How many values are below the block's own.
    base: usize,
    /// The home of the first of the block's own values.
    base_home: u16,
    /// A loop's start.
    start: Position,
    /// Branches to the end of a block.
    end: Waiting,
    /// The branch around the first arm of an `if`.
    otherwise: Waiting,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Func,
    Block,
    Loop,
    If,
    Else,
}

/// The blocks around the current operator.
pub(super) struct Controls {
    blocks: Vec<Control>,
    /// How many blocks were opened within code that is never executed.
    skipped: u32,
}

impl Controls {
    pub fn new(heap: Heap) -> Controls {
        Controls { blocks: Vec::new_in(heap), skipped: 0 }
    }

    /// Opens the function's own block.
    pub fn begin_function(&mut self, first_home: u16) -> Result<(), Failure> {
        self.blocks.push(Control::new(Kind::Func, BlockType::Empty, 0, first_home, 0))?;
        Ok(())
    }

    fn at(&self, label: LabelIdx) -> Option<usize> {
        self.blocks.len().checked_sub(1)?.checked_sub(label.index())
    }
}

impl Control {
    fn new(kind: Kind, ty: BlockType, base: usize, base_home: u16, start: Position) -> Control {
        let (end, otherwise) = (Waiting::default(), Waiting::default());
        Control { kind, ty, base, base_home, start, end, otherwise }
    }
}

/// The types of one value.
const fn one(ty: ValType) -> &'static [ValType] {
    match ty {
        ValType::I32 => &[ValType::I32],
        ValType::I64 => &[ValType::I64],
        ValType::F32 => &[ValType::F32],
        ValType::F64 => &[ValType::F64],
        ValType::V128 => &[ValType::V128],
        // All references are lowered alike.
        ValType::Ref(_) => &[ValType::FUNCREF],
    }
}

impl<'m> Pass<'m> {
    fn block_type(&self, control: &Control) -> FuncType<'m> {
        match (control.kind, control.ty) {
            (Kind::Func, _) => FuncType { params: &[], results: self.frame.ty.results },
            (_, BlockType::Empty) => FuncType { params: &[], results: &[] },
            (_, BlockType::Value(ty)) => FuncType { params: &[], results: one(ty) },
            (_, BlockType::Func(ty)) => self.func_type(ty),
        }
    }

    /// What a branch to the label brings along.
    fn label_types(&self, control: &Control) -> &'m [ValType] {
        let ty = self.block_type(control);
        if control.kind == Kind::Loop { ty.params } else { ty.results }
    }

    /// How many values a branch to the label brings along.
    pub fn label_arity(&self, label: LabelIdx) -> usize {
        let control = self.controls.at(label).and_then(|at| self.controls.blocks.get(at));
        control.map_or(0, |control| self.label_types(control).len())
    }

    pub fn block(&mut self, ty: BlockType) -> Result<(), Failure> {
        self.open(Kind::Block, ty)
    }

    pub fn loop_(&mut self, ty: BlockType) -> Result<(), Failure> {
        self.open(Kind::Loop, ty)
    }

    fn open(&mut self, kind: Kind, ty: BlockType) -> Result<(), Failure> {
        if !self.reachable {
            self.controls.skipped += 1;
            return Ok(());
        }
        self.settle_all()?;
        self.push_control(kind, ty, Waiting::default())?;
        if kind == Kind::Loop {
            // Nothing that was written before the label may be changed by what comes behind it.
            self.code.last = None;
            self.begin_run()?;
        }
        Ok(())
    }

    pub fn if_(&mut self, ty: BlockType) -> Result<(), Failure> {
        if !self.reachable {
            self.controls.skipped += 1;
            return Ok(());
        }
        let mut otherwise = Waiting::default();
        self.settle_below_condition(0)?;
        let branch = self.pop_condition(false)?;
        self.settle_all()?;
        self.emit_forward(branch, &mut otherwise)?;
        self.push_control(Kind::If, ty, otherwise)?;
        self.begin_run()
    }

    fn push_control(&mut self, kind: Kind, ty: BlockType, otherwise: Waiting) -> Result<(), Failure> {
        let mut control = Control::new(kind, ty, 0, 0, self.code.here());
        let params = self.block_type(&control).params.len();
        control.base = self.stack.len().saturating_sub(params);
        control.base_home = self.stack.entries.get(control.base).map_or(self.stack.top, |entry| entry.home);
        control.otherwise = otherwise;
        self.controls.blocks.push(control)?;
        Ok(())
    }

    pub fn else_(&mut self) -> Result<(), Failure> {
        if self.controls.skipped > 0 {
            return Ok(());
        }
        let Some(mut control) = self.controls.blocks.pop() else { return Ok(()) };
        if self.reachable {
            self.stack.settle_from(control.base, &mut self.code)?;
            self.emit_forward(Branch::always(), &mut control.end)?;
        }
        self.stack.free_accs(&mut self.code);
        self.code.bind(control.otherwise);
        self.reachable = true;
        self.restart(&control, self.block_type(&control).params)?;
        control.kind = Kind::Else;
        control.otherwise = Waiting::default();
        self.controls.blocks.push(control)?;
        self.begin_run()
    }

    pub fn end(&mut self) -> Result<(), Failure> {
        if self.controls.skipped > 0 {
            self.controls.skipped -= 1;
            return Ok(());
        }
        let Some(control) = self.controls.blocks.pop() else { return Ok(()) };
        let function = control.kind == Kind::Func;
        if self.reachable && function && control.end.is_empty() {
            return self.return_();
        }
        if self.reachable {
            self.stack.settle_from(control.base, &mut self.code)?;
        }
        let targeted = !control.end.is_empty() || !control.otherwise.is_empty();
        if targeted {
            self.stack.free_accs(&mut self.code);
            self.code.bind(control.otherwise);
            self.code.bind(control.end);
            self.reachable = true;
        } else if !self.reachable {
            // Nothing leads here: what follows is never executed either.
            if !function {
                self.restart(&control, self.block_type(&control).results)?;
                return Ok(());
            }
            return Ok(());
        }
        self.restart(&control, self.block_type(&control).results)?;
        if function {
            return self.return_();
        }
        if targeted { self.begin_run() } else { Ok(()) }
    }

    /// The values below the block, and above them values of these types, all at home.
    fn restart(&mut self, control: &Control, types: &[ValType]) -> Result<(), Failure> {
        self.stack.truncate(control.base);
        for ty in types {
            self.stack.push(Class::of(*ty), Place::Home)?;
        }
        Ok(())
    }

    /// All values are written home, and both accumulators are free.
    fn settle_all(&mut self) -> Result<(), Failure> {
        self.stack.settle_from(0, &mut self.code)?;
        self.stack.free_accs(&mut self.code);
        Ok(())
    }

    /// If values below the condition must be written home by instructions, that happens before the condition is popped,
    /// and after it is computed: then it cannot be joined with the branch.
    fn settle_below_condition(&mut self, from: usize) -> Result<(), Failure> {
        let below = self.stack.len().saturating_sub(1);
        if self.stack.needs_code_from(from) {
            for at in from..below {
                self.stack.settle(at, &mut self.code)?;
            }
        }
        Ok(())
    }

    /// What follows the current operator is never executed.
    pub fn unreachable_from_here(&mut self) {
        self.reachable = false;
        self.code.last = None;
    }

    pub fn br(&mut self, label: LabelIdx) -> Result<(), Failure> {
        let Some(at) = self.controls.at(label) else { return Ok(()) };
        if at == 0 {
            return self.return_();
        }
        self.move_to_label(at)?;
        self.emit_branch(Branch::always(), at)?;
        self.unreachable_from_here();
        Ok(())
    }

    pub fn br_if(&mut self, label: LabelIdx) -> Result<(), Failure> {
        let Some(at) = self.controls.at(label) else { return Ok(()) };
        let Some(control) = self.controls.blocks.get(at).copied() else { return Ok(()) };
        let arity = self.label_types(&control).len();
        let first = self.stack.len().saturating_sub(arity + 1);
        self.settle_below_condition(first)?;
        if self.is_in_place(&control, first, arity) {
            let branch = self.pop_condition(true)?;
            self.stack.settle_from(first, &mut self.code)?;
            return self.emit_branch(branch, at);
        }
        let mut around = Waiting::default();
        let branch = self.pop_condition(false)?;
        self.stack.settle_from(first, &mut self.code)?;
        self.emit_forward(branch, &mut around)?;
        self.move_to_label(at)?;
        self.emit_branch(Branch::always(), at)?;
        self.code.bind(around);
        Ok(())
    }

    /// Whether the values from index `first` on have their homes where the label expects them.
    fn is_in_place(&self, control: &Control, first: usize, arity: usize) -> bool {
        arity == 0 || self.stack.entries.get(first).is_some_and(|entry| entry.home == control.base_home)
    }

    /// Writes the label's values, which are on top of the stack and stay there, to where the label expects them.
    fn move_to_label(&mut self, at: usize) -> Result<(), Failure> {
        let Some(control) = self.controls.blocks.get(at).copied() else { return Ok(()) };
        let types = self.label_types(&control);
        let first = self.stack.len().saturating_sub(types.len());
        self.stack.settle_from(first, &mut self.code)?;
        if self.is_in_place(&control, first, types.len()) {
            return Ok(());
        }
        if types.len() == 1
            && let Some(producer) = self.producer_of_top()
            && !self.stack.needs_code_from(first)
        {
            // The value was just computed: it may go to its place at once. Nothing reads it here any more.
            self.retarget(producer, control.base_home);
            return Ok(());
        }
        let from = self.stack.entries.get(first).map_or(0, |entry| entry.home);
        let slots = self.stack.top.saturating_sub(from);
        self.code.emit_result(Instr::CopySlots, Places::SLOTS, &[u32::from(slots)], &[from], control.base_home)?;
        Ok(())
    }

    /// Changes an instruction so that its result goes to `slot`, and nowhere else.
    pub fn retarget(&mut self, producer: Emitted, slot: u16) {
        let places = Places { result_in_acc: false, ..producer.places };
        self.code.set_head(producer.start, producer.instr, places);
        self.code.set_op16(producer.dst, slot);
        self.code.last = None;
    }

    pub fn br_table(&mut self, table: BrTable) -> Result<(), Failure> {
        let (index, operands) = self.pop_a(Instr::BrTable)?;
        let arity = table.targets(self.module.bytes()).last().map_or(0, |label| self.label_arity(label));
        let first = self.stack.len().saturating_sub(arity);
        self.stack.settle_from(first, &mut self.code)?;
        let places = Places { operands, result_in_acc: false };
        let base = self.code.emit(Instr::BrTable, places, &[table.len], &[index])?;
        let field = |n: u32| base + BranchTable::UNITS as u32 + 2 * n;
        let units = (table.len as usize).saturating_add(1).saturating_mul(2);
        let end = self.code.code.len().saturating_add(units);
        self.code.code.resize(end, 0)?;
        self.code.code.resize(end.next_multiple_of(2), 0)?;
        for (n, label) in (0..).zip(table.targets(self.module.bytes())) {
            let Some(at) = self.controls.at(label) else { continue };
            let Some(control) = self.controls.blocks.get(at).copied() else { continue };
            if self.is_in_place(&control, first, arity) {
                self.lead(at, base, field(n))?;
            } else {
                // The values move on the way: the entry leads to code of its own.
                let here = self.code.here();
                self.code.set_imm32(field(n), distance(base, here));
                self.move_to_label(at)?;
                self.emit_branch(Branch::always(), at)?;
            }
        }
        self.unreachable_from_here();
        Ok(())
    }

    /// The offset at `field`, of the branch that starts at `base`, leads to the label of block `at`.
    fn lead(&mut self, at: usize, base: Position, field: Position) -> Result<(), Failure> {
        let Some(control) = self.controls.blocks.get_mut(at) else { return Ok(()) };
        if control.kind == Kind::Loop {
            let offset = distance(base, control.start);
            self.code.set_imm32(field, offset);
            return Ok(());
        }
        self.code.wait(&mut control.end, base, field)
    }

    /// Writes a branch to the label of block `at`, where its values are in place.
    fn emit_branch(&mut self, branch: Branch, at: usize) -> Result<(), Failure> {
        let backwards = self.controls.blocks.get(at).is_some_and(|control| control.kind == Kind::Loop);
        let start = branch.emit(self, backwards)?;
        self.lead(at, start, start + HEAD_UNITS as u32)
    }

    /// Writes a branch to a label that is not a block's.
    fn emit_forward(&mut self, branch: Branch, waiting: &mut Waiting) -> Result<(), Failure> {
        let start = branch.emit(self, false)?;
        self.code.wait(waiting, start, start + HEAD_UNITS as u32)
    }

    /// Pops the condition of a branch that is taken if it is (not) zero. If it was just computed by a comparison, the
    /// branch compares itself.
    fn pop_condition(&mut self, if_true: bool) -> Result<Branch, Failure> {
        if let Some(last) = self.producer_of_top()
            && let Some(branch) = self.join_comparison(last, if_true)
        {
            self.stack.truncate(self.stack.len().saturating_sub(1));
            self.code.remove_last(last);
            return Ok(branch);
        }
        let instr = if if_true { Instr::BrIf } else { Instr::BrIfNot };
        let (slot, operands) = self.pop_a(instr)?;
        Ok(Branch { instr, operands, imm: None, slots: [slot, 0], count: 1 })
    }

    /// The branch that does what `last`, a comparison, and a branch on its result would do.
    fn join_comparison(&self, last: Emitted, if_true: bool) -> Option<Branch> {
        let operands = last.places.operands;
        let plain = |n| self.code.op16(last.start, 0, n);
        match last.instr {
            Instr::I32Eqz => {
                let instr = if if_true { Instr::BrIfNot } else { Instr::BrIf };
                return Some(Branch { instr, operands, imm: None, slots: [plain(0), 0], count: 1 });
            }
            Instr::I64Eqz => {
                let instr = fuse::branch_if_64(if_true)?;
                return Some(Branch { instr, operands, imm: Some(0), slots: [plain(0), 0], count: 1 });
            }
            _ => {}
        }
        let compare = if if_true { last.instr } else { fuse::inverse(last.instr)? };
        let (instr, has_imm) = fuse::branch_if(compare)?;
        if !has_imm {
            return Some(Branch { instr, operands, imm: None, slots: [plain(0), plain(1)], count: 2 });
        }
        let imm = self.code.imm32(last.start + HEAD_UNITS as u32);
        Some(Branch { instr, operands, imm: Some(imm), slots: [self.code.op16(last.start, 1, 0), 0], count: 1 })
    }
}

/// A branch that is yet to be written.
#[derive(Clone, Copy)]
struct Branch {
    instr: Instr,
    operands: OperandsIn,
    imm: Option<u32>,
    slots: [u16; 2],
    count: usize,
}

impl Branch {
    const fn always() -> Branch {
        Branch { instr: Instr::Br, operands: OperandsIn::Slots, imm: None, slots: [0; 2], count: 0 }
    }

    fn emit(self, pass: &mut Pass<'_>, backwards: bool) -> Result<Position, Failure> {
        let result_in_acc = backwards && cfg!(dispatch = "threaded");
        let places = Places { operands: self.operands, result_in_acc };
        let slots = self.slots.get(..self.count).unwrap_or(&[]);
        match self.imm {
            Some(imm) => pass.code.emit(self.instr, places, &[0, imm], slots),
            None => pass.code.emit(self.instr, places, &[0], slots),
        }
    }
}
