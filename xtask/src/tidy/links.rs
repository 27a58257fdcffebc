//! Relative links in the documents lead to something that exists.

use super::Tree;

/// Links that lead nowhere.
pub fn check(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| file.is("md")) {
        let dir = file.path.rsplit_once('/').map_or("", |(dir, _)| dir);
        for (line, link) in links(&file.text) {
            let Some(path) = local(link) else { continue };
            let found = resolve(dir, path).is_some_and(|path| path.is_empty() || tree.paths.contains(&path));
            if !found {
                problems.push(format!("{}:{line} {link}", file.path));
            }
        }
    }
    problems
}

/// The targets of `[text](target)` and `[text]: target`, code aside, with their lines.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        // Pieces of odd number stand between backticks.
        for piece in line.split('`').step_by(2) {
            found.extend(inline(piece).map(|link| (index + 1, link)));
        }
        if let Some((_, link)) = line.split_once("]: ").filter(|(label, _)| label.starts_with('[')) {
            found.push((index + 1, link.trim()));
        }
    }
    found
}

/// A link whose text is code has its `](` behind a backtick, so the opening bracket is not looked for.
fn inline(piece: &str) -> impl Iterator<Item = &str> {
    piece.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next())
}

/// The path of a link into this repository, without its fragment.
fn local(link: &str) -> Option<&str> {
    let path = link.split('#').next().unwrap_or_default();
    let is_elsewhere = path.contains("://") || path.starts_with("mailto:");
    (!is_elsewhere && !path.is_empty()).then_some(path)
}

/// The path from the root; `None` if it leaves the repository or is absolute.
fn resolve(dir: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut names: Vec<&str> = dir.split('/').filter(|name| !name.is_empty()).collect();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree_of;
    use super::*;

    #[test]
    fn a_dead_link_is_found() {
        assert_eq!(check(&tree_of("docs/a.md", "see [b](b.md)")), ["docs/a.md:1 b.md"]);
        assert_eq!(check(&tree_of("docs/a.md", "see [`b`](b.md)")).len(), 1);
        assert_eq!(check(&tree_of("docs/a.md", "[b]: ../b.md")).len(), 1);
        assert_eq!(check(&tree_of("docs/a.md", "[b](../../docs/a.md)")).len(), 1);
        assert_eq!(check(&tree_of("docs/a.md", "[b](/docs/a.md)")).len(), 1);
    }

    #[test]
    fn links_that_lead_somewhere_and_code_are_let_be() {
        let text = "[a](a.md#x) [up](../docs/a.md) [x](https://x.y/z) [y](#y) `[c](no.md)`\n```\n[d](no.md)\n```";
        assert_eq!(check(&tree_of("docs/a.md", text)), [""; 0]);
    }
}
