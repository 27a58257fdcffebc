//! Directives whose verdict is known beforehand: failures we live with, and what is skipped. Host only.
//!
//! A listed directive that does something else is a failure, so that the lists can't outlive their reasons.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

/// `file:line` of directives, each with its reason; one per line of text, `#` begins a comment.
#[derive(Default)]
pub struct Listed {
    reasons: BTreeMap<String, String>,
}

impl Listed {
    /// Reads a list.
    pub fn parse(text: &str) -> Result<Listed> {
        let mut reasons = BTreeMap::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (place, reason) =
                line.split_once(char::is_whitespace).with_context(|| format!("`{line}` gives no reason"))?;
            let twice = reasons.insert(place.to_owned(), reason.trim().to_owned());
            ensure!(twice.is_none(), "`{place}` is listed twice");
        }
        Ok(Listed { reasons })
    }

    /// The reason for which a directive is listed.
    pub fn reason_at(&self, place: &str) -> Option<&str> {
        self.reasons.get(place).map(String::as_str)
    }

    /// All places listed, in order.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        self.reasons.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_needs_a_reason_and_stands_once() {
        let listed = Listed::parse("# why\nwasm-v2/f32:7  because\n").unwrap();
        assert_eq!(listed.reason_at("wasm-v2/f32:7"), Some("because"));
        assert_eq!(listed.reason_at("wasm-v2/f32:8"), None);
        assert!(Listed::parse("wasm-v2/f32:7").is_err());
        assert!(Listed::parse("a:1 x\na:1 y").is_err());
    }
}
