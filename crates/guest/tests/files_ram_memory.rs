//! `RamFiles` when memory runs out: each allocation of each operation fails in turn, the operation says so, nothing has
//! changed, and with memory it works. What was taken is given back.

use moteur::Heap;
use moteur::pool::Counted;
use moteur_guest::files::{RamFiles, RamLimits};
use moteur_platform::{Error, Files, Handle, Open};

mod files_common;

use files_common::{CREATE, READ, snapshot};

type Step = fn(&RamFiles, Handle) -> Result<(), Error>;

fn write(files: &RamFiles, path: &str, bytes: &[u8], offset: u64) -> Result<(), Error> {
    let file = files.open(files.root(), path, CREATE)?;
    let result = write_all(files, file, bytes, offset);
    files.close(file);
    result
}

/// Goes on after a part was taken, as guests do.
fn write_all(files: &RamFiles, file: Handle, mut bytes: &[u8], mut offset: u64) -> Result<(), Error> {
    while !bytes.is_empty() {
        let count = files.write_at(file, bytes, offset)?;
        assert!(count > 0);
        bytes = &bytes[count..];
        offset += count as u64;
    }
    Ok(())
}

/// Each does one thing that may need memory; the second word says whether a failure may leave a part of it.
const STEPS: &[(&str, bool, Step)] = &[
    ("make a directory", false, |files, root| files.create_directory(root, "directory")),
    ("make a file", false, |files, root| {
        files.close(files.open(root, "directory/file", CREATE)?);
        Ok(())
    }),
    ("make more nodes than there is room for", true, |files, root| {
        for name in ["a", "b", "c", "d", "e"] {
            match files.create_directory(root, name) {
                Err(Error::Exists) => {}
                other => other?,
            }
        }
        Ok(())
    }),
    ("write", true, |files, _| write(files, "directory/file", &[1; 700], 0)),
    ("write behind the end", true, |files, _| write(files, "directory/file", &[2; 10], 5000)),
    ("write into a hole", true, |files, _| write(files, "directory/file", &[3; 600], 2000)),
    ("make larger", false, |files, root| {
        let file = files.open(root, "directory/file", CREATE)?;
        let result = files.set_size(file, 9000);
        files.close(file);
        result
    }),
    ("rename", false, |files, root| files.rename(root, "directory/file", root, "another")),
    ("replace", false, |files, root| files.rename(root, "a", root, "b")),
    ("open many", false, |files, root| {
        let opened: Vec<_> = (0..9).map_while(|_| files.open(root, "another", READ).ok()).collect();
        opened.iter().for_each(|handle| files.close(*handle));
        if opened.len() == 9 { Ok(()) } else { Err(Error::Exhausted) }
    }),
];

fn limits() -> RamLimits {
    RamLimits { bytes_max: 1 << 20, ..RamLimits::default() }
}

#[test]
fn each_allocation_fails_in_turn() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    for (index, (what, in_parts, step)) in STEPS.iter().enumerate() {
        let mut failures = 0;
        loop {
            let files = RamFiles::new(heap, limits());
            let root = files.root();
            for (_, _, earlier) in &STEPS[..index] {
                assert_eq!(earlier(&files, root), Ok(()));
            }
            let before = snapshot(&files, root);
            // A table of handles that has room for one more would hide that it can fail.
            heap.fail_after(Some(failures));
            let result = step(&files, root);
            heap.fail_after(None);
            let Err(error) = result else { break };
            assert!(matches!(error, Error::NoSpace | Error::Exhausted), "{what}: {error:?}");
            if !in_parts {
                assert_eq!(snapshot(&files, root), before, "{what}, failure {failures}");
            }
            assert_eq!(step(&files, root), Ok(()), "{what}, again with memory");
            for (_, _, later) in &STEPS[index + 1..] {
                assert_eq!(later(&files, root), Ok(()));
            }
            check_result(&files);
            drop(files);
            assert_eq!(heap.stats().used, 0, "{what}, failure {failures}");
            failures += 1;
        }
        assert!(failures > 0, "{what} needs no memory");
        assert_eq!(heap.stats().used, 0);
    }
}

/// However it got there.
fn check_result(files: &RamFiles) {
    let mut expected = vec![0; 9000];
    expected[..700].fill(1);
    expected[5000..5010].fill(2);
    expected[2000..2600].fill(3);
    let found = snapshot(files, files.root());
    assert_eq!(found.keys().collect::<Vec<_>>(), ["another", "b", "c", "d", "directory", "e"]);
    assert!(found["another"].as_ref() == Some(&expected));
}

#[test]
fn a_write_that_runs_out_has_taken_a_part() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    let files = RamFiles::new(heap, limits());
    let file = files.open(files.root(), "a", CREATE).unwrap();
    files.set_size(file, 2000).unwrap();
    heap.fail_after(Some(2));
    assert_eq!(files.write_at(file, &[1; 1000], 100), Ok(412), "two blocks of 256");
    assert_eq!(files.write_at(file, &[2; 1000], 512), Err(Error::NoSpace));
    assert_eq!(files.status(file).unwrap().size, 2000);
    assert_eq!(files.write_at(file, &[3; 10], 3000), Err(Error::NoSpace));
    heap.fail_after(Some(1)); // For the table of blocks, and none for a block.
    assert_eq!(files.write_at(file, &[3; 10], 3000), Err(Error::NoSpace));
    assert_eq!(files.status(file).unwrap().size, 2000, "it grows only with what was written");
    heap.fail_after(None);
    let mut expected = vec![0; 2000];
    expected[100..512].fill(1);
    assert_eq!(files_common::contents(&files, file), expected);
    drop(files);
    assert_eq!(heap.stats().used, 0);
}

#[test]
fn a_pool_that_is_full_stays_whole() {
    let buffer = Vec::leak(vec![std::mem::MaybeUninit::uninit(); 12 << 10]);
    let heap = Heap::new(buffer).unwrap();
    let empty = heap.stats().used;
    let files = RamFiles::new(heap, limits());
    let root = files.root();
    for turn in 0..20u8 {
        let mut made = 0;
        while let Ok(()) = write(&files, &format!("f{made}"), &[turn; 300], 0) {
            made += 1;
        }
        assert!(made > 5, "turn {turn}: {made} files");
        assert_eq!(write(&files, "f0", &[turn; 20], 400), Ok(()), "there is room in a block");
        for number in 0..made {
            let file = files.open(root, &format!("f{number}"), Open { truncate: true, ..CREATE }).unwrap();
            files.close(file);
            files.remove_file(root, &format!("f{number}")).unwrap();
        }
        _ = files.remove_file(root, &format!("f{made}")); // Of the one that failed there may be a part.
        assert_eq!(snapshot(&files, root).len(), 0);
    }
    drop(files);
    assert_eq!(heap.stats().used, empty);
}
