//! What may stand on a line: the first line of a file, notes of what is left to do, paths of one machine.

use super::{File, Tree};
use crate::lex::TokenKind;

/// Rust files whose first line doesn't say what they are for.
pub fn first(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| file.is("rs")) {
        let line = file.text.lines().next().unwrap_or_default();
        let said = line.strip_prefix("//").map(|rest| rest.trim_start_matches('!').trim());
        // Fewer than two words say nothing.
        if said.is_none_or(|said| said.split_whitespace().count() < 2) {
            problems.push(format!("{}:1 begins `{line}`", file.path));
        }
    }
    problems
}

/// Words that mark something as unfinished.
const UNFINISHED: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

/// Comments that put something off without naming the issue (`#12`) that holds it.
pub fn left_to_do(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for file in &tree.files {
        for token in file.tokens() {
            let TokenKind::Comment(comment) = token.kind else {
                continue;
            };
            let is_word = |word: &str| comment.split(|c: char| !c.is_alphanumeric()).any(|own| own == word);
            if UNFINISHED.iter().any(|word| is_word(word)) && !names_issue(comment) {
                problems.push(format!("{}:{} {}", file.path, token.line, comment.trim()));
            }
        }
    }
    problems
}

fn names_issue(comment: &str) -> bool {
    comment.split('#').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The homes of users and build machines; split, so that this file doesn't hold what it looks for.
const MACHINE_PATHS: &[[&str; 2]] = &[["/ro", "ot/"], ["/ho", "me/"], ["/Use", "rs/"], ["/wo", "rk/"]];

/// Paths that exist on one machine only.
pub fn machine_paths(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for file in &tree.files {
        for parts in MACHINE_PATHS {
            let path = parts.concat();
            problems.extend(find(file, &path).map(|line| format!("{}:{line} {path}", file.path)));
        }
    }
    problems
}

/// The first line that holds an absolute path.
fn find(file: &File, path: &str) -> Option<usize> {
    let is_part_of_another = |before: char| before.is_alphanumeric() || matches!(before, '.' | '_' | '-');
    let holds = |line: &str| line.match_indices(path).any(|(at, _)| !line[..at].ends_with(is_part_of_another));
    file.text.lines().position(holds).map(|index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree_of;
    use super::*;

    #[test]
    fn a_file_without_a_purpose_is_found() {
        assert_eq!(first(&tree_of("a.rs", "//! Reads bytes.\n")).len(), 0);
        assert_eq!(first(&tree_of("a.rs", "// Reads bytes.\n")).len(), 0);
        assert_eq!(first(&tree_of("a.rs", "#![no_std]\n//! Reads bytes.\n")).len(), 1);
        assert_eq!(first(&tree_of("a.rs", "//!\n//! Reads bytes.\n")).len(), 1);
        assert_eq!(first(&tree_of("a.rs", "")).len(), 1);
    }

    #[test]
    fn what_is_left_to_do_without_an_issue_is_found() {
        assert_eq!(left_to_do(&tree_of("a.rs", "// TODO: more")).len(), 1);
        assert_eq!(left_to_do(&tree_of("a.rs", "// TODO(#7): more")).len(), 0);
        assert_eq!(left_to_do(&tree_of("a.rs", "let s = \"TODO\"; // MASTODON")).len(), 0);
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        let path = MACHINE_PATHS[1].concat();
        assert_eq!(machine_paths(&tree_of("a.md", &format!("x\n`{path}me/x`"))), [format!("a.md:2 {path}")]);
        assert_eq!(machine_paths(&tree_of("a.md", &format!("docs{path}x"))).len(), 0);
    }
}
