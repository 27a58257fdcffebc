//! What the flags of opening do, alone and together.

use std::fs;

use super::*;
use moteur_platform::FileType;

#[test]
fn what_is_not_there() {
    let tree = Tree::new();
    assert_eq!(tree.open("file", READ), Err(Error::NotFound));
    assert_eq!(tree.open("file", DIRECTORY), Err(Error::NotFound));
    assert_eq!(tree.open("no/file", CREATE), Err(Error::NotFound));
    tree.put("file", b"");
    assert_eq!(tree.open("file/inner", READ), Err(Error::NotDirectory));
    assert_eq!(tree.open("file/inner", CREATE), Err(Error::NotDirectory));
    assert_eq!(tree.open("file", DIRECTORY), Err(Error::NotDirectory));
}

#[test]
fn creating() {
    let tree = Tree::new();
    let file = tree.open("file", CREATE).unwrap();
    assert_eq!(tree.files.write_at(file, b"bytes", 0), Ok(5));
    // What is there stays, if that is allowed.
    let again = tree.open("file", CREATE).unwrap();
    assert_eq!(tree.read(again), b"bytes");
    assert_eq!(tree.open("file", Open { exclusive: true, ..CREATE }), Err(Error::Exists));
    assert_eq!(tree.open("file", Open { create: true, exclusive: true, ..READ }), Err(Error::Exists));
    assert!(tree.open("exclusive", Open { exclusive: true, ..CREATE }).is_ok());
    // A file can be made by whoever only reads it, or does neither.
    for (name, how) in [("read", READ), ("neither", Open::default())] {
        let made = tree.open(name, Open { create: true, ..how }).unwrap();
        assert_eq!(tree.files.status(made).unwrap().size, 0);
        assert_eq!(tree.files.write_at(made, b"x", 0), Err(Error::BadHandle));
        assert_eq!(tree.files.set_size(made, 1), Err(Error::BadHandle));
        assert!(tree.host(name).exists());
        assert!(tree.open(name, Open { create: true, ..how }).is_ok());
    }
    assert!(tree.open("slash/", CREATE).is_err());
    assert!(!tree.host("slash").exists());
}

#[test]
fn cutting() {
    let tree = Tree::new();
    for how in
        [Open { truncate: true, ..READ_WRITE }, Open { truncate: true, ..READ }, Open { truncate: true, ..CREATE }]
    {
        tree.put("file", b"bytes");
        let file = tree.open("file", how).unwrap();
        assert_eq!(tree.read(file), b"", "{how:?}");
        assert_eq!(tree.files.write_at(file, b"x", 0).is_ok(), how.write);
    }
    assert_eq!(tree.open("nothing", Open { truncate: true, ..READ_WRITE }), Err(Error::NotFound));
}

#[test]
fn only_what_it_was_opened_for() {
    let tree = Tree::new();
    tree.put("file", b"bytes");
    let neither = tree.open("file", Open::default()).unwrap();
    let reader = tree.open("file", READ).unwrap();
    let writer = tree.open("file", Open { write: true, ..Open::default() }).unwrap();
    let appender = tree.open("file", Open { append: true, ..Open::default() }).unwrap();
    for (file, reads, writes) in
        [(neither, false, false), (reader, true, false), (writer, false, true), (appender, false, true)]
    {
        let files = &tree.files;
        assert_eq!(files.read_at(file, &mut [0; 3], 0), if reads { Ok(3) } else { Err(Error::BadHandle) });
        assert_eq!(files.write_at(file, b"by", 0), if writes { Ok(2) } else { Err(Error::BadHandle) });
        assert_eq!(files.append(file, b"!"), if writes { Ok(1) } else { Err(Error::BadHandle) });
        assert_eq!(files.set_size(file, 5), if writes { Ok(()) } else { Err(Error::BadHandle) });
        assert_eq!(files.status(file).unwrap().size, 5);
    }
    assert_eq!(tree.read(reader), b"bytes");
}

#[test]
fn directories() {
    let tree = Tree::new();
    fs::create_dir(tree.host("directory")).unwrap();
    for path in ["directory", "directory/", "directory///", "./directory/.", "directory/../directory", "."] {
        for how in [READ, DIRECTORY, FOLLOW, Open::default(), Open { nonblocking: true, ..READ }] {
            let directory = tree.open(path, how).unwrap();
            assert_eq!(tree.files.status(directory).unwrap().file_type, FileType::Directory);
            assert!(tree.files.entry(directory, 0, &mut [0; 100]).is_ok());
        }
        for how in [
            READ_WRITE,
            CREATE,
            Open { truncate: true, ..READ },
            Open { append: true, ..READ },
            Open { create: true, ..READ },
        ] {
            assert_eq!(tree.open(path, how), Err(Error::IsDirectory), "{path} {how:?}");
        }
        assert_eq!(tree.open(path, Open { write: true, ..DIRECTORY }), Err(Error::IsDirectory));
        assert_eq!(tree.open(path, Open { create: true, ..DIRECTORY }), Err(Error::Invalid));
        assert_eq!(tree.open(path, Open { truncate: true, ..DIRECTORY }), Err(Error::Invalid));
    }
}

#[test]
fn files_are_not_named_with_a_slash_at_the_end() {
    let tree = Tree::new();
    fs::create_dir_all(tree.host("directory/nested")).unwrap();
    tree.put("directory/nested/file", b"bytes");
    for path in ["directory/nested/file/", "directory/nested/file///", "directory/nested/file/."] {
        assert_eq!(tree.open(path, READ), Err(Error::NotDirectory), "{path}");
        for follow in [true, false] {
            assert_eq!(tree.files.status_at(tree.root, path, follow), Err(Error::NotDirectory), "{path}");
        }
    }
    let roundabout = "directory/.//nested/../../directory/nested/../nested///./file";
    assert_eq!(tree.open(roundabout, READ).map(|file| tree.read(file)), Ok(b"bytes".to_vec()));
}
