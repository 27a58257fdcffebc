//! Whatever a guest calls with whatever words: it gets an answer, and nothing that is open is lost. In a build that checks
//! arithmetic, this is also where an overflow would show.

use super::pointers::{ROWS, guest};
use super::*;

/// How often a call may say that it waits: for far away times it would do so for ever.
const TRIES_MAX: u32 = 20;

/// Numbers as good as chance needs them (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A word that a hostile guest would try: a number of something open, an address near an edge, a limit.
    fn word(&mut self) -> u64 {
        const EDGES: [u64; 12] = [
            0,
            1,
            1024,
            1 << 31,
            u32::MAX as u64,
            u64::MAX,
            1 << 63,
            (1 << 63) - 1,
            LAST,
            LAST + 1,
            LAST - 7,
            LAST - 63,
        ];
        match self.next() % 8 {
            0 => EDGES[self.next() as usize % EDGES.len()],
            1 => self.next(),
            2 | 3 => self.next() % MEMORY_BYTES as u64,
            4 => ALL & self.next(),
            _ => self.next() % 12,
        }
    }
}

#[test]
fn every_call_is_answered() {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let functions: Vec<_> = functions().collect();
    let (mut answered, mut done) = (0, std::collections::BTreeSet::new());
    for round in 0..300 {
        let mut guest = guest();
        let files = guest.files;
        guest.edition = if round % 2 == 0 { Edition::Preview1 } else { Edition::Unstable };
        guest.wasi.edition = guest.edition;
        guest.wasi.limit_descriptors(40);
        for _ in 0..1000 {
            // Names, vectors and subscriptions among what stands in memory.
            let at = chance.next() as usize % (MEMORY_BYTES - 8);
            match chance.next() % 4 {
                0 => guest.put(at, &chance.next().to_le_bytes()),
                1 => guest.put_words(at, &[chance.word() as u32, chance.word() as u32]),
                2 => guest.put(at, b"dir/file"),
                _ => guest.put(at, &[chance.next() as u8 % 4]),
            }
            guest.put(1024, b"file");
            let mut function = functions[chance.next() as usize % functions.len()];
            let mut words = [0; WORDS_MAX];
            // Half of them are good calls with some words of them changed.
            let (row, is_near) = (&ROWS[chance.next() as usize % ROWS.len()], chance.next().is_multiple_of(2));
            if is_near {
                function = find(row.0).unwrap();
                words[..row.1.len()].copy_from_slice(row.1);
            }
            for (word, ty) in words.iter_mut().zip(function.ty.params) {
                if !is_near || chance.next().is_multiple_of(8) {
                    *word = chance.word();
                }
                if *ty == moteur::ValType::I32 {
                    *word &= u64::from(u32::MAX);
                }
            }
            let mut progress = Progress::default();
            for _ in 0..TRIES_MAX {
                let memory = GuestMemory::new(&mut guest.memory);
                let mut call = Call { state: &mut guest.wasi, memory, progress };
                match (function.code)(&mut call, &words) {
                    Err(Stop::Again) => progress = call.progress,
                    Ok(number) => {
                        assert!(number < 77, "{} {words:x?}: {number}", function.name);
                        answered += 1;
                        if number == 0 {
                            done.insert(function.name);
                        }
                        break;
                    }
                    Err(Stop::Error(moteur::Error::Exit(_))) if function.name == "proc_exit" => break,
                    Err(stop) => panic!("{} {words:x?}: {stop:?}", function.name),
                }
            }
        }
        drop(guest);
        assert_eq!(files.opened(), 0);
    }
    // Not all of them were bad, although nobody tried to be good.
    assert!(answered > 250_000 && done.len() >= 39, "{answered} {done:?}");
}
