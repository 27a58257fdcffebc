//! Every function of WASI with words of all kinds, good and bad mixed: each answers with an error number, writes only
//! where it was told to, and the program goes on.
//! run: --dir .::/

use std::fs::{self, File};
use std::os::fd::IntoRawFd;
use std::process::ExitCode;

use guests::wasi::{FUNCTIONS, Function, Kind};
use guests::{done, equal, finish, holds};

const ROUNDS: u32 = 1500;
/// Where arguments stand and results go: the last page of the memory, so that nothing of the program is behind it.
const PAGE: u32 = 65_536;
/// The number of the last error.
const ERRNO_LAST: u32 = 76;
/// Words that stand at the addresses that are given: as vectors, counts, flags, or halves of a time.
const CONTENTS: [u32; 6] = [0, 1, 8, 0x0fff_ff00, 0x8000_0000, 0xffff_ffff];
const NAMES: [&[u8]; 8] = [b"a", b"a/b", b"..", b"/", b"a/../..", b"\0", b"\xff", b"missing/x"];
const COUNTS: [u64; 9] = [0, 1, 2, 3, 48, 1025, 0x2000_0000, 0x8000_0000, 0xffff_ffff];
const FLAGS: [u64; 9] = [0, 1, 2, 4, 8, 16, 0x100, 0x8000_0000, 0xffff_ffff];
const LONGS: [u64; 9] = [0, 1, 100, 4096, u64::MAX >> 2, u64::MAX >> 1, 1 << 63, u64::MAX - 1, u64::MAX];
/// A sequence that is the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

fn main() -> ExitCode {
    // What the program itself will need comes before the page.
    drop(core::hint::black_box(vec![0_u8; 1 << 20]));
    let before = vec![0x5a_u8; 100_000];
    let page = core::arch::wasm32::memory_grow::<0>(1) as u32 * PAGE;
    holds(page != 0u32.wrapping_sub(PAGE));
    let mut numbers = Numbers(1);
    for function in FUNCTIONS {
        let mut strange = Vec::new();
        for _ in 0..ROUNDS {
            let file = prepare();
            let words = words(function, page, file, &mut numbers);
            let errno = call(function, page, &words, &mut numbers);
            if errno > ERRNO_LAST {
                strange.push((errno, words));
            }
        }
        equal((function.name, strange), (function.name, Vec::new()));
    }
    // The program's own memory is as it was.
    holds(before.iter().all(|&byte| byte == 0x5a));
    equal(core::arch::wasm32::memory_size::<0>() as u32 * PAGE, page + PAGE);
    equal(FUNCTIONS.len(), 45);
    finish()
}

/// A directory, and a file whose descriptor is the result; what the round before did to them is no matter any more.
fn prepare() -> u64 {
    for fd in 4..8 {
        // SAFETY: nothing of the program is open behind the directory.
        unsafe { guests::wasi::fd_close(fd) };
    }
    if !fs::exists("a").unwrap_or(false) {
        done(fs::create_dir("a"));
    }
    match File::options().read(true).write(true).create(true).truncate(true).open("f") {
        Ok(file) => file.into_raw_fd() as u64,
        Err(error) => {
            equal(error.to_string(), "");
            0
        }
    }
}

/// Words for a call. Never the standard output or error output: what would be written there is for nobody to read. And
/// the directory is neither closed nor robbed of its rights, for the next round needs it.
fn words(function: &Function, page: u32, file: u64, numbers: &mut Numbers) -> Vec<u64> {
    let closes = matches!(function.name, "fd_close" | "fd_renumber" | "fd_fdstat_set_rights");
    let mut words = Vec::new();
    for kind in function.kinds {
        words.push(match kind {
            Kind::Fd if closes => numbers.one_of(&[file, file, 1000, 0x8000_0000, 0xffff_ffff]),
            Kind::Fd if function.name.starts_with("path_") => numbers.one_of(&[3, 3, 3, 0, file, 1000]),
            Kind::Fd => numbers.one_of(&[file, file, 0, 3, 1000, 0xffff_ffff]),
            Kind::Address => match numbers.below(6) {
                0 => numbers.one_of(&[0x8000_0000, 0xffff_ffff, 0xffff_fff8, 0xffff_0000]),
                1 => u64::from(page + PAGE) - numbers.below(16) as u64,
                _ => u64::from(page) + 16 * numbers.below(64) as u64,
            },
            Kind::Count => numbers.one_of(&COUNTS),
            Kind::Flags => numbers.one_of(&FLAGS),
            Kind::Long => numbers.one_of(&LONGS),
        });
    }
    words
}

fn call(function: &Function, page: u32, words: &[u64], numbers: &mut Numbers) -> u32 {
    // SAFETY: the page is not the program's.
    let bytes = unsafe { core::slice::from_raw_parts_mut(core::hint::black_box(page) as *mut u8, PAGE as usize) };
    bytes.fill(0);
    // A poll of zeros is a clock that is over at once. Other contents might be one that never is.
    if function.name != "poll_oneoff" {
        for place in bytes[..2048].chunks_exact_mut(16) {
            if numbers.below(2) == 0 {
                let name = numbers.one_of(&NAMES);
                place[..name.len()].copy_from_slice(name);
            } else {
                let address = page + 16 * numbers.below(64) as u32;
                place[..4].copy_from_slice(&numbers.one_of(&[address, 0xffff_fff0]).to_le_bytes());
                place[4..8].copy_from_slice(&numbers.one_of(&CONTENTS).to_le_bytes());
            }
        }
    }
    // SAFETY: addresses are in the page or outside the memory, and so are those in the vectors that stand there.
    unsafe { (function.call)(words) }
}
