//! Smaller memories: what they are, what stays, and what is refused with which reason.

mod common;

use common::{sections, wat};
use moteur_wasm::trim::{Refused, Size, Trimmed, trim};
use moteur_wasm::{DataIdx, FuncIdx, Global, Limits, MemIdx, MemoryType, Module, PageSize};
use wasmparser::{Parser, Validator, WasmFeatures};

/// As linkers export it.
const HEAP_BASE_1040: &str = r#"(global (export "__heap_base") i32 (i32.const 1040))"#;

fn trimmed(module: &[u8], size: Size) -> Result<(Vec<u8>, Trimmed), Refused> {
    let mut out = Vec::new();
    let result = trim(module, size, &Global, &mut |piece| out.extend_from_slice(piece));
    assert!(result.is_ok() || out.is_empty(), "something was written before the refusal");
    result.map(|trimmed| (out, trimmed))
}

fn refused(fields: &str, size: Size) -> Refused {
    trimmed(&wat(&format!("(module {fields})")), size).map(|(_, trimmed)| trimmed).expect_err(fields)
}

/// Number and bytes of each section, header excluded.
fn contents(module: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let payloads = Parser::new(0).parse_all(module).map(|payload| payload.expect("the module has sections"));
    let sections = payloads.filter_map(|payload| payload.as_section());
    sections.map(|(id, range)| (id, module[range.start as usize..range.end as usize].to_vec())).collect()
}

#[test]
fn the_size_is_what_is_asked_for_in_sixteens() {
    let module = wat(&format!("(module (memory 2 9) {HEAP_BASE_1040})"));
    for (size, now) in [
        (Size::Heap(0), 1040),
        (Size::Heap(1), 1056),
        (Size::Heap(16), 1056),
        (Size::Heap(131_072 - 1040 - 16), 131_056),
        (Size::Bytes(0), 0),
        (Size::Bytes(1), 16),
        (Size::Bytes(70_000), 70_000),
        (Size::Bytes(131_055), 131_056),
    ] {
        let (smaller, trimmed) = trimmed(&module, size).expect("it can be trimmed");
        assert_eq!(trimmed, Trimmed { before: 131_072, now }, "{size:?}");
        let module = Module::new(&smaller, &Global).expect("the result is valid");
        let limits = Limits { min: now.into(), max: Some(now.into()) };
        assert_eq!(module.memory_type(MemIdx(0)), Some(MemoryType { limits, page: PageSize::Byte }));
        let features = WasmFeatures::WASM2 | WasmFeatures::CUSTOM_PAGE_SIZES;
        Validator::new_with_features(features).validate_all(&smaller).expect("wasmparser accepts it");
    }
}

#[test]
fn every_other_byte_stays() {
    let module = wat(&format!(
        r#"(module $named (@custom "first" (before type) "\00\ff")
            (import "env" "f" (func $f (param i32)))
            (table 1 funcref)
            (@custom "middle" (before memory) "m") (memory (export "memory") 1) (@custom "behind" (after memory) "")
            {HEAP_BASE_1040}
            (func $own (export "own") (i32.store (i32.const 0) (i32.const 7)) (call $f (i32.load (i32.const 4))))
            (start $own) (elem (i32.const 0) $own)
            (data (i32.const 1024) "sixteen bytes ..") (data $passive "passive")
            (@custom ".debug_info" "not read by anyone"))"#
    ));
    let (smaller, _) = trimmed(&module, Size::Heap(0)).expect("it can be trimmed");
    let (before, after) = (contents(&module), contents(&smaller));
    assert!(before.len() > 12 && before.len() == after.len());
    for (before, after) in before.iter().zip(&after) {
        match before.0 {
            5 => assert_eq!(after, &(5, b"\x01\x09\x90\x08\x90\x08\0".to_vec())),
            _ => assert_eq!(before, after),
        }
    }
}

#[test]
fn heap_bases_are_constants() {
    for global in [
        r#"(global (export "__heap_base") i32 (i32.const 1040))"#,
        r#"(global (export "__heap_base") i32 (i32.add (i32.const 1000) (i32.const 40)))"#,
        r#"(import "" "" (global i32)) (global (export "__heap_base") i32 (i32.const 1040))"#,
        r#"(global $b i32 (i32.const 1040)) (export "a" (global $b)) (export "__heap_base" (global $b))"#,
    ] {
        let (_, trimmed) = trimmed(&wat(&format!("(module {global} (memory 1))")), Size::Heap(0)).expect(global);
        assert_eq!(trimmed.now, 1040, "{global}");
    }
    for global in [
        "",
        r#"(global (export "heap_base") i32 (i32.const 1040))"#,
        r#"(global (export "__heap_base") (mut i32) (i32.const 1040))"#,
        r#"(global (export "__heap_base") i64 (i64.const 1040))"#,
        r#"(global (export "__heap_base") f32 (f32.const 1040))"#,
        r#"(import "" "" (global $b i32)) (export "__heap_base" (global $b))"#,
        r#"(import "" "" (global $b i32)) (global (export "__heap_base") i32 (global.get $b))"#,
        r#"(func (export "__heap_base"))"#,
        r#"(export "__heap_base" (memory 0))"#,
    ] {
        assert_eq!(refused(&format!("{global} (memory 1)"), Size::Heap(0)), Refused::NoHeapBase, "{global}");
        // Who knows better may say so.
        let module = wat(&format!("(module {global} (memory 1))"));
        assert_eq!(trimmed(&module, Size::Bytes(1040)).expect(global).1.now, 1040);
    }
}

#[test]
fn what_would_notice_is_refused() {
    let grow = "(drop (memory.grow (i32.const 0)))";
    let asked = |asked| Refused::TooLarge { asked, before: 65_536 };
    for (fields, size, expected) in [
        ("".to_owned(), Size::Bytes(0), Refused::NoMemory),
        (r#"(import "" "" (memory 1))"#.to_owned(), Size::Bytes(0), Refused::Imported),
        (format!("(memory 1) (func) (func {grow})"), Size::Bytes(0), Refused::Grows(FuncIdx(1))),
        (format!(r#"(import "" "" (func)) (memory 1) (func {grow})"#), Size::Bytes(0), Refused::Grows(FuncIdx(1))),
        // Nor where it is never executed: nobody has to prove that.
        (format!("(memory 1) (func unreachable {grow})"), Size::Bytes(0), Refused::Grows(FuncIdx(0))),
        ("(memory 1) (func (drop (memory.size)))".to_owned(), Size::Bytes(0), Refused::AsksSize(FuncIdx(0))),
        ("(memory 1)".to_owned(), Size::Bytes(65_536), asked(65_536)),
        ("(memory 1)".to_owned(), Size::Bytes(65_521), asked(65_536)),
        ("(memory 1)".to_owned(), Size::Bytes(u32::MAX), asked(1 << 32)),
        ("(memory 0)".to_owned(), Size::Bytes(0), Refused::TooLarge { asked: 0, before: 0 }),
        (format!("(memory 1) {HEAP_BASE_1040}"), Size::Heap(64_496), asked(65_536)),
        (format!("(memory 1) {HEAP_BASE_1040}"), Size::Heap(u32::MAX), asked((1 << 32) + 1040)),
        (
            r#"(memory 1) (global (export "__heap_base") i32 (i32.const -1))"#.to_owned(),
            Size::Heap(u32::MAX),
            asked(1 << 33),
        ),
        (
            r#"(memory 1) (data (i32.const 0) "in") (data (i32.const 15) "io")"#.to_owned(),
            Size::Bytes(16),
            Refused::DataOutside { data: DataIdx(1), end: 17 },
        ),
        (
            r#"(memory 1) (data (i32.const 17) "")"#.to_owned(),
            Size::Bytes(16),
            Refused::DataOutside { data: DataIdx(0), end: 17 },
        ),
        (
            r#"(memory 1) (data (i32.const -1) "ab")"#.to_owned(),
            Size::Bytes(16),
            Refused::DataOutside { data: DataIdx(0), end: (1 << 32) + 1 },
        ),
        (
            r#"(import "" "" (global i32)) (memory 1) (data (global.get 0) "a")"#.to_owned(),
            Size::Bytes(16),
            Refused::DataAnywhere(DataIdx(0)),
        ),
    ] {
        assert_eq!(refused(&fields, size), expected, "{fields}");
    }
    // Passive segments and those that end where memory ends are none of these.
    let module =
        wat(r#"(module (memory 1) (data (i32.const 14) "io") (data (i32.const 16) "") (data "long enough here"))"#);
    assert!(trimmed(&module, Size::Bytes(16)).is_ok());
}

#[test]
fn what_was_trimmed_can_be_trimmed_further() {
    let module = wat(&format!("(module (memory 1) {HEAP_BASE_1040})"));
    let (first, _) = trimmed(&module, Size::Heap(4096)).expect("it can be trimmed");
    let (second, found) = trimmed(&first, Size::Heap(512)).expect("it can be trimmed again");
    assert_eq!(found, Trimmed { before: 5136, now: 1552 });
    assert_eq!(second, trimmed(&module, Size::Heap(512)).expect("as at once").0);
    let again = trimmed(&second, Size::Heap(512)).map(|_| ());
    assert_eq!(again, Err(Refused::TooLarge { asked: 1552, before: 1552 }));
}

#[test]
fn broken_modules_are_refused() {
    let whole = wat(&format!("(module (memory 1) {HEAP_BASE_1040} (func (i32.store (i32.const 1) (i32.const 2))))"));
    for end in 0..whole.len() {
        assert!(trimmed(&whole[..end], Size::Heap(0)).is_err(), "{end}");
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[end] ^= 1 << bit;
            // Whatever it means now: no panic, and a result is a module.
            if let Ok((smaller, _)) = trimmed(&damaged, Size::Heap(0)) {
                assert!(Module::new(&smaller, &Global).is_ok(), "{end} {bit}");
            }
        }
    }
    // A length in more bytes than it needs.
    let padded = sections(&[]).into_iter().chain(*b"\x05\x83\x80\x00\x01\x00\x01").collect::<Vec<u8>>();
    assert_eq!(
        trimmed(&padded, Size::Bytes(32)).expect("as good as any").0,
        b"\0asm\x01\0\0\0\x05\x05\x01\x09\x20\x20\0"
    );
}
