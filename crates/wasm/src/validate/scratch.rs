//! The validator's memory, which one function after the other uses: operand types, blocks, locals.

use crate::alloc::{Alloc, Buffer};
use crate::error::ErrorKind;
use crate::index::LocalIdx;
use crate::limits::DIRECT_LOCALS;
use crate::module::Module;
use crate::types::{BlockType, OperandType, ValType};

/// The memory of a validator, to be used for one function after the other.
pub struct Scratch<A: Alloc> {
    /// The types on the operand stack.
    pub(super) values: A::Buffer<OperandType>,
    /// The blocks around the innermost one, the function itself first.
    pub(super) frames: A::Buffer<Frame>,
    pub(super) locals: Locals<A>,
}

impl<A: Alloc> Scratch<A> {
    /// Takes no memory yet.
    pub fn new(alloc: &A) -> Scratch<A> {
        Scratch {
            values: alloc.buffer(),
            frames: alloc.buffer(),
            locals: Locals { runs: alloc.buffer(), count: 0, direct: [OperandType::None; DIRECT_LOCALS] },
        }
    }
}

/// A block that has not ended yet.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// The height of the operand stack where it starts, its own operands not counted.
    pub base: u32,
    pub kind: FrameKind,
    /// Is the rest of it never executed? Then the stack gives any type when it is empty.
    pub unreachable: bool,
    pub ty: BlockType,
}

impl Frame {
    /// What a branch to this block must bring.
    pub fn label_types<'t, A: Alloc>(&'t self, module: &'t Module<A>) -> &'t [ValType] {
        match self.kind {
            FrameKind::Loop => module.block_params(&self.ty),
            _ => module.block_results(&self.ty),
        }
    }
}

/// What opened a block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// `block`, `else`, or the function itself.
    Block,
    Loop,
    If,
}

/// A number of locals of the same type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocalRun {
    /// The index after the last of them.
    pub end: u32,
    /// Their type.
    pub ty: ValType,
}

/// The types of a function's locals, parameters included.
pub(super) struct Locals<A: Alloc> {
    /// Runs by rising `end`; none is empty, and neighbours differ.
    pub runs: A::Buffer<LocalRun>,
    count: u32,
    /// The types of the first locals.
    direct: [OperandType; DIRECT_LOCALS],
}

impl<A: Alloc> Locals<A> {
    pub fn clear(&mut self) {
        self.runs.truncate(0);
        self.count = 0;
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    /// Appends locals.
    pub fn push(&mut self, count: u32, ty: ValType) -> Result<(), ErrorKind> {
        let start = self.count;
        let end = start.checked_add(count).filter(|&end| end <= crate::limits::LOCALS);
        let end = end.ok_or(ErrorKind::TooManyLocals)?;
        if count == 0 {
            return Ok(());
        }
        self.count = end;
        let direct_end = (end as usize).min(DIRECT_LOCALS);
        if let Some(direct) = self.direct.get_mut(start as usize..direct_end) {
            direct.fill(OperandType::new(ty));
        }
        match self.runs.last_mut() {
            Some(run) if run.ty == ty => run.end = end,
            _ => self.runs.push(LocalRun { end, ty })?,
        }
        Ok(())
    }

    /// The type of a local.
    #[inline]
    pub fn get(&self, local: LocalIdx) -> Option<OperandType> {
        if local.0 >= self.count {
            return None;
        }
        match self.direct.get(local.index()) {
            Some(&ty) => Some(ty),
            None => self.search(local),
        }
    }

    #[cold]
    fn search(&self, local: LocalIdx) -> Option<OperandType> {
        let at = self.runs.partition_point(|run| run.end <= local.0);
        self.runs.get(at).map(|run| OperandType::new(run.ty))
    }
}
