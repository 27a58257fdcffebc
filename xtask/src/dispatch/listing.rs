//! The text of `llvm-objdump --disassemble`, as functions of instructions.

/// A function: what stands between two headings of the listing.
#[derive(Debug)]
pub struct Function<'a> {
    /// The demangled name.
    pub name: &'a str,
    /// Where it begins.
    pub address: u64,
    /// In the order of addresses.
    pub instructions: Vec<Instruction<'a>>,
}

/// One line of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction<'a> {
    /// Where it stands.
    pub address: u64,
    /// The first word.
    pub mnemonic: &'a str,
    /// The rest, without comments and names of targets.
    pub operands: &'a str,
}

/// Splits a listing at its headings, `00001234 <name>:`.
pub fn functions(listing: &str) -> Vec<Function<'_>> {
    let mut functions: Vec<Function<'_>> = Vec::new();
    for line in listing.lines() {
        if let Some((address, name)) = heading(line) {
            functions.push(Function { name, address, instructions: Vec::new() });
        } else if let (Some(function), Some(instruction)) = (functions.last_mut(), instruction(line)) {
            function.instructions.push(instruction);
        }
    }
    functions
}

fn heading(line: &str) -> Option<(u64, &str)> {
    let (address, name) = line.split_once(" <")?;
    let name = name.strip_suffix(">:")?;
    Some((u64::from_str_radix(address, 16).ok()?, name))
}

/// `  1234: \tmov\tr0, r1 @ comment`.
fn instruction(line: &str) -> Option<Instruction<'_>> {
    let (address, code) = line.split_once(':')?;
    let address = u64::from_str_radix(address.trim(), 16).ok()?;
    let code = code.trim();
    let (mnemonic, operands) = code.split_once(char::is_whitespace).unwrap_or((code, ""));
    // `@`, `#` with a space, and `<symbol>` begin what is said for the reader.
    let end = ["@ ", "# ", "<", "//"].iter().filter_map(|mark| operands.find(mark)).min();
    let operands = operands[..end.unwrap_or(operands.len())].trim();
    (!mnemonic.is_empty()).then_some(Instruction { address, mnemonic, operands })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_splits_into_functions() {
        let listing = "\nx:\tfile format elf32-littlearm\n\nDisassembly of section .text:\n\n\
            10000400 <moteur::interp::handler::h12>:\n\
            10000400:      \tldrh\tr0, [r4, #2]             @ imm = #0x4\n\
            10000402:      \tbeq\t0x1000040a <moteur::x+0xa> @ imm = #0x4\n\n\
            1000040a <next>:\n1000040a: \tbx\tlr\n";
        let functions = functions(listing);
        assert_eq!(functions.len(), 2);
        assert_eq!((functions[0].name, functions[0].address), ("moteur::interp::handler::h12", 0x1000_0400));
        let branch = Instruction { address: 0x1000_0402, mnemonic: "beq", operands: "0x1000040a" };
        assert_eq!(functions[0].instructions[1], branch);
        assert_eq!(functions[1].instructions.len(), 1);
    }
}
