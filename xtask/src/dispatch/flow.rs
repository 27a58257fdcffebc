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
    /// Whether a path that ends in the jump to the next handler has a stack frame for a while: not wrong, but slow.
    pub frame_at_jump_path: bool,
}

/// What is known on arriving at an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    /// Bytes on the stack since the handler began.
    depth: i64,
    /// Whether there were any.
    had_frame: bool,
}

/// Follows a function from its first instruction.
pub fn follow(arch: Arch, function: &Function<'_>) -> Verdict {
    let index: BTreeMap<u64, usize> = function
        .instructions
        .iter()
        .enumerate()
        .map(|(at, i)| (i.address, at))
        .collect();
    let mut verdict = Verdict::default();
    let mut seen: BTreeMap<usize, State> = BTreeMap::new();
    let mut leaves = false;
    let mut todo = vec![(
        0,
        State {
            depth: 0,
            had_frame: false,
        },
    )];
    while let Some((at, state)) = todo.pop() {
        let Some(instruction) = function.instructions.get(at) else {
            verdict.problems.push("runs past its end".to_owned());
            continue;
        };
        if let Some(before) = seen.get(&at) {
            if before.depth != state.depth {
                verdict
                    .problems
                    .push(format!("{:#x}: two stack depths meet", instruction.address));
            }
            if before.depth != state.depth || before.had_frame || !state.had_frame {
                continue;
            }
        }
        seen.insert(at, state);
        let before = at
            .checked_sub(1)
            .and_then(|at| function.instructions.get(at));
        let effect = arch.effect(instruction, before);
        let depth = state.depth + effect.grows;
        let after = State {
            depth,
            had_frame: state.had_frame || depth != 0,
        };
        let mut leave = |what: &str| {
            leaves = true;
            verdict.frame_at_jump_path |= after.had_frame;
            if after.depth != 0 {
                let address = instruction.address;
                verdict.problems.push(format!(
                    "{address:#x}: {what} with {} bytes on the stack",
                    after.depth
                ));
            }
        };
        let mut go = |target: u64| match index.get(&target) {
            Some(target) => todo.push((*target, after)),
            None => leave("jumps away"),
        };
        match effect.flow {
            Flow::Next | Flow::Call => todo.push((at + 1, after)),
            Flow::Jump(target) => go(target),
            Flow::Branch(target) => {
                go(target);
                todo.push((at + 1, after));
            }
            Flow::JumpIndirect => leave("jumps"),
            Flow::BranchIndirect => {
                leave("jumps");
                todo.push((at + 1, after));
            }
            Flow::CallIndirect => {
                verdict.problems.push(format!(
                    "{:#x}: calls through a pointer",
                    instruction.address
                ));
                todo.push((at + 1, after));
            }
            // Handlers that end a run (by a trap, by the last return) go back to who started it.
            Flow::Return | Flow::Stop => {}
            Flow::BranchReturn => todo.push((
                at + 1,
                State {
                    depth: state.depth,
                    ..state
                },
            )),
        }
    }
    let ends_otherwise = function
        .instructions
        .iter()
        .enumerate()
        .any(|(at, instruction)| {
            let before = at
                .checked_sub(1)
                .and_then(|at| function.instructions.get(at));
            matches!(
                arch.effect(instruction, before).flow,
                Flow::Return | Flow::Stop
            )
        });
    if !leaves && !ends_otherwise {
        verdict.problems.push("never leaves".to_owned());
    }
    verdict
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
        assert_eq!(
            problems(Arch::X86_64, &["mov rax, qword ptr [rdi]", "jmp rax"]),
            [""; 0]
        );
        assert_eq!(
            problems(Arch::Thumb, &["ldr r3, [r0], #4", "bx r3"]),
            [""; 0]
        );
        assert_eq!(problems(Arch::RiscV, &["lw a5, 0x0(a0)", "jr a5"]), [""; 0]);
    }

    #[test]
    fn a_call_of_the_next_handler_is_found() {
        let x86 = ["push rbp", "call rax", "pop rbp", "ret"];
        assert_eq!(
            problems(Arch::X86_64, &x86),
            ["0x4: calls through a pointer"]
        );
        let thumb = ["push {r7, lr}", "blx r3", "pop {r7, pc}"];
        assert_eq!(
            problems(Arch::Thumb, &thumb),
            ["0x4: calls through a pointer"]
        );
        let riscv = ["addi sp, sp, -0x10", "jalr a5", "addi sp, sp, 0x10", "ret"];
        assert_eq!(
            problems(Arch::RiscV, &riscv),
            ["0x4: calls through a pointer"]
        );
    }

    #[test]
    fn a_stack_that_grows_is_found() {
        assert_eq!(
            problems(Arch::X86_64, &["push rbp", "jmp rax"]),
            ["0x4: jumps with 8 bytes on the stack"]
        );
        let thumb = ["sub sp, #0x10", "cbz r0, 0xc", "add sp, #0x10", "bx r3"];
        assert_eq!(
            problems(Arch::Thumb, &thumb),
            ["0xc: two stack depths meet"]
        );
    }

    #[test]
    fn a_frame_that_is_taken_down_is_good() {
        let x86 = [
            "test eax, eax",
            "je 0x18",
            "push rbp",
            "call 0x1000",
            "pop rbp",
            "jmp rax",
            "jmp rcx",
        ];
        assert_eq!(problems(Arch::X86_64, &x86), [""; 0]);
    }
}
