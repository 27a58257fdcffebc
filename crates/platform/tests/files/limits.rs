//! What is too much, too long or too old is an error.

use super::*;

#[test]
fn handles_that_were_given_back_are_errors() {
    let tree = Tree::new();
    tree.put("file", b"old");
    let stale = tree.open("file", READ_WRITE).unwrap();
    tree.files.close(stale);
    tree.files.close(stale);
    // Another thing is open now, perhaps with the same descriptor of the host.
    let other = tree.open("file", READ_WRITE).unwrap();
    let files = &tree.files;
    for wrong in [stale, Handle(0), Handle(1), Handle(u32::MAX), Handle(other.0 ^ 1), Handle(other.0 ^ 1 << 31)] {
        let refused = [
            files.open(wrong, "file", READ).map(drop),
            files.status(wrong).map(drop),
            files.status_at(wrong, "file", true).map(drop),
            files.read_at(wrong, &mut [0; 4], 0).map(drop),
            files.entry(wrong, 0, &mut [0; 4]).map(drop),
            files.write_at(wrong, b"new", 0).map(drop),
            files.append(wrong, b"new").map(drop),
            files.set_size(wrong, 0),
            files.set_times(wrong, Time::Now, Time::Now),
            files.set_times_at(wrong, "file", true, Time::Now, Time::Now),
            files.set_flags(wrong, false, false),
            files.sync(wrong, false),
            files.create_directory(wrong, "new"),
            files.remove_directory(wrong, "new"),
            files.remove_file(wrong, "file"),
            files.rename(wrong, "file", tree.root, "new"),
            files.rename(tree.root, "file", wrong, "new"),
            files.link(wrong, "file", tree.root, "new"),
            files.link(tree.root, "file", wrong, "new"),
            files.symlink("file", wrong, "new"),
            files.read_link(wrong, "file", &mut [0; 4]).map(drop),
        ];
        for (n, result) in refused.into_iter().enumerate() {
            assert_eq!(result, Err(Error::BadHandle), "{wrong:?} {n}");
        }
        files.close(wrong);
    }
    assert_eq!(tree.read(other), b"old");
}

#[test]
fn files_are_no_directories_and_directories_no_files() {
    let tree = Tree::new();
    tree.put("file", b"old");
    let (files, file) = (&tree.files, tree.open("file", READ_WRITE).unwrap());
    let not_directory = [
        files.open(file, "x", CREATE).map(drop),
        files.status_at(file, "x", false).map(drop),
        files.entry(file, 0, &mut [0; 4]).map(drop),
        files.set_times_at(file, "x", true, Time::Now, Time::Now),
        files.create_directory(file, "x"),
        files.remove_directory(file, "x"),
        files.remove_file(file, "x"),
        files.rename(file, "x", tree.root, "y"),
        files.rename(tree.root, "file", file, "y"),
        files.link(file, "x", tree.root, "y"),
        files.link(tree.root, "file", file, "y"),
        files.symlink("x", file, "y"),
        files.read_link(file, "x", &mut [0; 4]).map(drop),
    ];
    for (n, result) in not_directory.into_iter().enumerate() {
        assert_eq!(result, Err(Error::NotDirectory), "{n}");
    }
    let is_directory = [
        files.read_at(tree.root, &mut [0; 4], 0).map(drop),
        files.write_at(tree.root, b"x", 0).map(drop),
        files.append(tree.root, b"x").map(drop),
        files.set_size(tree.root, 0),
        files.set_flags(tree.root, true, false),
    ];
    for (n, result) in is_directory.into_iter().enumerate() {
        assert_eq!(result, Err(Error::IsDirectory), "{n}");
    }
}

#[test]
fn there_are_only_so_many_handles() {
    let tree = Tree::with(HostFiles::with_handles_max(5), Access::ReadWrite);
    let handles: Vec<_> = (0..4).map(|n| tree.open(&format!("{n}"), CREATE).unwrap()).collect();
    assert_eq!(tree.open("one more", CREATE), Err(Error::Exhausted));
    assert_eq!(tree.open("..", DIRECTORY), Err(Error::Exhausted));
    assert!(!tree.host("one more").exists());
    let wrapped = tree.files.open_root(&tree.path, Access::ReadOnly).unwrap_err();
    assert_eq!(wrapped.get_ref().unwrap().downcast_ref(), Some(&Error::Exhausted));
    tree.files.close(handles[2]);
    assert!(tree.open("one more", CREATE).is_ok());
    assert_eq!(tree.open("two more", CREATE), Err(Error::Exhausted));
}

#[test]
fn roots_must_be_directories() {
    let tree = Tree::new();
    tree.put("file", b"");
    let open = |path: &str| tree.files.open_root(&tree.host(path), Access::ReadOnly).unwrap_err().kind();
    assert_eq!(open("file"), std::io::ErrorKind::NotADirectory);
    assert_eq!(open("nothing"), std::io::ErrorKind::NotFound);
}

#[test]
fn a_root_can_be_given_back() {
    let tree = Tree::new();
    let inner = tree.open(".", DIRECTORY).unwrap();
    tree.files.close(tree.root);
    assert_eq!(tree.open("new", CREATE), Err(Error::BadHandle));
    // What was opened through it stays.
    assert!(tree.files.open(inner, "new", CREATE).is_ok());
}

#[test]
fn offsets_and_sizes_that_no_file_has() {
    let tree = Tree::new();
    tree.put("file", b"bytes");
    let (files, file) = (&tree.files, tree.open("file", READ_WRITE).unwrap());
    for huge in [u64::MAX, u64::MAX - 1, 1 << 63] {
        assert_eq!(files.read_at(file, &mut [0; 4], huge), Err(Error::Invalid));
        assert_eq!(files.write_at(file, b"x", huge), Err(Error::TooLarge));
        assert_eq!(files.set_size(file, huge), Err(Error::TooLarge));
    }
    // The largest that there are: some file systems have such files, with holes in them.
    for far in [i64::MAX as u64, i64::MAX as u64 - 1, 1 << 62] {
        assert!(matches!(files.read_at(file, &mut [0; 4], far), Ok(0) | Err(Error::Invalid)), "{far}");
        let written = files.write_at(file, b"xy", far);
        assert!(matches!(written, Ok(1 | 2) | Err(Error::TooLarge | Error::Invalid)), "{far} {written:?}");
        let sized = files.set_size(file, far);
        assert!(matches!(sized, Ok(()) | Err(Error::TooLarge | Error::Invalid)), "{far} {sized:?}");
        files.set_size(file, 5).unwrap();
    }
    assert_eq!(tree.read(file), b"bytes");
}

#[test]
fn names_that_no_file_has() {
    let tree = Tree::new();
    tree.put("own", b"own");
    let long_name = "n".repeat(5000);
    let long_path = "d/".repeat(2500) + "file";
    let gigantic = "g".repeat(100_000_000);
    let cases: &[(&str, Error)] = &[
        ("", Error::NotFound),
        ("nul\0", Error::BadName),
        ("\0", Error::BadName),
        ("own\0/../own", Error::BadName),
        (&long_name, Error::NameTooLong),
        (&long_name[..300], Error::NameTooLong),
        (&long_path, Error::NameTooLong),
        (&gigantic, Error::NameTooLong),
    ];
    for &(path, error) in cases {
        for (name, attempt) in ATTEMPTS {
            let path_start: String = path.chars().take(20).collect();
            assert_eq!(attempt(&tree.files, tree.root, path), Err(error), "{name} {path_start:?}");
        }
        let text = tree.files.symlink(path, tree.root, "link");
        // A link may say what no file is called.
        if path.len() == 300 {
            assert_eq!(text, Ok(()));
        } else {
            assert_eq!(text, Err(error));
        }
    }
    assert_eq!(tree.open("own", READ).map(|file| tree.read(file)), Ok(b"own".to_vec()));
}
