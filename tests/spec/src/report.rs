//! Gathers verdicts and judges them against the lists of what is known. Host only.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;

use crate::format::Kind;
use crate::listed::Listed;
use crate::tally::{Counts, Place, Sink, Verdict};

/// One directive that did not plainly pass.
struct Note {
    place: String,
    kind: Kind,
    text: String,
}

/// The verdicts of a run.
#[derive(Default)]
pub struct Report {
    by_kind: BTreeMap<&'static str, Counts>,
    failed: Vec<Note>,
    skipped: Vec<Note>,
    other_words: Vec<Note>,
    /// Whole files: name, number of directives, reason.
    skipped_files: Vec<(String, u32, &'static str)>,
    /// Directives of one line share a place: those of listed ones that passed.
    passed_places: std::collections::BTreeSet<String>,
}

impl Sink for Report {
    fn record(&mut self, place: Place<'_>, verdict: Verdict<'_>) {
        self.by_kind.entry(place.kind.name()).or_default().add(verdict);
        let at = format!("{}:{}", place.file, place.line);
        let note = |text: std::fmt::Arguments<'_>| Note { place: at.clone(), kind: place.kind, text: text.to_string() };
        match verdict {
            Verdict::Passed => {
                self.passed_places.insert(at);
            }
            Verdict::PassedOtherWords(text) => {
                self.other_words.push(note(text));
                self.passed_places.insert(at);
            }
            Verdict::Failed(text) => self.failed.push(note(text)),
            Verdict::Skipped(text) => self.skipped.push(note(text)),
        }
    }
}

impl Report {
    /// Counts all directives of a file as skipped.
    pub fn skip_file(&mut self, name: String, directives: u32, reason: &'static str) {
        self.skipped_files.push((name, directives, reason));
    }

    /// Counts passes that a board has counted itself.
    pub fn count_passed(&mut self, kind: Kind, count: u32) {
        if count > 0 {
            self.by_kind.entry(kind.name()).or_default().passed += count;
        }
    }

    /// Notes a pass in other words that a board has counted already.
    pub fn note_other_words(&mut self, place: Place<'_>, text: &str) {
        let at = format!("{}:{}", place.file, place.line);
        self.other_words.push(Note { place: at, kind: place.kind, text: text.to_owned() });
    }
}

/// What is known beforehand.
#[derive(Default)]
pub struct Lists {
    /// Directives that fail on every target.
    pub expected: Listed,
    /// Directives that ask for more than this target has: they count as skipped.
    pub beyond: Listed,
}

/// What a judged run comes to.
pub struct Judgement {
    /// The report to print, ending with the line of totals.
    pub text: String,
    /// Whether nothing failed that is not listed, and all that is listed still fails.
    pub good: bool,
}

impl Report {
    /// Compares the run with the lists of expected failures and of what is beyond this target. `whole` says that every
    /// file was run, so that a listed place that was not reached is an error; `verbose` lists refusals in other words
    /// than the suite's.
    pub fn judge(&self, lists: &Lists, whole: bool, verbose: bool) -> Result<Judgement> {
        let mut text = String::new();
        let mut totals = Counts::default();
        for (kind, counts) in &self.by_kind {
            writeln!(text, "  {kind:24} {counts}")?;
            totals.passed += counts.passed;
            totals.skipped += counts.skipped;
        }
        for (name, directives, reason) in &self.skipped_files {
            writeln!(text, "skipped {name}, {directives} directives: {reason}")?;
            totals.skipped += directives;
        }
        for note in &self.skipped {
            writeln!(text, "skipped {} {}: {}", note.place, note.kind.name(), note.text)?;
        }
        if verbose {
            for note in &self.other_words {
                writeln!(text, "other words {} {}: {}", note.place, note.kind.name(), note.text)?;
            }
        }
        let mut listed = 0;
        let mut reached = Vec::new();
        for note in &self.failed {
            if let Some(reason) = lists.expected.reason_at(&note.place) {
                writeln!(text, "listed {}: {}; {reason}", note.place, note.text)?;
                reached.push(note.place.as_str());
                listed += 1;
            } else if let Some(reason) = lists.beyond.reason_at(&note.place) {
                writeln!(text, "skipped {} {}: {reason}", note.place, note.kind.name())?;
                reached.push(note.place.as_str());
                totals.skipped += 1;
            } else {
                writeln!(text, "FAILED {} {}: {}", note.place, note.kind.name(), note.text)?;
                totals.failed += 1;
            }
        }
        let places = lists.expected.places().chain(lists.beyond.places());
        for place in places.filter(|place| !reached.contains(place)) {
            if whole || self.passed_places.contains(place) {
                writeln!(text, "FAILED {place}: listed as one that fails, but passes")?;
                totals.failed += 1;
            }
        }
        writeln!(text, "{} refusals in other words than the suite's", self.other_words.len())?;
        writeln!(text, "{listed} listed failures")?;
        writeln!(text, "{totals}")?;
        Ok(Judgement { text, good: totals.failed == 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        let place = |line| Place { file: "s/f", line, kind: Kind::AssertReturn };
        report.record(place(1), Verdict::Passed);
        report.record(place(2), Verdict::Failed(format_args!("gave [i32 1]")));
        report.record(place(3), Verdict::Skipped(format_args!("v128")));
        report
    }

    fn expected(list: &str) -> Lists {
        Lists { expected: Listed::parse(list).unwrap(), ..Lists::default() }
    }

    #[test]
    fn an_unlisted_failure_fails() {
        let judged = report().judge(&Lists::default(), true, false).unwrap();
        assert!(!judged.good);
        assert!(judged.text.ends_with("1 passed, 1 failed, 1 skipped\n"), "{}", judged.text);
    }

    #[test]
    fn a_listed_failure_is_no_failure() {
        let listed = expected("s/f:2 known");
        let judged = report().judge(&listed, true, false).unwrap();
        assert!(judged.good);
        assert!(judged.text.contains("1 listed failures"));
    }

    #[test]
    fn what_is_beyond_a_target_counts_as_skipped() {
        let beyond = Listed::parse("s/f:2 too large").unwrap();
        let judged = report().judge(&Lists { beyond, ..Lists::default() }, true, false).unwrap();
        assert!(judged.good);
        assert!(judged.text.ends_with("1 passed, 0 failed, 2 skipped\n"), "{}", judged.text);
    }

    #[test]
    fn skipped_files_count_with_all_their_directives() {
        let mut report = report();
        report.skip_file("s/g".to_owned(), 7, "v128");
        let judged = report.judge(&expected("s/f:2 known"), true, false).unwrap();
        assert!(judged.text.contains("skipped s/g, 7 directives: v128"));
        assert!(judged.text.ends_with("1 passed, 0 failed, 8 skipped\n"), "{}", judged.text);
    }

    #[test]
    fn a_listed_directive_that_passes_fails() {
        let listed = expected("s/f:1 known\ns/f:2 known");
        assert!(!report().judge(&listed, false, false).unwrap().good);
    }

    #[test]
    fn a_listed_directive_that_is_gone_fails_a_whole_run() {
        let listed = expected("s/f:2 known\ns/f:9 known");
        assert!(!report().judge(&listed, true, false).unwrap().good);
        assert!(report().judge(&listed, false, false).unwrap().good);
    }
}
