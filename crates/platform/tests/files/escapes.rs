//! No path leads out of the guest's directory.

use std::fs;

use super::*;

/// A tree in which something stands that attempts can use.
pub fn tree() -> Tree {
    let tree = Tree::new();
    tree.put("own", b"own");
    fs::create_dir_all(tree.host("a/b")).unwrap();
    tree
}

#[test]
fn paths_that_lead_out_are_refused_by_every_operation() {
    let tree = tree();
    let absolute = tree.path.join("outside/secret").to_str().unwrap().to_owned();
    let inside_but_absolute = tree.host("own").to_str().unwrap().to_owned();
    let through = [
        "../outside/secret",
        "a/../../outside/secret",
        "a/b/../../../outside/secret",
        "./.././outside/secret",
        "a//..//../outside/secret",
        "../outside/new",
        "../guest/own",
        "..//outside/secret",
        // Nothing that a machine would miss if it were let through: these attempts write and remove.
        "/nowhere/file",
        "//nowhere/file",
        "/nowhere/file/",
        &absolute,
        &inside_but_absolute,
    ];
    for path in through {
        for (name, attempt) in ATTEMPTS {
            assert_eq!(attempt(&tree.files, tree.root, path), Err(Error::Escapes), "{name} {path}");
        }
    }
    assert_eq!(tree.outside(), [("secret".to_owned(), SECRET.to_vec())]);
    assert_eq!(fs::read(tree.host("own")).unwrap(), b"own");
}

#[test]
fn the_directory_above_is_not_there() {
    let tree = tree();
    for path in ["..", "../", "../.", "a/../..", "a/b/../../..", "/", "//", "/.", "/.."] {
        for (name, attempt) in ATTEMPTS {
            let got = attempt(&tree.files, tree.root, path);
            assert!(got.is_err(), "{name} {path}");
            if name.starts_with("open") || *name == "status_at" {
                assert_eq!(got, Err(Error::Escapes), "{name} {path}");
            }
        }
    }
    // What stays inside is no escape.
    assert!(tree.open("a/b/../..", DIRECTORY).is_ok());
    assert!(tree.open("a/b/../../own", READ).is_ok());
}

#[test]
fn a_directory_that_is_moved_does_not_open_what_is_above_it() {
    let tree = tree();
    let inner = tree.open("a/b", DIRECTORY).unwrap();
    assert_eq!(tree.files.open(inner, "../../own", READ), Err(Error::Escapes));
    assert_eq!(tree.files.open(inner, "..", READ), Err(Error::Escapes));
    tree.files.rename(tree.root, "a/b", tree.root, "b").unwrap();
    assert_eq!(tree.files.open(inner, "../own", READ), Err(Error::Escapes));
    assert_eq!(tree.files.open(inner, "new", CREATE).map(drop), Ok(()));
    assert!(tree.host("b/new").exists());
}
