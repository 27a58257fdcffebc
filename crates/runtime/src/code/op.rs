//! The register code: every instruction is one row, and both dispatchers are made from the rows.
//!
//! A row names an instruction and its kind, whose documentation gives the operands and what it does. The rows of
//! numeric instructions come from the operator table of `moteur_wasm`; the rows here are what lowering adds to them:
//! forms with an immediate, compare-and-branch, control, memory, calls.

use crate::interp::value::Acc;

/// Hands `$` to the macro that defines a macro, and the forms that the feature `small` does without.
#[cfg(not(feature = "small"))]
macro_rules! with_dollar {
    ($($rows:tt)*) => {
        define_for_each_instr! {
            ($) [
                (I64AddImm, BinaryImm<meaning::I64Add>)
                (I64MulImm, BinaryImm<meaning::I64Mul>)
                (I64AndImm, BinaryImm<meaning::I64And>)
                (I64OrImm, BinaryImm<meaning::I64Or>)
                (I64XorImm, BinaryImm<meaning::I64Xor>)
                (I64ShlImm, BinaryImm<meaning::I64Shl>)
                (I64ShrSImm, BinaryImm<meaning::I64ShrS>)
                (I64ShrUImm, BinaryImm<meaning::I64ShrU>)
                (I64RotlImm, BinaryImm<meaning::I64Rotl>)
                (I64DivSImm, BinaryImm<meaning::I64DivS>)
                (I64DivUImm, BinaryImm<meaning::I64DivU>)
                (I64RemSImm, BinaryImm<meaning::I64RemS>)
                (I64RemUImm, BinaryImm<meaning::I64RemU>)
                (I64EqImm, BinaryImm<meaning::I64Eq>)
                (I64NeImm, BinaryImm<meaning::I64Ne>)
                (I64LtSImm, BinaryImm<meaning::I64LtS>)
                (I64LtUImm, BinaryImm<meaning::I64LtU>)
                (I64GtSImm, BinaryImm<meaning::I64GtS>)
                (I64GtUImm, BinaryImm<meaning::I64GtU>)
                (I64LeSImm, BinaryImm<meaning::I64LeS>)
                (I64LeUImm, BinaryImm<meaning::I64LeU>)
                (I64GeSImm, BinaryImm<meaning::I64GeS>)
                (I64GeUImm, BinaryImm<meaning::I64GeU>)
                (BrIfI64Eq, BranchCompare<meaning::I64Eq>)
                (BrIfI64Ne, BranchCompare<meaning::I64Ne>)
                (BrIfI64LtS, BranchCompare<meaning::I64LtS>)
                (BrIfI64LtU, BranchCompare<meaning::I64LtU>)
                (BrIfI64GtS, BranchCompare<meaning::I64GtS>)
                (BrIfI64GtU, BranchCompare<meaning::I64GtU>)
                (BrIfI64LeS, BranchCompare<meaning::I64LeS>)
                (BrIfI64LeU, BranchCompare<meaning::I64LeU>)
                (BrIfI64GeS, BranchCompare<meaning::I64GeS>)
                (BrIfI64GeU, BranchCompare<meaning::I64GeU>)
                (BrIfI64EqImm, BranchCompareImm<meaning::I64Eq>)
                (BrIfI64NeImm, BranchCompareImm<meaning::I64Ne>)
                (BrIfI64LtSImm, BranchCompareImm<meaning::I64LtS>)
                (BrIfI64LtUImm, BranchCompareImm<meaning::I64LtU>)
                (BrIfI64GtSImm, BranchCompareImm<meaning::I64GtS>)
                (BrIfI64GtUImm, BranchCompareImm<meaning::I64GtU>)
                (BrIfI64LeSImm, BranchCompareImm<meaning::I64LeS>)
                (BrIfI64LeUImm, BranchCompareImm<meaning::I64LeU>)
                (BrIfI64GeSImm, BranchCompareImm<meaning::I64GeS>)
                (BrIfI64GeUImm, BranchCompareImm<meaning::I64GeU>)
                (F32AddImm, BinaryImm<meaning::F32Add>)
                (F32MulImm, BinaryImm<meaning::F32Mul>)
                (F32DivImm, BinaryImm<meaning::F32Div>)
                (F32LtImm, BinaryImm<meaning::F32Lt>)
                (F32GtImm, BinaryImm<meaning::F32Gt>)
                (F32LeImm, BinaryImm<meaning::F32Le>)
                (F32GeImm, BinaryImm<meaning::F32Ge>)
                (F64AddImm, BinaryImm<meaning::F64Add>)
                (F64MulImm, BinaryImm<meaning::F64Mul>)
            ]
            $($rows)*
        }
    };
}
/// Hands `$` to the macro that defines a macro.
#[cfg(feature = "small")]
macro_rules! with_dollar {
    ($($rows:tt)*) => { define_for_each_instr! { ($) [] $($rows)* } };
}

macro_rules! define_for_each_instr {
    (($d:tt) [$($more:tt)*] $(($op:ident, $meaning:ident, $class:ident, $in:tt -> $out:ident))*) => {
        /// Calls `$m!` with all rows `(Instr, Kind)`. The macro needs the kinds and `meaning` in scope.
        macro_rules! for_each_instr { ($d m:ident) => { $d m! {
            $(($op, $crate::code::op::numeric_kind!($class $op)))*
            (I32AddImm, BinaryImm<meaning::I32Add>)
            (I32MulImm, BinaryImm<meaning::I32Mul>)
            (I32AndImm, BinaryImm<meaning::I32And>)
            (I32OrImm, BinaryImm<meaning::I32Or>)
            (I32XorImm, BinaryImm<meaning::I32Xor>)
            (I32ShlImm, BinaryImm<meaning::I32Shl>)
            (I32ShrSImm, BinaryImm<meaning::I32ShrS>)
            (I32ShrUImm, BinaryImm<meaning::I32ShrU>)
            (I32RotlImm, BinaryImm<meaning::I32Rotl>)
            (I32DivSImm, BinaryImm<meaning::I32DivS>)
            (I32DivUImm, BinaryImm<meaning::I32DivU>)
            (I32RemSImm, BinaryImm<meaning::I32RemS>)
            (I32RemUImm, BinaryImm<meaning::I32RemU>)
            (I32EqImm, BinaryImm<meaning::I32Eq>)
            (I32NeImm, BinaryImm<meaning::I32Ne>)
            (I32LtSImm, BinaryImm<meaning::I32LtS>)
            (I32LtUImm, BinaryImm<meaning::I32LtU>)
            (I32GtSImm, BinaryImm<meaning::I32GtS>)
            (I32GtUImm, BinaryImm<meaning::I32GtU>)
            (I32LeSImm, BinaryImm<meaning::I32LeS>)
            (I32LeUImm, BinaryImm<meaning::I32LeU>)
            (I32GeSImm, BinaryImm<meaning::I32GeS>)
            (I32GeUImm, BinaryImm<meaning::I32GeU>)
            (BrIfI32Eq, BranchCompare<meaning::I32Eq>)
            (BrIfI32Ne, BranchCompare<meaning::I32Ne>)
            (BrIfI32LtS, BranchCompare<meaning::I32LtS>)
            (BrIfI32LtU, BranchCompare<meaning::I32LtU>)
            (BrIfI32GtS, BranchCompare<meaning::I32GtS>)
            (BrIfI32GtU, BranchCompare<meaning::I32GtU>)
            (BrIfI32LeS, BranchCompare<meaning::I32LeS>)
            (BrIfI32LeU, BranchCompare<meaning::I32LeU>)
            (BrIfI32GeS, BranchCompare<meaning::I32GeS>)
            (BrIfI32GeU, BranchCompare<meaning::I32GeU>)
            (BrIfI32EqImm, BranchCompareImm<meaning::I32Eq>)
            (BrIfI32NeImm, BranchCompareImm<meaning::I32Ne>)
            (BrIfI32LtSImm, BranchCompareImm<meaning::I32LtS>)
            (BrIfI32LtUImm, BranchCompareImm<meaning::I32LtU>)
            (BrIfI32GtSImm, BranchCompareImm<meaning::I32GtS>)
            (BrIfI32GtUImm, BranchCompareImm<meaning::I32GtU>)
            (BrIfI32LeSImm, BranchCompareImm<meaning::I32LeS>)
            (BrIfI32LeUImm, BranchCompareImm<meaning::I32LeU>)
            (BrIfI32GeSImm, BranchCompareImm<meaning::I32GeS>)
            (BrIfI32GeUImm, BranchCompareImm<meaning::I32GeU>)
            $($more)*
            (Br, Branch)
            (BrIf, BranchIf<true>)
            (BrIfNot, BranchIf<false>)
            (BrTable, BranchTable)
            (Stop, Stop)
            (Fuel, Fuel)
            (FuelBy, FuelBy)
            (Call, Call)
            (CallImport, CallImport)
            (CallIndirect, CallIndirect)
            (ReturnCall, ReturnCall)
            (ReturnCallImport, ReturnCallImport)
            (ReturnCallIndirect, ReturnCallIndirect)
            (Return, Return)
            (ReturnI32, ReturnValue<u32>)
            (ReturnI64, ReturnValue<u64>)
            (ReturnF32, ReturnValue<f32>)
            (ReturnF64, ReturnValue<f64>)
            (ReturnSlots, ReturnSlots)
            (ZeroLocals, ZeroLocals)
            (CheckFrame, CheckFrame)
            (CallNative, CallNative)
            (Done, Done)
            (ReturnAcross, ReturnAcross)
            (CopyI32, Copy<u32>)
            (CopyI64, Copy<u64>)
            (CopyF32, Copy<f32>)
            (CopyF64, Copy<f64>)
            (CopySlots, CopySlots)
            (Const32, Const32)
            (Const64, Const64)
            (GlobalGetI32, GlobalGet<u32>)
            (GlobalGetI64, GlobalGet<u64>)
            (GlobalGetF32, GlobalGet<f32>)
            (GlobalGetF64, GlobalGet<f64>)
            (GlobalSetI32, GlobalSet<u32>)
            (GlobalSetI64, GlobalSet<u64>)
            (GlobalSetF32, GlobalSet<f32>)
            (GlobalSetF64, GlobalSet<f64>)
            (SelectI32, Select<u32>)
            (SelectI64, Select<u64>)
            (SelectF32, Select<f32>)
            (SelectF64, Select<f64>)
            (I32Load8S, Load<I32As8S>)
            (I32Load8U, Load<I32As8U>)
            (I32Load16S, Load<I32As16S>)
            (I32Load16U, Load<I32As16U>)
            (I32Load, Load<I32As32>)
            (I64Load8S, Load<I64As8S>)
            (I64Load8U, Load<I64As8U>)
            (I64Load16S, Load<I64As16S>)
            (I64Load16U, Load<I64As16U>)
            (I64Load32S, Load<I64As32S>)
            (I64Load32U, Load<I64As32U>)
            (I64Load, Load<I64As64>)
            (F32Load, Load<F32As32>)
            (F64Load, Load<F64As64>)
            (I32Store8, Store<I32As8U>)
            (I32Store16, Store<I32As16U>)
            (I32Store, Store<I32As32>)
            (I64Store8, Store<I64As8U>)
            (I64Store16, Store<I64As16U>)
            (I64Store32, Store<I64As32U>)
            (I64Store, Store<I64As64>)
            (F32Store, Store<F32As32>)
            (F64Store, Store<F64As64>)
            (I32Store8Imm, StoreImm<I32As8U>)
            (I32Store16Imm, StoreImm<I32As16U>)
            (I32StoreImm, StoreImm<I32As32>)
            (I64StoreImm, StoreImm<I64As64>)
            (EffectiveAddress, EffectiveAddress)
            (MemorySize, MemorySize)
            (MemoryGrow, MemoryGrow)
            (MemoryFill, MemoryFill)
            (MemoryCopy, MemoryCopy)
            (MemoryInit, MemoryInit)
            (DataDrop, DataDrop)
            (TableGet, TableGet)
            (TableSet, TableSet)
            (TableSize, TableSize)
            (TableGrow, TableGrow)
            (TableFill, TableFill)
            (TableCopy, TableCopy)
            (TableInit, TableInit)
            (ElemDrop, ElemDrop)
            (RefFunc, RefFunc)
        } } }
        pub(crate) use for_each_instr;
    };
}
moteur_wasm::for_each_numeric!(with_dollar);

/// The kind of a numeric operator's plain form.
macro_rules! numeric_kind {
    (unary $op:ident) => { Unary<meaning::$op> };
    (try_unary $op:ident) => { Unary<meaning::$op> };
    (test $op:ident) => { Unary<meaning::$op> };
    (binary $op:ident) => { Binary<meaning::$op> };
    (try_binary $op:ident) => { Binary<meaning::$op> };
    (compare $op:ident) => { Binary<meaning::$op> };
}
pub(crate) use numeric_kind;

macro_rules! define_instr {
    ($(($name:ident, $kind:ty))*) => {
        /// An instruction of the register code.
        #[repr(u16)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Instr { $($name),* }

        impl Instr {
            /// How many instructions there are.
            pub const COUNT: usize = [$(Instr::$name),*].len();
            /// All of them, by number.
            #[cfg(test)]
            #[allow(dead_code, reason = "only the match loop's code is shown")]
            pub const ALL: [Instr; Instr::COUNT] = [$(Instr::$name),*];
            /// The names, for people.
            #[cfg(test)]
            #[allow(dead_code, reason = "only the match loop's code is shown")]
            pub const NAMES: [&'static str; Instr::COUNT] = [$(stringify!($name)),*];
        }
    };
}
for_each_instr!(define_instr);

/// What lowering must know of an instruction: which operands may be in an accumulator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
    pub a: Acc,
    pub b: Acc,
    pub result: Acc,
}

/// Where an instruction finds its operands and leaves its result.
///
/// At most one operand is in an accumulator. For branches, `result_in_acc` says instead that they go backwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Places {
    pub operands: OperandsIn,
    pub result_in_acc: bool,
}

/// Which operand is in its accumulator.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OperandsIn {
    Slots = 0,
    AccA = 1,
    AccB = 2,
}

impl Places {
    /// Everything in slots.
    pub const SLOTS: Places = Places { operands: OperandsIn::Slots, result_in_acc: false };
    /// How many combinations there are.
    #[cfg_attr(dispatch = "matched", allow(dead_code))]
    pub const COUNT: usize = 6;

    /// A number below `COUNT`.
    #[cfg_attr(dispatch = "matched", allow(dead_code))]
    pub const fn index(self) -> usize {
        2 * self.operands as usize + self.result_in_acc as usize
    }
}
