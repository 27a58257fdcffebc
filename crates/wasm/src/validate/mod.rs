//! Validation of code, one instruction per step.
//!
//! The same steps serve the pass over a whole module and the lowering of a single function: who drives them sees each
//! instruction decoded and checked, and may look at the types on the operand stack in between. There is no recursion on
//! input, and no memory but that of [`Scratch`].

mod check;
mod instr;
mod scratch;
mod stack;

use core::ops::Range;

use crate::alloc::{Alloc, Buffer};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{FuncIdx, LocalIdx};
use crate::module::Module;
use crate::reader::{Read, Reader};
pub use crate::types::BlockType;
use crate::types::{OperandType, ValType};

pub(crate) use instr::Fields;
pub use instr::{BrTable, Imm, Instr, MemArg};
use scratch::{Frame, FrameKind};
pub use scratch::{LocalRun, Scratch};

/// Checks one function, instruction by instruction.
///
/// ```
/// use moteur_wasm::{FuncIdx, Global, Module, Op, validate::{FuncValidator, Scratch}};
/// # fn main() -> Result<(), moteur_wasm::Error> {
/// // (module (func (result i32) i32.const 1 i32.const 2 i32.add))
/// let bytes = b"\0asm\x01\0\0\0\x01\x05\x01\x60\0\x01\x7F\x03\x02\x01\0\x0A\x09\x01\x07\0\x41\x01\x41\x02\x6A\x0B";
/// let module = Module::new(bytes, &Global)?;
/// let mut scratch = Scratch::new(&Global);
/// let mut validator = FuncValidator::new(&module, bytes, FuncIdx(0), &mut scratch)?;
/// let mut ops = Vec::new();
/// while let Some(instr) = validator.step()? {
///     ops.push((instr.op, validator.height()));
/// }
/// assert_eq!(ops, [(Op::I32Const, 1), (Op::I32Const, 2), (Op::I32Add, 1), (Op::End, 1)]);
/// # Ok(())
/// # }
/// ```
pub struct FuncValidator<'m, A: Alloc> {
    module: &'m Module<A>,
    scratch: &'m mut Scratch<A>,
    reader: Reader<'m>,
    /// The last instruction.
    instr: Fields,
    /// The innermost block.
    frame: Frame,
    /// What the function returns.
    results: &'m [ValType],
    /// Has the function's last `end` been read?
    ended: bool,
}

impl<'m, A: Alloc> FuncValidator<'m, A> {
    /// Reads the locals of a function, and stands before its first instruction.
    ///
    /// An imported function has no body: its length is out of bounds.
    pub fn new(module: &'m Module<A>, bytes: &'m [u8], func: FuncIdx, scratch: &'m mut Scratch<A>) -> Result<Self> {
        let body = module.body(func).ok_or(Error::new(ErrorKind::LengthOutOfBounds, 0))?;
        FuncValidator::of_body(module, bytes, func, body, scratch)
    }

    /// Like [`new`](Self::new), for a function whose body the module does not know yet.
    fn of_body(
        module: &'m Module<A>,
        bytes: &'m [u8],
        func: FuncIdx,
        body: Range<usize>,
        scratch: &'m mut Scratch<A>,
    ) -> Result<Self> {
        let at = body.start;
        let ty = module.func_type_idx(func).ok_or(Error::new(ErrorKind::UnknownFunc, at))?;
        let signature = module.func_type(ty).ok_or(Error::new(ErrorKind::UnknownType, at))?;
        scratch.values.truncate(0);
        scratch.frames.truncate(0);
        scratch.locals.clear();
        let reader = Reader::of_range(bytes, body.start, body.end);
        let frame = Frame { base: 0, kind: FrameKind::Block, unreachable: false, ty: BlockType::Func(ty) };
        let results = signature.results;
        let mut this = FuncValidator { module, scratch, reader, instr: Fields::new(), frame, results, ended: false };
        for &param in signature.params {
            this.push_locals(at, 1, param).map_err(|_| this.reader.error())?;
        }
        this.read_locals().map_err(|_| this.reader.error())?;
        Ok(this)
    }

    fn read_locals(&mut self) -> Read {
        let runs = self.reader.u32()?;
        for _ in 0..runs {
            let start = self.reader.pos();
            let count = self.reader.u32()?;
            let ty = self.reader.val_type()?;
            self.push_locals(start, count, ty)?;
        }
        Ok(())
    }

    fn push_locals(&mut self, at: usize, count: u32, ty: ValType) -> Read {
        self.scratch.locals.push(count, ty).map_err(|kind| self.reader.fail(kind, at))
    }

    /// Decodes and checks the next instruction; none is left after the `end` of the body.
    ///
    /// After an error the validator is of no more use.
    pub fn step(&mut self) -> Result<Option<Instr>> {
        if self.ended {
            return Ok(None);
        }
        self.next()?;
        Ok(Some(self.instr.instr()))
    }

    /// Checks the function to its end.
    fn finish(mut self) -> Result<()> {
        while !self.ended {
            self.next()?;
        }
        Ok(())
    }

    #[inline]
    fn next(&mut self) -> Result<()> {
        let read = self.instr.read(&mut self.reader).map_err(|_| self.reader.error().kind);
        read.and_then(|()| self.check()).map_err(|kind| self.error(kind))
    }

    /// An error about the last instruction.
    #[cold]
    fn error(&self, kind: ErrorKind) -> Error {
        Error { kind, offset: self.instr.offset }
    }

    /// Is what follows the last instruction executed? If not, the operand stack is not what it will be: it gives values
    /// of any type when it is empty.
    pub fn reachable(&self) -> bool {
        !self.frame.unreachable
    }

    /// The type of a local.
    pub fn local_type(&self, local: LocalIdx) -> Option<ValType> {
        self.scratch.locals.get(local).and_then(OperandType::val_type)
    }

    /// How many locals there are, parameters included.
    pub fn local_count(&self) -> u32 {
        self.scratch.locals.count()
    }

    /// The types of all locals, parameters first, as runs of the same type.
    pub fn local_runs(&self) -> &[LocalRun] {
        &self.scratch.locals.runs
    }

    /// How many values are on the operand stack.
    pub fn height(&self) -> usize {
        self.scratch.values.len()
    }

    /// How many of them were there before the innermost block, whose operands are its own.
    pub fn block_base(&self) -> usize {
        self.frame.base as usize
    }

    /// The type of an operand, counted from the top. None if there are fewer in all, or if unreachable code made it up.
    pub fn top(&self, from_top: usize) -> Option<ValType> {
        let at = self.height().checked_sub(from_top)?.checked_sub(1)?;
        self.scratch.values.get(at).copied().and_then(OperandType::val_type)
    }

    /// How many blocks are open, the function itself included; zero after its `end`.
    pub fn depth(&self) -> usize {
        if self.ended { 0 } else { self.scratch.frames.len() + 1 }
    }
}

/// Whether the names of exports are compared.
pub(crate) const COMPARES_NAMES: bool = true;

/// Whether operators that constant expressions may not hold are refused when they are read.
pub(crate) const READS_CONST_ONLY: bool = false;

/// Checks a function's body, which the module does not know yet.
pub(crate) fn check_body<A: Alloc>(
    module: &Module<A>,
    bytes: &[u8],
    func: FuncIdx,
    body: Range<usize>,
    scratch: &mut Scratch<A>,
) -> Result<()> {
    FuncValidator::of_body(module, bytes, func, body, scratch)?.finish()
}
