//! What an instruction does to the flow of control and to the stack pointer, for each architecture.

use super::listing::Instruction;

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// Armv7-M and Armv8-M.
    Thumb,
    /// RV32IMAC.
    RiscV,
    /// With Intel's syntax.
    X86_64,
}

/// Where control goes after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// To the next instruction.
    Next,
    /// To an address.
    Jump(u64),
    /// To an address or to the next instruction.
    Branch(u64),
    /// To where a register or memory says.
    JumpIndirect,
    /// The same, or to the next instruction.
    BranchIndirect,
    /// To a known function and back.
    Call,
    /// To where a register or memory says, and back.
    CallIndirect,
    /// Back to the caller.
    Return,
    /// The same, or to the next instruction.
    BranchReturn,
    /// Nowhere.
    Stop,
}

/// Flow, and by how many bytes the stack grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Where control goes.
    pub flow: Flow,
    /// Bytes, negative when the stack shrinks.
    pub grows: i64,
}

impl Arch {
    /// What an instruction does; `before` is the one in front of it.
    pub fn effect(self, instruction: &Instruction<'_>, before: Option<&Instruction<'_>>) -> Effect {
        match self {
            Arch::Thumb => Effect { flow: thumb_flow(instruction), grows: thumb_stack(instruction) },
            Arch::RiscV => Effect { flow: riscv_flow(instruction, before), grows: riscv_stack(instruction) },
            Arch::X86_64 => Effect { flow: x86_flow(instruction), grows: x86_stack(instruction) },
        }
    }
}

/// The last operand as an address.
fn target(operands: &str) -> Option<u64> {
    let last = operands.rsplit([',', ' ']).next()?.trim_start_matches('#');
    u64::from_str_radix(last.strip_prefix("0x")?, 16).ok()
}

/// A number as the listing writes it: `#-0x10`, `0x10`, `-16`.
fn number(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches('#');
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let value = match digits.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    value.ok().map(|value| sign * value)
}

const CONDITIONS: &[&str] =
    &["eq", "ne", "hs", "lo", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"];

/// A Thumb mnemonic without its width, and whether a condition stood at its end.
fn thumb_mnemonic(mnemonic: &str) -> (&str, bool) {
    let plain = mnemonic.trim_end_matches(".w").trim_end_matches(".n");
    let bases = ["b", "bl", "blx", "bx", "pop", "ldr", "mov", "ldm"];
    let condition = CONDITIONS.iter().find_map(|condition| plain.strip_suffix(condition));
    match condition.filter(|base| bases.contains(base)) {
        Some(base) => (base, true),
        None => (plain, false),
    }
}

fn thumb_flow(instruction: &Instruction<'_>) -> Flow {
    let (mnemonic, conditional) = thumb_mnemonic(instruction.mnemonic);
    let operands = instruction.operands;
    let to_pc = operands.starts_with("pc,");
    let leave = |flow: Flow| match (flow, conditional) {
        (Flow::Return, true) => Flow::BranchReturn,
        (Flow::JumpIndirect, true) => Flow::BranchIndirect,
        (flow, _) => flow,
    };
    match mnemonic {
        "b" => match (target(operands), conditional) {
            (Some(target), true) => Flow::Branch(target),
            (Some(target), false) => Flow::Jump(target),
            (None, _) => Flow::JumpIndirect,
        },
        "cbz" | "cbnz" => target(operands).map_or(Flow::Next, Flow::Branch),
        "bl" => Flow::Call,
        "blx" if target(operands).is_some() => Flow::Call,
        "blx" => Flow::CallIndirect,
        "bx" if operands == "lr" => leave(Flow::Return),
        "bx" => leave(Flow::JumpIndirect),
        "pop" if operands.contains("pc") => leave(Flow::Return),
        "ldr" if to_pc && operands.contains("[sp]") => leave(Flow::Return),
        "ldr" | "mov" if to_pc => leave(Flow::JumpIndirect),
        "tbb" | "tbh" => Flow::JumpIndirect,
        _ if mnemonic.starts_with("ldm") && operands.starts_with("sp!") && operands.contains("pc") => {
            leave(Flow::Return)
        }
        "udf" | "trap" | "bkpt" => Flow::Stop,
        _ => Flow::Next,
    }
}

fn thumb_stack(instruction: &Instruction<'_>) -> i64 {
    let (mnemonic, _) = thumb_mnemonic(instruction.mnemonic);
    let operands = instruction.operands;
    let list = || registers(operands);
    let immediate = || operands.rsplit(',').next().and_then(number).unwrap_or(0);
    let on_sp = operands.starts_with("sp,");
    match mnemonic {
        "push" => 4 * list(),
        "pop" => -4 * list(),
        "vpush" => float_registers(operands),
        "vpop" => -float_registers(operands),
        _ if mnemonic.starts_with("stmdb") && operands.starts_with("sp!") => 4 * list(),
        _ if mnemonic.starts_with("ldm") && operands.starts_with("sp!") => -4 * list(),
        "sub" | "subw" | "subs" if on_sp => immediate(),
        "add" | "addw" | "adds" if on_sp => -immediate(),
        // `str lr, [sp, #-8]!` and `ldr lr, [sp], #8`.
        _ if mnemonic.starts_with("str") && operands.ends_with("]!") && operands.contains("[sp,") => {
            -number(operands.trim_end_matches("]!").rsplit(',').next().unwrap_or_default()).unwrap_or(0)
        }
        _ if mnemonic.starts_with("ldr") && operands.contains("[sp],") => -immediate(),
        _ => 0,
    }
}

/// How many registers `{r4, r5, r7, lr}` names; the listing writes no ranges of core registers.
fn registers(operands: &str) -> i64 {
    let list = operands.split(['{', '}']).nth(1).unwrap_or_default();
    i64::try_from(list.split(',').filter(|name| !name.trim().is_empty()).count()).unwrap_or(0)
}

fn float_registers(operands: &str) -> i64 {
    let width = if operands.contains('d') { 8 } else { 4 };
    width * registers(operands)
}

fn riscv_flow(instruction: &Instruction<'_>, before: Option<&Instruction<'_>>) -> Flow {
    let operands = instruction.operands;
    // A far call or jump is two instructions, the first of which gives the upper part of the address.
    let is_far = |register: &str| {
        before.is_some_and(|b| b.mnemonic == "auipc" && b.operands.split(',').next() == Some(register))
    };
    let base = operands.split(['(', ')']).nth(1).unwrap_or(operands);
    match instruction.mnemonic {
        "j" => target(operands).map_or(Flow::JumpIndirect, Flow::Jump),
        "jal" => Flow::Call,
        "jr" if is_far(base) => Flow::Stop,
        "jr" => Flow::JumpIndirect,
        "jalr" if operands.starts_with("zero,") => Flow::JumpIndirect,
        "jalr" if is_far(base) || is_far("ra") => Flow::Call,
        "jalr" => Flow::CallIndirect,
        "ret" => Flow::Return,
        "unimp" | "ebreak" => Flow::Stop,
        // Vector, atomic and float instructions don't begin with these.
        name if name.starts_with('b') => target(operands).map_or(Flow::Next, Flow::Branch),
        _ => Flow::Next,
    }
}

fn riscv_stack(instruction: &Instruction<'_>) -> i64 {
    match instruction.operands.strip_prefix("sp, sp, ") {
        Some(immediate) if instruction.mnemonic == "addi" => -number(immediate).unwrap_or(0),
        _ => 0,
    }
}

fn x86_flow(instruction: &Instruction<'_>) -> Flow {
    let operands = instruction.operands;
    // What is outside this program is reached through a table of addresses beside the code.
    let is_import = operands.contains("[rip");
    match instruction.mnemonic {
        "jmp" if target(operands).is_some() => target(operands).map_or(Flow::Next, Flow::Jump),
        "jmp" if is_import => Flow::Stop,
        "jmp" | "notrack" => Flow::JumpIndirect,
        "call" if target(operands).is_some() || is_import => Flow::Call,
        "call" => Flow::CallIndirect,
        "ret" => Flow::Return,
        "ud2" | "hlt" | "int3" => Flow::Stop,
        name if name.starts_with('j') => target(operands).map_or(Flow::Next, Flow::Branch),
        _ => Flow::Next,
    }
}

fn x86_stack(instruction: &Instruction<'_>) -> i64 {
    let immediate = || instruction.operands.rsplit(',').next().and_then(number).unwrap_or(0);
    let on_sp = instruction.operands.starts_with("rsp,");
    match instruction.mnemonic {
        "push" => 8,
        "pop" => -8,
        "sub" if on_sp => immediate(),
        "add" if on_sp => -immediate(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect(arch: Arch, mnemonic: &str, operands: &str) -> (Flow, i64) {
        let Effect { flow, grows } = arch.effect(&Instruction { address: 0, mnemonic, operands }, None);
        (flow, grows)
    }

    #[test]
    fn thumb_instructions() {
        for (mnemonic, operands, flow, grows) in [
            ("bx", "r3", Flow::JumpIndirect, 0),
            ("bx", "lr", Flow::Return, 0),
            ("bxne", "r3", Flow::BranchIndirect, 0),
            ("blx", "r3", Flow::CallIndirect, 0),
            ("bl", "0x10000400", Flow::Call, 0),
            ("b", "0x10000400", Flow::Jump(0x1000_0400), 0),
            ("b.w", "0x10000400", Flow::Jump(0x1000_0400), 0),
            ("bls", "0x10000400", Flow::Branch(0x1000_0400), 0),
            ("bne.w", "0x10000400", Flow::Branch(0x1000_0400), 0),
            ("cbz", "r0, 0x10000400", Flow::Branch(0x1000_0400), 0),
            ("ldr", "pc, [r0], #4", Flow::JumpIndirect, 0),
            ("ldr", "pc, [sp], #4", Flow::Return, -4),
            ("pop", "{r4, r7, pc}", Flow::Return, -12),
            ("push", "{r7, lr}", Flow::Next, 8),
            ("push.w", "{r4, r5, r6, r7, r8, lr}", Flow::Next, 24),
            ("vpush", "{d8, d9}", Flow::Next, 16),
            ("sub", "sp, #0x10", Flow::Next, 16),
            ("add", "sp, #16", Flow::Next, -16),
            ("add", "r7, sp, #0x8", Flow::Next, 0),
            ("str", "r11, [sp, #-4]!", Flow::Next, 4),
            ("ldr", "r11, [sp], #4", Flow::Next, -4),
            ("bics", "r0, r1", Flow::Next, 0),
            ("muls", "r0, r1, r0", Flow::Next, 0),
        ] {
            assert_eq!(effect(Arch::Thumb, mnemonic, operands), (flow, grows), "{mnemonic} {operands}");
        }
    }

    #[test]
    fn riscv_instructions() {
        for (mnemonic, operands, flow, grows) in [
            ("jr", "a5", Flow::JumpIndirect, 0),
            ("jalr", "a5", Flow::CallIndirect, 0),
            ("ret", "", Flow::Return, 0),
            ("j", "0x80000010", Flow::Jump(0x8000_0010), 0),
            ("jal", "0x80000010", Flow::Call, 0),
            ("beqz", "a0, 0x80000010", Flow::Branch(0x8000_0010), 0),
            ("addi", "sp, sp, -0x10", Flow::Next, 16),
            ("addi", "sp, sp, 0x10", Flow::Next, -16),
        ] {
            assert_eq!(effect(Arch::RiscV, mnemonic, operands), (flow, grows), "{mnemonic} {operands}");
        }
        let before = Instruction { address: 0, mnemonic: "auipc", operands: "ra, 0x1" };
        let call = Instruction { address: 4, mnemonic: "jalr", operands: "-0x10(ra)" };
        assert_eq!(Arch::RiscV.effect(&call, Some(&before)).flow, Flow::Call);
    }

    #[test]
    fn x86_instructions() {
        for (mnemonic, operands, flow, grows) in [
            ("jmp", "rax", Flow::JumpIndirect, 0),
            ("jmp", "qword ptr [rdi]", Flow::JumpIndirect, 0),
            ("jmp", "qword ptr [rip + 0x1234]", Flow::Stop, 0),
            ("jmp", "0x1234", Flow::Jump(0x1234), 0),
            ("jne", "0x1234", Flow::Branch(0x1234), 0),
            ("call", "rax", Flow::CallIndirect, 0),
            ("call", "qword ptr [rip + 0x1234]", Flow::Call, 0),
            ("call", "0x1234", Flow::Call, 0),
            ("ret", "", Flow::Return, 0),
            ("push", "rbp", Flow::Next, 8),
            ("sub", "rsp, 0x18", Flow::Next, 24),
            ("add", "rsp, 0x18", Flow::Next, -24),
        ] {
            assert_eq!(effect(Arch::X86_64, mnemonic, operands), (flow, grows), "{mnemonic} {operands}");
        }
    }
}
