//! The operator table: every operator is one row here, and everything else is made from the rows.
//!
//! The enum [`Op`], the decoder's tables, the signatures that the validator checks, the text names and, through
//! [`for_each_numeric!`](crate::for_each_numeric), the interpreter's and the constant folder's meanings all come from
//! this table. A new operator is a row here, plus one arm in each stage that the compiler then asks for.
//! The opcodes of proposals that are not supported are listed below it, so that they are refused by name.

use crate::types::OperandType;

#[cfg(feature = "bodies")]
mod decode;
#[cfg(feature = "bodies")]
pub(crate) use decode::{unsupported, unsupported_misc};

/// The table itself. Hands both groups of rows to a macro of this crate; use [`for_each_operator!`] or
/// [`for_each_numeric!`] instead.
///
/// A row of the first group is `opcode Op "name" immediate [operands -> results];`, where `[*]` stands for a signature
/// that depends on more than the operator. A row of the second is `opcode Op "name" class [operands -> result] f;`,
/// where `f` is the meaning, a function of [`num`](crate::num), and `class` its shape. An opcode behind a prefix byte is
/// written `0xPP_SSSS`.
#[doc(hidden)]
#[macro_export]
macro_rules! operator_table {
    ($then:ident [$($m:tt)*]) => { $crate::$then! {
        [$($m)*]
        structured {
            0x00 Unreachable "unreachable" None [*];
            0x01 Nop "nop" None [->];
            0x02 Block "block" Block [*];
            0x03 Loop "loop" Block [*];
            0x04 If "if" Block [*];
            0x05 Else "else" None [*];
            0x0B End "end" None [*];
            0x0C Br "br" Label [*];
            0x0D BrIf "br_if" Label [*];
            0x0E BrTable "br_table" BrTable [*];
            0x0F Return "return" None [*];
            0x10 Call "call" Func [*];
            0x11 CallIndirect "call_indirect" CallIndirect [*];
            0x12 ReturnCall "return_call" Func [*];
            0x13 ReturnCallIndirect "return_call_indirect" CallIndirect [*];
            0x1A Drop "drop" None [*];
            0x1B Select "select" None [*];
            0x1C SelectT "select" Type [*];
            0x20 LocalGet "local.get" Local [*];
            0x21 LocalSet "local.set" Local [*];
            0x22 LocalTee "local.tee" Local [*];
            0x23 GlobalGet "global.get" Global [*];
            0x24 GlobalSet "global.set" Global [*];
            0x25 TableGet "table.get" Table [*];
            0x26 TableSet "table.set" Table [*];
            0x28 I32Load "i32.load" Access32 [I32 -> I32];
            0x29 I64Load "i64.load" Access64 [I32 -> I64];
            0x2A F32Load "f32.load" Access32 [I32 -> F32];
            0x2B F64Load "f64.load" Access64 [I32 -> F64];
            0x2C I32Load8S "i32.load8_s" Access8 [I32 -> I32];
            0x2D I32Load8U "i32.load8_u" Access8 [I32 -> I32];
            0x2E I32Load16S "i32.load16_s" Access16 [I32 -> I32];
            0x2F I32Load16U "i32.load16_u" Access16 [I32 -> I32];
            0x30 I64Load8S "i64.load8_s" Access8 [I32 -> I64];
            0x31 I64Load8U "i64.load8_u" Access8 [I32 -> I64];
            0x32 I64Load16S "i64.load16_s" Access16 [I32 -> I64];
            0x33 I64Load16U "i64.load16_u" Access16 [I32 -> I64];
            0x34 I64Load32S "i64.load32_s" Access32 [I32 -> I64];
            0x35 I64Load32U "i64.load32_u" Access32 [I32 -> I64];
            0x36 I32Store "i32.store" Access32 [I32 I32 ->];
            0x37 I64Store "i64.store" Access64 [I32 I64 ->];
            0x38 F32Store "f32.store" Access32 [I32 F32 ->];
            0x39 F64Store "f64.store" Access64 [I32 F64 ->];
            0x3A I32Store8 "i32.store8" Access8 [I32 I32 ->];
            0x3B I32Store16 "i32.store16" Access16 [I32 I32 ->];
            0x3C I64Store8 "i64.store8" Access8 [I32 I64 ->];
            0x3D I64Store16 "i64.store16" Access16 [I32 I64 ->];
            0x3E I64Store32 "i64.store32" Access32 [I32 I64 ->];
            0x3F MemorySize "memory.size" Memory [-> I32];
            0x40 MemoryGrow "memory.grow" Memory [I32 -> I32];
            0x41 I32Const "i32.const" I32 [-> I32];
            0x42 I64Const "i64.const" I64 [-> I64];
            0x43 F32Const "f32.const" F32 [-> F32];
            0x44 F64Const "f64.const" F64 [-> F64];
            0xD0 RefNull "ref.null" Heap [*];
            0xD1 RefIsNull "ref.is_null" None [*];
            0xD2 RefFunc "ref.func" Func [-> FuncRef];
            0xFC_0008 MemoryInit "memory.init" MemoryInit [I32 I32 I32 ->];
            0xFC_0009 DataDrop "data.drop" Data [->];
            0xFC_000A MemoryCopy "memory.copy" MemoryCopy [I32 I32 I32 ->];
            0xFC_000B MemoryFill "memory.fill" Memory [I32 I32 I32 ->];
            0xFC_000C TableInit "table.init" TableInit [I32 I32 I32 ->];
            0xFC_000D ElemDrop "elem.drop" Elem [->];
            0xFC_000E TableCopy "table.copy" TableCopy [I32 I32 I32 ->];
            0xFC_000F TableGrow "table.grow" Table [*];
            0xFC_0010 TableSize "table.size" Table [-> I32];
            0xFC_0011 TableFill "table.fill" Table [*];
        }
        numeric {
            0x45 I32Eqz "i32.eqz" test [I32 -> I32] i32_eqz;
            0x46 I32Eq "i32.eq" compare [I32 I32 -> I32] i32_eq;
            0x47 I32Ne "i32.ne" compare [I32 I32 -> I32] i32_ne;
            0x48 I32LtS "i32.lt_s" compare [I32 I32 -> I32] i32_lt_s;
            0x49 I32LtU "i32.lt_u" compare [I32 I32 -> I32] i32_lt_u;
            0x4A I32GtS "i32.gt_s" compare [I32 I32 -> I32] i32_gt_s;
            0x4B I32GtU "i32.gt_u" compare [I32 I32 -> I32] i32_gt_u;
            0x4C I32LeS "i32.le_s" compare [I32 I32 -> I32] i32_le_s;
            0x4D I32LeU "i32.le_u" compare [I32 I32 -> I32] i32_le_u;
            0x4E I32GeS "i32.ge_s" compare [I32 I32 -> I32] i32_ge_s;
            0x4F I32GeU "i32.ge_u" compare [I32 I32 -> I32] i32_ge_u;
            0x50 I64Eqz "i64.eqz" test [I64 -> I32] i64_eqz;
            0x51 I64Eq "i64.eq" compare [I64 I64 -> I32] i64_eq;
            0x52 I64Ne "i64.ne" compare [I64 I64 -> I32] i64_ne;
            0x53 I64LtS "i64.lt_s" compare [I64 I64 -> I32] i64_lt_s;
            0x54 I64LtU "i64.lt_u" compare [I64 I64 -> I32] i64_lt_u;
            0x55 I64GtS "i64.gt_s" compare [I64 I64 -> I32] i64_gt_s;
            0x56 I64GtU "i64.gt_u" compare [I64 I64 -> I32] i64_gt_u;
            0x57 I64LeS "i64.le_s" compare [I64 I64 -> I32] i64_le_s;
            0x58 I64LeU "i64.le_u" compare [I64 I64 -> I32] i64_le_u;
            0x59 I64GeS "i64.ge_s" compare [I64 I64 -> I32] i64_ge_s;
            0x5A I64GeU "i64.ge_u" compare [I64 I64 -> I32] i64_ge_u;
            0x5B F32Eq "f32.eq" compare [F32 F32 -> I32] f32_eq;
            0x5C F32Ne "f32.ne" compare [F32 F32 -> I32] f32_ne;
            0x5D F32Lt "f32.lt" compare [F32 F32 -> I32] f32_lt;
            0x5E F32Gt "f32.gt" compare [F32 F32 -> I32] f32_gt;
            0x5F F32Le "f32.le" compare [F32 F32 -> I32] f32_le;
            0x60 F32Ge "f32.ge" compare [F32 F32 -> I32] f32_ge;
            0x61 F64Eq "f64.eq" compare [F64 F64 -> I32] f64_eq;
            0x62 F64Ne "f64.ne" compare [F64 F64 -> I32] f64_ne;
            0x63 F64Lt "f64.lt" compare [F64 F64 -> I32] f64_lt;
            0x64 F64Gt "f64.gt" compare [F64 F64 -> I32] f64_gt;
            0x65 F64Le "f64.le" compare [F64 F64 -> I32] f64_le;
            0x66 F64Ge "f64.ge" compare [F64 F64 -> I32] f64_ge;
            0x67 I32Clz "i32.clz" unary [I32 -> I32] i32_clz;
            0x68 I32Ctz "i32.ctz" unary [I32 -> I32] i32_ctz;
            0x69 I32Popcnt "i32.popcnt" unary [I32 -> I32] i32_popcnt;
            0x6A I32Add "i32.add" binary [I32 I32 -> I32] i32_add;
            0x6B I32Sub "i32.sub" binary [I32 I32 -> I32] i32_sub;
            0x6C I32Mul "i32.mul" binary [I32 I32 -> I32] i32_mul;
            0x6D I32DivS "i32.div_s" try_binary [I32 I32 -> I32] i32_div_s;
            0x6E I32DivU "i32.div_u" try_binary [I32 I32 -> I32] i32_div_u;
            0x6F I32RemS "i32.rem_s" try_binary [I32 I32 -> I32] i32_rem_s;
            0x70 I32RemU "i32.rem_u" try_binary [I32 I32 -> I32] i32_rem_u;
            0x71 I32And "i32.and" binary [I32 I32 -> I32] i32_and;
            0x72 I32Or "i32.or" binary [I32 I32 -> I32] i32_or;
            0x73 I32Xor "i32.xor" binary [I32 I32 -> I32] i32_xor;
            0x74 I32Shl "i32.shl" binary [I32 I32 -> I32] i32_shl;
            0x75 I32ShrS "i32.shr_s" binary [I32 I32 -> I32] i32_shr_s;
            0x76 I32ShrU "i32.shr_u" binary [I32 I32 -> I32] i32_shr_u;
            0x77 I32Rotl "i32.rotl" binary [I32 I32 -> I32] i32_rotl;
            0x78 I32Rotr "i32.rotr" binary [I32 I32 -> I32] i32_rotr;
            0x79 I64Clz "i64.clz" unary [I64 -> I64] i64_clz;
            0x7A I64Ctz "i64.ctz" unary [I64 -> I64] i64_ctz;
            0x7B I64Popcnt "i64.popcnt" unary [I64 -> I64] i64_popcnt;
            0x7C I64Add "i64.add" binary [I64 I64 -> I64] i64_add;
            0x7D I64Sub "i64.sub" binary [I64 I64 -> I64] i64_sub;
            0x7E I64Mul "i64.mul" binary [I64 I64 -> I64] i64_mul;
            0x7F I64DivS "i64.div_s" try_binary [I64 I64 -> I64] i64_div_s;
            0x80 I64DivU "i64.div_u" try_binary [I64 I64 -> I64] i64_div_u;
            0x81 I64RemS "i64.rem_s" try_binary [I64 I64 -> I64] i64_rem_s;
            0x82 I64RemU "i64.rem_u" try_binary [I64 I64 -> I64] i64_rem_u;
            0x83 I64And "i64.and" binary [I64 I64 -> I64] i64_and;
            0x84 I64Or "i64.or" binary [I64 I64 -> I64] i64_or;
            0x85 I64Xor "i64.xor" binary [I64 I64 -> I64] i64_xor;
            0x86 I64Shl "i64.shl" binary [I64 I64 -> I64] i64_shl;
            0x87 I64ShrS "i64.shr_s" binary [I64 I64 -> I64] i64_shr_s;
            0x88 I64ShrU "i64.shr_u" binary [I64 I64 -> I64] i64_shr_u;
            0x89 I64Rotl "i64.rotl" binary [I64 I64 -> I64] i64_rotl;
            0x8A I64Rotr "i64.rotr" binary [I64 I64 -> I64] i64_rotr;
            0x8B F32Abs "f32.abs" unary [F32 -> F32] f32_abs;
            0x8C F32Neg "f32.neg" unary [F32 -> F32] f32_neg;
            0x8D F32Ceil "f32.ceil" unary [F32 -> F32] f32_ceil;
            0x8E F32Floor "f32.floor" unary [F32 -> F32] f32_floor;
            0x8F F32Trunc "f32.trunc" unary [F32 -> F32] f32_trunc;
            0x90 F32Nearest "f32.nearest" unary [F32 -> F32] f32_nearest;
            0x91 F32Sqrt "f32.sqrt" unary [F32 -> F32] f32_sqrt;
            0x92 F32Add "f32.add" binary [F32 F32 -> F32] f32_add;
            0x93 F32Sub "f32.sub" binary [F32 F32 -> F32] f32_sub;
            0x94 F32Mul "f32.mul" binary [F32 F32 -> F32] f32_mul;
            0x95 F32Div "f32.div" binary [F32 F32 -> F32] f32_div;
            0x96 F32Min "f32.min" binary [F32 F32 -> F32] f32_min;
            0x97 F32Max "f32.max" binary [F32 F32 -> F32] f32_max;
            0x98 F32Copysign "f32.copysign" binary [F32 F32 -> F32] f32_copysign;
            0x99 F64Abs "f64.abs" unary [F64 -> F64] f64_abs;
            0x9A F64Neg "f64.neg" unary [F64 -> F64] f64_neg;
            0x9B F64Ceil "f64.ceil" unary [F64 -> F64] f64_ceil;
            0x9C F64Floor "f64.floor" unary [F64 -> F64] f64_floor;
            0x9D F64Trunc "f64.trunc" unary [F64 -> F64] f64_trunc;
            0x9E F64Nearest "f64.nearest" unary [F64 -> F64] f64_nearest;
            0x9F F64Sqrt "f64.sqrt" unary [F64 -> F64] f64_sqrt;
            0xA0 F64Add "f64.add" binary [F64 F64 -> F64] f64_add;
            0xA1 F64Sub "f64.sub" binary [F64 F64 -> F64] f64_sub;
            0xA2 F64Mul "f64.mul" binary [F64 F64 -> F64] f64_mul;
            0xA3 F64Div "f64.div" binary [F64 F64 -> F64] f64_div;
            0xA4 F64Min "f64.min" binary [F64 F64 -> F64] f64_min;
            0xA5 F64Max "f64.max" binary [F64 F64 -> F64] f64_max;
            0xA6 F64Copysign "f64.copysign" binary [F64 F64 -> F64] f64_copysign;
            0xA7 I32WrapI64 "i32.wrap_i64" unary [I64 -> I32] i32_wrap_i64;
            0xA8 I32TruncF32S "i32.trunc_f32_s" try_unary [F32 -> I32] i32_trunc_f32_s;
            0xA9 I32TruncF32U "i32.trunc_f32_u" try_unary [F32 -> I32] i32_trunc_f32_u;
            0xAA I32TruncF64S "i32.trunc_f64_s" try_unary [F64 -> I32] i32_trunc_f64_s;
            0xAB I32TruncF64U "i32.trunc_f64_u" try_unary [F64 -> I32] i32_trunc_f64_u;
            0xAC I64ExtendI32S "i64.extend_i32_s" unary [I32 -> I64] i64_extend_i32_s;
            0xAD I64ExtendI32U "i64.extend_i32_u" unary [I32 -> I64] i64_extend_i32_u;
            0xAE I64TruncF32S "i64.trunc_f32_s" try_unary [F32 -> I64] i64_trunc_f32_s;
            0xAF I64TruncF32U "i64.trunc_f32_u" try_unary [F32 -> I64] i64_trunc_f32_u;
            0xB0 I64TruncF64S "i64.trunc_f64_s" try_unary [F64 -> I64] i64_trunc_f64_s;
            0xB1 I64TruncF64U "i64.trunc_f64_u" try_unary [F64 -> I64] i64_trunc_f64_u;
            0xB2 F32ConvertI32S "f32.convert_i32_s" unary [I32 -> F32] f32_convert_i32_s;
            0xB3 F32ConvertI32U "f32.convert_i32_u" unary [I32 -> F32] f32_convert_i32_u;
            0xB4 F32ConvertI64S "f32.convert_i64_s" unary [I64 -> F32] f32_convert_i64_s;
            0xB5 F32ConvertI64U "f32.convert_i64_u" unary [I64 -> F32] f32_convert_i64_u;
            0xB6 F32DemoteF64 "f32.demote_f64" unary [F64 -> F32] f32_demote_f64;
            0xB7 F64ConvertI32S "f64.convert_i32_s" unary [I32 -> F64] f64_convert_i32_s;
            0xB8 F64ConvertI32U "f64.convert_i32_u" unary [I32 -> F64] f64_convert_i32_u;
            0xB9 F64ConvertI64S "f64.convert_i64_s" unary [I64 -> F64] f64_convert_i64_s;
            0xBA F64ConvertI64U "f64.convert_i64_u" unary [I64 -> F64] f64_convert_i64_u;
            0xBB F64PromoteF32 "f64.promote_f32" unary [F32 -> F64] f64_promote_f32;
            0xBC I32ReinterpretF32 "i32.reinterpret_f32" unary [F32 -> I32] i32_reinterpret_f32;
            0xBD I64ReinterpretF64 "i64.reinterpret_f64" unary [F64 -> I64] i64_reinterpret_f64;
            0xBE F32ReinterpretI32 "f32.reinterpret_i32" unary [I32 -> F32] f32_reinterpret_i32;
            0xBF F64ReinterpretI64 "f64.reinterpret_i64" unary [I64 -> F64] f64_reinterpret_i64;
            0xC0 I32Extend8S "i32.extend8_s" unary [I32 -> I32] i32_extend8_s;
            0xC1 I32Extend16S "i32.extend16_s" unary [I32 -> I32] i32_extend16_s;
            0xC2 I64Extend8S "i64.extend8_s" unary [I64 -> I64] i64_extend8_s;
            0xC3 I64Extend16S "i64.extend16_s" unary [I64 -> I64] i64_extend16_s;
            0xC4 I64Extend32S "i64.extend32_s" unary [I64 -> I64] i64_extend32_s;
            0xFC_0000 I32TruncSatF32S "i32.trunc_sat_f32_s" unary [F32 -> I32] i32_trunc_sat_f32_s;
            0xFC_0001 I32TruncSatF32U "i32.trunc_sat_f32_u" unary [F32 -> I32] i32_trunc_sat_f32_u;
            0xFC_0002 I32TruncSatF64S "i32.trunc_sat_f64_s" unary [F64 -> I32] i32_trunc_sat_f64_s;
            0xFC_0003 I32TruncSatF64U "i32.trunc_sat_f64_u" unary [F64 -> I32] i32_trunc_sat_f64_u;
            0xFC_0004 I64TruncSatF32S "i64.trunc_sat_f32_s" unary [F32 -> I64] i64_trunc_sat_f32_s;
            0xFC_0005 I64TruncSatF32U "i64.trunc_sat_f32_u" unary [F32 -> I64] i64_trunc_sat_f32_u;
            0xFC_0006 I64TruncSatF64S "i64.trunc_sat_f64_s" unary [F64 -> I64] i64_trunc_sat_f64_s;
            0xFC_0007 I64TruncSatF64U "i64.trunc_sat_f64_u" unary [F64 -> I64] i64_trunc_sat_f64_u;
        }
    } };
}

/// Calls `$m!` once with a row for every operator: `(opcode Op "name" immediate [operands -> results])`.
///
/// `immediate` says what follows the opcode: it is the variant of [`Imm`](crate::validate::Imm), but for `Access8`,
/// `Access16`, `Access32` and `Access64`, which tell the width of what `Imm::Access` accesses. `[*]` stands for a
/// signature that depends on more than the operator.
///
/// ```
/// macro_rules! count {
///     ($(($code:literal $op:ident $name:literal $imm:ident $sig:tt))*) => { [$($name),*].len() };
/// }
/// assert_eq!(moteur_wasm::for_each_operator!(count), moteur_wasm::Op::COUNT);
/// ```
#[macro_export]
macro_rules! for_each_operator {
    ($($m:tt)*) => { $crate::operator_table! { every_operator [$($m)*] } };
}

/// Calls `$m!` once with a row for every numeric operator: `(Op, meaning, class, [operands] -> result)`.
///
/// `meaning` is the name of a function in [`num`](crate::num); its shape is the class:
///
/// | class | shape |
/// |---|---|
/// | `unary` | `fn(A) -> R` |
/// | `binary` | `fn(A, A) -> A` |
/// | `test` | `fn(A) -> bool` |
/// | `compare` | `fn(A, A) -> bool` |
/// | `try_unary` | `fn(A) -> Result<R, Trap>` |
/// | `try_binary` | `fn(A, A) -> Result<A, Trap>` |
///
/// ```
/// use moteur_wasm::{Op, num};
/// macro_rules! binary_of_i32 {
///     ($(($op:ident, $meaning:ident, $class:ident, [$($operand:ident)*] -> $result:ident))*) => {
///         fn fold(op: Op, a: u32, b: u32) -> Option<u32> {
///             match op { $(Op::$op => binary_of_i32!(@ $class [$($operand)*] $meaning a b),)* _ => None }
///         }
///     };
///     (@ binary [I32 I32] $meaning:ident $a:ident $b:ident) => { Some(num::$meaning($a, $b)) };
///     (@ $class:ident [$($operand:ident)*] $meaning:ident $a:ident $b:ident) => { None };
/// }
/// moteur_wasm::for_each_numeric!(binary_of_i32);
/// assert_eq!(fold(Op::I32Sub, 1, 2), Some(u32::MAX));
/// assert_eq!(fold(Op::I32Eqz, 1, 2), None);
/// ```
#[macro_export]
macro_rules! for_each_numeric {
    ($($m:tt)*) => { $crate::operator_table! { numeric_operators [$($m)*] } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! every_operator {
    (
        [$($m:tt)*]
        structured { $($code:literal $op:ident $name:literal $imm:ident $sig:tt;)* }
        numeric { $($ncode:literal $nop:ident $nname:literal $class:ident $nsig:tt $meaning:ident;)* }
    ) => { $($m)*! { $(($code $op $name $imm $sig))* $(($ncode $nop $nname None $nsig))* } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! numeric_operators {
    (
        [$($m:tt)*]
        structured { $($ignored:tt)* }
        numeric { $($code:literal $op:ident $name:literal $class:ident [$($in:ident)* -> $out:ident] $meaning:ident;)* }
    ) => { $($m)*! { $(($op, $meaning, $class, [$($in)*] -> $out))* } };
}

/// What follows an opcode in the binary format.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Immediate {
    /// Nothing.
    None,
    /// A block type.
    Block,
    /// The index of a label.
    Label,
    /// A vector of label indices and a default one.
    BrTable,
    /// The index of a function.
    Func,
    /// The indices of a type and of a table.
    CallIndirect,
    /// The index of a local.
    Local,
    /// The index of a global.
    Global,
    /// The index of a table.
    Table,
    /// The indices of the destination and of the source table.
    TableCopy,
    /// The indices of an element segment and of a table.
    TableInit,
    /// The index of an element segment.
    Elem,
    /// The index of a data segment.
    Data,
    /// The indices of a data segment and of a memory.
    MemoryInit,
    /// The index of a memory.
    Memory,
    /// The indices of the destination and of the source memory.
    MemoryCopy,
    /// Alignment and offset of an access to one byte.
    Access8,
    /// Alignment and offset of an access to two bytes.
    Access16,
    /// Alignment and offset of an access to four bytes.
    Access32,
    /// Alignment and offset of an access to eight bytes.
    Access64,
    /// An `i32` constant.
    I32,
    /// An `i64` constant.
    I64,
    /// An `f32` constant.
    F32,
    /// An `f64` constant.
    F64,
    /// A vector of one value type.
    Type,
    /// A heap type.
    Heap,
    /// The rest of the opcode: it starts with a prefix, or is none.
    #[cfg_attr(not(feature = "bodies"), allow(dead_code))]
    Prefixed,
}

/// Operands and result in one word: four bits each, [`Signature::OPEN`] when they depend on more than the operator.
///
/// ```text
///   15     12 11      8 7       4 3       0
///  [ result  | third   | second  | top     ]      0 = none, counted from the top of the stack
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Signature(pub u16);

impl Signature {
    /// Depends on more than the operator.
    pub const OPEN: Signature = Signature(u16::MAX);

    const fn new(operands: &[u8], results: &[u8]) -> Signature {
        let mut word = 0;
        let mut at = 0;
        while at < operands.len() {
            word = word << 4 | operands[at] as u16;
            at += 1;
        }
        if !results.is_empty() {
            word |= (results[0] as u16) << 12;
        }
        Signature(word)
    }

    /// The operands, the topmost in the lowest bits.
    pub fn operands(self) -> u16 {
        self.0 & 0xFFF
    }

    /// The result; [`OperandType::Bottom`] if there is none.
    pub fn result(self) -> OperandType {
        OperandType((self.0 >> 12) as u8)
    }
}

/// What the decoder and the validator must know of an operator.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub op: Op,
    pub signature: Signature,
    pub immediate: Immediate,
}

macro_rules! signature {
    ([*]) => { Signature::OPEN };
    ([$($in:ident)* -> $($out:ident)*]) => {
        Signature::new(&[$(OperandType::$in.0),*], &[$(OperandType::$out.0),*])
    };
}

macro_rules! define {
    ($(($code:literal $op:ident $name:literal $imm:ident $sig:tt))*) => {
        /// An operator, named like in the specification: `i32.load8_s` is `I32Load8S`.
        ///
        /// The one name that the specification uses twice is `select`: with a type it is [`Op::SelectT`].
        #[repr(u16)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Op { $(#[doc = concat!("`", $name, "`")] $op),* }

        impl Op {
            /// Every operator, in the order of their numbers: `Op::ALL[op as usize] == op`.
            pub const ALL: [Op; Op::COUNT] = [$(Op::$op),*];
            /// How many operators there are.
            pub const COUNT: usize = [$($code),*].len();
        }

        const CODES: [u32; Op::COUNT] = [$($code),*];
        static NAMES: [&str; Op::COUNT] = [$($name),*];
        const ROWS: [Row; Op::COUNT] =
            [$(Row { op: Op::$op, signature: signature!($sig), immediate: Immediate::$imm }),*];
    };
}
for_each_operator!(define);

impl Op {
    /// The name in the text format.
    ///
    /// ```
    /// assert_eq!(moteur_wasm::Op::I64ExtendI32S.name(), "i64.extend_i32_s");
    /// ```
    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The opcode: one byte, or a prefix in bits 16 to 23 and the number behind it below.
    pub const fn code(self) -> u32 {
        const TABLE: &[u32; Op::COUNT] = &CODES;
        TABLE[self as usize]
    }
}

impl Row {
    /// What reading starts with.
    pub const NOP: &'static Row = const { &Row::of(Op::Nop) };

    /// The row of an operator. Where it is not constant, it brings all rows along.
    pub const fn of(op: Op) -> Row {
        ROWS[op as usize]
    }
}
