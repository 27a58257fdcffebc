//! Counts words: bytes, allocation, a hash table, sorting, and methods called through pointers.

use std::collections::BTreeMap;

/// Counts the words of a text of `n` thousand words, each word through three counters behind pointers.
pub fn run(n: u32) -> u32 {
    let text = text(n as usize * 1_000);
    let mut counters: Vec<Box<dyn Counter>> =
        vec![Box::new(Table::new()), Box::new(Lengths::default()), Box::new(Letters { counts: [0; 26] })];
    for word in text.split(|byte| *byte == b' ').filter(|word| !word.is_empty()) {
        for counter in &mut counters {
            counter.word(word);
        }
    }
    counters.iter().fold(0, |mix: u32, counter| mix.rotate_left(9) ^ counter.result())
}

trait Counter {
    fn word(&mut self, word: &[u8]);
    fn result(&self) -> u32;
}

/// How often each word occurs: open addressing, powers of two.
struct Table {
    slots: Vec<(Vec<u8>, u32)>,
    used: usize,
}

impl Table {
    fn new() -> Table {
        Table { slots: vec![(Vec::new(), 0); 64], used: 0 }
    }

    fn slot(&self, word: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let hash = word.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        let mut at = hash as usize & mask;
        while self.slots[at].1 != 0 && self.slots[at].0 != word {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let larger = vec![(Vec::new(), 0); self.slots.len() * 2];
        for entry in std::mem::replace(&mut self.slots, larger) {
            if entry.1 != 0 {
                let at = self.slot(&entry.0);
                self.slots[at] = entry;
            }
        }
    }
}

impl Counter for Table {
    fn word(&mut self, word: &[u8]) {
        let at = self.slot(word);
        if self.slots[at].1 == 0 {
            self.slots[at].0 = word.to_vec();
            self.used += 1;
        }
        self.slots[at].1 += 1;
        if self.used * 2 > self.slots.len() {
            self.grow();
        }
    }

    fn result(&self) -> u32 {
        let mut entries: Vec<_> = self.slots.iter().filter(|(_, count)| *count != 0).collect();
        entries.sort_by(|(word, count), (other, other_count)| other_count.cmp(count).then_with(|| word.cmp(other)));
        let most = entries.first().map_or(0, |(word, count)| count ^ u32::from(word[0]));
        most.wrapping_mul(entries.len() as u32)
    }
}

/// How often each length occurs.
#[derive(Default)]
struct Lengths(BTreeMap<usize, u32>);

impl Counter for Lengths {
    fn word(&mut self, word: &[u8]) {
        *self.0.entry(word.len()).or_default() += 1;
    }

    fn result(&self) -> u32 {
        self.0.iter().fold(0, |mix, (length, count)| mix.rotate_left(3) ^ (*length as u32).wrapping_mul(*count))
    }
}

/// How often each letter occurs.
struct Letters {
    counts: [u32; 26],
}

impl Counter for Letters {
    fn word(&mut self, word: &[u8]) {
        for byte in word {
            if let Some(count) = self.counts.get_mut(usize::from(byte.wrapping_sub(b'a'))) {
                *count += 1;
            }
        }
    }

    fn result(&self) -> u32 {
        self.counts.iter().fold(0, |mix, count| mix.rotate_left(4) ^ count)
    }
}

/// A text of made-up words, short ones oftener than long ones.
fn text(words: usize) -> Vec<u8> {
    let mut text = Vec::new();
    let mut state = 12_345_u32;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    };
    for _ in 0..words {
        let syllables = 1 + random(3) * random(2);
        for _ in 0..syllables {
            text.push(b"bdfglmnrst"[random(10) as usize]);
            text.push(b"aeiou"[random(5) as usize]);
        }
        text.push(b' ');
    }
    text
}
