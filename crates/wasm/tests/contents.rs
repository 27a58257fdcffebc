//! What can be read from a module, and what its code looks like step by step.

mod common;

use common::wat;
use moteur_wasm::{
    BlockType, ConstEnv, Data, DataIdx, DataMode, Elem, ElemIdx, ElemItem, ElemMode, ExternIdx, ExternType, FuncIdx,
    FuncValidator, Global, GlobalIdx, GlobalType, HeapType, Imm, LabelIdx, Limits, LocalIdx, LocalRun, MemArg, MemIdx,
    MemoryType, Module, Op, PageSize, RefType, Scratch, TableIdx, TableType, TypeIdx, ValType,
};

fn module(text: &str) -> (Vec<u8>, Module<Global>) {
    let bytes = wat(text);
    let module = Module::new(&bytes, &Global).unwrap_or_else(|error| panic!("{error} in {text}"));
    (bytes, module)
}

#[test]
fn page_sizes_are_part_of_the_type() {
    for (text, min, max, page) in [
        ("(memory 3)", 3, None, PageSize::Standard),
        ("(memory 3 (pagesize 65536))", 3, None, PageSize::Standard),
        ("(memory 65536 65536 (pagesize 65536))", 65_536, Some(65_536), PageSize::Standard),
        ("(memory 3 (pagesize 1))", 3, None, PageSize::Byte),
        ("(memory 0 0xffffffff (pagesize 1))", 0, Some(0xFFFF_FFFF), PageSize::Byte),
        ("(memory 0xffffffff (pagesize 1))", 0xFFFF_FFFF, None, PageSize::Byte),
        ("(import \"\" \"\" (memory 70000 80000 (pagesize 1)))", 70_000, Some(80_000), PageSize::Byte),
    ] {
        let (_, module) = module(&format!("(module {text})"));
        let ty = MemoryType { limits: Limits { min, max }, page };
        assert_eq!(module.memory_type(MemIdx(0)), Some(ty), "{text}");
        assert_eq!(ty.bytes_min(), min << page.log2(), "{text}");
    }
}

#[test]
fn imports_and_exports() {
    let (bytes, module) = module(
        r#"(module
            (import "env" "f" (func (param i32) (result i64)))
            (import "env" "t" (table 1 2 externref))
            (import "env" "m" (memory 3))
            (import "env" "g" (global (mut f32)))
            (func $own)
            (export "a" (func $own))
            (export "" (memory 0))
            (export "é" (global 0))
            (export "t" (table 0)))"#,
    );
    let imports: Vec<_> = module.imports(&bytes).map(|import| (import.module, import.name, import.ty)).collect();
    let table = TableType { element: RefType::EXTERNREF, limits: Limits { min: 1, max: Some(2) } };
    let memory = MemoryType::new(Limits { min: 3, max: None });
    let global = GlobalType { value: ValType::F32, mutable: true };
    assert_eq!(
        imports,
        [
            ("env", "f", ExternType::Func(TypeIdx(0))),
            ("env", "t", ExternType::Table(table)),
            ("env", "m", ExternType::Memory(memory)),
            ("env", "g", ExternType::Global(global)),
        ]
    );
    assert_eq!(module.table_type(TableIdx(0)), Some(table));
    assert_eq!(module.memory_type(MemIdx(0)), Some(memory));
    assert_eq!(module.global_type(GlobalIdx(0)), Some(global));
    let f = module.func_type_idx(FuncIdx(0)).and_then(|ty| module.func_type(ty));
    assert_eq!(f.map(|ty| ty.to_string()).as_deref(), Some("[i32] -> [i64]"));
    assert_eq!((module.func_count(), module.imported_func_count()), (2, 1));
    assert_eq!((module.table_count(), module.imported_table_count()), (1, 1));
    assert_eq!((module.memory_count(), module.imported_memory_count()), (1, 1));
    assert_eq!((module.global_count(), module.imported_global_count()), (1, 1));

    let names: Vec<_> = module.exports(&bytes).map(|export| export.name).collect();
    assert_eq!(names, ["a", "", "é", "t"]);
    let item = |name| module.export(&bytes, name).map(|export| export.item);
    assert_eq!(item("a"), Some(ExternIdx::Func(FuncIdx(1))));
    assert_eq!(item(""), Some(ExternIdx::Memory(MemIdx(0))));
    assert_eq!(item("é"), Some(ExternIdx::Global(GlobalIdx(0))));
    assert_eq!(item("t"), Some(ExternIdx::Table(TableIdx(0))));
    assert_eq!(item("b"), None);
}

/// Global `n` is `100 * (n + 1)`, and function `n` is referred to as `n + 1`.
struct Env;

impl ConstEnv for Env {
    fn global(&mut self, global: GlobalIdx) -> u64 {
        100 * (u64::from(global.0) + 1)
    }

    fn ref_func(&mut self, func: FuncIdx) -> u64 {
        u64::from(func.0) + 1
    }
}

#[test]
fn constant_expressions() {
    let cases = [
        ("i32", "(i32.const -1)", 0xFFFF_FFFF),
        ("i64", "(i64.const -1)", u64::MAX),
        ("f32", "(f32.const -0)", 1 << 31),
        ("f64", "(f64.const 1)", 0x3FF0_0000_0000_0000),
        ("i32", "(global.get 0)", 100),
        ("i32", "(i32.sub (i32.mul (global.get 0) (i32.const 3)) (i32.const 301))", 0xFFFF_FFFF),
        ("i64", "(i64.add (i64.mul (i64.const 4294967296) (i64.const 4294967296)) (global.get 1))", 200),
        ("funcref", "(ref.func 0)", 1),
        ("funcref", "(ref.null func)", 0),
        ("externref", "(ref.null extern)", 0),
    ];
    for (ty, expr, value) in cases {
        let (bytes, module) = module(&format!(
            r#"(module (import "" "" (global i32)) (import "" "" (global i64)) (func) (global {ty} {expr}))"#
        ));
        let init = module.global_init(&bytes, GlobalIdx(2)).expect("the global has a value");
        assert_eq!(init.eval(&mut Env), Ok(value), "{expr}");
        assert_eq!(init.as_func().is_some(), expr.contains("func 0"));
        assert!(module.global_init(&bytes, GlobalIdx(0)).is_none());
    }
}

#[test]
fn segments() {
    let (bytes, module) = module(
        r#"(module (func) (func) (table 9 funcref) (table 9 externref) (memory 1)
            (elem (i32.const 2) func 0 1)
            (elem (table 1) (i32.const 3) externref (ref.null extern))
            (elem func 1)
            (elem declare funcref (ref.func 0))
            (data (i32.const 5) "active") (data "passive"))"#,
    );
    let elem = |idx| module.elem(&bytes, ElemIdx(idx)).expect("there is such a segment");
    let values = |elem: Elem<'_>| -> Vec<u64> {
        let value = |item| match item {
            ElemItem::Func(func) => u64::from(func.0) + 1,
            ElemItem::Expr(expr) => expr.eval(&mut Env).expect("the expression is valid"),
        };
        elem.items().map(value).collect()
    };
    let target = |elem: Elem<'_>| match elem.mode {
        ElemMode::Active { table, offset } => Some((table, offset.eval(&mut Env))),
        _ => None,
    };
    assert_eq!(module.elem_count(), 4);
    assert_eq!((target(elem(0)), values(elem(0))), (Some((TableIdx(0), Ok(2))), vec![1, 2]));
    assert_eq!((target(elem(1)), values(elem(1))), (Some((TableIdx(1), Ok(3))), vec![0]));
    assert_eq!((elem(1).ty, elem(1).len()), (RefType::EXTERNREF, 1));
    assert!(matches!(elem(2).mode, ElemMode::Passive));
    assert!(matches!(elem(3).mode, ElemMode::Declared));
    assert_eq!(values(elem(3)), [1]);
    assert!(module.elem(&bytes, ElemIdx(4)).is_none());

    assert_eq!(module.data_count(), 2);
    let Some(Data { mode: DataMode::Active { memory: MemIdx(0), offset }, bytes: b"active" }) =
        module.data(&bytes, DataIdx(0))
    else {
        panic!("not what was written");
    };
    assert_eq!(offset.eval(&mut Env), Ok(5));
    let passive = module.data(&bytes, DataIdx(1)).expect("there is such a segment");
    assert!(matches!(passive.mode, DataMode::Passive) && passive.bytes == b"passive");
}

#[test]
fn names_and_custom_sections() {
    let (mut bytes, _) = module(r#"(module $m (import "" "" (func $imported)) (func $own) (func) (func $last))"#);
    bytes.extend_from_slice(b"\0\x05\x03abc\x07");
    let module = Module::new(&bytes, &Global).expect("the module is valid");
    assert_eq!(module.module_name(&bytes), Some("m"));
    let names: Vec<_> = (0..5).map(|func| module.func_name(&bytes, FuncIdx(func))).collect();
    assert_eq!(names, [Some("imported"), Some("own"), None, Some("last"), None]);
    let sections: Vec<_> = module.custom_sections(&bytes).map(|section| (section.name, section.bytes)).collect();
    assert_eq!(sections.len(), 2);
    assert_eq!(sections[1], ("abc", &[7][..]));
    assert_eq!(module.custom_sections(&bytes).last().map(|section| section.offset as usize), Some(bytes.len() - 1));
}

#[test]
fn bodies_are_where_they_are() {
    let long = "(nop)".repeat(300);
    let (bytes, module) = module(&format!("(module (func) (func {long}) (func (result i32) (i32.const 7)))"));
    let body = |func| module.body(FuncIdx(func)).and_then(|range| bytes.get(range));
    assert_eq!(body(0), Some(&b"\0\x0B"[..]));
    assert_eq!(body(1).map(<[u8]>::len), Some(302));
    assert_eq!(body(2), Some(&b"\0\x41\x07\x0B"[..]));
    assert_eq!(body(3), None);
}

/// All instructions of the first function, with what the validator says after each.
fn steps(text: &str) -> Vec<(Op, Imm, usize, bool, usize)> {
    let (bytes, module) = module(text);
    let mut scratch = Scratch::new(&Global);
    let mut validator = FuncValidator::new(&module, &bytes, FuncIdx(0), &mut scratch).expect("the function has a body");
    let mut steps = Vec::new();
    while let Some(instr) = validator.step().expect("the function is valid") {
        assert_eq!(u32::from(bytes[instr.offset as usize]), instr.op.code().min(0xFC));
        steps.push((instr.op, instr.imm, validator.height(), validator.reachable(), validator.depth()));
    }
    assert!(validator.step().is_ok_and(|instr| instr.is_none()));
    steps
}

#[test]
fn a_function_step_by_step() {
    let text = "(module (memory 1) (func (param i32) (result i32)
        (block (result i32)
            (br_if 0 (i32.const -5) (local.get 0))
            (i32.load8_s offset=16)
            (br 1)))
    )";
    let access = MemArg { align_log2: 0, offset: 16, memory: MemIdx(0) };
    assert_eq!(
        steps(text),
        [
            (Op::Block, Imm::Block(BlockType::Value(ValType::I32)), 0, true, 2),
            (Op::I32Const, Imm::I32(-5i32 as u32), 1, true, 2),
            (Op::LocalGet, Imm::Local(LocalIdx(0)), 2, true, 2),
            (Op::BrIf, Imm::Label(LabelIdx(0)), 1, true, 2),
            (Op::I32Load8S, Imm::Access(access), 1, true, 2),
            (Op::Br, Imm::Label(LabelIdx(1)), 0, false, 2),
            (Op::End, Imm::None, 1, true, 1),
            (Op::End, Imm::None, 1, true, 0),
        ]
    );
}

#[test]
fn immediates() {
    let imm = |text: &str, op: Op| {
        let text =
            format!("(module (memory 1) (table 1 funcref) (table 1 funcref) (elem func) (data \"\") (func {text}))");
        steps(&text).into_iter().find(|step| step.0 == op).map(|step| step.1)
    };
    let wide = 0x8000_0000_0000_0001;
    assert_eq!(imm("(i64.const 0x8000000000000001) drop", Op::I64Const), Some(Imm::I64(wide)));
    assert_eq!(imm("(f32.const nan:0x1234) drop", Op::F32Const), Some(Imm::F32(0x7F80_1234)));
    assert_eq!(imm("(f64.const -0) drop", Op::F64Const), Some(Imm::F64(1 << 63)));
    assert_eq!(imm("(ref.null extern) drop", Op::RefNull), Some(Imm::Heap(HeapType::Extern)));
    assert_eq!(imm("unreachable (select (result i64)) drop", Op::SelectT), Some(Imm::Type(ValType::I64)));
    let indirect = Imm::CallIndirect { ty: TypeIdx(0), table: TableIdx(1) };
    assert_eq!(imm("(call_indirect 1 (i32.const 0))", Op::CallIndirect), Some(indirect));
    assert_eq!(imm("(return_call_indirect 1 (i32.const 0))", Op::ReturnCallIndirect), Some(indirect));
    let three = "(i32.const 0) (i32.const 0) (i32.const 0)";
    let copy = Imm::TableCopy { dst: TableIdx(1), src: TableIdx(0) };
    assert_eq!(imm(&format!("{three} (table.copy 1 0)"), Op::TableCopy), Some(copy));
    let init = Imm::TableInit { elem: ElemIdx(0), table: TableIdx(1) };
    assert_eq!(imm(&format!("{three} (table.init 1 0)"), Op::TableInit), Some(init));
    let init = Imm::MemoryInit { data: DataIdx(0), memory: MemIdx(0) };
    assert_eq!(imm(&format!("{three} (memory.init 0)"), Op::MemoryInit), Some(init));
    let offset = MemArg { align_log2: 2, offset: 0xFFFF_FFFF, memory: MemIdx(0) };
    assert_eq!(imm("(i32.load offset=4294967295 (i32.const 0)) drop", Op::I32Load), Some(Imm::Access(offset)));

    let (bytes, module) = module("(module (func (block (br_table 1 0 1 0 (i32.const 0)))))");
    let mut scratch = Scratch::new(&Global);
    let mut validator = FuncValidator::new(&module, &bytes, FuncIdx(0), &mut scratch).expect("the function has a body");
    while let Some(instr) = validator.step().expect("the function is valid") {
        if let Imm::BrTable(table) = instr.imm {
            assert_eq!(table.len, 3);
            assert!(table.targets(&bytes).eq([1, 0, 1, 0].map(LabelIdx)));
        }
    }
}

#[test]
fn locals_are_runs() {
    let many = "(local i32 i32 i64)".repeat(40);
    let (bytes, module) = module(&format!("(module (func (param i32 f32) (local f32) {many}))"));
    let mut scratch = Scratch::new(&Global);
    let validator = FuncValidator::new(&module, &bytes, FuncIdx(0), &mut scratch).expect("the function has a body");
    assert_eq!(validator.local_count(), 123);
    let runs = validator.local_runs();
    let run = |end, ty| LocalRun { end, ty };
    assert_eq!(runs[..3], [run(1, ValType::I32), run(3, ValType::F32), run(5, ValType::I32)]);
    for local in 0..123 {
        let ty = match local {
            0 => ValType::I32,
            1 | 2 => ValType::F32,
            _ if local % 3 == 2 => ValType::I64,
            _ => ValType::I32,
        };
        assert_eq!(validator.local_type(LocalIdx(local)), Some(ty), "{local}");
    }
    assert_eq!(validator.local_type(LocalIdx(123)), None);
}
