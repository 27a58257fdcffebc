//! Addresses outside the memory, sizes of 4 GiB, and records that lie over each other.

use crate::errno;
use crate::guest::{DIR, Guest, MEMORY_BYTES, RIGHT_READ, RIGHTS, SCRATCH, Word};
use crate::world::World;

/// An argument of a call whose others are good.
#[derive(Clone, Copy)]
enum Argument {
    Good(u64),
    /// The file's descriptor.
    File,
    /// A record of so many bytes, somewhere.
    Record(u64),
    /// Where the name of a file, or of a symbolic link, or a vector stands.
    Path,
    Link,
    Vector,
    /// A number of bytes or records that belongs to the address before it, and the error that 4 GiB of them are.
    Size(u64, u32),
}

use Argument::{File, Good, Link, Path, Record, Size, Vector};

const FD: Argument = Good(3);
const ZERO: Argument = Good(0);
const NAME: Argument = Size(4, errno::FAULT);
/// More vectors than there may be are an error of their number, before anybody looks where they are.
const VECTORS: Argument = Size(1, errno::INVAL);

/// Every function that takes an address, with arguments that are good but for the one that is tried.
#[rustfmt::skip]
const CALLS: &[(&str, &[Argument])] = &[
    ("args_get", &[Record(4), Record(10)]),
    ("args_sizes_get", &[Record(4), Record(4)]),
    ("environ_get", &[Record(4), Record(13)]),
    ("environ_sizes_get", &[Record(4), Record(4)]),
    ("clock_res_get", &[ZERO, Record(8)]),
    ("clock_time_get", &[ZERO, ZERO, Record(8)]),
    ("fd_fdstat_get", &[File, Record(24)]),
    ("fd_filestat_get", &[File, Record(64)]),
    ("fd_pread", &[File, Vector, VECTORS, ZERO, Record(4)]),
    ("fd_prestat_dir_name", &[FD, Record(1), Size(1, errno::SUCCESS)]),
    ("fd_prestat_get", &[FD, Record(8)]),
    ("fd_pwrite", &[File, Vector, VECTORS, ZERO, Record(4)]),
    ("fd_read", &[File, Vector, VECTORS, Record(4)]),
    ("fd_readdir", &[FD, Record(64), Size(64, errno::FAULT), ZERO, Record(4)]),
    ("fd_seek", &[File, ZERO, ZERO, Record(8)]),
    ("fd_tell", &[File, Record(8)]),
    ("fd_write", &[File, Vector, VECTORS, Record(4)]),
    ("path_create_directory", &[FD, Path, NAME]),
    ("path_filestat_get", &[FD, ZERO, Path, NAME, Record(64)]),
    ("path_filestat_set_times", &[FD, ZERO, Path, NAME, ZERO, ZERO, ZERO]),
    ("path_link", &[FD, ZERO, Path, NAME, FD, Path, NAME]),
    ("path_open", &[FD, ZERO, Path, NAME, ZERO, Good(RIGHT_READ), ZERO, ZERO, Record(4)]),
    ("path_readlink", &[FD, Link, NAME, Record(8), Size(8, errno::FAULT), Record(4)]),
    ("path_remove_directory", &[FD, Path, NAME]),
    ("path_rename", &[FD, Path, NAME, FD, Path, NAME]),
    ("path_symlink", &[Path, NAME, FD, Path, NAME]),
    ("path_unlink_file", &[FD, Path, NAME]),
    ("poll_oneoff", &[Record(48), Record(32), Size(1, errno::FAULT), Record(4)]),
    ("random_get", &[Record(8), Size(8, errno::FAULT)]),
];

/// Addresses where a record of so many bytes does not fit.
fn bad_addresses(bytes: u64) -> [u64; 5] {
    [MEMORY_BYTES - bytes + 1, MEMORY_BYTES, 1 << 31, (1 << 32) - bytes, (1 << 32) - 1]
}

#[test]
fn addresses_and_sizes_beyond_the_memory_are_faults() {
    let world = World::new();
    world.link("sub/file", "link");
    for (name, arguments) in CALLS {
        let mut guest = Guest::default();
        let file = guest.open(DIR, "file", 0, RIGHTS);
        let (path, link) = (guest.bytes(b"file")[0], guest.bytes(b"link")[0]);
        let vector = guest.vector(64, 8);
        let good = |argument: &Argument| match *argument {
            Good(number) | Size(number, _) => Word::Number(number),
            File => file,
            Record(_) => SCRATCH,
            Path => path,
            Link => link,
            Vector => vector,
        };
        let mut wanted = vec![errno::SUCCESS];
        for (index, argument) in arguments.iter().enumerate() {
            let (tried, errno) = match *argument {
                Good(_) | File => continue,
                Record(bytes) => (bad_addresses(bytes), errno::FAULT),
                Path | Link => (bad_addresses(4), errno::FAULT),
                Vector => (bad_addresses(8), errno::FAULT),
                Size(_, errno) => {
                    ([u32::MAX.into(), 1 << 31, MEMORY_BYTES * 3, u64::from(u32::MAX) - 7, 1 << 30], errno)
                }
            };
            for number in tried {
                let mut words: Vec<Word> = arguments.iter().map(good).collect();
                words[index] = Word::Number(number);
                guest.call(name, &words);
                wanted.push(errno);
            }
        }
        let mut given = guest.run(&["--dir", &world.option(), "--env", "VARIABLE=text"]);
        // A name's room may be larger than the name, but must be there: which of the two is looked at first is open.
        if *name == "fd_prestat_dir_name" {
            given.truncate(6);
            wanted.truncate(6);
        }
        assert_eq!((*name, given), (*name, wanted));
    }
    world.check();
}

#[test]
fn buffers_behind_vectors_are_checked_before_the_first_byte() {
    let world = World::new();
    let mut guest = Guest::default();
    let file = guest.open(DIR, "file", 0, RIGHTS);
    let mut wanted = vec![errno::SUCCESS];
    let end = MEMORY_BYTES as u32;
    for (second, errno) in [
        ([0, u32::MAX], errno::FAULT),
        ([u32::MAX, 1], errno::FAULT),
        ([u32::MAX, u32::MAX], errno::FAULT),
        ([64, 0_u32.wrapping_sub(64)], errno::FAULT),
        ([end, 1], errno::FAULT),
        ([end - 4, 5], errno::FAULT),
        ([1 << 31, 1 << 31], errno::FAULT),
    ] {
        let words = [64, 4, second[0], second[1]].map(u32::to_le_bytes);
        let vectors = guest.bytes(words.as_flattened())[0];
        for (name, offset) in [("fd_write", false), ("fd_pwrite", true), ("fd_read", false), ("fd_pread", true)] {
            let offset: &[Word] = if offset { &[Word::Number(0)] } else { &[] };
            guest.call(name, &[&[file, vectors, 2.into()], offset, &[SCRATCH]].concat());
            wanted.push(errno);
        }
        guest.call("fd_write", &[1.into(), vectors, 2.into(), SCRATCH]);
        wanted.push(errno);
    }
    assert_eq!(guest.run(&["--dir", &world.option()]), wanted);
    assert_eq!(std::fs::read_to_string(world.inside().join("file")).unwrap(), "for the guest");
}

#[test]
fn records_over_each_other_harm_nobody_but_the_guest() {
    let world = World::new();
    let mut guest = Guest::default();
    let file = guest.open(DIR, "file", 0, RIGHTS);
    let mut wanted = vec![errno::SUCCESS];
    // Vectors that lead to themselves, to each other, and with the size among them.
    let address = match guest.vector(0, 0) {
        Word::Number(address) => address + 8,
        Word::Loaded(_) => unreachable!("a vector has an address"),
    };
    let vectors = [address, 8, address + 4, 8, address, 16, address + 23, 1].map(|word| (word as u32).to_le_bytes());
    assert_eq!(guest.bytes(vectors.as_flattened())[0], Word::Number(address));
    for size in [address, address + 1, address + 30] {
        guest.call("fd_pwrite", &[file, address.into(), 4.into(), 0.into(), size.into()]);
    }
    for _ in 0..3 {
        // What is read replaces the vectors, so later ones may be anything; all were checked before.
        guest.call("fd_pread", &[file, address.into(), 1.into(), 0.into(), address.into()]);
    }
    wanted.extend([errno::SUCCESS, errno::FAULT, errno::FAULT]);
    let given = guest.run(&["--dir", &world.option()]);
    assert_eq!(given[..2], wanted[..2]);
    assert!(given.iter().all(|errno| [errno::SUCCESS, errno::FAULT, errno::INVAL].contains(errno)), "{given:?}");

    // A path over the text that it leads to, a descriptor over its path, events over subscriptions.
    world.link("sub", "link");
    let mut guest = Guest::default();
    let path = guest.bytes(b"link")[0];
    guest.call("path_readlink", &[DIR, path, 4.into(), path, 4.into(), SCRATCH]);
    let path = guest.bytes(b"file")[0];
    let open = [0.into(), RIGHT_READ.into(), 0.into(), 0.into(), path];
    guest.call("path_open", &[&[DIR, 0.into(), path, 4.into()], &open[..]].concat());
    guest.call("poll_oneoff", &[SCRATCH, SCRATCH, 2.into(), SCRATCH]);
    guest.call("args_get", &[SCRATCH, SCRATCH]);
    guest.call("fd_readdir", &[DIR, SCRATCH, 200.into(), 0.into(), 100.into()]);
    let stat = [Word::Number(4), path];
    let path = guest.bytes(b"file")[0];
    guest.call("path_filestat_get", &[DIR, 0.into(), path, stat[0], path]);
    assert_eq!(
        guest.run(&["--dir", &world.option()]),
        [errno::FAULT, errno::SUCCESS, errno::SUCCESS, errno::SUCCESS, errno::SUCCESS, errno::SUCCESS]
    );
}

#[test]
fn subscriptions_without_end_are_refused_at_once() {
    let mut guest = Guest::default();
    let counts = [
        u64::from(u32::MAX),
        1 << 31,
        1 << 28,
        // 48 and 32 bytes times these are a little more than 2^32, or exactly that.
        89_478_486,
        1 << 27,
        (1 << 27) + 1,
        // These are not, but more than the memory has.
        89_478_485,
        (MEMORY_BYTES / 48) + 1,
    ];
    for count in counts {
        for place in [0, 64, MEMORY_BYTES - 48] {
            guest.call("poll_oneoff", &[place.into(), place.into(), count.into(), SCRATCH]);
        }
    }
    // As many as the memory holds: all of them clocks that are over.
    guest.call("poll_oneoff", &[0.into(), 0.into(), 100.into(), 8_000.into()]);
    guest.call("poll_oneoff", &[0.into(), 0.into(), 0.into(), 8_000.into()]);
    let mut wanted = vec![errno::FAULT; 3 * counts.len()];
    wanted.extend([errno::SUCCESS, errno::INVAL]);
    assert_eq!(guest.run(&[]), wanted);
}

#[test]
fn sizes_of_files_beyond_63_bits_are_refused() {
    let world = World::new();
    let mut guest = Guest::default();
    let file = guest.open(DIR, "file", 0, RIGHTS);
    let vector = guest.vector(64, 8);
    for offset in [1 << 63, u64::MAX, u64::MAX - 7] {
        guest.call("fd_pread", &[file, vector, 1.into(), offset.into(), SCRATCH]);
        guest.call("fd_pwrite", &[file, vector, 1.into(), offset.into(), SCRATCH]);
        guest.call("fd_filestat_set_size", &[file, offset.into()]);
        guest.call("fd_allocate", &[file, offset.into(), 8.into()]);
        guest.call("fd_allocate", &[file, 8.into(), offset.into()]);
        guest.call("fd_seek", &[file, offset.into(), 0.into(), SCRATCH]);
    }
    let fbig = 22;
    let each = [errno::INVAL, fbig, fbig, fbig, fbig, errno::INVAL];
    let wanted: Vec<u32> = [errno::SUCCESS].into_iter().chain(each.repeat(3)).collect();
    assert_eq!(guest.run(&["--dir", &world.option()]), wanted);
    assert_eq!(std::fs::read_to_string(world.inside().join("file")).unwrap(), "for the guest");
}
