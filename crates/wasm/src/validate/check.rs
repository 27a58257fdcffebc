//! The rules of validation that a signature cannot tell, one function per group of operators.

use super::scratch::FrameKind;
use super::stack::mismatch;
use super::{BrTable, Fields, FuncValidator};
use crate::alloc::Alloc;
use crate::error::{Error, ErrorKind, Result};
use crate::index::{DataIdx, ElemIdx, FuncIdx, GlobalIdx, LabelIdx, LocalIdx, TableIdx, TypeIdx};
use crate::op::{Immediate, Op, Signature};
use crate::types::{FuncType, OperandType, RefType, ValType};

impl<'m, A: Alloc> FuncValidator<'m, A> {
    /// Checks an instruction.
    #[inline]
    pub(super) fn check(&mut self, instr: &Fields) -> Result<()> {
        let at = instr.offset as usize;
        match instr.row.signature {
            Signature::OPEN => self.check_open(instr, at),
            signature => {
                if instr.row.immediate != Immediate::None {
                    self.check_imm(instr, at)?;
                }
                self.apply(signature, at)
            }
        }
    }

    /// What the immediates of an operator with a fixed signature refer to must be there.
    fn check_imm(&self, instr: &Fields, at: usize) -> Result<()> {
        let (first, second) = (instr.first, instr.second);
        match instr.row.immediate {
            Immediate::I32 | Immediate::I64 | Immediate::F32 | Immediate::F64 => Ok(()),
            Immediate::Func => self.check_declared(FuncIdx(first), at),
            Immediate::Elem => self.elem_type(ElemIdx(first), at).map(|_| ()),
            Immediate::Table => self.table_element(TableIdx(first), at).map(|_| ()),
            Immediate::TableInit => {
                let elements = self.table_element(TableIdx(second), at)?;
                same_elements(elements, self.elem_type(ElemIdx(first), at)?, at)
            }
            Immediate::TableCopy => {
                let elements = self.table_element(TableIdx(first), at)?;
                same_elements(elements, self.table_element(TableIdx(second), at)?, at)
            }
            Immediate::Data => self.has_data(DataIdx(first), at),
            Immediate::MemoryInit => {
                self.has_memory(at)?;
                self.has_data(DataIdx(first), at)
            }
            _ => self.has_memory(at),
        }
    }

    /// Checks an operator whose signature depends on its immediates, on the blocks or on its operands.
    fn check_open(&mut self, instr: &Fields, at: usize) -> Result<()> {
        let (op, first) = (instr.row.op, instr.first);
        match op {
            Op::LocalGet | Op::LocalSet | Op::LocalTee => self.check_local(op, LocalIdx(first), at),
            Op::GlobalGet | Op::GlobalSet => self.check_global(op, GlobalIdx(first), at),
            Op::Block => self.enter(FrameKind::Block, instr.ty, at),
            Op::Loop => self.enter(FrameKind::Loop, instr.ty, at),
            Op::If => {
                self.pop(OperandType::I32, at)?;
                self.enter(FrameKind::If, instr.ty, at)
            }
            Op::Else => self.check_else(at),
            Op::End => self.check_end(at),
            Op::Br | Op::BrIf => self.check_branch(op, LabelIdx(first), at),
            Op::BrTable => self.check_br_table(instr.br_table(), at),
            Op::Return => {
                self.pop_all(self.results, at)?;
                self.unreachable();
                Ok(())
            }
            Op::Call | Op::ReturnCall => {
                let ty = self.module.func_type_idx(FuncIdx(first)).ok_or(Error::new(ErrorKind::UnknownFunc, at))?;
                self.check_call(op, ty, at)
            }
            Op::CallIndirect | Op::ReturnCallIndirect => {
                if self.table_element(TableIdx(instr.second), at)? != RefType::FUNCREF {
                    return Err(Error::new(ErrorKind::CallThroughTable, at));
                }
                self.func_type(TypeIdx(first), at)?;
                self.pop(OperandType::I32, at)?;
                self.check_call(op, TypeIdx(first), at)
            }
            Op::TableGet | Op::TableSet | Op::TableGrow | Op::TableFill => self.check_table(op, TableIdx(first), at),
            Op::Drop => self.pop_any(at).map(|_| ()),
            Op::Select => self.check_numeric_select(at),
            Op::SelectT => self.check_select(instr.packed_type(), at),
            Op::RefNull => self.push(instr.packed_type(), at),
            Op::RefIsNull => {
                let ty = self.pop_any(at)?;
                if !ty.may_be_ref() {
                    return Err(mismatch(OperandType::None, ty, at));
                }
                self.push(OperandType::I32, at)
            }
            // `unreachable`; all others have a signature.
            _ => {
                self.unreachable();
                Ok(())
            }
        }
    }

    fn check_end(&mut self, at: usize) -> Result<()> {
        if self.frame.kind == FrameKind::If {
            let ty = self.frame.ty;
            if self.module.block_params(&ty) != self.module.block_results(&ty) {
                return Err(Error::new(ErrorKind::ElseRequired, at));
            }
        }
        self.pop_results(at)?;
        self.leave(at)
    }

    fn check_else(&mut self, at: usize) -> Result<()> {
        if self.frame.kind != FrameKind::If {
            return Err(Error::new(ErrorKind::ElseUnexpected, at));
        }
        self.pop_results(at)?;
        self.frame.kind = FrameKind::Block;
        self.frame.unreachable = false;
        let ty = self.frame.ty;
        self.push_all(self.module.block_params(&ty), at)
    }

    /// `select` without a type: of numbers only.
    fn check_numeric_select(&mut self, at: usize) -> Result<()> {
        self.pop(OperandType::I32, at)?;
        let second = self.pop_any(at)?;
        let first = self.pop_any(at)?;
        let ty = if first == OperandType::None { second } else { first };
        if ty != OperandType::None && ty.may_be_ref() {
            return Err(mismatch(OperandType::None, ty, at));
        }
        if second != ty && second != OperandType::None {
            return Err(mismatch(ty, second, at));
        }
        self.push(ty, at)
    }

    fn check_select(&mut self, ty: OperandType, at: usize) -> Result<()> {
        self.pop(OperandType::I32, at)?;
        self.pop(ty, at)?;
        self.pop(ty, at)?;
        self.push(ty, at)
    }

    fn check_local(&mut self, op: Op, local: LocalIdx, at: usize) -> Result<()> {
        let ty = self.scratch.locals.get(local).ok_or(Error::new(ErrorKind::UnknownLocal, at))?;
        if op != Op::LocalGet {
            self.pop(ty, at)?;
        }
        if op != Op::LocalSet {
            self.push(ty, at)?;
        }
        Ok(())
    }

    fn check_global(&mut self, op: Op, global: GlobalIdx, at: usize) -> Result<()> {
        let global = self.module.global_type(global).ok_or(Error::new(ErrorKind::UnknownGlobal, at))?;
        let ty = OperandType::new(global.value);
        match op {
            Op::GlobalGet => self.push(ty, at),
            _ if global.mutable => self.pop(ty, at),
            _ => Err(Error::new(ErrorKind::ImmutableGlobal, at)),
        }
    }

    fn check_table(&mut self, op: Op, table: TableIdx, at: usize) -> Result<()> {
        let element = OperandType::new(ValType::Ref(self.table_element(table, at)?));
        match op {
            Op::TableGet => {
                self.pop(OperandType::I32, at)?;
                self.push(element, at)
            }
            Op::TableSet => {
                self.pop(element, at)?;
                self.pop(OperandType::I32, at)
            }
            Op::TableGrow => {
                self.pop(OperandType::I32, at)?;
                self.pop(element, at)?;
                self.push(OperandType::I32, at)
            }
            // `table.fill`
            _ => {
                self.pop(OperandType::I32, at)?;
                self.pop(element, at)?;
                self.pop(OperandType::I32, at)
            }
        }
    }

    /// Calls and tail calls, after the operand that an indirect one takes.
    fn check_call(&mut self, op: Op, ty: TypeIdx, at: usize) -> Result<()> {
        let ty = self.func_type(ty, at)?;
        let tail = matches!(op, Op::ReturnCall | Op::ReturnCallIndirect);
        if tail && ty.results != self.results {
            return Err(Error::new(ErrorKind::TailCallResults, at));
        }
        self.pop_all(ty.params, at)?;
        if tail {
            self.unreachable();
            return Ok(());
        }
        self.push_all(ty.results, at)
    }

    /// `br` and `br_if`.
    fn check_branch(&mut self, op: Op, label: LabelIdx, at: usize) -> Result<()> {
        if op == Op::BrIf {
            self.pop(OperandType::I32, at)?;
        }
        let target = self.target(label, at)?;
        let types = target.label_types(self.module);
        self.pop_all(types, at)?;
        if op == Op::BrIf {
            return self.push_all(types, at);
        }
        self.unreachable();
        Ok(())
    }

    /// All targets of a `br_table` take as many values, and each takes those on the stack.
    fn check_br_table(&mut self, table: BrTable, at: usize) -> Result<()> {
        self.pop(OperandType::I32, at)?;
        let mut arity = None;
        for _ in 0..=table.len {
            let label = LabelIdx(self.reader.u32()?);
            let target = self.target(label, at)?;
            let types = target.label_types(self.module);
            if *arity.get_or_insert(types.len()) != types.len() {
                return Err(Error::new(ErrorKind::BranchArity, at));
            }
            self.check_top(types, at)?;
        }
        self.unreachable();
        Ok(())
    }

    /// The stack could give values of these types.
    fn check_top(&self, types: &[ValType], at: usize) -> Result<()> {
        let values = self.scratch.values.get(self.frame.base as usize..).unwrap_or(&[]);
        let mut values = values.iter().rev();
        for &ty in types.iter().rev() {
            match values.next() {
                Some(&found) if found == OperandType::new(ty) || found == OperandType::None => {}
                None if self.frame.unreachable => {}
                found => {
                    let found = found.copied().unwrap_or(OperandType::None);
                    return Err(mismatch(OperandType::new(ty), found, at));
                }
            }
        }
        Ok(())
    }

    fn func_type(&self, ty: TypeIdx, at: usize) -> Result<FuncType<'m>> {
        self.module.func_type(ty).ok_or(Error::new(ErrorKind::UnknownType, at))
    }

    fn table_element(&self, table: TableIdx, at: usize) -> Result<RefType> {
        match self.module.table_type(table) {
            Some(table) => Ok(table.element),
            None => Err(Error::new(ErrorKind::UnknownTable, at)),
        }
    }

    fn elem_type(&self, elem: ElemIdx, at: usize) -> Result<RefType> {
        self.module.elem_type(elem).ok_or(Error::new(ErrorKind::UnknownElem, at))
    }

    fn has_memory(&self, at: usize) -> Result<()> {
        if self.module.memory_count() == 0 { Err(Error::new(ErrorKind::UnknownMemory, at)) } else { Ok(()) }
    }

    fn has_data(&self, data: DataIdx, at: usize) -> Result<()> {
        match self.module.declared_data_count() {
            None => Err(Error::new(ErrorKind::DataCountRequired, at)),
            Some(count) if data.0 < count => Ok(()),
            Some(_) => Err(Error::new(ErrorKind::UnknownData, at)),
        }
    }

    fn check_declared(&self, func: FuncIdx, at: usize) -> Result<()> {
        match self.module.is_declared(func) {
            Some(true) => Ok(()),
            Some(false) => Err(Error::new(ErrorKind::UndeclaredFunc, at)),
            None => Err(Error::new(ErrorKind::UnknownFunc, at)),
        }
    }
}

fn same_elements(a: RefType, b: RefType, at: usize) -> Result<()> {
    if a == b { Ok(()) } else { Err(Error::new(ErrorKind::ElemType, at)) }
}
