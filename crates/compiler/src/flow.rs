//! The blocks of a function after LLVM's passes: what leads where, what dominates what, and which loops there are.

use std::collections::{HashMap, HashSet};

use inkwell::basic_block::BasicBlock;
use inkwell::values::{FunctionValue, InstructionOpcode, Operand};

/// The blocks that are reached, by number; the entry is 0. The numbers are in reverse postorder, so that only branches
/// back in a loop lead to one that is not larger.
pub struct Flow<'c> {
    pub blocks: Vec<BasicBlock<'c>>,
    pub predecessors: Vec<Vec<usize>>,
    numbers: Numbers<'c>,
    /// The closest block that all ways to a block go through; the entry's is itself.
    dominators: Vec<usize>,
    /// Inner ones before those around them.
    pub loops: Vec<Loop>,
}

type Numbers<'c> = HashMap<BasicBlock<'c>, usize>;

/// A loop: all blocks that lead back to its header.
pub struct Loop {
    pub header: usize,
    /// Where branches to the header come from.
    pub latches: Vec<usize>,
    /// By number, whether a block belongs to it.
    pub body: Vec<bool>,
}

impl Loop {
    /// Where the loop leads back, if that is one place.
    pub fn only_latch(&self) -> Option<usize> {
        match self.latches[..] {
            [latch] => Some(latch),
            _ => None,
        }
    }
}

impl<'c> Flow<'c> {
    pub fn of(function: FunctionValue<'c>) -> Flow<'c> {
        let (blocks, numbers, successors) = reverse_postorder(function);
        let mut predecessors = vec![Vec::new(); blocks.len()];
        for (from, targets) in successors.iter().enumerate() {
            for target in targets {
                predecessors[*target].push(from);
            }
        }
        let dominators = dominators(&predecessors);
        let mut flow = Flow { blocks, predecessors, numbers, dominators, loops: Vec::new() };
        flow.find_loops();
        flow
    }

    /// The number of a block; none if it is never reached.
    pub fn number(&self, block: BasicBlock<'c>) -> Option<usize> {
        self.numbers.get(&block).copied()
    }

    /// The closest block that all ways to a block go through; the entry's is itself.
    pub fn dominator(&self, block: usize) -> usize {
        self.dominators[block]
    }

    /// Whether all ways to `block` go through `by`.
    pub fn is_dominated(&self, block: usize, by: usize) -> bool {
        let mut at = block;
        while at > by {
            at = self.dominators[at];
        }
        at == by
    }

    /// The closest block that all ways to both go through.
    pub fn common_dominator(&self, a: usize, b: usize) -> usize {
        meet(&self.dominators, a, b)
    }

    /// The closest block that all ways to this one go through, and that is in no loop.
    pub fn before_loops(&self, block: usize) -> usize {
        let mut at = block;
        while at != 0 && self.loops.iter().any(|found| found.body[at]) {
            at = self.dominators[at];
        }
        at
    }

    fn find_loops(&mut self) {
        for header in (0..self.blocks.len()).rev() {
            let latches: Vec<usize> =
                self.predecessors[header].iter().copied().filter(|from| *from >= header).collect();
            if latches.is_empty() {
                continue;
            }
            let mut body = vec![false; self.blocks.len()];
            body[header] = true;
            let mut open = latches.clone();
            while let Some(block) = open.pop() {
                if !std::mem::replace(&mut body[block], true) {
                    open.extend(&self.predecessors[block]);
                }
            }
            self.loops.push(Loop { header, latches, body });
        }
        self.loops.sort_by_key(|found| found.body.iter().filter(|inside| **inside).count());
    }
}

/// The blocks that are reached, their numbers, and where each leads.
fn reverse_postorder<'c>(function: FunctionValue<'c>) -> (Vec<BasicBlock<'c>>, Numbers<'c>, Vec<Vec<usize>>) {
    let Some(entry) = function.get_first_basic_block() else { return Default::default() };
    let mut seen = HashSet::from([entry]);
    let mut done = Vec::new();
    let mut open = vec![(entry, targets(entry))];
    while let Some((block, rest)) = open.last_mut() {
        match rest.pop() {
            Some(next) => {
                if seen.insert(next) {
                    open.push((next, targets(next)));
                }
            }
            None => {
                done.push(*block);
                open.pop();
            }
        }
    }
    done.reverse();
    let numbers: Numbers<'c> = done.iter().enumerate().map(|(number, block)| (*block, number)).collect();
    let successors = done.iter().map(|block| targets(*block).iter().map(|target| numbers[target]).collect()).collect();
    (done, numbers, successors)
}

/// Where the end of a block leads to, each place once.
fn targets(block: BasicBlock<'_>) -> Vec<BasicBlock<'_>> {
    let Some(end) = block.get_terminator() else { return Vec::new() };
    if !matches!(end.get_opcode(), InstructionOpcode::Br | InstructionOpcode::Switch) {
        return Vec::new();
    }
    let mut targets = Vec::new();
    for operand in end.get_operands() {
        if let Some(Operand::Block(target)) = operand
            && !targets.contains(&target)
        {
            targets.push(target);
        }
    }
    targets
}

/// After Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm".
fn dominators(predecessors: &[Vec<usize>]) -> Vec<usize> {
    const UNKNOWN: usize = usize::MAX;
    let mut dominators = vec![UNKNOWN; predecessors.len()];
    if let Some(entry) = dominators.first_mut() {
        *entry = 0;
    }
    let mut has_changed = true;
    while has_changed {
        has_changed = false;
        for block in 1..predecessors.len() {
            let known = predecessors[block].iter().copied().filter(|from| dominators[*from] != UNKNOWN);
            let Some(new) = known.reduce(|a, b| meet(&dominators, a, b)) else { continue };
            has_changed |= dominators[block] != new;
            dominators[block] = new;
        }
    }
    dominators
}

fn meet(dominators: &[usize], mut a: usize, mut b: usize) -> usize {
    while a != b {
        if a > b {
            a = dominators[a];
        } else {
            b = dominators[b];
        }
    }
    a
}
