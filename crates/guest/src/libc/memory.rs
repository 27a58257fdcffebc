//! The guest's memory as C sees it, and what C does with bytes and texts.
//!
//! Every access is checked. One that fails gives zero, or writes nothing, and is remembered: whoever runs a function looks
//! at the end whether the guest has to be ended. So a text without end ends where the memory does, overlapping is
//! harmless, and the code is small.

use moteur::Trap;

use super::run::Call;
use super::table::Code;
use crate::claim::{Address, Fault};

impl Call<'_> {
    fn check<V: Default>(&mut self, result: Result<V, Fault>) -> V {
        result.unwrap_or_else(|_| {
            self.trap(Trap::MemoryOutOfBounds);
            V::default()
        })
    }

    /// The byte at an address; zero once something was not there, so that no loop goes on then.
    pub fn byte(&mut self, at: u32) -> u8 {
        if self.error.is_some() {
            return 0;
        }
        let byte = self.memory.get(Address::new(at).one(), 0);
        self.check(byte)
    }

    /// Writes a byte.
    pub fn set_byte(&mut self, at: u32, byte: u8) {
        let done = self.memory.write(Address::new(at), byte);
        self.check(done);
    }

    /// The word at an address.
    pub fn word(&mut self, at: u32) -> u32 {
        let word = self.memory.get(Address::new(at).one(), 0);
        self.check(word)
    }

    /// Writes a word.
    pub fn set_word(&mut self, at: u32, word: u32) {
        let done = self.memory.write(Address::new(at), word);
        self.check(done);
    }

    /// Copies bytes, which may overlap; returns where to.
    pub fn copy(&mut self, to: u32, from: u32, count: u32) -> u32 {
        let done = self.memory.copy(Address::new(to), Address::new(from).claim(count));
        self.check(done);
        to
    }

    /// Sets bytes; returns where.
    pub fn fill(&mut self, to: u32, byte: u32, count: u32) -> u32 {
        let done = self.memory.bytes_mut(Address::<u8>::new(to).claim(count)).map(|bytes| bytes.fill(byte as u8));
        self.check(done);
        to
    }

    /// The byte at the cursor, which moves on.
    pub fn next(&mut self) -> u8 {
        let byte = self.byte(self.at);
        self.at = self.at.wrapping_add(1);
        byte
    }

    /// Where `wanted` stands first among `count` bytes; 0 if nowhere.
    pub fn find(&mut self, mut at: u32, wanted: u32, mut count: u32) -> u32 {
        while count != 0 && self.error.is_none() {
            if self.byte(at) == wanted as u8 {
                return at;
            }
            at = at.wrapping_add(1);
            count -= 1;
        }
        0
    }

    /// How long a text is, without its zero byte and up to `most`.
    pub fn len(&mut self, text: u32, most: u32) -> u32 {
        match self.find(text, 0, most) {
            0 => most,
            end => end.wrapping_sub(text),
        }
    }

    /// How many bytes a text has with its zero byte.
    pub fn size(&mut self, text: u32) -> u32 {
        self.len(text, u32::MAX).wrapping_add(1)
    }

    /// Compares up to `count` bytes: the difference of the first two that differ. Texts end with a zero byte, unless this is
    /// `memcmp`.
    pub fn compare(&mut self, mut a: u32, mut b: u32, mut count: u32) -> u32 {
        while count != 0 && self.error.is_none() {
            let (mut left, mut right) = (self.byte(a), self.byte(b));
            if self.code == Code::CompareFolded {
                (left, right) = (left.to_ascii_lowercase(), right.to_ascii_lowercase());
            }
            if left != right {
                return u32::from(left).wrapping_sub(right.into());
            }
            if left == 0 && self.code != Code::Compare {
                break;
            }
            a = a.wrapping_add(1);
            b = b.wrapping_add(1);
            count -= 1;
        }
        0
    }

    /// How many bytes at the start of a text are among those of `set`, or, for `strcspn`, are not.
    pub fn span(&mut self, text: u32, set: u32) -> u32 {
        let set_len = self.len(set, u32::MAX);
        let mut at = text;
        loop {
            let byte = self.byte(at);
            if byte == 0 || (self.find(set, byte.into(), set_len) != 0) != (self.code == Code::Span) {
                return at.wrapping_sub(text);
            }
            at = at.wrapping_add(1);
        }
    }

    /// Where a text has another one in it; 0 if nowhere.
    pub fn find_text(&mut self, mut text: u32, wanted: u32) -> u32 {
        let len = self.len(wanted, u32::MAX);
        while self.compare(text, wanted, len) != 0 {
            if self.byte(text) == 0 {
                return 0;
            }
            text = text.wrapping_add(1);
        }
        text
    }

    /// Copies at most `count` bytes of a text and makes the rest zero; returns where to.
    pub fn copy_text(&mut self, to: u32, from: u32, count: u32) -> u32 {
        let len = self.len(from, count);
        self.fill(to.wrapping_add(len), 0, count.wrapping_sub(len));
        self.copy(to, from, len)
    }
}
