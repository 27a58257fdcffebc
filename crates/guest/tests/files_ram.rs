//! `RamFiles`: every method, good and bad arguments, what stays of what is removed, limits, threads.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use moteur::Heap;
use moteur::pool::Counted;
use moteur_guest::files::{RamFiles, RamLimits};
use moteur_platform::{Clock, Console, Error, FileType, Files, Handle, Open, Parts, Stream, Time};

mod files_common;

use files_common::{BOTH, CREATE, READ, WRITE, contents, list, snapshot};

fn files() -> RamFiles {
    RamFiles::new(Heap::system(), RamLimits::default())
}

fn put(files: &RamFiles, path: &str, bytes: &[u8]) {
    let file = files.open(files.root(), path, Open { truncate: true, ..CREATE }).unwrap();
    assert_eq!(files.write_at(file, bytes, 0), Ok(bytes.len()));
    files.close(file);
}

fn get(files: &RamFiles, path: &str) -> Vec<u8> {
    let file = files.open(files.root(), path, READ).unwrap();
    let bytes = contents(files, file);
    files.close(file);
    bytes
}

#[test]
fn bytes_stand_where_they_were_written() {
    let files = files();
    let file = files.open(files.root(), "a", CREATE).unwrap();
    let mut expected = Vec::new();
    // Around the edges of blocks, over several, over old content, behind the end.
    for (offset, len) in [(0, 3), (250, 10), (255, 1), (256, 256), (100, 700), (1500, 1), (1024, 0), (5000, 0), (2, 2)]
    {
        let bytes: Vec<u8> = (0..len).map(|n| (n + offset + 1) as u8 | 1).collect();
        assert_eq!(files.write_at(file, &bytes, offset as u64), Ok(len));
        if len > 0 {
            expected.resize(expected.len().max(offset + len), 0);
            expected[offset..offset + len].copy_from_slice(&bytes);
        }
        assert_eq!(contents(&files, file), expected);
    }
    let mut piece = [0; 10];
    assert_eq!(files.read_at(file, &mut piece, 1495), Ok(6));
    assert_eq!(files.read_at(file, &mut piece, 1501), Ok(0));
    assert_eq!(files.read_at(file, &mut piece, u64::MAX), Ok(0));
    assert_eq!(files.append(file, b"end"), Ok(3));
    assert_eq!(files.read_at(file, &mut piece, 1501), Ok(3));
    assert_eq!(&piece[..3], b"end");
}

#[test]
fn what_is_cut_off_is_gone() {
    let files = files();
    let file = files.open(files.root(), "a", CREATE).unwrap();
    for cut in [0, 1, 255, 256, 257, 511, 512, 600, 999] {
        assert_eq!(files.write_at(file, &[7; 1000], 0), Ok(1000));
        assert_eq!(files.set_size(file, cut), Ok(()));
        assert_eq!(files.status(file).unwrap().size, cut);
        assert_eq!(files.set_size(file, 1200), Ok(()));
        let mut expected = vec![7; cut as usize];
        expected.resize(1200, 0);
        assert!(contents(&files, file) == expected, "cut at {cut}");
    }
}

#[test]
fn a_hole_costs_no_memory() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    let files = RamFiles::new(heap, RamLimits { bytes_max: 1 << 20, ..RamLimits::default() });
    let file = files.open(files.root(), "a", CREATE).unwrap();
    assert_eq!(files.write_at(file, b"x", (1 << 20) - 1), Ok(1));
    assert!(heap.stats().used < 128 << 10, "{}", heap.stats().used);
    let mut bytes = vec![1; 1 << 20];
    assert_eq!(files.read_at(file, &mut bytes, 0), Ok(1 << 20));
    assert!(bytes[..(1 << 20) - 1].iter().all(|byte| *byte == 0) && bytes.ends_with(b"x"));
}

#[test]
fn opening_checks_what_is_there() {
    let files = files();
    let root = files.root();
    put(&files, "file", b"content");
    files.create_directory(root, "dir").unwrap();
    for (path, how, error) in [
        ("none", READ, Error::NotFound),
        ("none/", READ, Error::NotFound),
        ("none/x", CREATE, Error::NotFound),
        ("file/x", CREATE, Error::NotDirectory),
        ("file/", READ, Error::NotDirectory),
        ("file", Open { directory: true, ..READ }, Error::NotDirectory),
        ("file", Open { exclusive: true, ..CREATE }, Error::Exists),
        ("dir", Open { exclusive: true, ..CREATE }, Error::Exists),
        ("dir", CREATE, Error::IsDirectory),
        ("dir", WRITE, Error::IsDirectory),
        ("dir", Open { truncate: true, ..WRITE }, Error::IsDirectory),
        ("new/", CREATE, Error::IsDirectory),
        ("new", Open { directory: true, ..CREATE }, Error::Invalid),
        ("dir", Open { truncate: true, ..READ }, Error::IsDirectory),
        ("", CREATE, Error::NotFound),
        ("/file", READ, Error::Escapes),
        ("../file", READ, Error::Escapes),
        ("new\0", CREATE, Error::Invalid),
    ] {
        assert_eq!(files.open(root, path, how), Err(error), "{path} {how:?}");
    }
    assert_eq!(get(&files, "file"), b"content", "nothing was cut");
    let paths: Vec<_> = snapshot(&files, root).into_keys().collect();
    assert_eq!(paths, ["dir", "file"], "nothing was made");

    for path in ["dir", "dir/", "dir/.", ".", "./", "dir/.."] {
        let directory = files.open(root, path, Open { directory: true, ..READ }).unwrap();
        assert_eq!(files.status(directory), files.status_at(root, path, true), "{path}");
        files.close(directory);
    }
    // Whether it may be cut is asked by whoever gives the directory to a guest.
    let cut = files.open(root, "file", Open { truncate: true, ..READ }).unwrap();
    assert_eq!(files.status(cut).unwrap().size, 0);
}

#[test]
fn a_handle_does_what_it_was_opened_for() {
    let files = files();
    put(&files, "file", b"content");
    let (read, write) =
        (files.open(files.root(), "file", READ).unwrap(), files.open(files.root(), "file", WRITE).unwrap());
    assert_eq!(files.write_at(read, b"x", 0), Err(Error::Denied));
    assert_eq!(files.append(read, b"x"), Err(Error::Denied));
    assert_eq!(files.set_size(read, 0), Err(Error::Denied));
    assert_eq!(files.read_at(write, &mut [0], 0), Err(Error::Denied));
    assert_eq!(files.entry(read, 0, &mut []), Err(Error::NotDirectory));
    assert_eq!(files.open(read, ".", READ), Err(Error::NotDirectory));
    assert_eq!(files.create_directory(read, "x"), Err(Error::NotDirectory));
    assert_eq!(files.set_flags(read, true, true), Ok(()));
    assert_eq!(files.sync(write, true), Ok(()));
    assert_eq!(files.write_at(write, b"C", 0), Ok(1));
    assert_eq!(contents(&files, read), b"Content", "seen at once");

    let root = files.root();
    assert_eq!(files.read_at(root, &mut [0], 0), Err(Error::IsDirectory));
    assert_eq!(files.write_at(root, b"x", 0), Err(Error::IsDirectory));
    assert_eq!(files.append(root, b"x"), Err(Error::IsDirectory));
    assert_eq!(files.set_size(root, 0), Err(Error::IsDirectory));
}

#[test]
fn a_handle_that_was_closed_is_nobody_elses() {
    let files = files();
    let root = files.root();
    put(&files, "secret", b"secret");
    let old = files.open(root, "public", CREATE).unwrap();
    files.close(old);
    let new = files.open(root, "secret", BOTH).unwrap();
    assert_ne!(old, new);
    files.close(old);
    for handle in [old, Handle(u32::MAX), Handle(0xffff), Handle(17), Handle(1 << 16), Handle(new.0 ^ 1 << 31)] {
        assert_eq!(files.read_at(handle, &mut [0], 0), Err(Error::Invalid));
        assert_eq!(files.write_at(handle, &[0], 0), Err(Error::Invalid));
        assert_eq!(files.append(handle, &[0]), Err(Error::Invalid));
        assert_eq!(files.set_size(handle, 0), Err(Error::Invalid));
        assert_eq!(files.status(handle), Err(Error::Invalid));
        assert_eq!(files.status_at(handle, "a", true), Err(Error::Invalid));
        assert_eq!(files.entry(handle, 0, &mut []), Err(Error::Invalid));
        assert_eq!(files.open(handle, "a", CREATE), Err(Error::Invalid));
        assert_eq!(files.set_times(handle, Time::Now, Time::Now), Err(Error::Invalid));
        assert_eq!(files.set_flags(handle, false, false), Err(Error::Invalid));
        assert_eq!(files.rename(root, "secret", handle, "a"), Err(Error::Invalid));
        assert_eq!(files.rename(handle, "secret", root, "a"), Err(Error::Invalid));
        files.close(handle);
    }
    assert_eq!(contents(&files, new), b"secret");
    files.close(root);
    assert!(files.status(files.root()).is_ok(), "the root stays");
}

#[test]
fn what_is_removed_while_open_stays_until_it_is_closed() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    let limits = RamLimits { bytes_max: 512, nodes_max: 2, ..RamLimits::default() };
    let files = RamFiles::new(heap, limits);
    let root = files.root();
    put(&files, "a", &[7; 512]);
    let (one, two) = (files.open(root, "a", BOTH).unwrap(), files.open(root, "a", READ).unwrap());
    assert_eq!(files.remove_file(root, "a"), Ok(()));
    assert_eq!(files.status_at(root, "a", true), Err(Error::NotFound));
    assert_eq!(files.status(one).unwrap().links, 0);
    assert_eq!(files.write_at(one, b"new", 0), Ok(3));
    files.close(one);
    assert_eq!(contents(&files, two)[..4], *b"new\x07");

    let other = files.open(root, "a", CREATE).unwrap();
    assert_eq!(files.write_at(other, b"x", 0), Err(Error::NoSpace), "the bytes are still there");
    assert_eq!(files.create_directory(root, "b"), Err(Error::NoSpace), "the node too");
    files.close(two);
    assert_eq!(files.write_at(other, &[1; 512], 0), Ok(512));
    assert_eq!(files.create_directory(root, "b"), Ok(()));
    files.close(other);

    let directory = files.open(root, "b", READ).unwrap();
    assert_eq!(files.remove_directory(root, "b"), Ok(()));
    assert_eq!(files.status(directory).unwrap().links, 0);
    assert_eq!(files.entry(directory, 0, &mut []), Ok(None));
    assert_eq!(files.open(directory, "x", CREATE), Err(Error::NotFound));
    assert_eq!(files.create_directory(directory, "x"), Err(Error::NotFound));
    assert_eq!(files.rename(root, "a", directory, "x"), Err(Error::NotFound));
    assert_eq!(files.open(directory, "..", READ), Err(Error::Escapes));
    assert_eq!(files.open(directory, ".", READ).map(|handle| files.close(handle)), Ok(()));
    files.close(directory);
    drop(files);
    assert_eq!(heap.stats().used, 0);
}

#[test]
fn directories_are_made_and_removed() {
    let files = files();
    let root = files.root();
    assert_eq!(files.create_directory(root, "a"), Ok(()));
    assert_eq!(files.create_directory(root, "a/b/"), Ok(()));
    put(&files, "f", b"");
    for (path, error) in [
        ("a", Error::Exists),
        ("a/", Error::Exists),
        (".", Error::Exists),
        ("a/..", Error::Exists),
        ("f", Error::Exists),
        ("f/", Error::NotDirectory),
        ("f/x", Error::NotDirectory),
        ("none/x", Error::NotFound),
        ("", Error::NotFound),
        ("..", Error::Escapes),
        ("/a", Error::Escapes),
    ] {
        assert_eq!(files.create_directory(root, path), Err(error), "{path}");
    }
    for (path, error) in [
        ("a", Error::NotEmpty),
        (".", Error::Invalid),
        ("a/b/.", Error::Invalid),
        ("a/b/..", Error::Invalid),
        ("f", Error::NotDirectory),
        ("none", Error::NotFound),
        ("..", Error::Escapes),
    ] {
        assert_eq!(files.remove_directory(root, path), Err(error), "{path}");
    }
    for (path, error) in [
        ("a", Error::IsDirectory),
        ("a/", Error::IsDirectory),
        (".", Error::IsDirectory),
        ("f/", Error::NotDirectory),
        ("none", Error::NotFound),
        ("none/x", Error::NotFound),
        ("../f", Error::Escapes),
    ] {
        assert_eq!(files.remove_file(root, path), Err(error), "{path}");
    }
    assert_eq!(files.remove_directory(root, "a/b"), Ok(()));
    assert_eq!(files.remove_directory(root, "a/"), Ok(()));
    assert_eq!(files.remove_file(root, "f"), Ok(()));
    assert_eq!(snapshot(&files, root).len(), 0);
}

#[test]
fn renaming_keeps_the_rules() {
    let files = files();
    let root = files.root();
    for path in ["a", "a/b", "a/b/c", "d", "full"] {
        files.create_directory(root, path).unwrap();
    }
    put(&files, "f", b"f");
    put(&files, "g", b"g");
    put(&files, "full/x", b"x");
    let before = snapshot(&files, root);
    for (from, to, error) in [
        ("none", "x", Error::NotFound),
        ("f", "none/x", Error::NotFound),
        ("f", "g/x", Error::NotDirectory),
        ("f/", "x", Error::NotDirectory),
        ("f", "x/", Error::NotDirectory),
        ("f", "g/", Error::NotDirectory),
        ("f", "d", Error::IsDirectory),
        ("a", "f", Error::NotDirectory),
        ("d", "full", Error::NotEmpty),
        ("full/x", "full", Error::NotEmpty),
        ("a/b", "a", Error::NotEmpty),
        ("a", "a/x", Error::Invalid),
        ("a", "a/b", Error::Invalid),
        ("a", "a/b/c", Error::Invalid),
        ("a", "a/b/c/x", Error::Invalid),
        (".", "x", Error::Busy),
        ("a/.", "x", Error::Busy),
        ("d", ".", Error::Busy),
        ("d", "a/b/..", Error::Busy),
        ("f", "../x", Error::Escapes),
        ("../f", "x", Error::Escapes),
        ("", "x", Error::NotFound),
        ("f", "", Error::NotFound),
    ] {
        assert_eq!(files.rename(root, from, root, to), Err(error), "{from} {to}");
        assert_eq!(snapshot(&files, root), before);
    }
    assert_eq!(files.rename(root, "a", root, "a/"), Ok(()));
    assert_eq!(files.rename(root, "f", root, "d/../f"), Ok(()));
    assert_eq!(snapshot(&files, root), before, "renamed to what they were called");

    let inode = files.status_at(root, "f", true).unwrap().inode;
    let (moved, replaced) = (files.open(root, "f", READ).unwrap(), files.open(root, "g", READ).unwrap());
    let below = files.open(root, "a/b", READ).unwrap();
    assert_eq!(files.rename(root, "f", root, "g"), Ok(()));
    assert_eq!(files.rename(root, "a", root, "d"), Ok(()), "an empty directory is replaced");
    assert_eq!(files.rename(root, "g", below, "c/g"), Ok(()));
    assert_eq!(files.status_at(root, "d/b/c/g", true).unwrap().inode, inode);
    assert_eq!(contents(&files, moved), b"f");
    assert_eq!((contents(&files, replaced), files.status(replaced).unwrap().links), (b"g".to_vec(), 0));
    assert_eq!(get(&files, "d/b/c/../../b/c/g"), b"f");
    let paths: Vec<_> = snapshot(&files, root).into_keys().collect();
    assert_eq!(paths, ["d", "d/b", "d/b/c", "d/b/c/g", "full", "full/x"]);
}

#[test]
fn links_are_not_supported() {
    let files = files();
    let root = files.root();
    put(&files, "f", b"");
    assert_eq!(files.link(root, "f", root, "g"), Err(Error::Unsupported));
    assert_eq!(files.symlink("f", root, "g"), Err(Error::Unsupported));
    assert_eq!(files.read_link(root, "f", &mut []), Err(Error::Invalid));
    assert_eq!(files.read_link(root, "g", &mut []), Err(Error::NotFound));
    assert_eq!(files.status_at(root, "f", false).unwrap().links, 1);
}

#[test]
fn cookies_survive_changes() {
    let files = files();
    let root = files.root();
    for name in ["a", "b", "c", "d"] {
        put(&files, name, b"");
    }
    let mut name = [0xee; 3];
    let first = files.entry(root, 0, &mut name).unwrap().unwrap();
    assert_eq!((&name, first.name_len, first.file_type), (b"a\xee\xee", 1, FileType::Regular));
    assert_eq!(first.inode, files.status_at(root, "a", true).unwrap().inode);
    for gone in ["a", "b"] {
        files.remove_file(root, gone).unwrap();
    }
    let third = files.entry(root, first.next, &mut name).unwrap().unwrap();
    assert_eq!(&name[..1], b"c", "neither skipped nor seen twice");
    files.rename(root, "c", root, "longer").unwrap();
    let fourth = files.entry(root, third.next, &mut name).unwrap().unwrap();
    assert_eq!(&name[..1], b"d");
    assert_eq!(files.entry(root, fourth.next, &mut name), Ok(None));
    let renamed = files.entry(root, 0, &mut name[..2]).unwrap().unwrap();
    assert_eq!((&name, renamed.name_len), (b"lo\xee", 6), "as much as fits");
    for cookie in [99, 1 << 40, u64::MAX] {
        assert_eq!(files.entry(root, cookie, &mut name), Ok(None));
    }
}

#[test]
fn limits_hold() {
    let limits = RamLimits { bytes_max: 1024, nodes_max: 5, handles_max: 3, name_bytes_max: 4, depth_max: 3 };
    let files = RamFiles::new(Heap::system(), limits);
    let root = files.root();
    // Names, wherever they stand; bytes, not characters.
    for path in ["12345", "12345/", "äöü", "12345/a"] {
        assert_eq!(files.create_directory(root, path), Err(Error::NameTooLong), "{path}");
        assert_eq!(files.open(root, path, CREATE), Err(Error::NameTooLong), "{path}");
        assert_eq!(files.status_at(root, path, true), Err(Error::NameTooLong), "{path}");
    }
    // Depth, by making and by moving.
    for path in ["1234", "1234/b", "1234/b/c", "x"] {
        assert_eq!(files.create_directory(root, path), Ok(()), "{path}");
    }
    assert_eq!(files.create_directory(root, "1234/b/c/d"), Err(Error::NameTooLong));
    assert_eq!(files.open(root, "1234/b/c/d", CREATE), Err(Error::NameTooLong));
    assert_eq!(files.rename(root, "1234", root, "x/y"), Err(Error::NameTooLong), "it has two levels below");
    assert_eq!(files.rename(root, "1234/b", root, "x/y"), Ok(()));
    assert_eq!(files.rename(root, "x", root, "1234/x"), Err(Error::NameTooLong));
    assert_eq!(files.rename(root, "1234", root, "x/y/z"), Ok(()));
    // Nodes.
    let file = files.open(root, "file", CREATE).unwrap();
    assert_eq!(files.create_directory(root, "six"), Err(Error::NoSpace));
    assert_eq!(files.open(root, "six", CREATE), Err(Error::NoSpace));
    assert_eq!(files.remove_directory(root, "x/y/z"), Ok(()));
    let other = files.open(root, "six", CREATE).unwrap();
    // Handles.
    let third = files.open(root, ".", READ).unwrap();
    assert_eq!(files.open(root, "file", READ), Err(Error::Exhausted));
    files.close(third);
    assert_eq!(files.remove_file(root, "six"), Ok(()));
    assert_eq!(files.open(root, "six", CREATE), Err(Error::NoSpace), "the removed one is still open");
    // Bytes, in blocks: what fits is taken.
    assert_eq!(files.write_at(other, b"x", 256), Ok(1));
    assert_eq!(files.write_at(file, &[1; 600], 0), Ok(512));
    assert_eq!(files.append(file, b"x"), Err(Error::NoSpace));
    assert_eq!(files.write_at(file, b"x", 1023), Err(Error::NoSpace));
    assert_eq!(files.set_size(file, 513), Err(Error::NoSpace));
    for offset in [1024, u64::from(u32::MAX), u64::MAX] {
        assert_eq!(files.write_at(file, b"xx", offset), Err(Error::TooLarge), "{offset}");
        assert_eq!(files.write_at(file, b"", offset), Ok(0));
        assert_eq!(files.set_size(file, offset.saturating_add(1)), Err(Error::TooLarge));
    }
    assert_eq!(contents(&files, file), [1; 512]);
    files.close(other);
    assert_eq!(files.set_size(file, 1024), Ok(()), "what was removed gave its bytes back");
    assert_eq!(files.write_at(file, &[2; 2], 1023), Ok(1));
}

#[test]
fn a_limit_holds_as_many_whole_blocks_as_fit() {
    let files = RamFiles::new(Heap::system(), RamLimits { bytes_max: 1000, ..RamLimits::default() });
    let file = files.open(files.root(), "a", CREATE).unwrap();
    assert_eq!(files.set_size(file, 769), Err(Error::NoSpace));
    assert_eq!(files.set_size(file, 1001), Err(Error::TooLarge));
    assert_eq!(files.write_at(file, &[1; 1000], 0), Ok(768));
    assert_eq!(files.write_at(file, &[1], 768), Err(Error::NoSpace));
}

/// A clock that stands where it is put.
struct Board(AtomicU64);

impl Console for Board {
    fn write(&self, _: Stream, _: &[u8]) -> Result<(), Error> {
        Ok(())
    }
}

impl Clock for Board {
    fn monotonic_ns(&self) -> u64 {
        0
    }

    fn realtime_ns(&self) -> Option<u64> {
        Some(self.0.load(Relaxed))
    }

    fn resolution_ns(&self) -> u64 {
        1
    }
}

#[test]
fn times_are_those_of_the_clock() {
    static BOARD: Board = Board(AtomicU64::new(10));
    static PLATFORM: Parts = Parts::new(&BOARD).with_clock(&BOARD);
    let files = files().with_clock(&PLATFORM).with_device(5);
    let root = files.root();
    let times = |handle| {
        let status = files.status(handle).unwrap();
        assert_eq!(status.device, 5);
        (status.accessed_ns, status.modified_ns, status.changed_ns)
    };
    let at = |ns| BOARD.0.store(ns, Relaxed);
    let file = files.open(root, "a", CREATE).unwrap();
    assert_eq!((times(file), times(root)), ((10, 10, 10), (0, 10, 10)));
    at(20);
    files.write_at(file, b"x", 0).unwrap();
    assert_eq!((times(file), times(root)), ((10, 20, 20), (0, 10, 10)));
    at(30);
    files.read_at(file, &mut [0], 0).unwrap();
    assert_eq!(times(file), (30, 20, 20));
    at(40);
    files.set_size(file, 0).unwrap();
    assert_eq!(times(file), (30, 40, 40));
    at(50);
    files.rename(root, "a", root, "b").unwrap();
    assert_eq!((times(file), times(root)), ((30, 40, 50), (0, 50, 50)));
    at(60);
    files.set_times(file, Time::At(1), Time::Keep).unwrap();
    assert_eq!(times(file), (1, 40, 60));
    at(70);
    files.set_times_at(root, "b", true, Time::Keep, Time::Now).unwrap();
    assert_eq!(times(file), (1, 70, 70));
    assert_eq!(files.set_times_at(root, "a", true, Time::Now, Time::Now), Err(Error::NotFound));
    at(80);
    files.append(file, b"").unwrap();
    assert_eq!(times(file), (1, 70, 70), "nothing was written");
    files.close(files.open(root, "b", Open { truncate: true, ..WRITE }).unwrap());
    assert_eq!(times(file), (1, 80, 80));
    at(90);
    files.remove_file(root, "b").unwrap();
    assert_eq!((times(file), times(root)), ((1, 80, 90), (0, 90, 90)));
}

#[test]
fn without_a_clock_times_are_unknown() {
    let files = files();
    let file = files.open(files.root(), "a", CREATE).unwrap();
    files.set_times(file, Time::At(7), Time::At(8)).unwrap();
    let status = files.status(file).unwrap();
    assert_eq!((status.accessed_ns, status.modified_ns, status.changed_ns), (7, 8, 0));
    files.append(file, b"x").unwrap();
    assert_eq!(files.status(file).unwrap().modified_ns, 0);
}

#[test]
fn a_heap_can_keep_the_file_system() {
    use moteur::pool::Box;
    let heap = Heap::system();
    let kept: &'static RamFiles = Box::leak(Box::new_in(RamFiles::new(heap, RamLimits::default()), heap).unwrap());
    let files: &'static dyn Files = kept;
    files.create_directory(kept.root(), "a").unwrap();
    assert_eq!(list(files, kept.root()).len(), 1);
}

#[test]
fn threads_share_it() {
    let files = files();
    std::thread::scope(|scope| {
        for name in ["a", "b", "c", "d"] {
            let files = &files;
            scope.spawn(move || {
                let log = files.open(files.root(), "log", CREATE).unwrap();
                for turn in 0..200u8 {
                    let own = files.open(files.root(), name, CREATE).unwrap();
                    assert_eq!(files.write_at(own, &[turn; 300], 0), Ok(300));
                    assert_eq!(contents(files, own), [turn; 300]);
                    assert_eq!(files.append(log, name.as_bytes()), Ok(1));
                    files.close(own);
                    files.remove_file(files.root(), name).unwrap();
                }
                files.close(log);
            });
        }
    });
    let mut log = get(&files, "log");
    log.sort_unstable();
    let expected: Vec<u8> = b"abcd".iter().flat_map(|name| [*name; 200]).collect();
    assert!(log == expected, "no append was lost");
}
