//! The samples, as their `sample.yaml` describes them to Zephyr's own test runner. Only the few forms of lists are read that
//! ours have.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use regex::Regex;

use crate::shell;

/// A sample.
pub struct Sample {
    pub name: String,
    pub folder: PathBuf,
    /// The boards that it is for.
    pub boards: Vec<String>,
    /// What it prints, line by line, others in between.
    pub expected: Vec<Regex>,
}

/// All samples, by name.
pub fn all() -> Result<Vec<Sample>> {
    let folder = shell::root().join("zephyr/samples");
    let mut samples = Vec::new();
    for entry in folder.read_dir().with_context(|| folder.display().to_string())? {
        let folder = entry?.path();
        let file = folder.join("sample.yaml");
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let expected = list(&text, "regex").into_iter().map(|pattern| Regex::new(&pattern));
        let sample = Sample {
            name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            boards: list(&text, "platform_allow"),
            expected: expected.collect::<Result<_, _>>()?,
            folder,
        };
        ensure!(!sample.boards.is_empty(), "{} names no board", file.display());
        ensure!(!sample.expected.is_empty(), "{} expects nothing", file.display());
        samples.push(sample);
    }
    samples.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(samples)
}

/// The items below the first `key:`, without their quotes.
fn list(text: &str, key: &str) -> Vec<String> {
    let lines = text.lines().skip_while(|line| line.trim().strip_suffix(':') != Some(key)).skip(1);
    let items = lines.map_while(|line| line.trim().strip_prefix("- "));
    items.map(|item| item.trim().trim_matches('"').to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_end_where_no_item_follows() {
        let text = "tests:\n  a:\n    platform_allow:\n      - x/y\n      - z\n    harness: console\n      regex:\n        - \"a: [0-9]+\"\n";
        assert_eq!(list(text, "platform_allow"), ["x/y", "z"]);
        assert_eq!(list(text, "regex"), ["a: [0-9]+"]);
        assert!(list(text, "tags").is_empty());
    }

    #[test]
    fn every_sample_says_where_it_runs_and_what_it_prints() {
        let samples = all().unwrap();
        assert!(!samples.is_empty());
        for sample in samples {
            for board in &sample.boards {
                assert!(super::super::board::find(board).is_ok(), "{} names {board}", sample.name);
            }
        }
    }
}
