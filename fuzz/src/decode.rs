//! Whatever bytes come, they are refused, or can be read and run without harm.

use arbitrary::Unstructured;
use moteur::pool::Counted;
use moteur::wasm::{
    ConstEnv, DataIdx, ElemIdx, ElemItem, ElemMode, FuncIdx, FuncValidator, Global, GlobalIdx, Module, Scratch,
};
use moteur::{Config, Heap};

use crate::{input, ours};

static HEAP: Counted = Counted::new();

/// Checks one input.
pub fn check(input: &[u8]) {
    let Ok(bytes) = input::bytes(&mut Unstructured::new(input)) else { return };
    if let Ok(module) = Module::new(&bytes, &Global) {
        read(&module, &bytes);
        // The tables of one module over other bytes: nonsense, but no harm.
        read(&module, bytes.get(..bytes.len() / 2).unwrap_or(&[]));
    }
    let heap = Heap::counted(&HEAP);
    let limits = Config::new(heap).fuel(true).stack_bytes(32 << 10).max_memory_pages(20).max_table_elements(10_000);
    let _ = ours::run_all(limits, &bytes, 10_000);
    assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0));
}

/// What constant expressions refer to here.
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
fn read(module: &Module<Global>, bytes: &[u8]) {
    module.imports(bytes).for_each(|import| assert!(import.name.len() <= bytes.len()));
    assert!(module.exports(bytes).all(|export| module.export(bytes, export.name).is_some()));
    let custom: usize = module.custom_sections(bytes).map(|section| section.bytes.len()).sum();
    assert!(custom <= bytes.len());
    for global in (0..module.global_count()).map(GlobalIdx) {
        let _ = module.global_init(bytes, global).map(|init| init.eval(&mut Env));
    }
    for elem in (0..module.elem_count()).filter_map(|elem| module.elem(bytes, ElemIdx(elem))) {
        if let ElemMode::Active { offset, .. } = elem.mode {
            let _ = offset.eval(&mut Env);
        }
        for item in elem.items() {
            if let ElemItem::Expr(expr) = item {
                let _ = expr.eval(&mut Env);
            }
        }
    }
    let data = (0..module.data_count()).filter_map(|data| module.data(bytes, DataIdx(data)));
    assert!(data.map(|data| data.bytes.len()).all(|len| len <= bytes.len()));
    let mut scratch = Scratch::new(&Global);
    for func in (0..module.func_count()).map(FuncIdx) {
        let _ = module.func_name(bytes, func);
        if let Ok(mut validator) = FuncValidator::new(module, bytes, func, &mut scratch) {
            while let Ok(Some(_)) = validator.step() {}
        }
    }
}
