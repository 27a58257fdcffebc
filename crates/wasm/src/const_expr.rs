//! Constant expressions: the initial values of globals, the offsets of segments, the items of element segments.
//!
//! They are validated by the validator of functions; here they are found and evaluated.

use crate::error::{Error, ErrorKind, Result};
use crate::index::{FuncIdx, GlobalIdx};
use crate::limits;
use crate::num;
use crate::op::Op;
use crate::reader::Reader;
use crate::validate::Fields;

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
    code: Reader<'b>,
}

impl<'b> ConstExpr<'b> {
    /// Finds the expression that starts here and moves the reader behind it.
    pub(crate) fn read(reader: &mut Reader<'b>) -> Result<ConstExpr<'b>> {
        let start = *reader;
        let mut fields = Fields::new();
        while fields.row.op != Op::End {
            read_instr(&mut fields, reader)?;
        }
        Ok(ConstExpr { code: start.until(reader.pos()) })
    }

    /// Where it starts in the module, in bytes.
    pub fn offset(&self) -> u32 {
        self.code.pos() as u32
    }

    pub(crate) fn reader(&self) -> Reader<'b> {
        self.code
    }

    /// The function, if the expression is just `ref.func`.
    pub fn as_func(&self) -> Option<FuncIdx> {
        let mut fields = Fields::new();
        read_instr(&mut fields, &mut self.code.clone()).ok()?;
        if fields.row.op == Op::RefFunc { Some(FuncIdx(fields.first)) } else { None }
    }

    /// Its value, as 64 bits.
    ///
    /// Fails only if the bytes are not those that were validated.
    pub fn eval(&self, env: &mut impl ConstEnv) -> Result<u64> {
        let mut stack = [0u64; limits::CONST_OPERANDS];
        let mut height = 0;
        let mut code = self.code;
        let mut fields = Fields::new();
        loop {
            read_instr(&mut fields, &mut code)?;
            let missing = Error::new(ErrorKind::ConstExpected, fields.offset as usize);
            let value = match fields.row.op {
                Op::End => break,
                Op::I32Const | Op::F32Const => u64::from(fields.first),
                Op::I64Const | Op::F64Const => fields.wide,
                Op::RefNull => 0,
                Op::GlobalGet => env.global(GlobalIdx(fields.first)),
                Op::RefFunc => env.ref_func(FuncIdx(fields.first)),
                op => {
                    let (Some(&b), Some(&a)) = (top(&stack, height, 1), top(&stack, height, 2)) else {
                        return Err(missing);
                    };
                    height -= 2;
                    fold(op, a, b).ok_or(missing)?
                }
            };
            *stack.get_mut(height).ok_or(missing)? = value;
            height += 1;
        }
        top(&stack, height, 1).copied().ok_or(code.error(ErrorKind::ConstExpected))
    }
}

/// The `depth`-th value from the top of the stack, counted from one.
fn top(stack: &[u64], height: usize, depth: usize) -> Option<&u64> {
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

/// Reads one instruction and refuses what constant expressions may not hold.
pub(crate) fn read_instr(fields: &mut Fields, reader: &mut Reader<'_>) -> Result<()> {
    fields.read(reader).map_err(|kind| Error { kind, offset: fields.offset })?;
    match fields.row.op {
        Op::I32Const | Op::I64Const | Op::F32Const | Op::F64Const => Ok(()),
        Op::RefNull | Op::RefFunc | Op::GlobalGet | Op::End => Ok(()),
        Op::I32Add | Op::I32Sub | Op::I32Mul | Op::I64Add | Op::I64Sub | Op::I64Mul => Ok(()),
        _ => Err(Error::new(ErrorKind::ConstExpected, fields.offset as usize)),
    }
}
