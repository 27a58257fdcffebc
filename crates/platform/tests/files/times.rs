//! Times of files.

use std::fs;
use std::time::SystemTime;

use super::*;

/// 2001-09-09 01:46:40 UTC, and a little.
pub const THEN: u64 = 1_000_000_000_000_000_000 + 123_456_700;

fn now_ns() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos().try_into().unwrap()
}

/// Whether it is the present, give or take a minute.
fn is_present(ns: u64) -> bool {
    ns.abs_diff(now_ns()) < 60_000_000_000
}

/// Sets times of something, and tells them.
pub type SetAndGet<'a> = &'a dyn Fn(Time, Time) -> (u64, u64);

pub fn each_combination(set_and_get: SetAndGet) {
    assert_eq!(set_and_get(Time::At(THEN), Time::At(THEN + 100)), (THEN, THEN + 100));
    assert_eq!(set_and_get(Time::Keep, Time::At(THEN + 200)), (THEN, THEN + 200));
    assert_eq!(set_and_get(Time::At(THEN + 300), Time::Keep), (THEN + 300, THEN + 200));
    assert_eq!(set_and_get(Time::Keep, Time::Keep), (THEN + 300, THEN + 200));
    let (accessed, modified) = set_and_get(Time::Keep, Time::Now);
    assert!(accessed == THEN + 300 && is_present(modified));
    let (accessed, modified) = set_and_get(Time::Now, Time::At(THEN));
    assert!(is_present(accessed) && modified == THEN);
    assert_eq!(set_and_get(Time::At(0), Time::At(0)), (0, 0));
}

#[test]
fn of_what_is_open_and_of_what_has_a_name() {
    let tree = Tree::new();
    tree.put("file", b"");
    fs::create_dir(tree.host("directory")).unwrap();
    let files = &tree.files;
    let opened = [("file", READ_WRITE), ("file", READ), ("directory", DIRECTORY)];
    for (path, how) in opened.into_iter().filter(|(_, how)| how.write || cfg!(unix)) {
        let handle = tree.open(path, how).unwrap();
        each_combination(&|accessed, modified| {
            files.set_times(handle, accessed, modified).unwrap();
            let status = files.status(handle).unwrap();
            (status.accessed_ns, status.modified_ns)
        });
    }
    for (path, follow) in [("file", true), ("file", false), ("directory", true), (".", true)] {
        each_combination(&|accessed, modified| {
            files.set_times_at(tree.root, path, follow, accessed, modified).unwrap();
            let status = files.status_at(tree.root, path, follow).unwrap();
            (status.accessed_ns, status.modified_ns)
        });
    }
    assert_eq!(files.set_times(tree.root, Time::Now, Time::Now), Ok(()));
    assert_eq!(files.set_times_at(tree.root, "nothing", true, Time::Now, Time::Now), Err(Error::NotFound));
    // Later than most file systems know: they take what is nearest, or say no.
    let last = files.set_times_at(tree.root, "file", true, Time::At(u64::MAX), Time::At(u64::MAX));
    assert!(matches!(last, Ok(()) | Err(Error::Invalid)), "{last:?}");
}

#[test]
fn writing_changes_them() {
    let tree = Tree::new();
    let (files, file) = (&tree.files, tree.open("file", CREATE).unwrap());
    let status = files.status(file).unwrap();
    assert!(is_present(status.modified_ns) && is_present(status.accessed_ns) && is_present(status.changed_ns));
    files.set_times(file, Time::Keep, Time::At(THEN)).unwrap();
    files.write_at(file, b"x", 0).unwrap();
    assert!(is_present(files.status(file).unwrap().modified_ns));
    assert_eq!(files.status(file), files.status_at(tree.root, "file", true));
}

#[test]
fn before_1970_is_zero() {
    let tree = Tree::new();
    tree.put("file", b"");
    let before = SystemTime::UNIX_EPOCH - std::time::Duration::from_secs(1_000_000);
    fs::File::options().write(true).open(tree.host("file")).unwrap().set_modified(before).unwrap();
    assert_eq!(tree.files.status_at(tree.root, "file", true).unwrap().modified_ns, 0);
}
