//! The operand stack and the blocks: what every rule of validation is made of.
//!
//! Nobody looks below the base of the innermost block. In unreachable code its part of the stack gives any type when it
//! is empty: `OperandType::None`.

use super::FuncValidator;
use super::scratch::{Frame, FrameKind};
use crate::alloc::{Alloc, Buffer};
use crate::error::{Checked, ErrorKind};
use crate::index::LabelIdx;
use crate::limits;
use crate::op::Signature;
use crate::types::{BlockType, OperandType, ValType};

impl<A: Alloc> FuncValidator<'_, A> {
    /// Puts a value on the stack.
    #[inline]
    pub(super) fn push(&mut self, ty: OperandType) -> Checked {
        if self.scratch.values.len() >= limits::OPERANDS {
            return Err(ErrorKind::TooManyOperands);
        }
        Ok(self.scratch.values.push(ty)?)
    }

    /// Puts values on the stack, the last one on top.
    pub(super) fn push_all(&mut self, types: &[ValType]) -> Checked {
        for &ty in types {
            self.push(OperandType::new(ty))?;
        }
        Ok(())
    }

    /// Takes a value of any type.
    pub(super) fn pop_any(&mut self) -> Checked<OperandType> {
        let height = self.scratch.values.len();
        match self.scratch.values.last() {
            Some(&ty) if height > self.frame.base as usize => {
                self.scratch.values.truncate(height - 1);
                Ok(ty)
            }
            _ if self.frame.unreachable => Ok(OperandType::None),
            _ => Err(ErrorKind::TypeMismatch { expected: OperandType::None, found: OperandType::None }),
        }
    }

    /// Takes a value of a type.
    #[inline]
    pub(super) fn pop(&mut self, expected: OperandType) -> Checked {
        let height = self.scratch.values.len();
        match self.scratch.values.last() {
            Some(&ty) if ty == expected && height > self.frame.base as usize => {
                self.scratch.values.truncate(height - 1);
                Ok(())
            }
            _ => self.pop_other(expected),
        }
    }

    /// The rest of `pop`: the stack is empty, or has another type.
    #[cold]
    fn pop_other(&mut self, expected: OperandType) -> Checked {
        if self.scratch.values.len() <= self.frame.base as usize && !self.frame.unreachable {
            return Err(ErrorKind::TypeMismatch { expected, found: OperandType::None });
        }
        let found = self.pop_any()?;
        if found != expected && found != OperandType::None && expected != OperandType::None {
            return Err(ErrorKind::TypeMismatch { expected, found });
        }
        Ok(())
    }

    /// Takes values, the last one first.
    pub(super) fn pop_all(&mut self, types: &[ValType]) -> Checked {
        for &ty in types.iter().rev() {
            self.pop(OperandType::new(ty))?;
        }
        Ok(())
    }

    /// Takes and gives what an operator does whose signature depends on nothing else.
    #[inline]
    pub(super) fn apply(&mut self, signature: Signature) -> Checked {
        let mut operands = signature.operands();
        let result = signature.result();
        let base = self.frame.base as usize;
        let values = &mut self.scratch.values;
        let mut height = values.len();
        // FAST: as long as the types are right, the stack is only looked at, and written once.
        while operands != 0
            && let Some(&top) = values.get(height.wrapping_sub(1))
            && u16::from(top.0) == operands & 0xF
            && height > base
        {
            operands >>= 4;
            height -= 1;
        }
        if operands != 0 {
            values.truncate(height);
            return self.apply_rest(operands, result);
        }
        match values.get_mut(height) {
            _ if result == OperandType::None => values.truncate(height),
            Some(free) => {
                *free = result;
                values.truncate(height + 1);
            }
            None => return self.push(result),
        }
        Ok(())
    }

    /// The rest of `apply`: the next operand is not simply there.
    #[cold]
    #[inline(never)]
    fn apply_rest(&mut self, mut operands: u16, result: OperandType) -> Checked {
        while operands != 0 {
            self.pop(OperandType((operands & 0xF) as u8))?;
            operands >>= 4;
        }
        if result == OperandType::None { Ok(()) } else { self.push(result) }
    }

    /// The rest of the block is never executed.
    pub(super) fn unreachable(&mut self) {
        self.scratch.values.truncate(self.frame.base as usize);
        self.frame.unreachable = true;
    }

    /// Opens a block whose operands are on the stack.
    pub(super) fn enter(&mut self, kind: FrameKind) -> Checked {
        let ty = self.instr.ty;
        if let BlockType::Func(ty) = ty {
            self.module.func_type(ty).ok_or(ErrorKind::UnknownType)?;
        }
        let params = self.module.block_params(&ty);
        self.pop_all(params)?;
        if self.scratch.frames.len() >= limits::NESTING {
            return Err(ErrorKind::TooDeep);
        }
        self.scratch.frames.push(self.frame)?;
        self.frame = Frame { base: self.scratch.values.len() as u32, kind, unreachable: false, ty };
        self.push_all(params)
    }

    /// Takes the results of the innermost block, of which there must be no more and no fewer.
    pub(super) fn pop_results(&mut self) -> Checked {
        let ty = self.frame.ty;
        self.pop_all(self.module.block_results(&ty))?;
        if self.scratch.values.len() != self.frame.base as usize {
            return Err(ErrorKind::ValuesRemain);
        }
        Ok(())
    }

    /// Closes the innermost block, whose results have been taken.
    pub(super) fn leave(&mut self) -> Checked {
        let ty = self.frame.ty;
        match self.scratch.frames.last() {
            Some(&outer) => {
                self.frame = outer;
                let depth = self.scratch.frames.len();
                self.scratch.frames.truncate(depth - 1);
            }
            None if self.reader.is_empty() => self.ended = true,
            None => return Err(ErrorKind::BodySize),
        }
        self.push_all(self.module.block_results(&ty))
    }

    /// The block that a label belongs to.
    pub(super) fn target(&self, label: LabelIdx) -> Checked<Frame> {
        let frames = &self.scratch.frames;
        let frame = match label.0 {
            0 => Some(self.frame),
            _ => frames.len().checked_sub(label.index()).and_then(|at| frames.get(at).copied()),
        };
        frame.ok_or(ErrorKind::UnknownLabel)
    }
}
