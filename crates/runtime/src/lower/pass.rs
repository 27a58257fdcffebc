//! One run over a function: what the other files of this folder work on, and the small steps that they share.

use moteur_pool::Box;
use moteur_wasm::validate::{FuncValidator, Scratch};
use moteur_wasm::{FuncIdx, FuncType, LocalIdx, TypeIdx};

use super::Failure;
use super::control::Controls;
use super::emit::{Emitted, Emitter, Position};
use super::fuel::Run;
use super::stack::{Class, Entry, Place, Stack, emit_const};
use crate::alloc::HeapAlloc;
use crate::code::op::{Instr, OperandsIn, Places};
use crate::error::Error;
use crate::interp::RED_ZONE_SLOTS;
use crate::interp::value::Acc;
use crate::module::Module;
use crate::slot::{WIDE_SLOTS, slots_of, slots_of_type};

/// The state of lowering one function.
pub(super) struct Pass<'m> {
    pub module: &'m Module,
    /// The module's types as the store numbers them.
    pub type_ids: &'m Box<[u32]>,
    pub code: Emitter,
    pub stack: Stack,
    pub controls: Controls,
    pub frame: Frame<'m>,
    /// Whether what is lowered now can be executed.
    pub reachable: bool,
    /// The run of operators whose fuel is taken at once, where guests pay.
    pub run: Option<Run>,
    /// The unit whose operator is looked for, and what was found.
    wanted: Option<Position>,
    found: Option<u32>,
    /// The instruction that checks whether a large frame fits.
    frame_check: Option<Position>,
}

/// How a frame is laid out; see `interp::kinds::call`.
pub(super) struct Frame<'m> {
    pub ty: FuncType<'m>,
    pub link: u16,
    params: u32,
    param_slots: u16,
}

impl<'m> Pass<'m> {
    /// Lowers a function. With `wanted`, it also finds the operator whose code is at that unit.
    pub fn run(
        module: &'m Module,
        type_ids: &'m Box<[u32]>,
        func: FuncIdx,
        wanted: Option<Position>,
    ) -> Result<Pass<'m>, Error> {
        let pass = Pass::try_run(module, type_ids, func, wanted, false)?;
        if pass.frame_check.is_some() || pass.frame_slots() as usize <= RED_ZONE_SLOTS {
            return Ok(pass);
        }
        // Only now is it known that the frame is large: once more, with the check.
        drop(pass);
        Pass::try_run(module, type_ids, func, wanted, true)
    }

    fn try_run(
        module: &'m Module,
        type_ids: &'m Box<[u32]>,
        func: FuncIdx,
        wanted: Option<Position>,
        check_frame: bool,
    ) -> Result<Pass<'m>, Error> {
        let wasm = module.wasm();
        let heap = module.engine().heap();
        let mut scratch = Scratch::new(&HeapAlloc(heap));
        let mut validator = FuncValidator::new(wasm, module.bytes(), func, &mut scratch)?;
        let ty = wasm.func_type_idx(func).and_then(|ty| wasm.func_type(ty));
        let ty = ty.unwrap_or(FuncType { params: &[], results: &[] });
        let (frame, first_home) = Frame::new(ty, &validator)?;
        let run = module.engine().config().fuel.then(Run::default);
        let mut pass = Pass {
            module,
            type_ids,
            code: Emitter::new(heap),
            stack: Stack::new(heap, first_home),
            controls: Controls::new(heap),
            frame,
            reachable: true,
            run,
            wanted,
            found: None,
            frame_check: None,
        };
        let declared = validator.local_count().saturating_sub(pass.frame.params);
        pass.prologue(first_home, check_frame, declared)?;
        while let Some(instr) = validator.step()? {
            if wanted.is_some_and(|unit| pass.code.here() <= unit) {
                pass.found = Some(instr.offset);
            }
            pass.count_operator(&instr)?;
            pass.operator(&instr, &validator)?;
        }
        pass.epilogue();
        Ok(pass)
    }

    pub fn code(&self) -> &[u16] {
        &self.code.code
    }

    /// Slots of a frame, with one for the link of a callee whose frame begins where the operands end.
    pub fn frame_slots(&self) -> u32 {
        u32::from(self.stack.top_max) + 1
    }

    pub fn found(&self) -> Option<u32> {
        self.wanted.and(self.found)
    }

    fn prologue(&mut self, first_home: u16, check_frame: bool, declared: u32) -> Result<(), Failure> {
        if check_frame || usize::from(first_home) >= RED_ZONE_SLOTS {
            self.frame_check = Some(self.code.emit(Instr::CheckFrame, Places::SLOTS, &[0], &[])?);
        }
        self.controls.begin_function(first_home)?;
        let first_local = self.frame.link + 1;
        let locals = first_home - first_local;
        match locals {
            0 => {}
            // FAST: a loop for one slot takes thrice as long (`cargo xtask bench m33`: 12 % of fib).
            1 => emit_const(&mut self.code, Class::I32, 0, first_local)?,
            _ => {
                self.code.emit(Instr::ZeroLocals, Places::SLOTS, &[], &[first_local, locals])?;
            }
        }
        self.code.last = None;
        self.begin_first_run(declared)
    }

    fn epilogue(&mut self) {
        if let Some(at) = self.frame_check {
            self.code.set_imm32(at + crate::code::layout::HEAD_UNITS as u32, self.frame_slots());
        }
        self.end_run();
    }

    /// Writes an instruction and pushes its result.
    pub fn emit_push(
        &mut self,
        instr: Instr,
        operands: OperandsIn,
        imm32: &[u32],
        op16: &[u16],
        class: Class,
    ) -> Result<(), Failure> {
        let result_in_acc = instr.shape().result != Acc::None;
        if result_in_acc {
            self.stack.free_acc(class.acc(), &mut self.code);
        }
        let entry = self.stack.push(class, Place::Home)?;
        let places = Places { operands, result_in_acc };
        let emitted = self.code.emit_result(instr, places, imm32, op16, entry.home)?;
        if result_in_acc {
            self.stack.hold(class, entry.home, Some(emitted));
        }
        Ok(())
    }

    /// Pops a value and gives its slot.
    pub fn pop_slot(&mut self) -> Result<u16, Failure> {
        let entry = self.stack.pop();
        self.slot_of(entry)
    }

    /// The slot of a popped value.
    pub fn slot_of(&mut self, entry: Entry) -> Result<u16, Failure> {
        Ok(self.stack.operand(entry, Acc::None, &mut self.code)?.0)
    }

    /// Pops operand A of an instruction.
    pub fn pop_a(&mut self, instr: Instr) -> Result<(u16, OperandsIn), Failure> {
        let entry = self.stack.pop();
        self.operand_a(instr, entry)
    }

    /// A popped value as operand A of an instruction.
    pub fn operand_a(&mut self, instr: Instr, entry: Entry) -> Result<(u16, OperandsIn), Failure> {
        let (slot, in_acc) = self.stack.operand(entry, instr.shape().a, &mut self.code)?;
        Ok((slot, if in_acc { OperandsIn::AccA } else { OperandsIn::Slots }))
    }

    /// The last instruction, if its result is the value on top of the stack and nothing else uses it.
    pub fn producer_of_top(&self) -> Option<Emitted> {
        let top = self.stack.entries.last()?;
        let last = self.code.last.filter(|last| last.dst != 0)?;
        let names_home = self.code.code.get(last.dst as usize) == Some(&top.home);
        (top.place == Place::Home && names_home).then_some(last)
    }

    /// The slot and class of a local.
    pub fn local(&self, validator: &FuncValidator<'_, HeapAlloc>, local: LocalIdx) -> Result<(u16, Class), Failure> {
        let ty = validator.local_type(local).ok_or(Failure::OutOfBounds)?;
        Ok((self.frame.slot_of_local(validator, local), Class::of(ty)))
    }

    /// The type with this index.
    pub fn func_type(&self, ty: TypeIdx) -> FuncType<'m> {
        self.module.wasm().func_type(ty).unwrap_or(FuncType { params: &[], results: &[] })
    }
}

impl<'m> Frame<'m> {
    /// The layout of the frame, and the first operand's home.
    fn new(ty: FuncType<'m>, validator: &FuncValidator<'_, HeapAlloc>) -> Result<(Frame<'m>, u16), Failure> {
        let limit = |_| Failure::FrameSlots;
        let (params, results) = slots_of_type(ty);
        let (param_slots, link) =
            (u16::try_from(params).map_err(limit)?, u16::try_from(params.max(results)).map_err(limit)?);
        let frame = Frame { ty, link, params: ty.params.len() as u32, param_slots };
        let all = frame.slots_before(validator, validator.local_count());
        let first_home = u16::try_from(usize::from(link) + 1 + all - params).map_err(limit)?;
        Ok((frame, first_home))
    }

    /// Slots of the locals below `local`, parameters included.
    fn slots_before(&self, validator: &FuncValidator<'_, HeapAlloc>, local: u32) -> usize {
        if WIDE_SLOTS == 1 {
            return local as usize;
        }
        let (mut slots, mut start) = (0, 0);
        for run in validator.local_runs() {
            let end = run.end.min(local);
            slots += (end - start) as usize * slots_of(run.ty);
            start = end;
            if end == local {
                break;
            }
        }
        slots
    }

    fn slot_of_local(&self, validator: &FuncValidator<'_, HeapAlloc>, local: LocalIdx) -> u16 {
        let before = self.slots_before(validator, local.0) as u16;
        if local.0 < self.params { before } else { before - self.param_slots + self.link + 1 }
    }
}
