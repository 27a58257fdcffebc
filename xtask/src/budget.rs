//! Files of budgets: a name a line with its figures, such as `micro = { flash = 51200, max = 61440 }`.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result};

/// One line: the figures by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Of what the figures are.
    pub name: String,
    /// In the order in which they stand.
    pub figures: Vec<(String, u64)>,
}

impl Entry {
    /// The figure of that name.
    pub fn figure(&self, name: &str) -> Option<u64> {
        self.figures.iter().find(|(figure, _)| figure == name).map(|(_, bytes)| *bytes)
    }
}

/// The entries of a file; none if there is no file.
pub fn read(file: &Path) -> Result<Vec<Entry>> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        text => parse(&text.with_context(|| file.display().to_string())?),
    }
}

/// Reads entries; `#` begins a comment.
pub fn parse(text: &str) -> Result<Vec<Entry>> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(|line| parse_line(line).with_context(|| line.to_owned())).collect()
}

fn parse_line(line: &str) -> Result<Entry> {
    let (name, table) = line.split_once('=').context("no `=`")?;
    let table = table.trim().strip_prefix('{').and_then(|t| t.strip_suffix('}')).context("no table")?;
    let figure = |field: &str| -> Result<(String, u64)> {
        let (key, value) = field.split_once('=').context("no `=`")?;
        Ok((key.trim().to_owned(), value.trim().replace('_', "").parse()?))
    };
    let figures = table.split(',').map(figure).collect::<Result<_>>()?;
    Ok(Entry { name: name.trim().trim_matches('"').to_owned(), figures })
}

/// The text of a file: the comment, which has its `#`, and the entries.
pub fn text(comment: &str, entries: &[Entry]) -> String {
    let mut text = comment.to_owned();
    for entry in entries {
        let is_bare = entry.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let quote = if is_bare { "" } else { "\"" };
        let figures: Vec<_> = entry.figures.iter().map(|(name, bytes)| format!("{name} = {bytes}")).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{quote}{}{quote} = {{ {} }}", entry.name, figures.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let entry = |name: &str, bytes| Entry { name: name.into(), figures: vec![("flash".into(), bytes)] };
        let entries = [entry("micro", 51_200), entry("demo, an505", 3)];
        assert_eq!(parse(&text("# Bytes.\n", &entries)).unwrap(), entries);
        assert_eq!(parse("a = { b = 1_000, c = 2 } # why").unwrap()[0].figure("b"), Some(1_000));
        for wrong in ["a", "a = 1", "a = { b }", "a = { b = c }"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
