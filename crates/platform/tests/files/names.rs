//! Making, changing and removing names.

use std::fs;

use super::*;

#[test]
fn making_and_removing_directories() {
    let tree = Tree::new();
    let (files, root) = (&tree.files, tree.root);
    assert_eq!(files.create_directory(root, "directory"), Ok(()));
    assert_eq!(files.create_directory(root, "directory"), Err(Error::Exists));
    assert_eq!(files.create_directory(root, "directory/nested/"), Ok(()));
    assert_eq!(files.create_directory(root, "no/directory"), Err(Error::NotFound));
    assert_eq!(files.remove_directory(root, "directory"), Err(Error::NotEmpty));
    assert_eq!(files.remove_directory(root, "directory/nested//"), Ok(()));
    assert_eq!(files.remove_directory(root, "directory"), Ok(()));
    assert_eq!(files.remove_directory(root, "directory"), Err(Error::NotFound));
    assert!(files.remove_directory(root, ".").is_err());
    tree.put("file", b"");
    assert_eq!(files.create_directory(root, "file"), Err(Error::Exists));
    assert_eq!(files.remove_directory(root, "file"), Err(Error::NotDirectory));
    assert_eq!(files.remove_directory(root, "file/"), Err(Error::NotDirectory));
}

#[test]
fn removing_files() {
    let tree = Tree::new();
    let (files, root) = (&tree.files, tree.root);
    tree.put("file", b"");
    fs::create_dir(tree.host("directory")).unwrap();
    assert_eq!(files.remove_file(root, "file/"), Err(Error::NotDirectory));
    assert_eq!(files.remove_file(root, "file"), Ok(()));
    assert_eq!(files.remove_file(root, "file"), Err(Error::NotFound));
    for path in ["directory", "directory/"] {
        // Linux has a word for it; others only say no.
        let refused = files.remove_file(root, path).unwrap_err();
        assert!(matches!(refused, Error::IsDirectory | Error::NotPermitted | Error::Denied), "{refused:?}");
    }
    assert!(tree.host("directory").exists());
}

#[test]
fn renaming() {
    let tree = Tree::new();
    let (files, root) = (&tree.files, tree.root);
    tree.put("file", b"bytes");
    for directory in ["source", "empty", "full", "full/nested"] {
        fs::create_dir(tree.host(directory)).unwrap();
    }
    let full = tree.open("full", DIRECTORY).unwrap();
    assert_eq!(files.rename(root, "nothing", root, "new"), Err(Error::NotFound));
    assert_eq!(files.rename(root, "file", full, "moved"), Ok(()));
    assert_eq!(tree.open("full/moved", READ).map(|file| tree.read(file)), Ok(b"bytes".to_vec()));
    tree.put("other", b"other");
    assert_eq!(files.rename(full, "moved", root, "other"), Ok(()));
    assert_eq!(fs::read(tree.host("other")).unwrap(), b"bytes");
    assert_eq!(files.rename(root, "other", root, "other"), Ok(()));
    if cfg!(unix) {
        assert_eq!(files.rename(root, "source", root, "empty"), Ok(()));
        assert_eq!(files.rename(root, "empty", root, "full"), Err(Error::NotEmpty));
        assert_eq!(files.rename(root, "empty", root, "other"), Err(Error::NotDirectory));
        assert_eq!(files.rename(root, "other", root, "empty"), Err(Error::IsDirectory));
        assert_eq!(files.rename(root, "full", root, "full/nested/inner"), Err(Error::Invalid));
        assert_eq!(files.rename(root, "other/", root, "new"), Err(Error::NotDirectory));
        assert_eq!(files.rename(root, "other", root, "new/"), Err(Error::NotDirectory));
        for (from, to) in [("empty/", "new"), ("new", "empty/"), ("empty/", "new/"), ("new", "empty")] {
            assert_eq!(files.rename(root, from, root, to), Ok(()), "{from} {to}");
        }
    }
}

#[test]
fn second_names() {
    let tree = Tree::new();
    let (files, root) = (&tree.files, tree.root);
    tree.put("file", b"bytes");
    fs::create_dir(tree.host("directory")).unwrap();
    let directory = tree.open("directory", DIRECTORY).unwrap();
    assert_eq!(files.link(root, "file", directory, "second"), Ok(()));
    let (first, second) = (files.status_at(root, "file", false), files.status_at(directory, "second", false));
    assert_eq!(first, second);
    assert_eq!(first.unwrap().links, 2);
    assert_eq!(files.link(root, "file", root, "file"), Err(Error::Exists));
    assert_eq!(files.link(root, "file", root, "directory"), Err(Error::Exists));
    assert_eq!(files.link(root, "nothing", root, "new"), Err(Error::NotFound));
    assert!(matches!(files.link(root, "directory", root, "new"), Err(Error::NotPermitted | Error::Denied)));
    assert_eq!(files.link(root, "file", root, "new/"), Err(Error::NotFound));
    files.remove_file(root, "file").unwrap();
    assert_eq!(files.status_at(directory, "second", false).unwrap().links, 1);
}
