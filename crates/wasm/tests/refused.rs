//! Modules that must be refused: malformed ones, those over a limit, those of proposals that are not supported.

mod common;

use common::{body, leb128, sections, wat};
use moteur_wasm::{Error, ErrorKind, Feature, Global, Module, limits};

fn refusal(bytes: &[u8]) -> Option<Error> {
    Module::new(bytes, &Global).err()
}

fn kind(bytes: &[u8]) -> Option<ErrorKind> {
    refusal(bytes).map(|error| error.kind)
}

#[test]
fn proposals_are_refused_by_name() {
    let texts = [
        (Feature::V128, "(func (param v128))"),
        (Feature::V128, "(func (drop (v128.const i32x4 0 0 0 0)))"),
        (Feature::V128, "(func (local v128))"),
        (Feature::V128, "(global $g (import \"\" \"\") v128)"),
        (Feature::Exceptions, "(tag)"),
        (Feature::Exceptions, "(import \"\" \"\" (tag))"),
        (Feature::Exceptions, "(func (try_table))"),
        (Feature::Exceptions, "(func (param exnref))"),
        (Feature::Gc, "(type (struct))"),
        (Feature::Gc, "(type (array i8))"),
        (Feature::Gc, "(rec (type (func)) (type (func)))"),
        (Feature::Gc, "(func (param anyref))"),
        (Feature::Gc, "(func (drop (ref.i31 (i32.const 1))))"),
        (Feature::FunctionReferences, "(func (param (ref func)))"),
        (Feature::FunctionReferences, "(type $t (func)) (func (local (ref null $t)))"),
        (Feature::FunctionReferences, "(type $t (func)) (func (drop (ref.null $t)))"),
        (Feature::FunctionReferences, "(type $t (func)) (func (call_ref $t))"),
        (Feature::FunctionReferences, "(func (ref.as_non_null unreachable) drop)"),
        (Feature::FunctionReferences, "(table 1 funcref (ref.null func))"),
        (Feature::MultiMemory, "(memory 1) (memory 1)"),
        (Feature::MultiMemory, "(import \"\" \"\" (memory 1)) (memory 1)"),
        (Feature::Memory64, "(memory i64 1)"),
        (Feature::Memory64, "(table i64 1 funcref)"),
        (Feature::Threads, "(memory 1 1 shared)"),
        (Feature::Threads, "(memory 1) (func (drop (i32.atomic.load (i32.const 0))))"),
        (Feature::Threads, "(func (atomic.fence))"),
        (Feature::Memory64, "(memory i64 1 (pagesize 1))"),
        (Feature::Threads, "(memory 1 1 shared (pagesize 1))"),
        (Feature::WideArithmetic, "(func (i64.add128 unreachable) unreachable)"),
        (Feature::StackSwitching, "(type $f (func)) (type $c (cont $f))"),
    ];
    for (feature, text) in texts {
        let found = kind(&wat(&format!("(module {text})")));
        assert_eq!(found, Some(ErrorKind::Unsupported(feature)), "{text}");
    }
    assert_eq!(kind(&wat("(component)")), Some(ErrorKind::Unsupported(Feature::Components)));
}

#[test]
fn a_refusal_says_what_and_where() {
    let module = wat("(module (func (drop (v128.const i32x4 0 0 0 0))))");
    let at = module.iter().position(|&byte| byte == 0xFD).unwrap_or(0);
    let refusal = refusal(&module).map(|error| error.to_string());
    assert_eq!(refusal, Some(format!("v128 is not supported yet at offset {at:#x}")));

    let module = wat("(module (func (result i32) (i64.const 1) (i32.eqz)))");
    let error = self::refusal(&module).map(|error| error.to_string()).unwrap_or_default();
    assert!(error.starts_with("type mismatch: expected i32, found i64 at offset 0x"), "{error}");
}

/// Every opcode that is none of the table's is refused, with a name if it has one.
#[test]
fn no_unknown_opcode_is_accepted() {
    macro_rules! codes {
        ($(($code:literal $op:ident $name:literal $imm:ident $sig:tt))*) => { [$($code as u32),*] };
    }
    let known = moteur_wasm::for_each_operator!(codes);
    for code in 0..=255u8 {
        if known.contains(&u32::from(code)) || code == 0xFC {
            continue;
        }
        let found = kind(&body(&[0, code, 0, 0, 0, 0x0B]));
        assert!(matches!(found, Some(ErrorKind::IllegalOpcode | ErrorKind::Unsupported(_))), "{code:#x}: {found:?}");
    }
    for code in 18..=127u8 {
        let found = kind(&body(&[0, 0xFC, code, 0, 0, 0, 0x0B]));
        assert!(matches!(found, Some(ErrorKind::IllegalOpcode | ErrorKind::Unsupported(_))), "{code:#x}: {found:?}");
    }
}

#[test]
fn malformed_modules() {
    use ErrorKind::*;
    let cases: &[(ErrorKind, Vec<u8>)] = &[
        (UnexpectedEnd, vec![]),
        (UnexpectedEnd, b"\0as".to_vec()),
        (BadMagic, b"\0asn\x01\0\0\0".to_vec()),
        (UnexpectedEnd, b"\0asm\x01\0\0".to_vec()),
        (BadVersion, b"\0asm\x02\0\0\0".to_vec()),
        (BadSectionId, sections(&[(14, b"")])),
        (BadSectionId, sections(&[(0x80, b"")])),
        (UnexpectedEnd, b"\0asm\x01\0\0\0\x01".to_vec()),
        (LengthOutOfBounds, b"\0asm\x01\0\0\0\x01\x05\x00".to_vec()),
        (LengthOutOfBounds, b"\0asm\x01\0\0\0\x01\xFF\xFF\xFF\xFF\x0F".to_vec()),
        (SectionOrder, sections(&[(1, b"\0"), (1, b"\0")])),
        (SectionOrder, sections(&[(2, b"\0"), (1, b"\0")])),
        (SectionOrder, sections(&[(10, b"\0"), (12, b"\0")])),
        (SectionSize, sections(&[(1, b"\0\0")])),
        (UnexpectedEnd, sections(&[(1, b"")])),
        (UnexpectedEnd, sections(&[(0, b"")])),
        (LengthOutOfBounds, sections(&[(0, b"\x02a")])),
        (BadUtf8, sections(&[(0, b"\x01\xFF")])),
        (BadUtf8, sections(&[(2, b"\x01\x02\xC0\x80\0\0\0")])),
        (IntegerTooLong, sections(&[(1, b"\x80\x80\x80\x80\x80\x00")])),
        (IntegerTooLarge, sections(&[(1, b"\x80\x80\x80\x80\x10")])),
        (LengthOutOfBounds, sections(&[(1, b"\xFF\xFF\xFF\xFF\x0F")])),
        (LengthOutOfBounds, sections(&[(1, b"\x01\x60\xFF\xFF\xFF\xFF\x0F")])),
        (BadFuncType, sections(&[(1, b"\x01\x40\0\0")])),
        (BadValType, sections(&[(1, b"\x01\x60\x01\x01\0")])),
        (BadValType, sections(&[(1, b"\x01\x60\x01\x40\0")])),
        (BadImportKind, sections(&[(2, b"\x01\0\0\x05\0")])),
        (UnknownType, sections(&[(2, b"\x01\0\0\0\0")])),
        (UnknownType, sections(&[(3, b"\x01\0")])),
        (CodeCount, sections(&[(1, b"\x01\x60\0\0"), (3, b"\x01\0")])),
        (CodeCount, sections(&[(10, b"\x01\x02\0\x0B")])),
        (DataCount, sections(&[(12, b"\x01")])),
        (DataCount, sections(&[(5, b"\x01\0\0"), (12, b"\0"), (11, b"\x01\x01\0")])),
        (BadRefType, sections(&[(4, b"\x01\x7F\0\0")])),
        (LimitsOrder, sections(&[(4, b"\x01\x70\x01\x02\x01")])),
        (LimitsOrder, sections(&[(5, b"\x01\x01\x02\x01")])),
        (MemorySize, sections(&[(5, b"\x01\0\x81\x80\x04")])),
        (MemorySize, sections(&[(5, b"\x01\x01\0\x81\x80\x04")])),
        (LimitsOrder, sections(&[(5, b"\x01\x09\x02\x01\0")])),
        (BadPageSize, sections(&[(5, b"\x01\x08\0\x01")])),
        (BadPageSize, sections(&[(5, b"\x01\x08\0\x0F")])),
        (BadPageSize, sections(&[(5, b"\x01\x09\0\0\x11")])),
        (BadPageSize, sections(&[(5, b"\x01\x08\0\x41")])),
        (BadPageSize, sections(&[(5, b"\x01\x08\0\xFF\xFF\xFF\xFF\x0F")])),
        (UnexpectedEnd, sections(&[(5, b"\x01\x08\0")])),
        (SectionSize, sections(&[(5, b"\x01\x08\0\0\0")])),
        (MemorySize, sections(&[(5, b"\x01\x08\x81\x80\x04\x10")])),
        (MemorySize, sections(&[(5, b"\x01\x09\0\x81\x80\x04\x10")])),
        (IntegerTooLarge, sections(&[(5, b"\x01\x08\x80\x80\x80\x80\x10\0")])),
        (IntegerTooLong, sections(&[(5, b"\x01\x88\0\0\0")])),
        (IntegerTooLarge, sections(&[(4, b"\x01\x70\x08\0\0")])),
        (IntegerTooLarge, sections(&[(5, b"\x01\x10\0")])),
        (IntegerTooLong, sections(&[(5, b"\x01\x81\0\0")])),
        (BadMutability, sections(&[(6, b"\x01\x7F\x02\x41\0\x0B")])),
        (TypeMismatch { expected: i32_(), found: i64_() }, sections(&[(6, b"\x01\x7F\0\x42\0\x0B")])),
        (ConstExpected, sections(&[(6, b"\x01\x7F\0\x01\x41\0\x0B")])),
        (UnknownGlobal, sections(&[(6, b"\x01\x7F\0\x23\0\x0B")])),
        (UnexpectedEnd, sections(&[(6, b"\x01\x7F\0\x41\0")])),
        (BadExportKind, sections(&[(7, b"\x01\0\x05\0")])),
        (UnknownFunc, sections(&[(7, b"\x01\0\0\0")])),
        (DuplicateExport, sections(&[(5, b"\x01\0\0"), (7, b"\x03\x01a\x02\0\x01b\x02\0\x01a\x02\0")])),
        (UnknownFunc, sections(&[(8, b"\0")])),
        (BadElemFlags, sections(&[(9, b"\x01\x08")])),
        (UnknownTable, sections(&[(9, b"\x01\0\x41\0\x0B\0")])),
        (LengthOutOfBounds, sections(&[(9, b"\x01\x01\0\xFF\xFF\xFF\xFF\x0F")])),
        (BadElemKind, sections(&[(9, b"\x01\x01\x01\0")])),
        (BadDataFlags, sections(&[(11, b"\x01\x03")])),
        (UnknownMemory, sections(&[(11, b"\x01\0\x41\0\x0B\0")])),
        (LengthOutOfBounds, sections(&[(11, b"\x01\x01\xFF\xFF\xFF\xFF\x0F")])),
    ];
    for (expected, module) in cases {
        assert_eq!(kind(module), Some(*expected), "{module:02X?}");
    }
}

#[test]
fn malformed_bodies() {
    use ErrorKind::*;
    let cases: &[(ErrorKind, &[u8])] = &[
        (UnexpectedEnd, b""),
        (UnexpectedEnd, b"\0"),
        (UnexpectedEnd, b"\0\x02\x40"),
        (UnexpectedEnd, b"\0\x41"),
        (UnexpectedEnd, b"\0\xFC"),
        (BodySize, b"\0\x0B\x0B"),
        (BodySize, b"\0\x0B\x01"),
        (TooManyLocals, b"\x01\xFF\xFF\xFF\xFF\x0F\x7F\x0B"),
        (TooManyLocals, b"\x02\xD0\x86\x03\x7F\x01\x7E\x0B"),
        (UnexpectedEnd, b"\xFF\xFF\xFF\xFF\x0F"),
        (BadBlockType, b"\0\x02\x80\x7F\x0B\x0B"),
        (UnknownType, b"\0\x02\x01\x0B\x0B"),
        (ElseUnexpected, b"\0\x05\x0B"),
        (ElseUnexpected, b"\0\x02\x40\x05\x0B\x0B"),
        (UnknownLabel, b"\0\x0C\x01\x0B"),
        (UnknownLabel, b"\0\x0C\xFF\xFF\xFF\xFF\x0F\x0B"),
        (LengthOutOfBounds, b"\0\x41\0\x0E\xFF\xFF\xFF\xFF\x0F\0\x0B"),
        (UnknownLabel, b"\0\x41\0\x0E\x01\0\x01\x0B"),
        (UnknownLocal, b"\0\x20\0\x1A\x0B"),
        (UnknownGlobal, b"\0\x23\0\x1A\x0B"),
        (UnknownFunc, b"\0\x10\x01\x0B"),
        (UnknownTable, b"\0\x41\0\x11\0\0\x0B"),
        (UnknownMemory, b"\0\x41\0\x28\0\0\x1A\x0B"),
        (ZeroByteExpected, b"\0\x3F\x01\x1A\x0B"),
        (ZeroByteExpected, b"\0\x3F\x80\0\x1A\x0B"),
        (Alignment, b"\0\x41\0\x28\x03\0\x1A\x0B"),
        (BadMemArg, b"\0\x41\0\x28\x20\0\x1A\x0B"),
        (Unsupported(Feature::MultiMemory), b"\0\x41\0\x28\x42\0\0\x1A\x0B"),
        (SelectArity, b"\0\x1C\0\x0B"),
        (SelectArity, b"\0\x1C\x02\x7F\x7F\x0B"),
        (UndeclaredFunc, b"\0\xD2\0\x1A\x0B"),
        (DataCountRequired, b"\0\xFC\x09\0\x0B"),
        (UnknownElem, b"\0\xFC\x0D\0\x0B"),
        (ValuesRemain, b"\0\x41\0\x0B"),
        // In unreachable code, `select` leaves a value of any type, which stays until something takes it.
        (ValuesRemain, b"\0\x00\x1B\x41\0\x1A\x0B"),
        (TypeMismatch { expected: i32_(), found: nothing() }, b"\0\x45\x1A\x0B"),
        (TypeMismatch { expected: i64_(), found: i32_() }, b"\0\x41\0\x41\0\x7C\x1A\x0B"),
        (TypeMismatch { expected: i32_(), found: nothing() }, b"\0\x41\0\x02\x40\x45\x1A\x0B\x1A\x0B"),
    ];
    for (expected, code) in cases {
        assert_eq!(kind(&body(code)), Some(*expected), "{code:02X?}");
    }
}

/// The types as errors tell them, made by an error.
fn operand(code: &[u8]) -> moteur_wasm::OperandType {
    match kind(&body(code)) {
        Some(ErrorKind::TypeMismatch { found, .. }) => found,
        other => panic!("{other:?}"),
    }
}

fn i32_() -> moteur_wasm::OperandType {
    operand(b"\0\x41\0\x50\x1A\x0B")
}

fn i64_() -> moteur_wasm::OperandType {
    operand(b"\0\x42\0\x45\x1A\x0B")
}

fn nothing() -> moteur_wasm::OperandType {
    operand(b"\0\x45\x1A\x0B")
}

#[test]
fn limits_hold() {
    // Types with too many parameters, and too many results.
    let mut many = vec![1, 0x60];
    leb128(&mut many, limits::PARAMS as usize + 1);
    many.resize(many.len() + limits::PARAMS as usize + 1, 0x7F);
    many.push(0);
    assert_eq!(kind(&sections(&[(1, &many)])), Some(ErrorKind::TooManyParams));
    let mut many = vec![1, 0x60, 0];
    leb128(&mut many, limits::RESULTS as usize + 1);
    many.resize(many.len() + limits::RESULTS as usize + 1, 0x7F);
    assert_eq!(kind(&sections(&[(1, &many)])), Some(ErrorKind::TooManyResults));

    // Blocks as deep as allowed, and one more.
    let nested = |depth: usize| {
        let code = [[0x02, 0x40].repeat(depth), vec![0x0B; depth + 1]].concat();
        body(&[vec![0], code].concat())
    };
    assert_eq!(kind(&nested(limits::NESTING)), None);
    assert_eq!(kind(&nested(limits::NESTING + 1)), Some(ErrorKind::TooDeep));

    // Operands.
    let pushed = |count: usize| {
        let code = [[0x41, 0].repeat(count), vec![0x1A; count], vec![0x0B]].concat();
        body(&[vec![0], code].concat())
    };
    assert_eq!(kind(&pushed(limits::OPERANDS)), None);
    assert_eq!(kind(&pushed(limits::OPERANDS + 1)), Some(ErrorKind::TooManyOperands));

    // Targets of a br_table.
    let targets = |count: usize| {
        let mut code = vec![0, 0x41, 0, 0x0E];
        leb128(&mut code, count);
        code.resize(code.len() + count + 1, 0);
        code.push(0x0B);
        body(&code)
    };
    assert_eq!(kind(&targets(limits::BR_TABLE as usize)), None);
    assert_eq!(kind(&targets(limits::BR_TABLE as usize + 1)), Some(ErrorKind::TooManyTargets));

    // A body.
    let long = |len: usize| body(&[vec![0], vec![0x01; len - 2], vec![0x0B]].concat());
    assert_eq!(kind(&long(limits::BODY_BYTES as usize)), None);
    assert_eq!(kind(&long(limits::BODY_BYTES as usize + 1)), Some(ErrorKind::BodyTooLarge));

    // A constant expression: operands first, then as many operators as that takes.
    let constant = |depth: usize| {
        let code = [[0x41, 1].repeat(depth), vec![0x6A; depth - 1], vec![0x0B]].concat();
        sections(&[(6, &[vec![1, 0x7F, 0], code].concat())])
    };
    assert_eq!(kind(&constant(limits::CONST_OPERANDS)), None);
    assert_eq!(kind(&constant(limits::CONST_OPERANDS + 1)), Some(ErrorKind::ConstTooDeep));

    // A name.
    let named = |len: usize| {
        let mut contents = Vec::new();
        leb128(&mut contents, len);
        contents.resize(contents.len() + len, b'n');
        sections(&[(0, &contents)])
    };
    assert_eq!(kind(&named(limits::NAME_BYTES as usize)), None);
    assert_eq!(kind(&named(limits::NAME_BYTES as usize + 1)), Some(ErrorKind::NameTooLong));
}

/// Twenty thousand exports take no time to speak of; comparing each with each would.
#[test]
fn many_exports_are_compared_quickly() {
    let count = 20_000;
    let mut exports = Vec::new();
    leb128(&mut exports, count);
    for number in (0..count).rev() {
        exports.push(6);
        exports.extend_from_slice(format!("{number:06}").as_bytes());
        exports.extend_from_slice(&[2, 0]);
    }
    assert_eq!(kind(&sections(&[(5, b"\x01\0\0"), (7, &exports)])), None);
    let last = exports.len() - 3;
    exports[last] = b'1';
    assert_eq!(kind(&sections(&[(5, b"\x01\0\0"), (7, &exports)])), Some(ErrorKind::DuplicateExport));
}
