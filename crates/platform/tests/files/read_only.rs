//! Nothing below a read-only directory changes, whatever the operating system would allow.

use std::fs;

use super::*;

fn tree() -> (Tree, Handle) {
    let tree = Tree::with(HostFiles::new(), Access::ReadOnly);
    tree.put("file", b"as it was");
    fs::create_dir(tree.host("directory")).unwrap();
    tree.put("directory/inner", b"inner");
    let writable = tree.files.open_root(&tree.path.join("outside"), Access::ReadWrite).unwrap();
    (tree, writable)
}

#[test]
fn reading_works() {
    let (tree, _) = tree();
    let file = tree.open("file", READ).unwrap();
    assert_eq!(tree.read(file), b"as it was");
    let directory = tree.open("directory", DIRECTORY).unwrap();
    assert_eq!(list(&tree.files, directory, 0).len(), 1);
    let inner = tree.files.open(directory, "inner", READ).unwrap();
    assert_eq!(tree.files.status(inner).unwrap().size, 5);
    assert_eq!(tree.files.status_at(directory, "inner", true).unwrap().size, 5);
    // Nothing changes there, so everything is on the medium.
    assert_eq!(tree.files.sync(inner, false), Ok(()));
    assert_eq!(tree.files.sync(directory, true), Ok(()));
    assert_eq!(tree.files.set_flags(inner, true, true), Ok(()));
}

#[test]
fn every_change_is_refused() {
    let (tree, writable) = tree();
    let before = fs::metadata(tree.host("file")).unwrap().modified().unwrap();
    let directory = tree.open("directory", DIRECTORY).unwrap();
    let dot = tree.files.open(directory, ".", DIRECTORY).unwrap();
    for (at, old) in [(tree.root, "file"), (directory, "inner"), (dot, "inner")] {
        let files = &tree.files;
        let open = |how| files.open(at, old, how).map(drop);
        let new = |how| files.open(at, "new", how).map(drop);
        let refused = [
            open(READ_WRITE),
            open(Open { write: true, ..Open::default() }),
            open(Open { append: true, ..READ }),
            open(Open { truncate: true, ..READ }),
            open(Open { create: true, ..READ }),
            new(CREATE),
            new(Open { create: true, ..READ }),
            new(Open { create: true, exclusive: true, ..READ }),
            files.set_times_at(at, old, true, Time::Now, Time::Now),
            files.set_times_at(at, old, false, Time::At(0), Time::Keep),
            files.set_times(at, Time::Now, Time::Now),
            files.create_directory(at, "new"),
            files.remove_directory(at, "directory"),
            files.remove_file(at, old),
            files.rename(at, old, at, "new"),
            files.rename(at, old, writable, "new"),
            files.rename(writable, "secret", at, "new"),
            files.link(at, old, at, "new"),
            // A second name where one may write would be a way to write to it.
            files.link(at, old, writable, "new"),
            files.link(writable, "secret", at, "new"),
            files.symlink(old, at, "new"),
        ];
        for (n, result) in refused.into_iter().enumerate() {
            assert_eq!(result, Err(Error::ReadOnly), "{old} {n}");
        }
        let file = files.open(at, old, READ).unwrap();
        assert_eq!(files.write_at(file, b"x", 0), Err(Error::ReadOnly));
        assert_eq!(files.append(file, b"x"), Err(Error::ReadOnly));
        assert_eq!(files.set_size(file, 0), Err(Error::ReadOnly));
        assert_eq!(files.set_times(file, Time::Now, Time::Now), Err(Error::ReadOnly));
    }
    assert_eq!(fs::read(tree.host("file")).unwrap(), b"as it was");
    assert_eq!(fs::metadata(tree.host("file")).unwrap().modified().unwrap(), before);
    assert_eq!(list(&tree.files, tree.root, 0).len(), 2);
    assert_eq!(tree.outside(), [("secret".to_owned(), SECRET.to_vec())]);
}
