//! Blocks and branches. What flows into a label becomes a phi there.

use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValueEnum, PhiValue};
use moteur_wasm::validate::{BlockType, Imm, Instr};
use moteur_wasm::{FuncType, LabelIdx, Op, Trap, ValType};

use super::Result;
use super::function::Translator;
use crate::error::Error;

/// A block that is open.
pub struct Block<'c> {
    /// Where a branch to it goes, and what it brings.
    label: BasicBlock<'c>,
    label_values: Vec<PhiValue<'c>>,
    /// Where it ends, and what it leaves there.
    end: BasicBlock<'c>,
    end_values: Vec<PhiValue<'c>>,
    /// Of an `if` without `else` so far: where the condition does not hold, and the block's parameters.
    otherwise: Option<(BasicBlock<'c>, Vec<BasicValueEnum<'c>>)>,
    /// Operands below it.
    height: usize,
    /// Whether something reaches its end.
    reached: bool,
    /// Whether a branch leads to its end.
    targeted: bool,
    is_loop: bool,
}

impl<'c, 'm> Translator<'_, 'c, 'm> {
    pub fn begin_function(&mut self, ty: FuncType<'m>) -> Result {
        let end = self.new_block();
        let end_values = self.phis(end, ty.results)?;
        self.blocks.push(Block {
            label: end,
            label_values: end_values.clone(),
            end,
            end_values,
            otherwise: None,
            height: 0,
            reached: false,
            targeted: false,
            is_loop: false,
        });
        Ok(())
    }

    /// Phis at the beginning of a block that is still empty.
    fn phis(&self, block: BasicBlock<'c>, types: &[ValType]) -> Result<Vec<PhiValue<'c>>> {
        let here = self.here()?;
        self.unit.builder.position_at_end(block);
        let phis = types.iter().map(|ty| Ok(self.unit.builder.build_phi(self.unit.ty(*ty)?, "")?));
        let phis = phis.collect();
        self.unit.builder.position_at_end(here);
        phis
    }

    /// Control operators; `false` if it is none.
    pub fn control(&mut self, instr: &Instr) -> Result<bool> {
        match (instr.op, instr.imm) {
            (Op::Block, Imm::Block(ty)) => self.begin_block(ty)?,
            (Op::Loop, Imm::Block(ty)) => self.begin_loop(ty)?,
            (Op::If, Imm::Block(ty)) => self.begin_if(ty)?,
            (Op::Else, _) => self.otherwise()?,
            (Op::End, _) => self.end()?,
            (Op::Br, Imm::Label(label)) => {
                self.bring(label)?;
                let target = self.block(label)?.label;
                self.unit.builder.build_unconditional_branch(target)?;
                self.dead = Some(0);
            }
            (Op::BrIf, Imm::Label(label)) => {
                let condition = self.condition()?;
                self.bring(label)?;
                let next = self.new_block();
                self.unit.builder.build_conditional_branch(condition, self.block(label)?.label, next)?;
                self.unit.builder.position_at_end(next);
            }
            (Op::BrTable, Imm::BrTable(table)) => {
                let index = self.pop_int()?;
                let labels: Vec<_> = table.targets(self.unit.bytes).collect();
                let (default, labels) =
                    labels.split_last().ok_or_else(|| Error::Llvm("br_table without target".into()))?;
                let mut cases = Vec::new();
                for (value, label) in (0..).zip(labels) {
                    self.bring(*label)?;
                    cases.push((self.unit.i32.const_int(value, false), self.block(*label)?.label));
                }
                self.bring(*default)?;
                self.unit.builder.build_switch(index, self.block(*default)?.label, &cases)?;
                self.dead = Some(0);
            }
            (Op::Return, _) => {
                let outermost = LabelIdx(self.blocks.len() as u32 - 1);
                self.bring(outermost)?;
                let target = self.block(outermost)?.label;
                self.unit.builder.build_unconditional_branch(target)?;
                self.dead = Some(0);
            }
            (Op::Unreachable, _) => {
                self.trap(Trap::Unreachable)?;
                self.dead = Some(0);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// An operator in code that is never reached: only where that ends counts.
    pub fn step_dead(&mut self, instr: &Instr) -> Result {
        let depth = self.dead.unwrap_or(0);
        match instr.op {
            Op::Block | Op::Loop | Op::If => self.dead = Some(depth + 1),
            Op::End if depth > 0 => self.dead = Some(depth - 1),
            Op::End => self.end()?,
            Op::Else if depth == 0 => self.otherwise()?,
            _ => {}
        }
        Ok(())
    }

    fn block(&self, label: LabelIdx) -> Result<&Block<'c>> {
        let depth = label.0 as usize + 1;
        let at = self.blocks.len().checked_sub(depth);
        at.and_then(|at| self.blocks.get(at)).ok_or_else(|| Error::Llvm("a label is missing".into()))
    }

    /// How many values a branch to the label brings along.
    pub fn label_arity(&self, label: LabelIdx) -> Result<usize> {
        Ok(self.block(label)?.label_values.len())
    }

    /// Brings the operands on top to a label, from the block that is being written.
    fn bring(&mut self, label: LabelIdx) -> Result {
        let here = self.here()?;
        let depth = label.0 as usize + 1;
        let at = self.blocks.len().checked_sub(depth).ok_or_else(|| Error::Llvm("a label is missing".into()))?;
        let Some(block) = self.blocks.get_mut(at) else { return Ok(()) };
        block.reached |= !block.is_loop;
        block.targeted |= !block.is_loop;
        let first = self.stack.len().saturating_sub(block.label_values.len());
        for (phi, value) in block.label_values.iter().zip(self.stack.get(first..).unwrap_or_default()) {
            phi.add_incoming(&[(value, here)]);
        }
        Ok(())
    }

    fn types(&self, ty: BlockType) -> Result<(Vec<ValType>, Vec<ValType>)> {
        Ok(match ty {
            BlockType::Empty => (Vec::new(), Vec::new()),
            BlockType::Value(ty) => (Vec::new(), vec![ty]),
            BlockType::Func(ty) => {
                let ty = self.unit.type_at(ty)?;
                (ty.params.to_vec(), ty.results.to_vec())
            }
        })
    }

    fn begin_block(&mut self, ty: BlockType) -> Result {
        let (params, results) = self.types(ty)?;
        let end = self.new_block();
        let end_values = self.phis(end, &results)?;
        self.blocks.push(Block {
            label: end,
            label_values: end_values.clone(),
            end,
            end_values,
            otherwise: None,
            height: self.stack.len().saturating_sub(params.len()),
            reached: false,
            targeted: false,
            is_loop: false,
        });
        Ok(())
    }

    fn begin_loop(&mut self, ty: BlockType) -> Result {
        let (params, results) = self.types(ty)?;
        let (label, end) = (self.new_block(), self.new_block());
        let label_values = self.phis(label, &params)?;
        let end_values = self.phis(end, &results)?;
        let height = self.stack.len().saturating_sub(params.len());
        let values = label_values.iter().map(|phi| phi.as_basic_value()).collect::<Vec<_>>();
        self.blocks.push(Block {
            label,
            label_values,
            end,
            end_values,
            otherwise: None,
            height,
            reached: false,
            targeted: false,
            is_loop: true,
        });
        self.bring(LabelIdx(0))?;
        self.unit.builder.build_unconditional_branch(label)?;
        self.unit.builder.position_at_end(label);
        self.stack.truncate(height);
        self.stack.extend(values);
        self.begin_run()
    }

    fn begin_if(&mut self, ty: BlockType) -> Result {
        let condition = self.condition()?;
        let (params, results) = self.types(ty)?;
        let (then, otherwise, end) = (self.new_block(), self.new_block(), self.new_block());
        let end_values = self.phis(end, &results)?;
        let height = self.stack.len().saturating_sub(params.len());
        let values = self.stack.get(height..).unwrap_or_default().to_vec();
        self.unit.builder.build_conditional_branch(condition, then, otherwise)?;
        self.unit.builder.position_at_end(then);
        self.blocks.push(Block {
            label: end,
            label_values: end_values.clone(),
            end,
            end_values,
            otherwise: Some((otherwise, values)),
            height,
            reached: false,
            targeted: false,
            is_loop: false,
        });
        self.begin_run()
    }

    fn otherwise(&mut self) -> Result {
        self.leave_to_end()?;
        let block = self.blocks.last_mut().ok_or_else(|| Error::Llvm("else without if".into()))?;
        // The way from before `else` to the end is a branch.
        block.targeted |= self.dead.is_none();
        let Some((otherwise, values)) = block.otherwise.take() else {
            return Err(Error::Llvm("else without if".into()));
        };
        self.stack.truncate(block.height);
        self.stack.extend(values);
        self.unit.builder.position_at_end(otherwise);
        self.dead = None;
        self.begin_run()
    }

    /// The code so far goes on at the end of the innermost block, if it is reached.
    fn leave_to_end(&mut self) -> Result {
        if self.dead.is_some() {
            return Ok(());
        }
        let here = self.here()?;
        let block = self.blocks.last_mut().ok_or_else(|| Error::Llvm("no block to end".into()))?;
        block.reached = true;
        let first = self.stack.len().saturating_sub(block.end_values.len());
        for (phi, value) in block.end_values.iter().zip(self.stack.get(first..).unwrap_or_default()) {
            phi.add_incoming(&[(value, here)]);
        }
        self.unit.builder.build_unconditional_branch(block.end)?;
        Ok(())
    }

    fn end(&mut self) -> Result {
        self.leave_to_end()?;
        let mut block = self.blocks.pop().ok_or_else(|| Error::Llvm("end without block".into()))?;
        if let Some((otherwise, values)) = block.otherwise.take() {
            // Without `else`, the parameters are the results.
            block.reached = true;
            block.targeted = true;
            self.unit.builder.position_at_end(otherwise);
            for (phi, value) in block.end_values.iter().zip(&values) {
                phi.add_incoming(&[(value, otherwise)]);
            }
            self.unit.builder.build_unconditional_branch(block.end)?;
        }
        self.unit.builder.position_at_end(block.end);
        self.stack.truncate(block.height);
        self.stack.extend(block.end_values.iter().map(|phi| phi.as_basic_value()));
        self.dead = if block.reached { None } else { Some(0) };
        if self.blocks.is_empty() {
            return self.finish(block.reached);
        }
        if !block.reached {
            // Nobody comes here, but every block has an end.
            self.unit.builder.build_unreachable()?;
        }
        if block.targeted { self.begin_run() } else { Ok(()) }
    }

    fn finish(&mut self, reached: bool) -> Result {
        if !reached {
            self.unit.builder.build_unreachable()?;
            return Ok(());
        }
        let values = std::mem::take(&mut self.stack);
        self.return_values(&values)
    }

    pub fn return_values(&self, values: &[BasicValueEnum<'c>]) -> Result {
        self.unit.return_values(self.ctx, self.ty, values)
    }
}
