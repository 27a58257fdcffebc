//! Snapshots of register code: each file of `tests/data/lower` is a module with the code that its functions become, as
//! comments behind it. `MOTEUR_BLESS=1 cargo test -p moteur snapshots` writes what is found into the files.
//!
//! They show the code of the match loop on a machine with 64-bit slots, which has no accumulators.

use std::fmt::Write as _;
use std::path::Path;
use std::string::{String, ToString};
use std::{format, fs, vec::Vec};

use moteur_pool::{Box, Heap};
use moteur_wasm::FuncIdx;

use super::pass::Pass;
use crate::code::layout::HEAD_UNITS;
use crate::code::op::Instr;
use crate::{Config, Engine, Module};

/// What stands before each line of code.
const MARK: &str = ";;! ";

#[test]
fn snapshots() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lower");
    let bless = std::env::var_os("MOTEUR_BLESS").is_some();
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let source: String =
            text.lines().filter(|line| !line.starts_with(MARK.trim_end())).fold(String::new(), add_line);
        let expected: String =
            text.lines().filter(|line| line.starts_with(MARK.trim_end())).fold(String::new(), add_line);
        let found: String = code_of(&source)
            .lines()
            .map(|line| format!("{MARK}{line}"))
            .fold(String::new(), |text, line| add_line(text, line.trim_end()));
        files += 1;
        if bless {
            fs::write(&path, source + &found).unwrap();
        } else {
            assert_eq!(found, expected, "{} lowers to other code; MOTEUR_BLESS=1 takes it over", path.display());
        }
    }
    assert!(files > 0, "no snapshots in {}", folder.display());
}

fn add_line(text: String, line: &str) -> String {
    text + line + "\n"
}

/// The code of all functions of a module, as text.
fn code_of(source: &str) -> String {
    let fuel = source.contains(";; fuel");
    let engine = Engine::new(Config::new(Heap::system()).fuel(fuel)).unwrap();
    let module = Module::new(&engine, &wat::parse_str(source).unwrap()).unwrap();
    let types = module.wasm().type_count() as usize;
    let type_ids = Box::from_fn_in(types, Heap::system(), |at| at as u32).unwrap();
    let mut text = String::new();
    for func in module.wasm().imported_func_count()..module.wasm().func_count() {
        let pass = Pass::run(&module, &type_ids, FuncIdx(func), None).unwrap();
        writeln!(text, "func {func}, {} slots", pass.frame_slots()).unwrap();
        text += &disassemble(pass.code());
    }
    text
}

fn disassemble(code: &[u16]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while at < code.len() {
        let instr = Instr::ALL[code[at] as usize];
        let form = instr.form().unwrap();
        let imm32 = |n: usize| u32::from(code[n]) | u32::from(code[n + 1]) << 16;
        let first = at + HEAD_UNITS;
        let mut operands: Vec<String> =
            (0..usize::from(form.imm32)).map(|n| format!("#{}", imm32(first + 2 * n) as i32)).collect();
        let name = Instr::NAMES[instr as usize];
        if name.starts_with("Br") && instr != Instr::BrTable {
            operands[0] = format!("@{}", at as i64 + i64::from(imm32(first) as i32) / 2);
        }
        let slots = first + 2 * usize::from(form.imm32);
        operands.extend(code[slots..slots + usize::from(form.op16)].iter().map(ToString::to_string));
        let mut end = at + form.units();
        if instr == Instr::BrTable {
            for n in 0..=imm32(first) as usize {
                operands.push(format!("@{}", at as i64 + i64::from(imm32(end + 2 * n) as i32) / 2));
            }
            end = (end + 2 * (imm32(first) as usize + 1)).next_multiple_of(2);
        }
        writeln!(text, "{at:4} {name} {}", operands.join(" ")).unwrap();
        at = end;
    }
    text
}
