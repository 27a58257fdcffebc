//! Metering: fuel is taken as the interpreter takes it (`lower::pass`), in advance for a run of operators, so that the
//! same guest leaves the same fuel either way. A run ends where something branches to; its length is known only then, so
//! the instructions that take it are completed there.

use inkwell::IntPredicate;
use inkwell::values::{InstructionValue, IntValue};
use moteur_image::context::Field;
use moteur_wasm::fuel::{self, MOVED_PER_UNIT, RUN_UNITS};
use moteur_wasm::validate::{Imm, Instr};
use moteur_wasm::{LabelIdx, Op, Trap};

use super::Result;
use super::function::Translator;
use crate::error::Error;

/// The run of operators that is being translated.
pub struct Run<'c> {
    /// The comparison of what is left with the cost, and the subtraction: the cost is the second operand of both.
    costs: [InstructionValue<'c>; 2],
    units: u32,
}

impl<'c> Translator<'_, 'c, '_> {
    /// A label is here, or a branch ended: operators are counted anew.
    pub fn begin_run(&mut self) -> Result {
        if !self.unit.options.metering {
            return Ok(());
        }
        self.end_run()?;
        let costs = self.take(self.unit.i64.const_zero())?;
        self.run = Some(Run { costs, units: 0 });
        Ok(())
    }

    /// Completes the run's instructions.
    pub fn end_run(&mut self) -> Result {
        let Some(Run { costs, units }) = self.run.take() else { return Ok(()) };
        let cost = self.unit.i64.const_int(u64::from(units), false);
        if costs.into_iter().all(|instruction| instruction.set_operand(1, cost)) {
            Ok(())
        } else {
            Err(Error::Llvm("fuel has no operand".into()))
        }
    }

    /// The function's first run, which pays for entering it, too. `locals` are those that are no parameters.
    pub fn begin_first_run(&mut self, locals: usize) -> Result {
        self.begin_run()?;
        if let Some(run) = &mut self.run {
            run.units = fuel::of_function(locals, self.ty.results.len());
        }
        Ok(())
    }

    /// Counts an operator that can be reached, before it is translated.
    pub fn count_operator(&mut self, instr: &Instr) -> Result {
        if self.run.is_none() {
            return Ok(());
        }
        let cost = fuel::of_operator(instr.op, self.moved_by(instr)?);
        if self.run.as_ref().is_some_and(|run| run.units > 0 && run.units + cost > RUN_UNITS) {
            self.begin_run()?;
        }
        if let Some(run) = &mut self.run {
            run.units += cost;
        }
        Ok(())
    }

    /// How many values an operator brings to a label or to a function.
    fn moved_by(&self, instr: &Instr) -> Result<usize> {
        Ok(match (instr.op, instr.imm) {
            (Op::Br | Op::BrIf, Imm::Label(label)) => self.label_arity(label)?,
            (Op::BrTable, Imm::BrTable(table)) => match table.targets(self.unit.bytes).last() {
                Some(label) => self.label_arity(label)?,
                None => 0,
            },
            (Op::Return, _) => self.label_arity(LabelIdx(self.blocks.len() as u32 - 1))?,
            (Op::Call | Op::ReturnCall, Imm::Func(func)) => self.unit.type_of(func)?.params.len(),
            (_, Imm::CallIndirect { ty, .. }) => self.unit.type_at(ty)?.params.len(),
            _ => 0,
        })
    }

    /// Takes what a bulk operator of so many bytes or elements costs besides itself.
    pub fn take_for(&mut self, count: IntValue<'c>) -> Result {
        if !self.unit.options.metering {
            return Ok(());
        }
        let count = self.unit.builder.build_int_z_extend(count, self.unit.i64, "")?;
        let units = self.unit.i64.const_int(u64::from(MOVED_PER_UNIT), false);
        let cost = self.unit.builder.build_int_unsigned_div(count, units, "")?;
        self.take(cost).map(|_| ())
    }

    /// Takes fuel, or ends the guest and leaves what there is. Gives the two instructions whose second operand is the cost.
    fn take(&self, cost: IntValue<'c>) -> Result<[InstructionValue<'c>; 2]> {
        let builder = &self.unit.builder;
        let place = self.unit.at(self.ctx, Field::Fuel.offset(self.unit.width))?;
        let fuel = self.unit.load_runtime(self.unit.i64.into(), place, 0)?.into_int_value();
        let short = builder.build_int_compare(IntPredicate::ULT, fuel, cost, "")?;
        self.trap_if(short, Trap::OutOfFuel)?;
        let rest = builder.build_int_sub(fuel, cost, "")?;
        let store = builder.build_store(place, rest)?;
        self.unit.tag_runtime(store)?;
        self.unit.keep_in_order(store)?;
        match (short.as_instruction(), rest.as_instruction()) {
            (Some(short), Some(rest)) => Ok([short, rest]),
            _ => Err(Error::Llvm("fuel is a constant".into())),
        }
    }
}
