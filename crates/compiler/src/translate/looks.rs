//! The functions that look whether the guest has to end. `crate::watch` makes them part of others where that is needed.

use inkwell::IntPredicate;
use inkwell::values::{BasicValue, FunctionValue, IntValue, PointerValue};
use moteur_image::context::Field;
use moteur_wasm::Trap;

use super::function::Translator;
use super::tails::NOTHING;
use super::{Result, Unit};
use crate::error::Error;
use crate::watch::{POLL, POLL_BEFORE_CALLS, PROBE};

impl<'c> Unit<'c, '_> {
    /// Makes them.
    pub fn make_looks(&self) -> Result {
        self.make_look(POLL, Trap::Interrupted, |translator| translator.is_interrupted(false))?;
        self.make_look(POLL_BEFORE_CALLS, Trap::Interrupted, |translator| translator.is_interrupted(true))?;
        self.make_look(PROBE, Trap::StackOverflow, |translator| translator.is_stack_at_end())
    }

    /// Calls one of them.
    pub fn look(&self, name: &str, ctx: PointerValue<'c>) -> Result {
        let function = self.llvm.get_function(name).ok_or_else(|| Error::Llvm(format!("{name} is missing")))?;
        self.builder.build_call(function, &self.pass(ctx, NOTHING, &[])?, "")?;
        Ok(())
    }

    fn make_look(
        &self,
        name: &str,
        trap: Trap,
        must_end: impl Fn(&Translator<'_, 'c, '_>) -> Result<IntValue<'c>>,
    ) -> Result {
        let function: FunctionValue<'c> = self.llvm.add_function(name, self.no_function_type(), None);
        for attribute in ["alwaysinline", "nounwind"] {
            self.mark(function, attribute);
        }
        let entry = self.context.append_basic_block(function, "");
        self.builder.position_at_end(entry);
        let translator = Translator::new(self, function, self.context_of(function)?, NOTHING);
        translator.trap_if(must_end(&translator)?, trap)?;
        self.builder.build_return(None)?;
        Ok(())
    }
}

impl<'c> Translator<'_, 'c, '_> {
    fn is_interrupted(&self, stays: bool) -> Result<IntValue<'c>> {
        let flag = self.unit.fixed_field(self.ctx, Field::Interrupt, self.unit.ptr.into(), stays)?;
        let flag = flag.into_pointer_value();
        let value = self.unit.builder.build_load(self.unit.i32, flag, "")?;
        if let Some(load) = value.as_instruction_value() {
            // An atomic load would be a call where the processor has no exclusive accesses; this one is as whole.
            load.set_volatile(true).map_err(|text| Error::Llvm(text.to_string()))?;
            load.set_alignment(4).map_err(|error| Error::Llvm(format!("{error:?}")))?;
        }
        let value = value.into_int_value();
        Ok(self.unit.builder.build_int_compare(IntPredicate::NE, value, self.unit.i32.const_zero(), "")?)
    }

    fn is_stack_at_end(&self) -> Result<IntValue<'c>> {
        let assembly = self.unit.options.machine.stack_pointer();
        let sp = self.unit.read_register(assembly, self.unit.word.into())?.into_int_value();
        let limit = self.unit.fixed_field(self.ctx, Field::StackLimit, self.unit.word.into(), false)?.into_int_value();
        Ok(self.unit.builder.build_int_compare(IntPredicate::ULT, sp, limit, "")?)
    }
}
