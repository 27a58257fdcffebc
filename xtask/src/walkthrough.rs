//! Does what a document says, in an empty folder: writes the files that it shows, runs the commands that it gives, and compares
//! what they print with what it promises. So a document that no longer works is a test that fails.
//!
//! Behind a code block's language stands what it is: `file=PATH` is a file, `run` commands for a shell, `prints` what the
//! commands before it print. Other blocks are for the reader alone. A `…` in a promise stands for anything within its line.

use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::{firmware, shell};

/// Where the document says that the checkout is.
const CHECKOUT: &str = "moteur";

/// A block that does something.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    File { path: String, text: String },
    Run(String),
    Prints(String),
}

/// Does what `document` says; commands find `programs` before others.
pub fn follow(document: &str, programs: &Path) -> Result<()> {
    let root = shell::root();
    let text = fs::read_to_string(root.join(document)).with_context(|| document.to_owned())?;
    let name = Path::new(document).file_stem().context("a document without a name")?;
    let home = EmptyFolder::create(&name.to_string_lossy())?;
    let folder = home.0.clone();
    let mut walk = Walk { home, folder, root, programs: programs.to_owned(), printed: None };
    symlink(&walk.root, &walk.home.0.join(CHECKOUT))?;
    let blocks = blocks(&text);
    ensure!(blocks.iter().any(|block| matches!(block, Block::Prints(_))), "{document} promises nothing");
    blocks.iter().try_for_each(|block| walk.take(block))
}

/// A folder that nothing is in, and that is in no workspace of ours, whose settings cargo would take. It goes in the end.
struct EmptyFolder(PathBuf);

impl EmptyFolder {
    fn create(name: &str) -> Result<EmptyFolder> {
        let path = env::temp_dir().join(format!("moteur-{name}-{}", process::id()));
        fs::create_dir(&path).with_context(|| path.display().to_string())?;
        Ok(EmptyFolder(path))
    }
}

impl Drop for EmptyFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Walk {
    home: EmptyFolder,
    /// Where the commands have led.
    folder: PathBuf,
    root: PathBuf,
    programs: PathBuf,
    printed: Option<String>,
}

impl Walk {
    fn take(&mut self, block: &Block) -> Result<()> {
        match block {
            Block::File { path, text } => self.write(path, text),
            Block::Run(commands) => self.run(commands).with_context(|| format!("the commands\n{commands}")),
            Block::Prints(promised) => {
                let printed = self.printed.take().context("nothing was run before what is promised")?;
                compare(&printed, promised)
            }
        }
    }

    fn write(&self, path: &str, text: &str) -> Result<()> {
        let file = self.folder.join(path);
        fs::create_dir_all(file.parent().context("a file without a folder")?)?;
        if path == "Cargo.toml" {
            // The versions that are tested otherwise, too.
            fs::copy(self.root.join("firmware/Cargo.lock"), file.with_extension("lock"))?;
        }
        fs::write(&file, text).with_context(|| path.to_owned())
    }

    fn run(&mut self, commands: &str) -> Result<()> {
        let at = self.home.0.join(".folder");
        let script = format!("set -euo pipefail\n{commands}\npwd > '{}'\n", at.display());
        let inherited = env::var_os("PATH").unwrap_or_default();
        // No folder: they are where others are.
        let own = Some(self.programs.clone()).filter(|folder| !folder.as_os_str().is_empty());
        let paths = own.into_iter().chain(env::split_paths(&inherited));
        let mut bash = shell::command("bash");
        bash.args(["-c", &script]).current_dir(&self.folder).env("PATH", env::join_paths(paths)?);
        // What cargo told us about xtask is no matter of what is built there.
        bash.env_remove("CARGO_MANIFEST_DIR").env("CARGO_TARGET_DIR", firmware::target_folder().join("boards"));
        let output = bash.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("bash does not start")?;
        ensure!(output.status.success(), "they fail ({})", output.status);
        self.printed = Some(String::from_utf8_lossy(&output.stdout).into_owned());
        self.folder = PathBuf::from(fs::read_to_string(&at)?.trim_end());
        Ok(())
    }
}

/// The blocks of a document that do something.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: String = lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        let what = info.split_once(' ').map_or("", |(_, what)| what.trim());
        match what.split_once('=').unwrap_or((what, "")) {
            ("file", path) => blocks.push(Block::File { path: path.to_owned(), text: body }),
            ("run", _) => blocks.push(Block::Run(body)),
            ("prints", _) => blocks.push(Block::Prints(body)),
            _ => {}
        }
    }
    blocks
}

fn compare(printed: &str, promised: &str) -> Result<()> {
    for (index, promise) in promised.lines().enumerate() {
        match printed.lines().nth(index) {
            Some(line) if keeps(line, promise) => {}
            Some(line) => bail!("they print `{line}` where the document says `{promise}`"),
            None => bail!("they end before `{promise}`"),
        }
    }
    ensure!(printed.lines().count() == promised.lines().count(), "they print more than the document says:\n{printed}");
    Ok(())
}

/// Whether a line is what was promised.
fn keeps(line: &str, promise: &str) -> bool {
    let Some((start, rest)) = promise.split_once('…') else {
        return line == promise;
    };
    let Some(mut line) = line.strip_prefix(start) else {
        return false;
    };
    let mut parts = rest.split('…').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return line.ends_with(part);
        }
        match line.find(part) {
            Some(at) => line = &line[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(unix)]
fn symlink(from: &Path, to: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(from, to)?)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> Result<()> {
    bail!("the documents are followed on Unix alone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_told_by_what_stands_behind_their_language() {
        let text =
            "a\n```toml file=x/y.toml\nb = 1\n```\n```sh\nrm -r /\n```\n```sh run\nls\n```\n```text prints\nz\n```\n";
        let expected = [
            Block::File { path: "x/y.toml".into(), text: "b = 1\n".into() },
            Block::Run("ls\n".into()),
            Block::Prints("z\n".into()),
        ];
        assert_eq!(blocks(text), expected);
    }

    #[test]
    fn a_promise_that_is_not_kept_is_found() {
        assert!(compare("a\n12 bytes of 20\n", "a\n… bytes of …\n").is_ok());
        assert!(compare("a\nb\n", "a\n").is_err());
        assert!(compare("a\n", "a\nb\n").is_err());
        assert!(compare("a\n", "b\n").is_err());
        assert!(keeps("x 1 y 2 z", "x … y … z"));
        assert!(!keeps("x 1 y 2 z", "x … y … w"));
        assert!(!keeps("x 1", "y …"));
    }
}
