//! Follows every path through a handler: it must leave by a jump, with the stack as it found it, and never call the
//! next handler.

use std::collections::BTreeMap;

use super::arch::{Arch, Flow};
use super::listing::Function;

/// What the paths through a handler show.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is wrong, each with its address.
    pub problems: Vec<String>,
    /// Whether every path has a stack frame for a while, as the handler begins with one: not wrong, but slow.
    pub frame_at_once: bool,
}

/// What is known on arriving at an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    /// Bytes on the stack since the handler began.
    depth: i64,
}

/// Follows a function from its first instruction.
pub fn follow(arch: Arch, function: &Function<'_>) -> Verdict {
    let instructions = function.instructions.iter().enumerate();
    let mut walk = Walk {
        arch,
        function,
        index: instructions.map(|(at, i)| (i.address, at)).collect(),
        seen: BTreeMap::new(),
        todo: Vec::new(),
        leaves: false,
        verdict: Verdict::default(),
    };
    let mut next = Some((0, State { depth: 0 }));
    while let Some((at, state)) = next {
        walk.step(at, state);
        next = walk.todo.pop();
    }
    if !walk.leaves {
        walk.verdict.problems.push("never leaves".to_owned());
    }
    walk.verdict.frame_at_once = begins_with_frame(arch, function);
    walk.verdict
}

/// Whether the stack grows before the first branch.
fn begins_with_frame(arch: Arch, function: &Function<'_>) -> bool {
    let effects = function.instructions.iter().map(|instruction| arch.effect(instruction, None));
    effects.take_while(|effect| effect.flow == Flow::Next).any(|effect| effect.grows > 0)
}

struct Walk<'a> {
    arch: Arch,
    function: &'a Function<'a>,
    /// Where the instruction of an address stands in the function.
    index: BTreeMap<u64, usize>,
    seen: BTreeMap<usize, State>,
    todo: Vec<(usize, State)>,
    leaves: bool,
    verdict: Verdict,
}

impl Walk<'_> {
    fn step(&mut self, at: usize, state: State) {
        let Some(instruction) = self.function.instructions.get(at) else {
            self.verdict.problems.push("runs past its end".to_owned());
            return;
        };
        let address = instruction.address;
        if self.was_here(at, address, state) {
            return;
        }
        if instruction.mnemonic == "<unknown>" {
            self.verdict.problems.push(format!("{address:#x}: the disassembler does not know this instruction"));
        }
        let before = at.checked_sub(1).and_then(|at| self.function.instructions.get(at));
        let effect = self.arch.effect(instruction, before);
        let after = State { depth: state.depth + effect.grows };
        match effect.flow {
            Flow::Next | Flow::Call => self.todo.push((at + 1, after)),
            Flow::Jump(target) => self.go(address, target, after),
            Flow::Branch(target) => {
                self.go(address, target, after);
                self.todo.push((at + 1, after));
            }
            Flow::JumpIndirect => self.leave(address, after),
            Flow::BranchIndirect => {
                self.leave(address, after);
                self.todo.push((at + 1, after));
            }
            Flow::CallIndirect => {
                self.verdict.problems.push(format!("{address:#x}: calls through a pointer"));
                self.todo.push((at + 1, after));
            }
            // Handlers that end a run (by a trap, by the last return) go back to who started it.
            Flow::Return | Flow::Stop => self.leaves = true,
            Flow::BranchReturn => {
                self.leaves = true;
                self.todo.push((at + 1, state));
            }
        }
    }

    /// Notes the state on arriving somewhere; whether that adds nothing to what is known.
    fn was_here(&mut self, at: usize, address: u64, state: State) -> bool {
        if let Some(before) = self.seen.get(&at) {
            if before.depth != state.depth {
                self.verdict.problems.push(format!("{address:#x}: two stack depths meet"));
            }
            return true;
        }
        self.seen.insert(at, state);
        false
    }

    /// On to an address, in this function or beyond it.
    fn go(&mut self, from: u64, target: u64, state: State) {
        match self.index.get(&target) {
            Some(target) => self.todo.push((*target, state)),
            None => self.leave(from, state),
        }
    }

    /// Out of the function by a jump.
    fn leave(&mut self, address: u64, state: State) {
        self.leaves = true;
        if state.depth != 0 {
            let problem = format!("{address:#x}: jumps with {} bytes on the stack", state.depth);
            self.verdict.problems.push(problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::listing;
    use super::*;

    fn problems(arch: Arch, code: &[&str]) -> Vec<String> {
        let mut listing = String::from("00000000 <moteur::interp::handler>:\n");
        for (at, instruction) in code.iter().enumerate() {
            listing += &format!("{:x}: \t{instruction}\n", at * 4);
        }
        follow(arch, &listing::functions(&listing)[0]).problems
    }

    #[test]
    fn a_jump_is_good() {
        assert_eq!(problems(Arch::X86_64, &["mov rax, qword ptr [rdi]", "jmp rax"]), [""; 0]);
        assert_eq!(problems(Arch::Thumb, &["ldr r3, [r0], #4", "bx r3"]), [""; 0]);
        assert_eq!(problems(Arch::RiscV, &["lw a5, 0x0(a0)", "jr a5"]), [""; 0]);
    }

    #[test]
    fn a_call_of_the_next_handler_is_found() {
        let x86 = ["push rbp", "call rax", "pop rbp", "ret"];
        assert_eq!(problems(Arch::X86_64, &x86), ["0x4: calls through a pointer"]);
        let thumb = ["push {r7, lr}", "blx r3", "pop {r7, pc}"];
        assert_eq!(problems(Arch::Thumb, &thumb), ["0x4: calls through a pointer"]);
        let riscv = ["addi sp, sp, -0x10", "jalr a5", "addi sp, sp, 0x10", "ret"];
        assert_eq!(problems(Arch::RiscV, &riscv), ["0x4: calls through a pointer"]);
    }

    #[test]
    fn a_stack_that_grows_is_found() {
        assert_eq!(problems(Arch::X86_64, &["push rbp", "jmp rax"]), ["0x4: jumps with 8 bytes on the stack"]);
        let thumb = ["sub sp, #0x10", "cbz r0, 0xc", "add sp, #0x10", "bx r3"];
        assert_eq!(problems(Arch::Thumb, &thumb), ["0xc: two stack depths meet"]);
    }

    #[test]
    fn a_frame_before_the_first_branch_is_told() {
        let listing = |code: &str| format!("00000000 <f>:\n0: \t{code}\n4: \tjne 0x0\n8: \tpush rbx\n");
        let begins = |code: &str| begins_with_frame(Arch::X86_64, &listing::functions(&listing(code))[0]);
        assert!(begins("push rbp"));
        assert!(!begins("mov rax, rbx"));
    }

    #[test]
    fn a_frame_that_is_taken_down_is_good() {
        let x86 = ["test eax, eax", "je 0x18", "push rbp", "call 0x1000", "pop rbp", "jmp rax", "jmp rcx"];
        assert_eq!(problems(Arch::X86_64, &x86), [""; 0]);
    }
}
