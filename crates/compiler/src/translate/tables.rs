//! Tables and references. A reference is a word: zero is null.

use inkwell::IntPredicate;
use inkwell::values::{IntValue, PointerValue};
use moteur_image::context::{Field, TableField};
use moteur_image::helper::Helper;
use moteur_wasm::validate::{Imm, Instr};
use moteur_wasm::{Op, TableIdx, Trap};

use super::Result;
use super::function::Translator;

impl<'c> Translator<'_, 'c, '_> {
    /// Operators of tables and references; `false` if it is none.
    pub fn table(&mut self, instr: &Instr) -> Result<bool> {
        let unit = self.unit;
        let i32 = unit.i32;
        let constant = |value: u32| i32.const_int(u64::from(value), false).into();
        match (instr.op, instr.imm) {
            (Op::RefNull, _) => self.push(unit.word.const_zero()),
            (Op::RefIsNull, _) => {
                let reference = self.pop_int()?;
                let zero = unit.word.const_zero();
                let null = unit.builder.build_int_compare(IntPredicate::EQ, reference, zero, "")?;
                self.push(unit.builder.build_int_z_extend(null, i32, "")?);
            }
            (Op::RefFunc, Imm::Func(func)) => {
                let list = unit.field_pointer(self.ctx, Field::Funcs)?;
                let entity = unit.load_listed(unit.word.into(), list, func.0)?;
                self.stack.push(entity);
            }
            (Op::TableGet, Imm::Table(table)) => {
                let at = self.pop_int()?;
                let place = self.element(table, at, Trap::TableOutOfBounds)?;
                let value = unit.load_runtime(unit.word.into(), place, 0)?;
                self.stack.push(value);
            }
            (Op::TableSet, Imm::Table(table)) => {
                let value = self.pop()?;
                let at = self.pop_int()?;
                let place = self.element(table, at, Trap::TableOutOfBounds)?;
                let store = unit.builder.build_store(place, value)?;
                unit.keep_in_order(store)?;
            }
            (Op::TableSize, Imm::Table(table)) => {
                let count = self.count(table)?;
                let count = self.narrow(count)?;
                self.push(count);
            }
            (Op::TableGrow, Imm::Table(table)) => {
                let delta = self.pop()?;
                let value = self.pop()?;
                let arguments = [constant(table.0), value, delta];
                let old = unit.helper(self.ctx, Helper::TableGrow, &arguments, Some(i32.into()))?;
                self.stack.extend(old);
            }
            (Op::TableFill, Imm::Table(table)) => self.bulk(Helper::TableFill, &[table.0], 3)?,
            (Op::TableCopy, Imm::TableCopy { dst, src }) => self.bulk(Helper::TableCopy, &[dst.0, src.0], 3)?,
            (Op::TableInit, Imm::TableInit { elem, table }) => self.bulk(Helper::TableInit, &[elem.0, table.0], 3)?,
            (Op::ElemDrop, Imm::Elem(elem)) => {
                unit.helper(self.ctx, Helper::ElemDrop, &[constant(elem.0)], None)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn head(&self, table: TableIdx) -> Result<PointerValue<'c>> {
        let list = self.unit.field_pointer(self.ctx, Field::Tables)?;
        let head = self.unit.load_listed(self.unit.ptr.into(), list, table.0)?;
        Ok(head.into_pointer_value())
    }

    fn count(&self, table: TableIdx) -> Result<IntValue<'c>> {
        let offset = TableField::Count.offset(self.unit.width);
        Ok(self.unit.load_runtime(self.unit.word.into(), self.head(table)?, offset)?.into_int_value())
    }

    /// Where the element with this index stands, which exists.
    pub fn element(&self, table: TableIdx, at: IntValue<'c>, trap: Trap) -> Result<PointerValue<'c>> {
        let unit = self.unit;
        let at = self.widen(at)?;
        let count = self.count(table)?;
        let outside = unit.builder.build_int_compare(IntPredicate::UGE, at, count, "")?;
        self.trap_if(outside, trap)?;
        let offset = TableField::Elements.offset(unit.width);
        let elements = unit.load_runtime(unit.ptr.into(), self.head(table)?, offset)?.into_pointer_value();
        // SAFETY: an address is computed, in code that is generated; nothing is accessed here.
        Ok(unsafe { unit.builder.build_in_bounds_gep(unit.word, elements, &[at], "")? })
    }
}
