//! Files that fail on purpose: each operation in turn.

use moteur_platform::fault::FaultFiles;

use super::*;

/// Does one of everything, in an order in which nothing fails by itself.
fn everything(files: &dyn Files, root: Handle) -> Result<(), Error> {
    let file = files.open(root, "file", CREATE)?;
    files.write_at(file, b"abc", 0)?;
    files.append(file, b"def")?;
    files.set_size(file, 5)?;
    files.read_at(file, &mut [0; 8], 0)?;
    files.status(file)?;
    files.set_times(file, Time::Now, Time::Keep)?;
    files.set_flags(file, false, true)?;
    files.sync(file, true)?;
    files.close(file);
    files.status_at(root, "file", false)?;
    files.set_times_at(root, "file", true, Time::Keep, Time::Now)?;
    files.entry(root, 0, &mut [0; 8])?;
    files.create_directory(root, "directory")?;
    files.rename(root, "file", root, "directory/file")?;
    files.link(root, "directory/file", root, "file")?;
    files.remove_file(root, "directory/file")?;
    files.remove_directory(root, "directory")?;
    files.symlink("file", root, "link")?;
    files.read_link(root, "link", &mut [0; 8])?;
    files.remove_file(root, "link")?;
    files.remove_file(root, "file")
}

#[test]
fn the_nth_operation_fails_and_those_before_it_are_done() {
    let tree = Tree::new();
    let files = FaultFiles::new(&tree.files);
    assert_eq!(everything(&files, tree.root), Ok(()));
    let operations = files.operations();
    assert_eq!(operations, 21);
    for n in 0..operations {
        let tree = Tree::new();
        let files = FaultFiles::new(&tree.files);
        files.fail_after(Some(n), Error::NoSpace);
        assert_eq!(everything(&files, tree.root), Err(Error::NoSpace));
        assert_eq!(files.operations(), n + 1);
        assert_eq!(list(&tree.files, tree.root, 0).is_empty(), n == 0, "{n}");
    }
    files.fail_after(None, Error::NoSpace);
    assert_eq!(everything(&files, tree.root), Ok(()));
}
