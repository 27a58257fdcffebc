//! How long files and functions may be.

use super::Tree;
use crate::lex;

const FILE_LINES_MAX: usize = 800;
const FUNCTION_LINES_MAX: usize = 100;

/// Files that are one table, whose length is that of the thing they describe.
const TABLES: &[&str] = &["crates/wasm/src/op.rs"];

/// Files that are too long.
pub fn files(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| file.is("rs")) {
        let lines = file.text.lines().count();
        if lines > FILE_LINES_MAX && !TABLES.contains(&file.path.as_str()) {
            problems.push(format!("{} has {lines} lines (at most {FILE_LINES_MAX})", file.path));
        }
    }
    problems
}

/// Functions that are too long.
pub fn functions(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for file in &tree.files {
        let tokens = file.tokens();
        for lex::Function { name, line, length } in lex::functions(&tokens) {
            if length > FUNCTION_LINES_MAX {
                let path = &file.path;
                problems.push(format!("{path}:{line} {name} has {length} lines (at most {FUNCTION_LINES_MAX})"));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree_of;
    use super::*;

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(files(&tree_of("a.rs", &"\n".repeat(801))).len(), 1);
        assert_eq!(files(&tree_of("a.rs", &"\n".repeat(800))).len(), 0);
        assert_eq!(files(&tree_of("a.md", &"\n".repeat(801))).len(), 0);
        assert_eq!(files(&tree_of(TABLES[0], &"\n".repeat(801))).len(), 0);
    }

    #[test]
    fn a_long_function_is_found() {
        let function = |lines: usize| format!("fn f() {{\n{}}}", "x();\n".repeat(lines - 2));
        assert_eq!(functions(&tree_of("a.rs", &function(101))), ["a.rs:1 f has 101 lines (at most 100)"]);
        assert_eq!(functions(&tree_of("a.rs", &function(100))).len(), 0);
    }
}
