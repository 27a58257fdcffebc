//! A case: what a program is called with and what is expected of it, read from a folder. Its parts are listed in
//! `tests/programs/README.md`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::files::{self, Tree};

/// One case of one program.
pub struct Case {
    /// The program's name.
    pub program: &'static str,
    /// The folder that it was read from.
    pub folder: PathBuf,
    /// What it shows, in a sentence.
    pub does: String,
    /// The arguments of each run; all runs are in the same folder, one after another.
    pub runs: Vec<Vec<String>>,
    /// The exit status of each run.
    pub statuses: Vec<i32>,
    /// The environment: nothing but this.
    pub environment: Vec<(String, String)>,
    /// Files of the program's package that are put into the folder, and with `/` at the end, whole folders.
    pub copied: Vec<String>,
    /// What the runs read from the standard input: a file of the case or of the package.
    pub stdin: Option<Text>,
    /// What all runs together should print.
    pub stdout: Text,
    /// Whether of what they print only the [digest](files::digest) is kept: it is large, or not ours to keep.
    pub is_digested: bool,
    /// What they should print as errors, if that is looked at.
    pub stderr: Option<Text>,
    /// Files that are there before and not after.
    pub gone: Vec<String>,
}

/// Where a text is.
#[derive(Debug, PartialEq, Eq)]
pub enum Text {
    /// A file of the case.
    Own(PathBuf),
    /// A file of the program's package.
    Published(String),
}

impl Text {
    /// The bytes; none if a file of the case has not been recorded yet.
    pub fn read(&self, package: Option<&Path>) -> Result<Vec<u8>> {
        match self {
            Text::Own(path) if !path.exists() => Ok(Vec::new()),
            Text::Own(path) => fs::read(path).with_context(|| path.display().to_string()),
            Text::Published(name) => {
                let path = package.context("a program without a package of sources")?.join(name);
                fs::read(&path).with_context(|| path.display().to_string())
            }
        }
    }
}

impl Case {
    /// Reads a case from its folder.
    pub fn read(program: &'static str, folder: &Path) -> Result<Case> {
        let own = |name: &str| Text::Own(folder.join(name));
        let own_if_there = |name: &str| folder.join(name).exists().then(|| own(name));
        let mut case = Case {
            program,
            folder: folder.to_owned(),
            does: String::new(),
            runs: Vec::new(),
            statuses: Vec::new(),
            environment: Vec::new(),
            copied: Vec::new(),
            stdin: own_if_there("stdin"),
            stdout: own("stdout"),
            is_digested: false,
            stderr: own_if_there("stderr"),
            gone: Vec::new(),
        };
        let text = fs::read_to_string(folder.join("case.txt")).context("case.txt")?;
        for (index, line) in text.lines().enumerate() {
            case.take(line).with_context(|| format!("case.txt, line {}", index + 1))?;
        }
        ensure!(!case.does.is_empty(), "case.txt does not say what the case does");
        ensure!(!case.runs.is_empty(), "case.txt runs nothing");
        case.statuses.resize(case.statuses.len().max(case.runs.len()), 0);
        ensure!(case.statuses.len() == case.runs.len(), "case.txt has more statuses than runs");
        Ok(case)
    }

    /// Understands a line `key: value`.
    fn take(&mut self, line: &str) -> Result<()> {
        let (key, value) = line.split_once(':').context("a line is `key: value`")?;
        let value = value.trim();
        let words = || words(value);
        let published = || Text::Published(value.to_owned());
        match key {
            "does" => self.does = value.to_owned(),
            "run" => self.runs.push(words()?),
            "status" => {
                let numbers = value.split_whitespace().map(str::parse::<i32>);
                self.statuses = numbers.collect::<Result<_, _>>()?;
            }
            "env" => {
                let pair = |word: &String| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
                self.environment = words()?.iter().map(pair).collect::<Option<_>>().context("KEY=VALUE")?;
            }
            "copy" => self.copied.extend(words()?),
            "stdin" => self.stdin = Some(published()),
            "stdout" => self.stdout = published(),
            "digest" if value == "stdout" => self.is_digested = true,
            "gone" => self.gone = words()?,
            _ => bail!("`{key}` is no key"),
        }
        Ok(())
    }

    /// `PROGRAM/CASE`.
    pub fn name(&self) -> String {
        let name = self.folder.file_name().unwrap_or_default().to_string_lossy();
        format!("{}/{name}", self.program)
    }

    /// The files that the program finds.
    pub fn before(&self, package: Option<&Path>) -> Result<Tree> {
        let mut before = files::read(&self.folder.join("files"))?;
        for path in &self.copied {
            let (path, is_folder) = path.strip_suffix('/').map_or((path.as_str(), false), |path| (path, true));
            let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
            if !is_folder {
                before.insert(name.to_owned(), Text::Published(path.to_owned()).read(package)?);
                continue;
            }
            let folder = package.context("a program without a package of sources")?.join(path);
            let inside = files::read(&folder)?.into_iter();
            before.insert(format!("{name}/"), Vec::new());
            before.extend(inside.map(|(inside, bytes)| (format!("{name}/{inside}"), bytes)));
        }
        Ok(before)
    }

    /// The files that it should leave.
    pub fn after(&self, mut before: Tree) -> Result<Tree> {
        before.extend(files::read(&self.folder.join("after"))?);
        before.retain(|name, _| !self.gone.contains(name));
        Ok(before)
    }
}

/// Words between spaces; what stands between single quotes is one word.
fn words(line: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word = None::<String>;
    for (index, piece) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            word.get_or_insert_default().push_str(piece);
            continue;
        }
        for (index, part) in piece.split(' ').enumerate() {
            if index > 0 {
                words.extend(word.take());
            }
            if !part.is_empty() {
                word.get_or_insert_default().push_str(part);
            }
        }
    }
    ensure!(line.matches('\'').count().is_multiple_of(2), "a quote is not closed");
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        let split = |line: &str| words(line).expect(line);
        assert_eq!(split("-n  a.txt"), ["-n", "a.txt"]);
        assert_eq!(split("-e 'print(1, \"x\")' --a='b c'"), ["-e", "print(1, \"x\")", "--a=b c"]);
        assert_eq!(split("'' x"), ["", "x"]);
        assert_eq!(split(""), [""; 0]);
        assert!(words("'x").is_err());
    }
}
