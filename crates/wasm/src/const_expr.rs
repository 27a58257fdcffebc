//! Constant expressions: the initial values of globals, the offsets of segments, the items of element segments.
//!
//! They are found, checked and evaluated here.

use crate::alloc::Alloc;
use crate::error::{Checked, Error, ErrorKind, Result};
use crate::index::{FuncIdx, GlobalIdx};
use crate::limits;
use crate::module::Module;
use crate::num;
use crate::op::Op;
use crate::reader::{Read, Reader};
use crate::types::{OperandType, ValType};
use crate::validate::{Fields, READS_CONST_ONLY};

/// What a constant expression may ask for. Values are 64 bits wide: an `i32` is zero-extended, a float is its bits, a
/// null reference is 0, and what other references are is up to who implements this.
pub trait ConstEnv {
    /// The value of an imported, immutable global.
    fn global(&mut self, global: GlobalIdx) -> u64;
    /// A reference to a function.
    fn ref_func(&mut self, func: FuncIdx) -> u64;
}

/// A constant expression in the module's bytes.
#[derive(Clone, Copy, Debug)]
pub struct ConstExpr<'b> {
    /// The bytes up to where it ends.
    bytes: &'b [u8],
    start: u32,
}

impl<'b> ConstExpr<'b> {
    /// Finds the expression that starts here and moves the reader behind it.
    pub(crate) fn read(reader: &mut Reader<'b>) -> Read<ConstExpr<'b>> {
        let start = reader.pos() as u32;
        let mut fields = Fields::new();
        while fields.row.op != Op::End {
            read_instr(&mut fields, reader)?;
        }
        Ok(ConstExpr { bytes: reader.before(), start })
    }

    /// A reader of it.
    fn code(&self) -> Reader<'b> {
        Reader::from(self.bytes, self.start)
    }

    /// Where it starts in the module, in bytes.
    pub fn offset(&self) -> u32 {
        self.start
    }

    /// The function, if the expression is just `ref.func`.
    pub fn as_func(&self) -> Option<FuncIdx> {
        let mut fields = Fields::new();
        read_instr(&mut fields, &mut self.code()).ok()?;
        if fields.row.op == Op::RefFunc { Some(FuncIdx(fields.first)) } else { None }
    }

    /// Its value, as 64 bits.
    ///
    /// Fails only if the bytes are not those that were validated.
    pub fn eval(&self, env: &mut impl ConstEnv) -> Result<u64> {
        let mut code = self.code();
        evaluate(&mut code, env).ok_or_else(|| Error::new(ErrorKind::ConstExpected, code.pos()))
    }
}

fn evaluate(code: &mut Reader<'_>, env: &mut impl ConstEnv) -> Option<u64> {
    let mut stack = [0u64; limits::CONST_OPERANDS];
    let mut height = 0;
    let mut fields = Fields::new();
    loop {
        read_instr(&mut fields, code).ok()?;
        let value = match fields.row.op {
            Op::End => return top(&stack, height, 1).copied(),
            Op::I32Const | Op::F32Const => u64::from(fields.first),
            Op::I64Const | Op::F64Const => fields.wide,
            Op::RefNull => 0,
            Op::GlobalGet => env.global(GlobalIdx(fields.first)),
            Op::RefFunc => env.ref_func(FuncIdx(fields.first)),
            op => {
                let value = fold(op, *top(&stack, height, 2)?, *top(&stack, height, 1)?)?;
                height -= 2;
                value
            }
        };
        *stack.get_mut(height)? = value;
        height += 1;
    }
}

/// The `depth`-th value from the top of the stack, counted from one.
fn top<T>(stack: &[T], height: usize, depth: usize) -> Option<&T> {
    stack.get(height.checked_sub(depth)?)
}

/// What the operators of extended constant expressions make of two values.
fn fold(op: Op, a: u64, b: u64) -> Option<u64> {
    Some(match op {
        Op::I32Add => u64::from(num::i32_add(a as u32, b as u32)),
        Op::I32Sub => u64::from(num::i32_sub(a as u32, b as u32)),
        Op::I32Mul => u64::from(num::i32_mul(a as u32, b as u32)),
        Op::I64Add => num::i64_add(a, b),
        Op::I64Sub => num::i64_sub(a, b),
        Op::I64Mul => num::i64_mul(a, b),
        _ => return None,
    })
}

/// The operators that constant expressions may hold.
pub(crate) const OPERATORS: [Op; 14] = [
    Op::End,
    Op::I32Const,
    Op::I64Const,
    Op::F32Const,
    Op::F64Const,
    Op::GlobalGet,
    Op::RefNull,
    Op::RefFunc,
    Op::I32Add,
    Op::I32Sub,
    Op::I32Mul,
    Op::I64Add,
    Op::I64Sub,
    Op::I64Mul,
];

/// Reads one instruction and refuses what constant expressions may not hold.
fn read_instr(fields: &mut Fields, reader: &mut Reader<'_>) -> Read {
    // What is wrong within an instruction is where the instruction starts.
    fields.read(reader).map_err(|_| reader.fail(reader.error().kind, fields.offset as usize))?;
    if READS_CONST_ONLY || OPERATORS.contains(&fields.row.op) {
        return Ok(());
    }
    Err(reader.fail(ErrorKind::ConstExpected, fields.offset as usize))
}

/// Checks a constant expression that gives a value of type `ty`. Returns the function that it refers to.
///
/// SPEC: nothing that a constant expression may hold takes a reference, hence it refers to one function at most.
pub(crate) fn check_const<A: Alloc>(module: &Module<A>, code: &mut Reader<'_>, ty: ValType) -> Read<Option<FuncIdx>> {
    let mut func = None;
    let mut types = Types { stack: [OperandType::None; limits::CONST_OPERANDS], height: 0 };
    let mut fields = Fields::new();
    while fields.row.op != Op::End {
        read_instr(&mut fields, code)?;
        if fields.row.op == Op::RefFunc {
            // Its being here is what declares it.
            func = Some(FuncIdx(fields.first));
        }
        types.apply(module, &fields, ty).map_err(|kind| code.fail(kind, fields.offset as usize))?;
    }
    Ok(func)
}

/// The types of the operands of a constant expression.
struct Types {
    stack: [OperandType; limits::CONST_OPERANDS],
    height: usize,
}

impl Types {
    /// Takes and gives what an instruction does, in an expression that gives a value of type `ty`.
    fn apply<A: Alloc>(&mut self, module: &Module<A>, fields: &Fields, ty: ValType) -> Checked {
        let result = match fields.row.op {
            Op::End => {
                self.pop(OperandType::new(ty))?;
                return if self.height == 0 { Ok(()) } else { Err(ErrorKind::ValuesRemain) };
            }
            Op::RefNull => fields.packed_type(),
            Op::RefFunc => {
                module.func_type_idx(FuncIdx(fields.first)).ok_or(ErrorKind::UnknownFunc)?;
                OperandType::FuncRef
            }
            Op::GlobalGet => {
                let global = GlobalIdx(fields.first);
                let imported = global.0 < module.imported_global_count();
                let global = module.global_type(global).filter(|_| imported).ok_or(ErrorKind::UnknownGlobal)?;
                if global.mutable {
                    return Err(ErrorKind::ConstExpected);
                }
                OperandType::new(global.value)
            }
            _ => {
                let signature = fields.row.signature;
                let mut operands = signature.operands();
                while operands != 0 {
                    self.pop(OperandType((operands & 0xF) as u8))?;
                    operands >>= 4;
                }
                signature.result()
            }
        };
        *self.stack.get_mut(self.height).ok_or(ErrorKind::ConstTooDeep)? = result;
        self.height += 1;
        Ok(())
    }

    fn pop(&mut self, expected: OperandType) -> Checked {
        let found = top(&self.stack, self.height, 1).copied().unwrap_or(OperandType::None);
        if found != expected {
            return Err(ErrorKind::TypeMismatch { expected, found });
        }
        self.height -= 1;
        Ok(())
    }
}
