//! Every operator that is not a block or a branch.

use moteur_wasm::validate::{FuncValidator, Imm, Instr as Operator, MemArg};
use moteur_wasm::{FuncIdx, FuncType, GlobalIdx, LocalIdx, MemIdx, Op, Trap, TypeIdx, num};

use super::Failure;
use super::fuse;
use super::numeric::{Numeric, assert_consecutive, numeric};
use super::pass::Pass;
use super::stack::{Class, Entry, Place, emit_const};
use crate::alloc::HeapAlloc;
use crate::code::op::{Instr, OperandsIn, Places};
use crate::interp::pieces::Bulk;
use crate::interp::regs::Leave;
use crate::interp::value::Acc;
use crate::slot::{WIDE_SLOTS, slots_of_type};

/// The class of references.
const REF: Class = if WIDE_SLOTS == 1 { Class::I64 } else { Class::I32 };

macro_rules! define_numeric_operators {
    ($(($op:ident, $meaning:ident, $class:ident, $in:tt -> $out:ident))*) => {
        /// A pattern for all numeric operators, which are lowered by a table.
        macro_rules! numeric_operators {
            () => { $(Op::$op)|* };
        }
    };
}
moteur_wasm::for_each_numeric!(define_numeric_operators);

type Validator<'v> = FuncValidator<'v, HeapAlloc>;

impl<'m> Pass<'m> {
    /// Lowers one operator.
    pub fn operator(&mut self, operator: &Operator, validator: &Validator<'_>) -> Result<(), Failure> {
        match (operator.op, operator.imm) {
            (Op::Block, Imm::Block(ty)) => return self.block(ty),
            (Op::Loop, Imm::Block(ty)) => return self.loop_(ty),
            (Op::If, Imm::Block(ty)) => return self.if_(ty),
            (Op::Else, _) => return self.else_(),
            (Op::End, _) => return self.end(),
            _ if !self.reachable => return Ok(()),
            _ => {}
        }
        if let Some(numeric) = numeric(operator.op) {
            return if numeric.binary { self.binary(numeric) } else { self.unary(numeric) };
        }
        match (operator.op, operator.imm) {
            (op, Imm::Access(access)) => self.access(op, access),
            (_, Imm::I32(value)) => self.push_const(Class::I32, u64::from(value)),
            (_, Imm::I64(value)) => self.push_const(Class::I64, value),
            (_, Imm::F32(value)) => self.push_const(Class::F32, u64::from(value)),
            (_, Imm::F64(value)) => self.push_const(Class::F64, value),
            (op, Imm::Local(local)) => self.local_op(op, local, validator),
            (op, Imm::Global(global)) => self.global_op(op, global),
            (op, Imm::Func(func)) => self.func_op(op, func),
            (op, Imm::CallIndirect { ty, table }) => self.call_indirect(op, ty, table.0),
            (Op::Br, Imm::Label(label)) => self.br(label),
            (Op::BrIf, Imm::Label(label)) => self.br_if(label),
            (Op::BrTable, Imm::BrTable(table)) => self.br_table(table),
            (Op::Return, _) => self.return_(),
            (Op::Unreachable, _) => self.stop(Trap::Unreachable),
            (Op::Drop, _) => {
                self.stack.truncate(self.stack.len().saturating_sub(1));
                Ok(())
            }
            (Op::Select | Op::SelectT, _) => self.select(),
            (Op::RefNull, _) => self.push_const(REF, 0),
            (Op::RefIsNull, _) => {
                let instr = if REF == Class::I64 { Instr::I64Eqz } else { Instr::I32Eqz };
                let (a, operands) = self.pop_a(instr)?;
                self.emit_push(instr, operands, &[], &[a], Class::I32)
            }
            (Op::Nop, _) => Ok(()),
            (op, imm) => self.bulk(op, imm),
        }
    }

    fn push_const(&mut self, class: Class, bits: u64) -> Result<(), Failure> {
        self.stack.push(class, Place::Const(bits))?;
        Ok(())
    }

    fn stop(&mut self, trap: Trap) -> Result<(), Failure> {
        self.code.emit(Instr::Stop, Places::SLOTS, &[Leave::trap(trap).0], &[])?;
        self.unreachable_from_here();
        Ok(())
    }

    fn unary(&mut self, numeric: Numeric) -> Result<(), Failure> {
        // The opposite of a comparison of integers is one, too.
        if numeric.instr == Instr::I32Eqz
            && let Some(last) = self.producer_of_top()
            && let Some(inverse) = fuse::inverse(last.instr)
        {
            self.code.set_head(last.start, inverse, last.places);
            self.code.last = Some(super::emit::Emitted { instr: inverse, ..last });
            self.stack.rename_producer(last.start, inverse);
            return Ok(());
        }
        let (a, operands) = self.pop_a(numeric.instr)?;
        self.emit_push(numeric.instr, operands, &[], &[a], numeric.result)
    }

    fn binary(&mut self, numeric: Numeric) -> Result<(), Failure> {
        let result = numeric.result;
        let (b, a) = (self.stack.pop(), self.stack.pop());
        if let Some((instr, imm)) = immediate_form(numeric.instr, b) {
            return self.binary_imm(instr, a, imm, result);
        }
        if let Place::Const(_) = a.place
            && let Some(mirrored) = fuse::mirrored(numeric.instr)
            && let Some((instr, imm)) = immediate_form(mirrored, a)
        {
            // The other operand keeps its own home, which is above the result's.
            return self.binary_imm(instr, b, imm, result);
        }
        let (a, b, operands) = self.stack.operands(numeric.instr, a, b, &mut self.code)?;
        self.emit_push(numeric.instr, operands, &[], &[a, b], result)
    }

    fn binary_imm(&mut self, instr: Instr, a: Entry, imm: u32, result: Class) -> Result<(), Failure> {
        let (a, operands) = self.operand_a(instr, a)?;
        self.emit_push(instr, operands, &[imm], &[a], result)
    }

    fn local_op(&mut self, op: Op, local: LocalIdx, validator: &Validator<'_>) -> Result<(), Failure> {
        let (slot, class) = self.local(validator, local)?;
        if op == Op::LocalGet {
            if self.stack.has_room_for_local() {
                self.stack.push(class, Place::Local(slot))?;
                return Ok(());
            }
            return self.emit_push_plain(class.copy(), &[], &[slot], class);
        }
        let Some(top) = self.stack.entries.last().copied() else { return Ok(()) };
        self.set_local(top, slot)?;
        if op == Op::LocalTee {
            // From now on the value is the local, which is where it can be read for nothing.
            let place = match top.place {
                Place::Const(bits) => Place::Const(bits),
                _ if self.stack.has_room_for_local() => Place::Local(slot),
                _ => return self.emit_push_plain(class.copy(), &[], &[slot], class),
            };
            self.stack.push(class, place)?;
        }
        Ok(())
    }

    /// Pops the value on top, `top`, into the local at `slot`.
    fn set_local(&mut self, top: Entry, slot: u16) -> Result<(), Failure> {
        if top.place == Place::Local(slot) {
            self.stack.truncate(self.stack.len().saturating_sub(1));
            return Ok(());
        }
        let producer = self.producer_of_top();
        if let Some(producer) = producer
            && !self.stack.refers_to_local(slot)
        {
            self.stack.truncate(self.stack.len().saturating_sub(1));
            self.retarget(producer, slot);
            self.stack.slot_written(slot);
            if producer.instr.shape().result != Acc::None {
                self.stack.hold(top.class, slot, None);
            }
            return Ok(());
        }
        let value = self.stack.pop();
        // Copies of the local's old value leave accumulators alone.
        self.stack.before_local_set(slot, &mut self.code)?;
        match value.place {
            Place::Const(bits) => {
                self.stack.slot_written(slot);
                emit_const(&mut self.code, value.class, bits, slot)
            }
            _ => {
                let instr = value.class.copy();
                let (from, operands) = self.operand_a(instr, value)?;
                self.code.emit_result(instr, Places { operands, result_in_acc: false }, &[], &[from], slot)?;
                self.code.last = None;
                self.stack.slot_written(slot);
                Ok(())
            }
        }
    }

    /// Writes an instruction whose result goes to its home.
    fn emit_push_plain(&mut self, instr: Instr, imm32: &[u32], op16: &[u16], class: Class) -> Result<(), Failure> {
        let entry = self.stack.push(class, Place::Home)?;
        self.code.emit_result(instr, Places::SLOTS, imm32, op16, entry.home)?;
        Ok(())
    }

    fn global_op(&mut self, op: Op, global: GlobalIdx) -> Result<(), Failure> {
        let ty = self.module.wasm().global_type(global).ok_or(Failure::OutOfBounds)?;
        let class = Class::of(ty.value);
        if op == Op::GlobalGet {
            let instr =
                class.pick(&[Instr::GlobalGetI32, Instr::GlobalGetI64, Instr::GlobalGetF32, Instr::GlobalGetF64]);
            return self.emit_push(instr, OperandsIn::Slots, &[global.0], &[], class);
        }
        let instr = class.pick(&[Instr::GlobalSetI32, Instr::GlobalSetI64, Instr::GlobalSetF32, Instr::GlobalSetF64]);
        let (a, operands) = self.pop_a(instr)?;
        self.code.emit(instr, Places { operands, result_in_acc: false }, &[global.0], &[a])?;
        Ok(())
    }

    fn access(&mut self, op: Op, access: MemArg) -> Result<(), Failure> {
        let Some(Access { instr, class, bytes, store }) = access_of(op) else { return Ok(()) };
        let value = store.then(|| self.stack.pop());
        let mut addr = self.stack.pop();
        let end = access.offset.saturating_add(u64::from(bytes));
        let reach = match u32::try_from(end) {
            Ok(reach) => reach,
            Err(_) => {
                // The end of the access needs more than 32 bits: the address is made and checked before.
                let a = self.slot_of(addr)?;
                let imm32 = [access.offset as u32, u32::from(bytes)];
                self.code.emit_result(Instr::EffectiveAddress, Places::SLOTS, &imm32, &[a], addr.home)?;
                self.code.last = None;
                addr.place = Place::Home;
                u32::from(bytes)
            }
        };
        if let Some(value) = value {
            if let Place::Const(bits) = value.place
                && let Some(store) = fuse::store_imm(instr)
                // What is stored are bits: those of a float are stored like those of an integer.
                && let Some(imm) = immediate(if bytes == 8 { Class::I64 } else { Class::I32 }, bits)
            {
                let (a, operands) = self.operand_a(store, addr)?;
                self.code.emit(store, Places { operands, result_in_acc: false }, &[reach, imm], &[a])?;
                return Ok(());
            }
            let (a, b, operands) = self.stack.operands(instr, addr, value, &mut self.code)?;
            self.code.emit(instr, Places { operands, result_in_acc: false }, &[reach], &[a, b])?;
            return Ok(());
        }
        let (a, operands) = self.operand_a(instr, addr)?;
        self.emit_push(instr, operands, &[reach], &[a], class)
    }

    fn select(&mut self) -> Result<(), Failure> {
        let condition = self.stack.pop();
        let (y, x) = (self.stack.pop(), self.stack.pop());
        let (x_slot, y_slot) = (self.slot_of(x)?, self.slot_of(y)?);
        let class = x.class;
        let instr = class.pick(&[Instr::SelectI32, Instr::SelectI64, Instr::SelectF32, Instr::SelectF64]);
        let (c, operands) = self.operand_a(instr, condition)?;
        self.emit_push(instr, operands, &[], &[c, x_slot, y_slot], class)
    }

    /// The function returns the values on top of the stack.
    pub fn return_(&mut self) -> Result<(), Failure> {
        let link = self.frame.link;
        match self.frame.ty.results {
            [] => {
                self.code.emit(Instr::Return, Places::SLOTS, &[], &[link])?;
            }
            [ty] => {
                let class = Class::of(*ty);
                let instr = class.pick(&[Instr::ReturnI32, Instr::ReturnI64, Instr::ReturnF32, Instr::ReturnF64]);
                let (a, operands) = self.pop_a(instr)?;
                self.code.emit(instr, Places { operands, result_in_acc: false }, &[], &[a, link])?;
            }
            types => {
                let first = self.stack.len().saturating_sub(types.len());
                self.stack.settle_from(first, &mut self.code)?;
                let from = self.stack.entries.get(first).map_or(0, |entry| entry.home);
                let slots = u32::from(self.stack.top.saturating_sub(from));
                self.code.emit(Instr::ReturnSlots, Places::SLOTS, &[slots], &[from, link])?;
            }
        }
        self.unreachable_from_here();
        Ok(())
    }

    fn func_op(&mut self, op: Op, func: FuncIdx) -> Result<(), Failure> {
        let wasm = self.module.wasm();
        let ty = wasm.func_type_idx(func).map_or(FuncType { params: &[], results: &[] }, |ty| self.func_type(ty));
        let imported = func.0 < wasm.imported_func_count();
        match op {
            Op::Call => {
                let instr = if imported { Instr::CallImport } else { Instr::Call };
                self.call(instr, func.0, &[], ty)
            }
            Op::ReturnCall if imported => {
                let args = self.arguments(ty)?;
                let link = self.frame.link;
                self.code.emit(Instr::ReturnCallImport, Places::SLOTS, &[func.0], &[args, link])?;
                self.unreachable_from_here();
                Ok(())
            }
            Op::ReturnCall => self.return_call(Instr::ReturnCall, func.0, &[], ty),
            _ => self.emit_push(Instr::RefFunc, OperandsIn::Slots, &[func.0], &[], REF),
        }
    }

    fn call_indirect(&mut self, op: Op, ty: TypeIdx, table: u32) -> Result<(), Failure> {
        let index = self.pop_slot()?;
        let type_id = self.type_ids.get(ty.index()).copied().ok_or(Failure::OutOfBounds)?;
        let table = u16::try_from(table).map_err(|_| Failure::CodeSize)?;
        let ty = self.func_type(ty);
        if op == Op::ReturnCallIndirect {
            return self.return_call(Instr::ReturnCallIndirect, type_id, &[index, table], ty);
        }
        self.call(Instr::CallIndirect, type_id, &[index, table], ty)
    }

    /// Writes the arguments of a call, which are on top of the stack, home; gives the slot of the first.
    fn arguments(&mut self, ty: FuncType<'_>) -> Result<u16, Failure> {
        let first = self.stack.len().saturating_sub(ty.params.len());
        self.stack.settle_from(first, &mut self.code)?;
        self.stack.free_accs(&mut self.code);
        Ok(self.stack.entries.get(first).map_or(self.stack.top, |entry| entry.home))
    }

    /// Writes a call; `operands` are those before the link's slot and the frames' distance.
    fn call(&mut self, instr: Instr, imm: u32, operands: &[u16], ty: FuncType<'_>) -> Result<(), Failure> {
        let distance = self.arguments(ty)?;
        let (params, results) = slots_of_type(ty);
        let link = u16::try_from(params.max(results)).map_err(|_| Failure::FrameSlots)?;
        match *operands {
            [index, table] => self.code.emit(instr, Places::SLOTS, &[imm], &[index, table, link, distance])?,
            _ => self.code.emit(instr, Places::SLOTS, &[imm], &[link, distance])?,
        };
        self.stack.truncate(self.stack.len().saturating_sub(ty.params.len()));
        let mut result = None;
        for ty in ty.results {
            result = Some(self.stack.push(Class::of(*ty), Place::Home)?);
        }
        if let (Some(entry), [_]) = (result, ty.results) {
            self.stack.hold(entry.class, entry.home, None);
        }
        Ok(())
    }

    /// Writes a tail call; `operands` are those before the arguments' slot.
    fn return_call(&mut self, instr: Instr, imm: u32, operands: &[u16], ty: FuncType<'_>) -> Result<(), Failure> {
        let args = self.arguments(ty)?;
        let (params, results) = slots_of_type(ty);
        let own_link = self.frame.link;
        let limit = |_| Failure::FrameSlots;
        let count = u16::try_from(params).map_err(limit)?;
        let link = u16::try_from(params.max(results)).map_err(limit)?;
        match *operands {
            [index, table] => {
                let operands = [index, table, args, count, own_link, link];
                self.code.emit(instr, Places::SLOTS, &[imm], &operands)?;
            }
            _ => {
                self.code.emit(instr, Places::SLOTS, &[imm], &[args, count, own_link, link])?;
            }
        }
        self.unreachable_from_here();
        Ok(())
    }

    /// The operators of memories and tables that are no accesses.
    fn bulk(&mut self, op: Op, imm: Imm) -> Result<(), Failure> {
        match (op, imm) {
            (Op::MemorySize, _) => {
                let shift = self.module.wasm().memory_type(MemIdx(0)).map_or(0, |ty| ty.page.log2()) as u16;
                self.emit_push(Instr::MemorySize, OperandsIn::Slots, &[], &[shift], Class::I32)
            }
            (Op::MemoryGrow, _) => {
                let a = self.pop_slot()?;
                self.emit_push_plain(Instr::MemoryGrow, &[], &[a], Class::I32)
            }
            (Op::MemoryFill, _) => self.three(Instr::MemoryFill, Bulk::MemoryFill, &[]),
            (Op::MemoryCopy, _) => self.three(Instr::MemoryCopy, Bulk::MemoryCopy, &[]),
            (Op::MemoryInit, Imm::MemoryInit { data, .. }) => {
                self.three(Instr::MemoryInit, Bulk::MemoryInit, &[data.0])
            }
            (Op::TableInit, Imm::TableInit { elem, table }) => {
                self.three(Instr::TableInit, Bulk::TableInit, &[elem.0, table.0])
            }
            (Op::TableCopy, Imm::TableCopy { dst, src }) => {
                self.three(Instr::TableCopy, Bulk::TableCopy, &[dst.0, src.0])
            }
            (Op::TableFill, Imm::Table(table)) => self.three(Instr::TableFill, Bulk::TableFill, &[table.0]),
            (Op::DataDrop, Imm::Data(data)) => self.plain(Instr::DataDrop, data.0, &[]),
            (Op::ElemDrop, Imm::Elem(elem)) => self.plain(Instr::ElemDrop, elem.0, &[]),
            (Op::TableGet, Imm::Table(table)) => {
                let a = self.pop_slot()?;
                self.emit_push_plain(Instr::TableGet, &[table.0], &[a], REF)
            }
            (Op::TableSet, Imm::Table(table)) => {
                let (b, a) = (self.stack.pop(), self.stack.pop());
                let (b, a) = (self.slot_of(b)?, self.slot_of(a)?);
                self.plain(Instr::TableSet, table.0, &[a, b])
            }
            (Op::TableSize, Imm::Table(table)) => self.emit_push_plain(Instr::TableSize, &[table.0], &[], Class::I32),
            (Op::TableGrow, Imm::Table(table)) => {
                let (b, a) = (self.stack.pop(), self.stack.pop());
                let (b, a) = (self.slot_of(b)?, self.slot_of(a)?);
                self.emit_push_plain(Instr::TableGrow, &[table.0], &[a, b], Class::I32)
            }
            // Not reached: `is_lowered` has every operator, and immediates are the operator's own.
            _ => {
                debug_assert!(false, "no lowering for {op:?}");
                self.stop(Trap::Unreachable)
            }
        }
    }

    fn plain(&mut self, instr: Instr, imm: u32, op16: &[u16]) -> Result<(), Failure> {
        self.code.emit(instr, Places::SLOTS, &[imm], op16)?;
        Ok(())
    }

    /// An operator with three operands that stand in consecutive slots.
    fn three(&mut self, instr: Instr, bulk: Bulk, imm32: &[u32]) -> Result<(), Failure> {
        let first = self.stack.len().saturating_sub(3);
        self.stack.settle_from(first, &mut self.code)?;
        let at = self.stack.entries.get(first).map_or(0, |entry| entry.home);
        if self.is_metered() {
            // Who resumes here finds the slots, but not the accumulators.
            self.stack.free_accs(&mut self.code);
            let count = self.stack.entries.last().map_or(0, |entry| entry.home);
            self.code.emit(Instr::FuelBy, Places::SLOTS, &[], &[count, bulk as u16])?;
        }
        self.code.emit(instr, Places::SLOTS, imm32, &[at])?;
        self.stack.truncate(first);
        Ok(())
    }
}

/// Has no wildcard, so that a new operator does not compile before somebody has been here and lowered it above. Costs
/// nothing: the compiler is its only caller.
#[rustfmt::skip]
const fn is_lowered(op: Op) {
    match op {
        Op::MemorySize | Op::MemoryGrow | Op::MemoryFill | Op::MemoryCopy | Op::Unreachable | Op::Nop |
        Op::Block | Op::Loop | Op::If | Op::Else | Op::End | Op::Br | Op::BrIf | Op::BrTable | Op::Return |
        Op::Call | Op::CallIndirect | Op::ReturnCall | Op::ReturnCallIndirect | Op::Drop | Op::Select |
        Op::SelectT | Op::LocalGet | Op::LocalSet | Op::LocalTee | Op::GlobalGet | Op::GlobalSet | Op::TableGet
        | Op::TableSet | Op::I32Load | Op::I64Load | Op::F32Load | Op::F64Load | Op::I32Load8S | Op::I32Load8U |
        Op::I32Load16S | Op::I32Load16U | Op::I64Load8S | Op::I64Load8U | Op::I64Load16S | Op::I64Load16U |
        Op::I64Load32S | Op::I64Load32U | Op::I32Store | Op::I64Store | Op::F32Store | Op::F64Store |
        Op::I32Store8 | Op::I32Store16 | Op::I64Store8 | Op::I64Store16 | Op::I64Store32 | Op::I32Const |
        Op::I64Const | Op::F32Const | Op::F64Const | Op::RefNull | Op::RefIsNull | Op::RefFunc | Op::MemoryInit
        | Op::DataDrop | Op::TableInit | Op::ElemDrop | Op::TableCopy | Op::TableGrow | Op::TableSize |
        Op::TableFill | numeric_operators!() => {}
    }
}
const _: fn(Op) = is_lowered;

/// The form of `instr` with the constant `b` as immediate, if there is one and the constant fits.
fn immediate_form(instr: Instr, b: Entry) -> Option<(Instr, u32)> {
    let Place::Const(bits) = b.place else { return None };
    let (instr, bits) = match instr {
        Instr::I32Sub => (Instr::I32Add, u64::from((bits as u32).wrapping_neg())),
        Instr::I64Sub => (Instr::I64Add, bits.wrapping_neg()),
        // SPEC: subtraction is the addition of the negated operand; which NaN comes out is free.
        Instr::F32Sub => (Instr::F32Add, u64::from(bits as u32 ^ 1 << 31)),
        Instr::F64Sub => (Instr::F64Add, bits ^ 1 << 63),
        Instr::I32Rotr => (Instr::I32Rotl, u64::from((bits as u32).wrapping_neg() & 31)),
        Instr::I64Rotr => (Instr::I64Rotl, bits.wrapping_neg() & 63),
        _ => (instr, bits),
    };
    let with_imm = fuse::with_imm(instr)?;
    Some((with_imm, immediate(b.class, bits)?))
}

/// A constant as the immediate of an instruction, if it fits: 64-bit ones are sign-extended, or promoted from `f32`.
fn immediate(class: Class, bits: u64) -> Option<u32> {
    match class {
        Class::I32 | Class::F32 => Some(bits as u32),
        Class::I64 => (bits == bits as u32 as i32 as u64).then_some(bits as u32),
        Class::F64 => {
            let narrow = num::f32_demote_f64(f64::from_bits(bits));
            (num::f64_promote_f32(narrow).to_bits() == bits).then_some(narrow.to_bits())
        }
    }
}

/// How an access to memory is lowered.
#[derive(Clone, Copy)]
struct Access {
    instr: Instr,
    /// What a load pushes.
    class: Class,
    bytes: u8,
    store: bool,
}

macro_rules! accesses {
    ($($op:ident $kind:ident $class:ident $bytes:literal,)*) => {
        const ACCESS_OPS: &[Op] = &[$(Op::$op),*];
        static ACCESSES: [Access; ACCESS_OPS.len()] = [$(Access {
            instr: Instr::$op,
            class: Class::$class,
            bytes: $bytes,
            store: accesses!(@ $kind),
        }),*];
    };
    (@ load) => { false };
    (@ store) => { true };
}

accesses! {
    I32Load load I32 4, I64Load load I64 8, F32Load load F32 4, F64Load load F64 8,
    I32Load8S load I32 1, I32Load8U load I32 1, I32Load16S load I32 2, I32Load16U load I32 2,
    I64Load8S load I64 1, I64Load8U load I64 1, I64Load16S load I64 2, I64Load16U load I64 2,
    I64Load32S load I64 4, I64Load32U load I64 4,
    I32Store store I32 4, I64Store store I64 8, F32Store store F32 4, F64Store store F64 8,
    I32Store8 store I32 1, I32Store16 store I32 2, I64Store8 store I64 1, I64Store16 store I64 2,
    I64Store32 store I64 4,
}

const _: () = assert_consecutive(ACCESS_OPS);

fn access_of(op: Op) -> Option<Access> {
    ACCESSES.get((op as usize).wrapping_sub(const { ACCESS_OPS[0] as usize })).copied()
}
