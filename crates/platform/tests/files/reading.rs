//! Reading, writing, appending, sizes, flags.

use std::fs;
use std::thread;

use super::*;

#[test]
fn positions_belong_to_the_caller() {
    let tree = Tree::new();
    let (files, file) = (&tree.files, tree.open("file", CREATE).unwrap());
    assert_eq!(files.write_at(file, &[0, 1, 2, 3], 0), Ok(4));
    assert_eq!(files.write_at(file, &[9], 1), Ok(1));
    let mut buffer = [7; 6];
    assert_eq!(files.read_at(file, &mut buffer, 0), Ok(4));
    assert_eq!(buffer, [0, 9, 2, 3, 7, 7]);
    assert_eq!(files.read_at(file, &mut buffer[..2], 2), Ok(2));
    assert_eq!(buffer[..2], [2, 3]);
    assert_eq!(files.read_at(file, &mut buffer, 4), Ok(0));
    assert_eq!(files.read_at(file, &mut buffer, 1 << 40), Ok(0));
    assert_eq!(files.read_at(file, &mut [], 0), Ok(0));
    assert_eq!(files.write_at(file, &[], 0), Ok(0));
    // Behind the end: zeros come in between.
    assert_eq!(files.write_at(file, &[5], 6), Ok(1));
    assert_eq!(tree.read(file), [0, 9, 2, 3, 0, 0, 5]);
}

#[test]
fn appending_goes_to_the_end_and_writing_where_it_is_told_to() {
    let tree = Tree::new();
    tree.put("file", b"start ");
    let file = tree.open("file", Open { append: true, ..READ }).unwrap();
    assert_eq!(tree.files.append(file, b"end"), Ok(3));
    assert_eq!(tree.files.write_at(file, b"S", 0), Ok(1));
    assert_eq!(tree.files.append(file, b"."), Ok(1));
    assert_eq!(tree.files.append(file, b""), Ok(0));
    assert_eq!(tree.read(file), b"Start end.");
}

#[test]
fn who_appends_at_the_same_time_loses_nothing() {
    let tree = Tree::new();
    tree.put("file", b"");
    thread::scope(|threads| {
        for letter in [b"aaa", b"bbb", b"ccc"] {
            let file = tree.open("file", READ_WRITE).unwrap();
            let files = &tree.files;
            threads.spawn(move || (0..5000).for_each(|_| assert_eq!(files.append(file, letter), Ok(3))));
        }
    });
    let all = fs::read(tree.host("file")).unwrap();
    assert_eq!(all.len(), 45_000);
    assert!(all.chunks(3).all(|three| three[0] == three[1] && three[1] == three[2]));
}

#[test]
fn sizes() {
    let tree = Tree::new();
    tree.put("file", b"bytes");
    let (files, file) = (&tree.files, tree.open("file", READ_WRITE).unwrap());
    files.set_size(file, 2).unwrap();
    assert_eq!(tree.read(file), b"by");
    files.set_size(file, 4).unwrap();
    assert_eq!(tree.read(file), b"by\0\0");
    files.set_size(file, 0).unwrap();
    assert_eq!(files.status(file).unwrap().size, 0);
}

#[test]
fn flags_and_the_medium() {
    let tree = Tree::new();
    let (files, file) = (&tree.files, tree.open("file", Open { sync: true, nonblocking: true, ..CREATE }).unwrap());
    assert_eq!(files.write_at(file, b"a", 0), Ok(1));
    assert_eq!(files.append(file, b"b"), Ok(1));
    assert_eq!(files.set_size(file, 3), Ok(()));
    assert_eq!(files.set_flags(file, false, false), Ok(()));
    assert_eq!(files.write_at(file, b"c", 2), Ok(1));
    assert_eq!(files.set_flags(file, true, true), Ok(()));
    assert_eq!(files.append(file, b"d"), Ok(1));
    for handle in [file, tree.root, tree.open("file", READ).unwrap(), tree.open(".", DIRECTORY).unwrap()] {
        assert_eq!(files.sync(handle, false), Ok(()));
        assert_eq!(files.sync(handle, true), Ok(()));
    }
    assert_eq!(tree.read(file), b"abcd");
}

#[test]
fn what_has_no_name_any_more_stays_open() {
    let tree = Tree::new();
    let file = tree.open("file", CREATE).unwrap();
    tree.files.remove_file(tree.root, "file").unwrap();
    assert_eq!(tree.files.write_at(file, b"bytes", 0), Ok(5));
    assert_eq!(tree.read(file), b"bytes");
    let status = tree.files.status(file).unwrap();
    assert_eq!((status.size, status.links), (5, 0));
}
