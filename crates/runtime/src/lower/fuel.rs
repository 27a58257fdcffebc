//! Metering: fuel is taken in advance for a run of operators without branch targets. A run's cost is known only where it
//! ends, so the instruction that takes it is completed there.

use moteur_wasm::fuel::{self, RUN_UNITS};
use moteur_wasm::validate::{Imm, Instr as Operator};
use moteur_wasm::{FuncIdx, FuncType, Op};

use super::Failure;
use super::emit::Position;
use super::pass::Pass;
use crate::code::layout::HEAD_UNITS;
use crate::code::op::{Instr, Places};

/// The current run: the instruction that takes its fuel, and what it costs so far.
#[derive(Default)]
pub(super) struct Run {
    at: Option<Position>,
    units: u32,
}

impl Pass<'_> {
    /// Whether guests pay for what they execute.
    pub fn is_metered(&self) -> bool {
        self.run.is_some()
    }

    /// The function's first run, which pays for entering it, too. `locals` are those that are no parameters.
    pub fn begin_first_run(&mut self, locals: u32) -> Result<(), Failure> {
        self.begin_run()?;
        if let Some(run) = &mut self.run {
            run.units = fuel::of_function(locals as usize, self.frame.ty.results.len());
        }
        Ok(())
    }

    /// A label is here, or a branch ended: what comes is counted anew.
    pub fn begin_run(&mut self) -> Result<(), Failure> {
        self.end_run();
        if self.run.is_some() && self.reachable {
            let at = self.code.emit(Instr::Fuel, Places::SLOTS, &[0], &[])?;
            self.code.last = None;
            self.run = Some(Run { at: Some(at), units: 0 });
        }
        Ok(())
    }

    pub fn end_run(&mut self) {
        if let Some(Run { at: Some(at), units }) = self.run {
            self.code.set_imm32(at + HEAD_UNITS as u32, units);
        }
    }

    /// Counts an operator that is about to be lowered.
    pub fn count_operator(&mut self, operator: &Operator) -> Result<(), Failure> {
        if self.run.is_none() || !self.reachable {
            return Ok(());
        }
        let cost = fuel::of_operator(operator.op, self.moved_by(operator));
        let is_full = |run: &Run| run.units > 0 && run.units.saturating_add(cost) > RUN_UNITS;
        if self.run.as_ref().is_some_and(is_full) {
            // Who resumes here finds the slots, but not the accumulators.
            self.stack.free_accs(&mut self.code);
            self.begin_run()?;
        }
        if let Some(run) = &mut self.run {
            run.units = run.units.saturating_add(cost);
        }
        Ok(())
    }

    /// How many values an operator brings to a label or to a function.
    fn moved_by(&self, operator: &Operator) -> usize {
        let params = |ty: Option<FuncType<'_>>| ty.map_or(0, |ty| ty.params.len());
        let wasm = self.module.wasm();
        match (operator.op, operator.imm) {
            (Op::Br | Op::BrIf, Imm::Label(label)) => self.label_arity(label),
            (Op::BrTable, Imm::BrTable(table)) => {
                table.targets(self.module.bytes()).last().map_or(0, |label| self.label_arity(label))
            }
            (Op::Return, _) => self.frame.ty.results.len(),
            (Op::Call | Op::ReturnCall, Imm::Func(func)) => params(self.type_of(func)),
            (_, Imm::CallIndirect { ty, .. }) => params(wasm.func_type(ty)),
            _ => 0,
        }
    }

    fn type_of(&self, func: FuncIdx) -> Option<FuncType<'_>> {
        let wasm = self.module.wasm();
        wasm.func_type(wasm.func_type_idx(func)?)
    }
}
