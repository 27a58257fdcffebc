//! Which of our crates may depend on which, what the small ones may take from outside, and how many features there are.

use super::Tree;

/// A crate and all that it may depend on among ours; dependencies point down only.
struct Layer {
    name: &'static str,
    ours: &'static [&'static str],
    /// What it may take from outside, if that is limited.
    outside: Option<&'static [&'static str]>,
}

const fn small(name: &'static str, ours: &'static [&'static str], outside: &'static [&'static str]) -> Layer {
    Layer { name, ours, outside: Some(outside) }
}

const fn large(name: &'static str, ours: &'static [&'static str]) -> Layer {
    Layer { name, ours, outside: None }
}

const LAYERS: &[Layer] = &[
    small("moteur-wasm", &[], &["libm"]),
    small("moteur-pool", &[], &["rlsf"]),
    small("moteur-slots", &[], &["embedded-storage", "crc"]),
    large("moteur-platform", &[]),
    small("moteur-image", &["moteur-wasm"], &["sha2"]),
    small("moteur", &["moteur-wasm", "moteur-image", "moteur-pool", "moteur-platform"], &["ed25519-compact", "defmt"]),
    large("moteur-macros", &[]),
    large("moteur-guest", &["moteur", "moteur-platform", "moteur-macros"]),
    large("moteur-compiler", &["moteur-wasm", "moteur-image"]),
    large("moteur-zephyr", &["moteur-capi", "moteur-guest", "moteur", "moteur-platform", "moteur-slots"]),
    large("moteur-capi", &["moteur-guest", "moteur", "moteur-platform", "moteur-pool"]),
    large(
        "moteur-cli",
        &["moteur-guest", "moteur-compiler", "moteur", "moteur-image", "moteur-platform", "moteur-slots"],
    ),
];

/// The most features of `moteur`, `default` aside.
const FEATURES_MAX: usize = 10;

/// Dependencies that don't point down.
pub fn dependencies(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for package in &tree.packages {
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == package.name) else {
            continue;
        };
        for dependency in &package.dependencies {
            let is_ours = dependency.starts_with("moteur") || tree.packages.iter().any(|p| p.name == *dependency);
            let allowed = if is_ours { Some(layer.ours) } else { layer.outside };
            if allowed.is_some_and(|allowed| !allowed.contains(&dependency.as_str())) {
                problems.push(format!("{} may not depend on {dependency}", package.name));
            }
        }
    }
    problems
}

/// Too many features.
pub fn features(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for package in tree.packages.iter().filter(|package| package.name == "moteur") {
        let count = package.features.iter().filter(|feature| *feature != "default").count();
        if count > FEATURES_MAX {
            problems.push(format!("{} has {count} features", package.name));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree_of_package;
    use super::*;

    #[test]
    fn upward_dependencies_are_found() {
        assert_eq!(dependencies(&tree_of_package("moteur-wasm", &["moteur"], &[])).len(), 1);
        assert_eq!(dependencies(&tree_of_package("moteur-guest", &["moteur-cli"], &[])).len(), 1);
        assert_eq!(dependencies(&tree_of_package("moteur", &["moteur-wasm", "moteur-pool"], &[])).len(), 0);
    }

    #[test]
    fn a_small_crate_takes_little_from_outside() {
        assert_eq!(dependencies(&tree_of_package("moteur-wasm", &["libm"], &[])).len(), 0);
        assert_eq!(dependencies(&tree_of_package("moteur-wasm", &["serde"], &[])).len(), 1);
        assert_eq!(dependencies(&tree_of_package("moteur-cli", &["serde"], &[])).len(), 0);
    }

    #[test]
    fn an_eleventh_feature_is_found() {
        let names = ["default", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
        assert_eq!(features(&tree_of_package("moteur", &[], &names)).len(), 1);
        assert_eq!(features(&tree_of_package("moteur", &[], &names[..11])).len(), 0);
    }
}
