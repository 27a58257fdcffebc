//! Folders as maps from paths to bytes: what a program finds, what it leaves, and how the two differ.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Paths with `/` between names, and what the files hold.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// How many lines of a difference are shown.
const SHOWN_LINES: usize = 20;

/// The names in a folder, sorted.
pub fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = folder.read_dir().with_context(|| format!("reading {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Every file below a folder; none if there is no such folder.
pub fn read(folder: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    if folder.is_dir() {
        read_into(folder, "", &mut tree)?;
    }
    Ok(tree)
}

fn read_into(root: &Path, below: &str, tree: &mut Tree) -> Result<()> {
    for name in names(&root.join(below))? {
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let whole = root.join(&path);
        if whole.is_dir() {
            // An empty folder counts as well.
            tree.insert(format!("{path}/"), Vec::new());
            read_into(root, &path, tree)?;
        } else {
            let bytes = fs::read(&whole).with_context(|| format!("reading {}", whole.display()))?;
            tree.insert(path, bytes);
        }
    }
    Ok(())
}

/// Writes files and folders below a folder.
pub fn write(folder: &Path, tree: &Tree) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (path, bytes) in tree {
        let whole = folder.join(path);
        if path.ends_with('/') {
            fs::create_dir_all(&whole)?;
            continue;
        }
        fs::create_dir_all(whole.parent().context("a file without a folder")?)?;
        fs::write(&whole, bytes).with_context(|| format!("writing {}", whole.display()))?;
    }
    Ok(())
}

/// Makes a folder that holds nothing.
pub fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))
}

/// The length and the FNV-1a sum (64 bits) of bytes, as a line.
pub fn digest(bytes: &[u8]) -> String {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{} bytes, FNV-1a {:016x}\n", bytes.len(), bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}

/// Where two texts or files differ, `-` what was expected and `+` what was found; none if they are equal.
pub fn difference(what: &str, expected: &[u8], found: &[u8]) -> Option<String> {
    if expected == found {
        return None;
    }
    let (Ok(expected_text), Ok(found_text)) = (str::from_utf8(expected), str::from_utf8(found)) else {
        let same = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
        let (expected, found) = (expected.len(), found.len());
        return Some(format!("{what}: {expected} bytes expected, {found} found, the first {same} equal\n"));
    };
    let expected: Vec<&str> = expected_text.split_inclusive('\n').collect();
    let found: Vec<&str> = found_text.split_inclusive('\n').collect();
    let before = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let rest = expected.len().min(found.len()) - before;
    let behind = expected.iter().rev().zip(found.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let mut text = format!("{what}, from line {}:\n", before + 1);
    for (sign, lines) in [('-', &expected), ('+', &found)] {
        let lines = &lines[before..lines.len() - behind];
        for line in lines.iter().take(SHOWN_LINES) {
            text += &format!("  {sign}{}\n", line.trim_end_matches('\n'));
        }
        if lines.len() > SHOWN_LINES {
            text += &format!("  {sign}… and {} more lines\n", lines.len() - SHOWN_LINES);
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_do_not_differ() {
        assert_eq!(difference("a", b"x\n", b"x\n"), None);
        assert_eq!(difference("a", &[255], &[255]), None);
    }

    #[test]
    fn a_digest_tells_texts_apart() {
        // The sum of `a` is published with the function.
        assert_eq!(digest(b"a"), "1 bytes, FNV-1a af63dc4c8601ec8c\n");
        assert_ne!(digest(b"ab"), digest(b"ba"));
    }

    #[test]
    fn only_lines_that_differ_are_shown() {
        let text = difference("out", b"a\nb\nc\n", b"a\nx\nc\n");
        assert_eq!(text.as_deref(), Some("out, from line 2:\n  -b\n  +x\n"));
        let text = difference("out", b"a\n", b"a\na\n");
        assert_eq!(text.as_deref(), Some("out, from line 2:\n  +a\n"));
        let text = difference("out", b"a", b"");
        assert_eq!(text.as_deref(), Some("out, from line 1:\n  -a\n"));
    }

    #[test]
    fn bytes_that_are_no_text_are_counted() {
        let text = difference("out", &[1, 255], &[1, 254, 3]).unwrap_or_default();
        assert!(text.contains("2 bytes expected, 3 found, the first 1 equal"), "{text}");
    }
}
