//! The rules of validation that a signature cannot tell, one function per group of operators.

use super::scratch::FrameKind;
use super::{Fields, FuncValidator};
use crate::alloc::Alloc;
use crate::error::{Checked, ErrorKind};
use crate::index::{DataIdx, ElemIdx, FuncIdx, GlobalIdx, LabelIdx, LocalIdx, TableIdx, TypeIdx};
use crate::op::{Immediate, Op, Row, Signature};
use crate::types::{FuncType, OperandType, RefType, ValType};

impl<'m, A: Alloc> FuncValidator<'m, A> {
    /// Checks the instruction that was read last. The common ones come first.
    #[inline]
    pub(super) fn check(&mut self) -> Checked {
        let row = self.instr.row;
        if row.signature != Signature::OPEN {
            if row.immediate != Immediate::None {
                self.check_imm()?;
            }
            self.apply(row.signature)
        } else if row.immediate == Immediate::Local {
            self.check_local(row.op, LocalIdx(self.instr.first))
        } else {
            self.check_open()
        }
    }

    /// What the immediates of an operator with a fixed signature refer to must be there.
    #[inline(never)]
    fn check_imm(&self) -> Checked {
        let Fields { first, second, .. } = self.instr;
        match self.instr.row.immediate {
            Immediate::I32 | Immediate::I64 | Immediate::F32 | Immediate::F64 => Ok(()),
            Immediate::Func => self.check_declared(FuncIdx(first)),
            Immediate::Elem => self.elem_type(ElemIdx(first)).map(|_| ()),
            Immediate::Table => self.table_element(TableIdx(first)).map(|_| ()),
            Immediate::TableInit => {
                let elements = self.table_element(TableIdx(second))?;
                self.same_elements(elements, self.elem_type(ElemIdx(first))?)
            }
            Immediate::TableCopy => {
                let elements = self.table_element(TableIdx(first))?;
                self.same_elements(elements, self.table_element(TableIdx(second))?)
            }
            Immediate::Data => self.has_data(DataIdx(first)),
            Immediate::MemoryInit => {
                self.has_memory()?;
                self.has_data(DataIdx(first))
            }
            _ => self.has_memory(),
        }
    }

    /// Checks an operator whose signature depends on its immediates, on the blocks or on its operands.
    #[inline(never)]
    fn check_open(&mut self) -> Checked {
        let Fields { row: &Row { op, .. }, first, second, .. } = self.instr;
        match op {
            Op::GlobalGet | Op::GlobalSet => self.check_global(op, GlobalIdx(first)),
            Op::Block => self.enter(FrameKind::Block),
            Op::Loop => self.enter(FrameKind::Loop),
            Op::If => {
                self.pop(OperandType::I32)?;
                self.enter(FrameKind::If)
            }
            Op::Else => self.check_else(),
            Op::End => self.check_end(),
            Op::Br | Op::BrIf => self.check_branch(op, LabelIdx(first)),
            Op::BrTable => self.check_br_table(),
            Op::Return => {
                self.pop_all(self.results)?;
                self.unreachable();
                Ok(())
            }
            Op::Call | Op::ReturnCall => {
                let ty = self.module.func_type_idx(FuncIdx(first)).ok_or(ErrorKind::UnknownFunc)?;
                self.check_call(op, ty)
            }
            Op::CallIndirect | Op::ReturnCallIndirect => {
                if self.table_element(TableIdx(second))? != RefType::FUNCREF {
                    return Err(ErrorKind::CallThroughTable);
                }
                self.func_type(TypeIdx(first))?;
                self.pop(OperandType::I32)?;
                self.check_call(op, TypeIdx(first))
            }
            Op::TableGet | Op::TableSet | Op::TableGrow | Op::TableFill => self.check_table(op, TableIdx(first)),
            Op::Drop => self.pop_any().map(|_| ()),
            Op::Select => self.check_numeric_select(),
            Op::SelectT => self.check_select(self.instr.packed_type()),
            Op::RefNull => self.push(self.instr.packed_type()),
            Op::RefIsNull => {
                let ty = self.pop_any()?;
                if !ty.may_be_ref() {
                    return Err(ErrorKind::TypeMismatch { expected: OperandType::None, found: ty });
                }
                self.push(OperandType::I32)
            }
            Op::Unreachable => {
                self.unreachable();
                Ok(())
            }
            // All others have a signature. A new operator without one is refused until it has an arm here.
            _ => Err(ErrorKind::IllegalOpcode),
        }
    }

    fn check_end(&mut self) -> Checked {
        if self.frame.kind == FrameKind::If {
            let ty = self.frame.ty;
            if self.module.block_params(&ty) != self.module.block_results(&ty) {
                return Err(ErrorKind::ElseRequired);
            }
        }
        self.pop_results()?;
        self.leave()
    }

    fn check_else(&mut self) -> Checked {
        if self.frame.kind != FrameKind::If {
            return Err(ErrorKind::ElseUnexpected);
        }
        self.pop_results()?;
        self.frame.kind = FrameKind::Block;
        self.frame.unreachable = false;
        let ty = self.frame.ty;
        self.push_all(self.module.block_params(&ty))
    }

    /// `select` without a type: of numbers only.
    fn check_numeric_select(&mut self) -> Checked {
        self.pop(OperandType::I32)?;
        let second = self.pop_any()?;
        let first = self.pop_any()?;
        let ty = if first == OperandType::None { second } else { first };
        if ty != OperandType::None && ty.may_be_ref() {
            return Err(ErrorKind::TypeMismatch { expected: OperandType::None, found: ty });
        }
        if second != ty && second != OperandType::None {
            return Err(ErrorKind::TypeMismatch { expected: ty, found: second });
        }
        self.push(ty)
    }

    fn check_select(&mut self, ty: OperandType) -> Checked {
        self.pop(OperandType::I32)?;
        self.pop(ty)?;
        self.pop(ty)?;
        self.push(ty)
    }

    #[inline]
    fn check_local(&mut self, op: Op, local: LocalIdx) -> Checked {
        let ty = self.scratch.locals.get(local).ok_or(ErrorKind::UnknownLocal)?;
        if op != Op::LocalGet {
            self.pop(ty)?;
        }
        if op != Op::LocalSet {
            self.push(ty)?;
        }
        Ok(())
    }

    fn check_global(&mut self, op: Op, global: GlobalIdx) -> Checked {
        let global = self.module.global_type(global).ok_or(ErrorKind::UnknownGlobal)?;
        let ty = OperandType::new(global.value);
        match op {
            Op::GlobalGet => self.push(ty),
            _ if global.mutable => self.pop(ty),
            _ => Err(ErrorKind::ImmutableGlobal),
        }
    }

    fn check_table(&mut self, op: Op, table: TableIdx) -> Checked {
        let element = OperandType::new(ValType::Ref(self.table_element(table)?));
        match op {
            Op::TableGet => {
                self.pop(OperandType::I32)?;
                self.push(element)
            }
            Op::TableSet => {
                self.pop(element)?;
                self.pop(OperandType::I32)
            }
            Op::TableGrow => {
                self.pop(OperandType::I32)?;
                self.pop(element)?;
                self.push(OperandType::I32)
            }
            // `table.fill`
            _ => {
                self.pop(OperandType::I32)?;
                self.pop(element)?;
                self.pop(OperandType::I32)
            }
        }
    }

    /// Calls and tail calls, after the operand that an indirect one takes.
    fn check_call(&mut self, op: Op, ty: TypeIdx) -> Checked {
        let ty = self.func_type(ty)?;
        let tail = matches!(op, Op::ReturnCall | Op::ReturnCallIndirect);
        if tail && ty.results != self.results {
            return Err(ErrorKind::TailCallResults);
        }
        self.pop_all(ty.params)?;
        if tail {
            self.unreachable();
            return Ok(());
        }
        self.push_all(ty.results)
    }

    /// `br` and `br_if`.
    fn check_branch(&mut self, op: Op, label: LabelIdx) -> Checked {
        if op == Op::BrIf {
            self.pop(OperandType::I32)?;
        }
        let target = self.target(label)?;
        let types = target.label_types(self.module);
        self.pop_all(types)?;
        if op == Op::BrIf {
            return self.push_all(types);
        }
        self.unreachable();
        Ok(())
    }

    /// All targets of a `br_table` take as many values, and each takes those on the stack.
    fn check_br_table(&mut self) -> Checked {
        self.pop(OperandType::I32)?;
        let mut arity = None;
        for _ in 0..=self.instr.first {
            let label = LabelIdx(self.reader.u32().map_err(|_| self.reader.error().kind)?);
            let target = self.target(label)?;
            let types = target.label_types(self.module);
            if *arity.get_or_insert(types.len()) != types.len() {
                return Err(ErrorKind::BranchArity);
            }
            self.check_top(types)?;
        }
        self.unreachable();
        Ok(())
    }

    /// The stack could give values of these types.
    fn check_top(&self, types: &[ValType]) -> Checked {
        let values = self.scratch.values.get(self.frame.base as usize..).unwrap_or(&[]);
        let mut values = values.iter().rev();
        for &ty in types.iter().rev() {
            match values.next() {
                Some(&found) if found == OperandType::new(ty) || found == OperandType::None => {}
                None if self.frame.unreachable => {}
                found => {
                    let found = found.copied().unwrap_or(OperandType::None);
                    return Err(ErrorKind::TypeMismatch { expected: OperandType::new(ty), found });
                }
            }
        }
        Ok(())
    }

    fn func_type(&self, ty: TypeIdx) -> Checked<FuncType<'m>> {
        self.module.func_type(ty).ok_or(ErrorKind::UnknownType)
    }

    fn table_element(&self, table: TableIdx) -> Checked<RefType> {
        match self.module.table_type(table) {
            Some(table) => Ok(table.element),
            None => Err(ErrorKind::UnknownTable),
        }
    }

    fn elem_type(&self, elem: ElemIdx) -> Checked<RefType> {
        self.module.elem_type(elem).ok_or(ErrorKind::UnknownElem)
    }

    fn has_memory(&self) -> Checked {
        if self.module.memory_count() == 0 { Err(ErrorKind::UnknownMemory) } else { Ok(()) }
    }

    fn has_data(&self, data: DataIdx) -> Checked {
        match self.module.declared_data_count() {
            None => Err(ErrorKind::DataCountRequired),
            Some(count) if data.0 < count => Ok(()),
            Some(_) => Err(ErrorKind::UnknownData),
        }
    }

    fn check_declared(&self, func: FuncIdx) -> Checked {
        match self.module.is_declared(func) {
            Some(true) => Ok(()),
            Some(false) => Err(ErrorKind::UndeclaredFunc),
            None => Err(ErrorKind::UnknownFunc),
        }
    }

    fn same_elements(&self, a: RefType, b: RefType) -> Checked {
        if a == b { Ok(()) } else { Err(ErrorKind::ElemType) }
    }
}
