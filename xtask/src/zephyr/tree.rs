//! The Zephyr tree of whoever started us.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

/// A tree, and its version.
pub struct Tree {
    /// `ZEPHYR_BASE`.
    pub base: PathBuf,
    /// As its file `VERSION` says.
    pub version: String,
    /// Whether it knows boards by the names that they have since 3.7, such as `mps2/an521/cpu0`.
    pub has_qualifiers: bool,
}

impl Tree {
    /// The tree that `ZEPHYR_BASE` names.
    pub fn find() -> Result<Tree> {
        let base = env::var_os("ZEPHYR_BASE").map(PathBuf::from);
        let base =
            base.context("no Zephyr: set ZEPHYR_BASE to a tree, and ZEPHYR_MODULES to the modules that boards need")?;
        ensure!(base.join("Kconfig.zephyr").is_file(), "{} is no Zephyr tree", base.display());
        let text = std::fs::read_to_string(base.join("VERSION"))?;
        let [major, minor, patch] = ["VERSION_MAJOR", "VERSION_MINOR", "PATCHLEVEL"].map(|key| number(&text, key));
        let (major, minor) = (major.context("no VERSION_MAJOR")?, minor.context("no VERSION_MINOR")?);
        Ok(Tree {
            base,
            version: format!("{major}.{minor}.{}", patch.unwrap_or(0)),
            has_qualifiers: (major, minor) >= (3, 7),
        })
    }
}

fn number(text: &str, key: &str) -> Option<u32> {
    let value = text.lines().find_map(|line| line.strip_prefix(key)?.trim().strip_prefix('='))?;
    value.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_version_file_is_read() {
        let text = "VERSION_MAJOR = 3\nVERSION_MINOR = 7\nPATCHLEVEL = 1\nEXTRAVERSION =\n";
        assert_eq!(
            ["VERSION_MAJOR", "VERSION_MINOR", "PATCHLEVEL"].map(|key| number(text, key)),
            [Some(3), Some(7), Some(1)]
        );
        assert_eq!(number(text, "EXTRAVERSION"), None);
    }
}
