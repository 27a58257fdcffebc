//! The lines a board prints, one per verdict that is not a plain pass, and their way back into a report.
//!
//! ```text
//! F|wasm-v2/f32|7|6|gave [f32 bits 0x1]
//! ```
//! The letter is F (failed), S (skipped) or W (passed, in other words); then file, line, opcode of the kind, text.
//! Passes are counted per kind on the board and printed at the end as `P|count|kind`.

use core::fmt;

use crate::format::Kind;
use crate::tally::{Place, Sink, Verdict};

/// Prints verdicts to a writer and counts passes.
pub struct Printer<W> {
    out: W,
    passed: [u32; Kind::ALL.len()],
}

impl<W: fmt::Write> Printer<W> {
    /// A printer that has seen nothing yet.
    pub fn new(out: W) -> Printer<W> {
        Printer { out, passed: [0; Kind::ALL.len()] }
    }

    /// Prints the counts of passes and the mark that the run came to its end.
    pub fn finish(mut self) -> fmt::Result {
        for (kind, count) in self.passed.iter().enumerate() {
            writeln!(self.out, "P|{count}|{kind}")?;
        }
        writeln!(self.out, "END")
    }

    fn line(&mut self, letter: char, place: Place<'_>, text: fmt::Arguments<'_>) {
        let Place { file, line, kind } = place;
        // A console that fails has no one to tell; the missing END shows it.
        let _ = writeln!(self.out, "{letter}|{file}|{line}|{}|{text}", kind as u8);
    }
}

impl<W: fmt::Write> Sink for Printer<W> {
    fn record(&mut self, place: Place<'_>, verdict: Verdict<'_>) {
        match verdict {
            Verdict::Passed => {}
            Verdict::PassedOtherWords(text) => self.line('W', place, text),
            Verdict::Failed(text) => return self.line('F', place, text),
            Verdict::Skipped(text) => return self.line('S', place, text),
        }
        if let Some(count) = self.passed.get_mut(place.kind as usize) {
            *count = count.saturating_add(1);
        }
    }
}

/// Reads a board's output into a report. Lines that aren't verdicts are left out.
#[cfg(feature = "convert")]
pub fn read(log: &str, report: &mut crate::report::Report) -> anyhow::Result<()> {
    use anyhow::{Context, ensure};
    let kind =
        |text: &str| -> anyhow::Result<Kind> { Kind::ALL.get(text.parse::<usize>()?).copied().context("unknown kind") };
    let mut ended = false;
    for text in log.lines() {
        ended |= text == "END";
        let fields: Vec<&str> = text.splitn(5, '|').collect();
        match *fields.as_slice() {
            ["P", count, opcode] => report.count_passed(kind(opcode)?, count.parse()?),
            [letter @ ("F" | "S" | "W"), file, line, opcode, rest] => {
                let place = Place { file, line: line.parse()?, kind: kind(opcode)? };
                match letter {
                    "F" => report.record(place, Verdict::Failed(format_args!("{rest}"))),
                    "S" => report.record(place, Verdict::Skipped(format_args!("{rest}"))),
                    _ => report.note_other_words(place, rest),
                }
            }
            _ => {}
        }
    }
    ensure!(ended, "the board did not come to the end of the suite");
    Ok(())
}

#[cfg(all(test, feature = "convert"))]
mod tests {
    use super::*;
    use crate::report::{Lists, Report};

    #[test]
    fn what_is_printed_is_read_back() {
        let mut log = String::new();
        let mut printer = Printer::new(&mut log);
        let place = |line| Place { file: "s/f", line, kind: Kind::AssertTrap };
        printer.record(place(1), Verdict::Passed);
        printer.record(place(2), Verdict::Failed(format_args!("a|b")));
        printer.record(place(3), Verdict::PassedOtherWords(format_args!("x")));
        printer.record(place(4), Verdict::Skipped(format_args!("y")));
        printer.finish().unwrap();
        let mut report = Report::default();
        read(&log, &mut report).unwrap();
        let judged = report.judge(&Lists::default(), true, true).unwrap();
        assert!(judged.text.ends_with("2 passed, 1 failed, 1 skipped\n"), "{}", judged.text);
        assert!(judged.text.contains("FAILED s/f:2 assert_trap: a|b"));
    }

    #[test]
    fn a_board_that_stops_early_is_an_error() {
        assert!(read("P|3|1\n", &mut Report::default()).is_err());
    }
}
