//! Where verdicts go: the executor reports each directive here, and a target prints or counts them as it likes.

use core::fmt;

use crate::format::Kind;

/// One directive of one file.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file's name as `suite/file`, without extension.
    pub file: &'a str,
    /// The line of the directive, from 1.
    pub line: u32,
    /// What kind of directive it is.
    pub kind: Kind,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}", self.file, self.line, self.kind.name())
    }
}

/// What became of a directive.
#[derive(Clone, Copy)]
pub enum Verdict<'a> {
    /// It holds.
    Passed,
    /// It holds, but the runtime names another cause than the suite does.
    PassedOtherWords(fmt::Arguments<'a>),
    /// It doesn't hold.
    Failed(fmt::Arguments<'a>),
    /// It was not tried.
    Skipped(fmt::Arguments<'a>),
}

/// Receives verdicts.
pub trait Sink {
    /// Takes the verdict on one directive.
    fn record(&mut self, place: Place<'_>, verdict: Verdict<'_>);
}

/// How many directives ended in which way.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Directives that hold.
    pub passed: u32,
    /// Directives that don't.
    pub failed: u32,
    /// Directives that were not tried.
    pub skipped: u32,
}

impl Counts {
    /// Counts one verdict.
    pub fn add(&mut self, verdict: Verdict<'_>) {
        match verdict {
            Verdict::Passed | Verdict::PassedOtherWords(_) => self.passed = self.passed.saturating_add(1),
            Verdict::Failed(_) => self.failed = self.failed.saturating_add(1),
            Verdict::Skipped(_) => self.skipped = self.skipped.saturating_add(1),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}
