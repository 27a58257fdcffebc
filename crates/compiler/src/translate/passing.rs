//! How guest functions pass arguments and results to each other.
//!
//! Without tail calls it is the convention of C. With them, a tail call must leave nothing on the stack, and LLVM sees to
//! that only where all arguments and results are in registers. So those that no register is left for go through the *area*:
//! words that lie in the frame of the entry, and whose address is in the context. Who passes something writes it there, right
//! before the call or the return; who receives it reads it at once. So one area does for all. More than a few results go
//! there in any case: LLVM's time for a value of many parts grows with the square of their number, at least.

use inkwell::values::{BasicMetadataValueEnum, BasicValueEnum, CallSiteValue, FunctionValue, PointerValue};
use moteur_image::context::Field;
use moteur_image::target::{Arch, FloatAbi};
use moteur_wasm::{FuncType, TypeIdx, ValType};

use super::tails::Tails;
use super::{Result, Unit};
use crate::Machine;

/// The registers that arguments or results have.
struct Registers {
    ints: u32,
    /// Those of floats; none if floats go where integers go.
    floats: u32,
    /// Whether what takes two begins at an even one.
    is_even: bool,
}

/// The most results that are one value of LLVM's.
const RESULTS_MAX: usize = 32;

const fn registers(ints: u32, floats: u32, is_even: bool) -> Registers {
    Registers { ints, floats, is_even }
}

impl Registers {
    fn of_params(machine: &Machine) -> Registers {
        match (machine.arch, machine.float_abi) {
            (Arch::Thumb, FloatAbi::Hard) => registers(4, 16, true),
            (Arch::Thumb, FloatAbi::Soft) => registers(4, 0, true),
            (Arch::RiscV32 | Arch::RiscV64, _) => registers(8, 0, false),
            (Arch::AArch64, _) => registers(8, 8, false),
            // The context has one of six.
            (Arch::X86_64, _) => registers(5, 8, false),
        }
    }

    fn of_results(machine: &Machine) -> Registers {
        match machine.arch {
            Arch::Thumb => registers(4, 0, true),
            Arch::RiscV32 | Arch::RiscV64 => registers(2, 0, false),
            Arch::AArch64 => registers(8, 8, false),
            Arch::X86_64 => registers(3, 2, false),
        }
    }

    /// How many of the values fit, from the first on. `words` says how many registers one takes.
    fn fitting(&self, types: &[ValType], words: impl Fn(ValType) -> u32) -> usize {
        let (mut ints, mut floats) = (0_u32, 0_u32);
        let fits = |ty: &&ValType| {
            let (used, all) = match ty {
                ValType::F32 | ValType::F64 if self.floats > 0 => (&mut floats, self.floats),
                _ => (&mut ints, self.ints),
            };
            let words = words(**ty);
            *used = words + if self.is_even { used.next_multiple_of(words) } else { *used };
            *used <= all
        };
        types.iter().take_while(fits).count()
    }
}

impl<'c, 'm> Unit<'c, 'm> {
    fn words(&self, ty: ValType) -> u32 {
        self.slot_bytes(ty) / self.width.bytes()
    }

    /// How many parameters are in registers, from the first on; the others are in the area. Without tail calls, LLVM has them
    /// on the stack.
    pub fn params_passed(&self, ty: FuncType<'_>) -> usize {
        match self.tails {
            Tails::Jump => Registers::of_params(&self.options.machine).fitting(ty.params, |ty| self.words(ty)),
            Tails::None | Tails::Return => ty.params.len(),
        }
    }

    /// Whether a function leaves its results in the area, all of them.
    pub fn returns_in_area(&self, ty: FuncType<'_>) -> bool {
        let fitting = || Registers::of_results(&self.options.machine).fitting(ty.results, |ty| self.words(ty));
        match self.tails {
            Tails::Jump => fitting() < ty.results.len(),
            Tails::None | Tails::Return => ty.results.len() > RESULTS_MAX,
        }
    }

    /// Bytes of the area that a type needs.
    fn area_bytes_of(&self, ty: FuncType<'_>) -> u32 {
        let bytes = |types: &[ValType]| types.iter().map(|ty| self.slot_bytes(*ty)).sum::<u32>();
        let params = match self.tails {
            Tails::None => 0,
            Tails::Jump => bytes(ty.params.get(self.params_passed(ty)..).unwrap_or_default()),
            // The function comes first.
            Tails::Return => self.width.bytes() + bytes(ty.params),
        };
        params.max(if self.returns_in_area(ty) { bytes(ty.results) } else { 0 })
    }

    /// Makes the area for whatever is called from an entry, in its frame.
    pub fn make_area(&self, ctx: PointerValue<'c>) -> Result {
        let types = (0..self.wasm.type_count()).filter_map(|index| self.wasm.func_type(TypeIdx(index)));
        let bytes = types.map(|ty| self.area_bytes_of(ty)).max().unwrap_or(0);
        if bytes > 0 {
            let words = bytes.div_ceil(self.width.bytes());
            let area = self.builder.build_alloca(self.word.array_type(words), "")?;
            self.set_field(ctx, Field::TailArea, area.into())?;
        }
        Ok(())
    }

    pub fn area(&self, ctx: PointerValue<'c>) -> Result<PointerValue<'c>> {
        self.field_pointer(ctx, Field::TailArea)
    }

    /// The values to call a guest's function with; what else there is goes to the area.
    pub fn pass(
        &self,
        ctx: PointerValue<'c>,
        ty: FuncType<'_>,
        arguments: &[BasicValueEnum<'c>],
    ) -> Result<Vec<BasicMetadataValueEnum<'c>>> {
        let count = self.params_passed(ty);
        let (passed, rest) = arguments.split_at(count.min(arguments.len()));
        if !rest.is_empty() {
            self.store_slots(self.area(ctx)?, ty.params.get(count..).unwrap_or_default(), rest)?;
        }
        let context = self.context_is_argument().then(|| BasicMetadataValueEnum::from(ctx));
        Ok(context.into_iter().chain(passed.iter().map(|value| BasicMetadataValueEnum::from(*value))).collect())
    }

    /// The parameters of a function, at its beginning.
    pub fn params(
        &self,
        ctx: PointerValue<'c>,
        ty: FuncType<'_>,
        function: FunctionValue<'c>,
    ) -> Result<Vec<BasicValueEnum<'c>>> {
        let mut values = function.get_params();
        if self.context_is_argument() {
            values.remove(0);
        }
        let rest = ty.params.get(values.len()..).unwrap_or_default();
        if !rest.is_empty() {
            values.extend(self.load_slots(self.area(ctx)?, rest)?);
        }
        Ok(values)
    }

    /// The results of a call, one by one, right behind it.
    pub fn results(
        &self,
        ctx: PointerValue<'c>,
        ty: FuncType<'_>,
        call: CallSiteValue<'c>,
    ) -> Result<Vec<BasicValueEnum<'c>>> {
        match self.returns_in_area(ty) {
            true => self.load_slots(self.area(ctx)?, ty.results),
            false => self.results_of(call.try_as_basic_value().basic(), ty.results),
        }
    }

    /// Returns from a function.
    pub fn return_values(&self, ctx: PointerValue<'c>, ty: FuncType<'_>, values: &[BasicValueEnum<'c>]) -> Result {
        if self.returns_in_area(ty) {
            self.store_slots(self.area(ctx)?, ty.results, values)?;
            self.builder.build_return(None)?;
            return Ok(());
        }
        match values {
            [] => self.builder.build_return(None)?,
            [one] => self.builder.build_return(Some(one))?,
            many => self.builder.build_aggregate_return(many)?,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ValType::{F32, F64, I32, I64};

    #[test]
    fn what_fits_is_what_the_conventions_have_registers_for() {
        let fitting = |triple: &str, types: &[ValType]| {
            let machine = Machine::new(triple, None).unwrap();
            let wide = triple.contains("64");
            let words = |ty| if !wide && matches!(ty, I64 | F64) { 2 } else { 1 };
            (
                Registers::of_params(&machine).fitting(types, words),
                Registers::of_results(&machine).fitting(types, words),
            )
        };
        let thumb = "thumbv7m-none-eabi";
        assert_eq!(fitting(thumb, &[I32; 6]), (4, 4));
        // A pair leaves out the second register.
        assert_eq!(fitting(thumb, &[I32, I64, I32]), (2, 2));
        assert_eq!(fitting(thumb, &[I64, I32, F32, I32]), (3, 3));
        let hard = "thumbv8m.main-none-eabihf";
        assert_eq!(fitting(hard, &[F64, F64, F64, I64, I64, I32]), (5, 2));
        assert_eq!(fitting(hard, &[F32, F64, F64, F64, F64, F64, F64, F64, F32]), (8, 2));
        assert_eq!(fitting("riscv32imac-unknown-none-elf", &[I32, I64, I64, I64, I32, I32]), (5, 1));
        assert_eq!(fitting("riscv64gc-unknown-none-elf", &[F64; 9]), (8, 2));
        assert_eq!(fitting("aarch64-unknown-none", &[I32, I32, F32, F32, F32, F64, I64]), (7, 7));
        assert_eq!(fitting("x86_64-unknown-linux-gnu", &[I32, I64, F32, I32, I32, F64, I64, I32]), (7, 4));
    }
}
