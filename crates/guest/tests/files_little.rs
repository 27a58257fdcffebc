//! `LittleFiles` on a medium in RAM: against `RamFiles`, over restarts, when the power fails in the middle of any write,
//! and every method's errors.

use std::collections::BTreeMap;

use littlefs2::{consts, driver::Storage, io};
use moteur::Heap;
use moteur_guest::files::{LittleFiles, RamFiles, RamLimits};
use moteur_platform::{Error, FileType, Files, Handle, Open, Time};

mod files_common;

use files_common::{BOTH, CREATE, Dice, READ, WRITE, contents, list, snapshot};

const BLOCK: usize = 512;
const BLOCKS: usize = 128;

/// Flash in RAM. A bit can be cleared by writing, and set only by erasing the block.
#[derive(Clone)]
struct Chip {
    bytes: Vec<u8>,
    /// After so many writes and erasures the power is gone, in the middle of the next one.
    left: Option<u32>,
}

impl Chip {
    fn new() -> Chip {
        Chip { bytes: vec![0; BLOCK * BLOCKS], left: None }
    }

    /// How much of a change of `count` bytes happens.
    fn change(&mut self, count: usize) -> (usize, io::Result<usize>) {
        match &mut self.left {
            None => (count, Ok(count)),
            Some(0) => (0, Err(io::Error::IO)),
            Some(left) => {
                *left -= 1;
                if *left > 0 { (count, Ok(count)) } else { (count / 2, Err(io::Error::IO)) }
            }
        }
    }
}

impl Storage for Chip {
    const READ_SIZE: usize = 16;
    const WRITE_SIZE: usize = 16;
    const BLOCK_SIZE: usize = BLOCK;
    const BLOCK_COUNT: usize = BLOCKS;
    const BLOCK_CYCLES: isize = 100;
    type CACHE_SIZE = consts::U64;
    type LOOKAHEAD_SIZE = consts::U2;

    fn read(&mut self, offset: usize, bytes: &mut [u8]) -> io::Result<usize> {
        if self.left == Some(0) {
            return Err(io::Error::IO);
        }
        bytes.copy_from_slice(&self.bytes[offset..offset + bytes.len()]);
        Ok(bytes.len())
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> io::Result<usize> {
        let (count, result) = self.change(bytes.len());
        for (own, byte) in self.bytes[offset..].iter_mut().zip(&bytes[..count]) {
            *own &= byte;
        }
        result
    }

    fn erase(&mut self, offset: usize, count: usize) -> io::Result<usize> {
        let (count, result) = self.change(count);
        self.bytes[offset..offset + count].fill(0xff);
        result
    }
}

fn mounted(chip: Chip) -> LittleFiles<Chip> {
    LittleFiles::new(chip, Heap::system(), 16)
}

fn files() -> LittleFiles<Chip> {
    let files = mounted(Chip::new());
    files.format().unwrap();
    files
}

fn put(files: &dyn Files, path: &str, bytes: &[u8], offset: u64) -> Result<(), Error> {
    let file = files.open(Handle(0), path, CREATE)?;
    let result = files.write_at(file, bytes, offset).map(|count| assert_eq!(count, bytes.len()));
    files.close(file);
    result
}

/// One change each.
type Step = fn(&dyn Files, Handle) -> Result<(), Error>;

const STEPS: &[Step] = &[
    |files, root| files.create_directory(root, "d"),
    |files, _| put(files, "d/small", b"", 0),
    |files, _| put(files, "d/small", &[1; 40], 0),
    |files, _| put(files, "large", b"", 0),
    |files, _| put(files, "large", &[2; 3000], 0),
    |files, _| put(files, "large", &[3; 700], 900),
    |files, _| put(files, "large", &[4; 10], 4000),
    |files, root| {
        let file = files.open(root, "large", WRITE)?;
        let result = files.append(file, &[5; 600]).map(|_| ());
        files.close(file);
        result
    },
    |files, root| {
        let file = files.open(root, "large", WRITE)?;
        let result = files.set_size(file, 1000);
        files.close(file);
        result
    },
    |files, root| {
        let file = files.open(root, "large", WRITE)?;
        let result = files.set_size(file, 2500);
        files.close(file);
        result
    },
    |files, root| files.rename(root, "d/small", root, "moved"),
    |files, root| files.rename(root, "moved", root, "large"),
    |files, root| files.rename(root, "d", root, "e"),
    |files, root| files.create_directory(root, "e/below"),
    |files, root| files.open(root, "large", Open { truncate: true, ..WRITE }).map(|file| files.close(file)),
    |files, root| files.remove_directory(root, "e/below"),
    |files, root| files.remove_file(root, "large"),
];

#[test]
fn the_power_may_fail_at_any_time() {
    // What it looks like after each step.
    let whole = files();
    let mut states = vec![snapshot(&whole, whole.root())];
    for step in STEPS {
        assert_eq!(step(&whole, whole.root()), Ok(()));
        states.push(snapshot(&whole, whole.root()));
    }
    assert!(states.windows(2).all(|pair| pair[0] != pair[1]));

    let formatted = files().into_storage();
    let (mut before, mut after) = (0, 0);
    for writes in 1.. {
        let files = mounted(Chip { left: Some(writes), ..formatted.clone() });
        let done = STEPS.iter().take_while(|step| step(&files, files.root()).is_ok()).count();
        if done == STEPS.len() {
            assert!(writes > 100, "{writes}");
            break;
        }
        // The power is back.
        let files = mounted(Chip { left: None, ..files.into_storage() });
        let found = snapshot(&files, files.root());
        let done = if found == states[done] {
            before += 1;
            done
        } else {
            assert_eq!(found, states[done + 1], "write {writes}, in step {done}");
            after += 1;
            done + 1
        };
        for (index, step) in STEPS.iter().enumerate().skip(done) {
            assert_eq!(step(&files, files.root()), Ok(()), "write {writes}, then step {index}");
            assert_eq!(snapshot(&files, files.root()), states[index + 1]);
        }
    }
    assert!(before > 0 && after > 0, "{before} times it was as before, {after} times as after");
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let mut chip = files().into_storage();
    let mut expected = BTreeMap::new();
    let mut dice = Dice(7);
    for turn in 0..30u8 {
        let files = mounted(chip);
        assert_eq!(snapshot(&files, files.root()), expected);
        let name = format!("f{}", dice.below(8));
        let bytes = vec![turn; dice.below(3000)];
        let file = files.open(files.root(), &name, Open { truncate: true, ..CREATE }).unwrap();
        assert_eq!(files.write_at(file, &bytes, 0), Ok(bytes.len()));
        expected.insert(name, Some(bytes));
        chip = files.into_storage(); // With the file open: it was on the medium when the write returned.
    }
}

#[test]
fn the_same_operations_have_the_same_answers_as_in_ram() {
    let names = ["a", "b", "c", "d", "a/a", "a/b", "b/a", "c/b", "a/a/b", "c/..", "a/", "..", "b/a/c", "a/../d"];
    let (mut worked, mut failed) = (0, 0);
    for seed in 1..=10 {
        let mut dice = Dice(seed);
        let ram = RamFiles::new(Heap::system(), RamLimits { bytes_max: 1 << 20, ..RamLimits::default() });
        let little = files();
        let both: [&dyn Files; 2] = [&ram, &little];
        let root = Handle(0);
        for step in 0..300 {
            let (name, new) = (dice.pick(&names), dice.pick(&names));
            let (what, offset, len) = (dice.below(14), dice.pick(&[0u64, 1, 500, 513]), dice.below(900));
            let flags = Open { create: dice.one_in(2), exclusive: dice.one_in(4), truncate: dice.one_in(4), ..BOTH };
            let answers = both.map(|files| match what {
                0 | 9..=11 => files.create_directory(root, name).map(|_| 0),
                1 => files.remove_directory(root, name).map(|_| 0),
                2 => files.remove_file(root, name).map(|_| 0),
                3 | 4 => files.rename(root, name, root, new).map(|_| 0),
                5 => files.status_at(root, name, true).map(|status| status.size),
                6 => files.open(root, name, flags).map(|file| {
                    files.close(file);
                    0
                }),
                _ => files.open(root, name, CREATE).and_then(|file| {
                    let bytes: Vec<u8> = (0..len).map(|n| (n + step) as u8).collect();
                    let result = match what {
                        7 | 12 => files.write_at(file, &bytes, offset),
                        _ => files.append(file, &bytes),
                    };
                    files.close(file);
                    result.map(|count| count as u64)
                }),
            });
            assert_eq!(answers[0], answers[1], "seed {seed} step {step}: {what} {name} {new} {flags:?}");
            if answers[0].is_ok() { worked += 1 } else { failed += 1 }
        }
        assert_eq!(snapshot(&ram, root), snapshot(&little, root));
    }
    assert!(worked > 500 && failed > 500, "{worked} worked, {failed} failed");
}

#[test]
fn bytes_are_read_from_anywhere() {
    let files = files();
    let bytes: Vec<u8> = (0..2000u32).map(|n| (n * 7) as u8).collect();
    put(&files, "f", &bytes, 0).unwrap();
    let file = files.open(files.root(), "f", READ).unwrap();
    assert!(contents(&files, file) == bytes);
    for offset in [0, 1, 511, 512, 1024, 1999] {
        let mut piece = [0; 30];
        let count = files.read_at(file, &mut piece, offset as u64).unwrap();
        assert_eq!(piece[..count], bytes[offset..2000.min(offset + 30)]);
    }
    for offset in [2000, 2001, 1 << 31, u64::from(u32::MAX), u64::MAX] {
        assert_eq!(files.read_at(file, &mut [0; 4], offset), Ok(0));
    }
}

#[test]
fn names_are_listed_once_even_if_some_are_removed_meanwhile() {
    let files = files();
    let root = files.root();
    for number in 0..40u8 {
        put(&files, &format!("{}{number}", char::from(b'A' + number)), b"", 0).unwrap();
    }
    assert_eq!(list(&files, root).len(), 40);
    let (mut cookie, mut seen, mut name) = (0, 0, [0; 8]);
    while let Some(entry) = files.entry(root, cookie, &mut name).unwrap() {
        let text = std::str::from_utf8(&name[..entry.name_len as usize]).unwrap();
        assert_eq!(files.status_at(root, text, true).unwrap().inode, entry.inode);
        files.remove_file(root, text).unwrap();
        assert!(entry.next <= 1 << 63, "C counts places in a signed number");
        (seen, cookie) = (seen + 1, entry.next);
    }
    assert_eq!(seen, 40, "as programs empty a directory");
    assert_eq!(files.entry(root, 0, &mut name), Ok(None));
    files.create_directory(root, "directory").unwrap();
    let mut name = [0xee; 4];
    let entry = files.entry(root, 0, &mut name[..3]).unwrap().unwrap();
    assert_eq!((&name, entry.name_len, entry.file_type), (b"dir\xee", 9, FileType::Directory));
}

#[test]
fn a_handle_does_what_it_was_opened_for() {
    let files = files();
    let root = files.root();
    files.create_directory(root, "d").unwrap();
    put(&files, "d/f", b"content", 0).unwrap();
    let directory = files.open(root, "d", READ).unwrap();
    let (read, write) = (files.open(directory, "f", READ).unwrap(), files.open(directory, "f", WRITE).unwrap());
    assert_eq!(files.write_at(read, b"x", 0), Err(Error::Denied));
    assert_eq!(files.append(read, b"x"), Err(Error::Denied));
    assert_eq!(files.set_size(read, 0), Err(Error::Denied));
    assert_eq!(files.read_at(write, &mut [0], 0), Err(Error::Denied));
    assert_eq!(files.entry(read, 0, &mut []), Err(Error::NotDirectory));
    assert_eq!(files.open(read, ".", READ), Err(Error::NotDirectory));
    for handle in [root, directory] {
        assert_eq!(files.read_at(handle, &mut [0], 0), Err(Error::IsDirectory));
        assert_eq!(files.write_at(handle, b"x", 0), Err(Error::IsDirectory));
        assert_eq!(files.append(handle, b"x"), Err(Error::IsDirectory));
        assert_eq!(files.set_size(handle, 0), Err(Error::IsDirectory));
    }
    assert_eq!(files.open(directory, "..", READ), Err(Error::Escapes));
    assert_eq!(files.open(directory, "/d/f", READ), Err(Error::Escapes));
    assert_eq!(files.write_at(write, b"C", 0), Ok(1));
    assert_eq!(contents(&files, read), b"Content", "seen at once");
    assert_eq!(files.status(read), files.status_at(root, "d/f", true));
    assert_eq!(files.set_flags(read, true, true), Ok(()));
    assert_eq!(files.sync(write, false), Ok(()));

    files.close(write);
    let other = files.open(root, "d", READ).unwrap();
    for handle in [write, Handle(u32::MAX), Handle(9)] {
        assert_ne!(handle, other);
        assert_eq!(files.status(handle), Err(Error::Invalid));
        assert_eq!(files.read_at(handle, &mut [0], 0), Err(Error::Invalid));
        assert_eq!(files.write_at(handle, b"x", 0), Err(Error::Invalid));
        assert_eq!(files.entry(handle, 0, &mut []), Err(Error::Invalid));
        assert_eq!(files.open(handle, "f", READ), Err(Error::Invalid));
        assert_eq!(files.set_flags(handle, false, false), Err(Error::Invalid));
        files.close(handle);
    }
}

#[test]
fn what_is_open_stays_where_it_is() {
    let files = files();
    let root = files.root();
    files.create_directory(root, "d").unwrap();
    put(&files, "d/f", b"f", 0).unwrap();
    put(&files, "g", b"g", 0).unwrap();
    put(&files, "d2", b"", 0).unwrap();
    let file = files.open(root, "d/f", READ).unwrap();
    assert_eq!(files.remove_file(root, "d/f"), Err(Error::Busy));
    assert_eq!(files.rename(root, "d/f", root, "x"), Err(Error::Busy));
    assert_eq!(files.rename(root, "g", root, "d/f"), Err(Error::Busy));
    assert_eq!(files.rename(root, "d", root, "x"), Err(Error::Busy), "it is below");
    assert_eq!(files.format(), Err(Error::Busy));
    assert_eq!(files.rename(root, "d2", root, "d3"), Ok(()), "its name only begins like that");
    files.close(file);
    let other = files.open(root, "d3", READ).unwrap();
    assert_eq!(files.rename(root, "d", root, "x"), Ok(()), "another begins with its name");
    files.close(other);
    assert_eq!(files.remove_file(root, "x/f"), Ok(()));
    let directory = files.open(root, "x", READ).unwrap();
    assert_eq!(files.remove_directory(root, "x"), Err(Error::Busy));
    files.close(directory);
    assert_eq!(files.remove_directory(root, "x"), Ok(()));
    assert_eq!(files.format(), Ok(()));
    assert_eq!(list(&files, root).len(), 0);
}

#[test]
fn limits_hold() {
    let files = LittleFiles::new(Chip::new(), Heap::system(), 2);
    let root = files.root();
    assert_eq!(files.open(root, "a", CREATE), Err(Error::Failed), "not formatted");
    assert_eq!(files.status(root), Err(Error::Failed));
    files.format().unwrap();
    for name in ["é", "a\u{80}", "a/é"] {
        files.create_directory(root, "a").ok();
        assert_eq!(files.open(root, name, CREATE), Err(Error::BadName), "{name:?}");
        assert_eq!(files.status_at(root, name, true), Err(Error::BadName));
    }
    let longest = "n".repeat(254); // And the slash.
    assert_eq!(files.create_directory(root, &longest), Ok(()));
    assert!(list(&files, root).contains_key(&longest));
    assert_eq!(files.create_directory(root, &"n".repeat(255)), Err(Error::NameTooLong));
    assert_eq!(files.create_directory(root, &format!("{longest}/a")), Err(Error::NameTooLong));
    assert_eq!(files.create_directory(root, &format!("a/{}", "n".repeat(252))), Ok(()));
    assert_eq!(files.create_directory(root, &format!("a/{}", "n".repeat(253))), Err(Error::NameTooLong));
    let below = files.open(root, "a", READ).unwrap();
    assert_eq!(list(&files, below).len(), 1);

    let file = files.open(root, "f", CREATE).unwrap();
    assert_eq!(files.open(root, "g", CREATE), Err(Error::Exhausted));
    assert_eq!(files.status_at(root, "g", true), Err(Error::NotFound), "nothing was made");
    let medium = (BLOCK * BLOCKS) as u64;
    assert_eq!(files.append(file, &[7; 1000]), Ok(1000));
    assert_eq!(files.write_at(file, &vec![1; BLOCK * BLOCKS - 1000], 1000), Err(Error::NoSpace));
    assert_eq!(files.append(file, &vec![1; BLOCK * BLOCKS - 1000]), Err(Error::NoSpace));
    assert_eq!(files.set_size(file, medium), Err(Error::NoSpace));
    for size in [medium + 1, 1 << 31, u64::MAX] {
        let error = if size > 1 << 30 { Error::TooLarge } else { Error::NoSpace };
        assert_eq!(files.set_size(file, size), Err(error));
        assert_eq!(files.write_at(file, b"x", size), Err(error));
        assert_eq!(files.write_at(file, b"", size), Ok(0));
    }
    assert_eq!(contents(&files, file), [7; 1000], "as a whole or not at all");
    assert_eq!(files.write_at(file, &[8; 1000], 500), Ok(1000), "and there is room for less");
}

#[test]
fn what_littlefs_has_not_is_unsupported() {
    let files = files().with_device(8);
    let root = files.root();
    put(&files, "f", b"x", 0).unwrap();
    let file = files.open(root, "f", BOTH).unwrap();
    let status = files.status(file).unwrap();
    assert_eq!((status.device, status.links, status.size, status.modified_ns), (8, 1, 1, 0));
    assert_eq!(files.set_times(file, Time::Now, Time::Now), Err(Error::Unsupported));
    assert_eq!(files.set_times(Handle(9), Time::Now, Time::Now), Err(Error::Invalid));
    assert_eq!(files.set_times_at(root, "f", true, Time::Now, Time::Now), Err(Error::Unsupported));
    assert_eq!(files.set_times_at(root, "g", true, Time::Now, Time::Now), Err(Error::NotFound));
    assert_eq!(files.link(root, "f", root, "g"), Err(Error::Unsupported));
    assert_eq!(files.symlink("f", root, "g"), Err(Error::Unsupported));
    assert_eq!(files.read_link(root, "f", &mut []), Err(Error::Invalid));
    assert_eq!(files.read_link(root, "g", &mut []), Err(Error::NotFound));
}

#[test]
fn handles_need_memory() {
    static COUNTED: moteur::pool::Counted = moteur::pool::Counted::new();
    let heap = Heap::counted(&COUNTED);
    let files = LittleFiles::new(Chip::new(), heap, 16);
    files.format().unwrap();
    for allocations in 0..2 {
        heap.fail_after(Some(allocations));
        assert_eq!(files.open(files.root(), "f", CREATE), Err(Error::Exhausted));
        heap.fail_after(None);
        assert_eq!(files.status_at(files.root(), "f", true), Err(Error::NotFound), "nothing was made");
    }
    files.open(files.root(), "f", CREATE).unwrap();
    drop(files);
    assert_eq!(heap.stats().used, 0);
}
