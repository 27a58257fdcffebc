//! Where `unsafe` may stand. The list is short so that a reader knows what to audit.

use super::Tree;
use crate::lex::TokenKind;

/// Files and directories (with a slash at the end) that may hold `unsafe`, each with what it is for.
const PLACES: &[(&str, &str)] = &[
    ("crates/pool/src/", "a heap is raw memory"),
    ("crates/runtime/src/interp/", "handlers trust what the validator and lowering proved"),
    ("crates/platform/src/", "ports talk to the machine"),
    ("firmware/", "boards start without a runtime below them"),
];

/// Files that hold `unsafe` and are not listed.
pub fn check(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for file in &tree.files {
        let is_listed = PLACES
            .iter()
            .any(|(place, _)| file.path == *place || (place.ends_with('/') && file.path.starts_with(place)));
        let found = file.tokens().into_iter().find(|token| token.kind == TokenKind::Word("unsafe"));
        if let (false, Some(token)) = (is_listed, found) {
            problems.push(format!("{}:{}", file.path, token.line));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree_of;
    use super::*;

    #[test]
    fn unsafe_elsewhere_is_found() {
        let text = "//! Reads.\nfn f() {\n    unsafe { g() }\n}";
        assert_eq!(check(&tree_of("crates/wasm/src/reader.rs", text)), ["crates/wasm/src/reader.rs:3"]);
        assert_eq!(check(&tree_of("crates/pool/src/heap.rs", text)).len(), 0);
    }

    #[test]
    fn attributes_count_and_comments_do_not() {
        assert_eq!(check(&tree_of("a.rs", "#[unsafe(no_mangle)]\nfn f() {}")).len(), 1);
        assert_eq!(check(&tree_of("a.rs", "#![deny(unsafe_op_in_unsafe_fn)] // unsafe")).len(), 0);
    }
}
