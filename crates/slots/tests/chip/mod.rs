//! Flash in RAM as a chip has it: bits are cleared by writing and set by erasing a block, a word is written once, and the
//! power can go at any byte of either.

use std::ptr::NonNull;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use moteur_slots::Mapped;

/// The bytes of all chips here: two slots of 8 KiB, and as much before them.
pub const BYTES: usize = 0x8000;

/// What happened to a word last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Erased,
    Written,
    /// It was being written or erased when the power went: its check bits are wrong.
    Broken,
}

/// A chip that writes words of `WORD` bytes and erases blocks of `BLOCK`: those of an STM32H563, if not told otherwise.
#[derive(Debug)]
pub struct Chip<const WORD: usize = 16, const BLOCK: usize = 2048> {
    /// Leaked, so that references into it may live for ever.
    memory: NonNull<u8>,
    /// How many bytes can still be written or erased until the power goes.
    pub power: Option<u64>,
    /// Bytes written and erased so far.
    pub spent: u64,
    words: Vec<Word>,
    /// Whether broken words are an error to read. Without, they have some of the bits.
    pub checks_words: bool,
    /// Chooses what is left behind where the power went.
    pub dice: u64,
}

impl<const WORD: usize, const BLOCK: usize> Chip<WORD, BLOCK> {
    /// A chip as it comes from who knows where: nothing is erased.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let memory: &'static mut [u64] = Box::leak(vec![0x5a5a_5a5a_5a5a_5a5a_u64; BYTES / 8].into());
        let memory = NonNull::from(memory).cast();
        Chip { memory, power: None, spent: 0, words: vec![Word::Written; BYTES / WORD], checks_words: false, dice: 1 }
    }

    /// The byte there, changed behind the back of everyone.
    #[allow(dead_code)]
    pub fn flip(&mut self, offset: u32, bits: u8) {
        let byte = self.at(offset);
        self.put(offset, byte ^ bits);
    }

    /// A copy of everything.
    #[allow(dead_code)]
    pub fn contents(&self) -> Vec<u8> {
        (0..BYTES as u32).map(|offset| self.at(offset)).collect()
    }

    /// The same chip after the power went and came back. The bytes that were handed out stay where they are.
    #[allow(dead_code)]
    pub fn restarted(&self) -> Self {
        Chip { words: self.words.clone(), power: None, spent: 0, ..*self }
    }

    /// Another chip with the same contents.
    #[allow(dead_code)]
    pub fn copy(&self) -> Self {
        let mut copy = Self::new();
        copy.restore(self);
        copy
    }

    /// Becomes as the other chip is.
    #[allow(dead_code)]
    pub fn restore(&mut self, other: &Self) {
        // SAFETY: each memory is `BYTES` long and they are two; no test uses what it was handed out after this.
        unsafe { self.memory.copy_from_nonoverlapping(other.memory, BYTES) };
        self.words.clone_from(&other.words);
        (self.power, self.spent, self.checks_words, self.dice) = (None, 0, other.checks_words, other.dice);
    }

    fn at(&self, offset: u32) -> u8 {
        assert!((offset as usize) < BYTES);
        // SAFETY: inside the memory, which is never freed and which no mutable reference covers.
        unsafe { self.memory.as_ptr().add(offset as usize).read() }
    }

    fn put(&mut self, offset: u32, byte: u8) {
        assert!((offset as usize) < BYTES);
        // SAFETY: as above; who holds a reference into the memory was promised that its part is not written.
        unsafe { self.memory.as_ptr().add(offset as usize).write(byte) }
    }

    fn roll(&mut self) -> u8 {
        // Xorshift64, Marsaglia 2003.
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice.to_le_bytes()[3]
    }

    /// Whether the power lasts for another byte.
    fn spend(&mut self) -> bool {
        if self.power == Some(0) {
            return false;
        }
        self.power = self.power.map(|left| left - 1);
        self.spent += 1;
        true
    }
}

impl<const WORD: usize, const BLOCK: usize> ErrorType for Chip<WORD, BLOCK> {
    type Error = NorFlashErrorKind;
}

impl<const WORD: usize, const BLOCK: usize> ReadNorFlash for Chip<WORD, BLOCK> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        let range = offset..offset + bytes.len() as u32;
        if self.checks_words && range.clone().any(|offset| self.words[offset as usize / WORD] == Word::Broken) {
            return Err(NorFlashErrorKind::Other);
        }
        bytes.iter_mut().zip(range).for_each(|(byte, offset)| *byte = self.at(offset));
        Ok(())
    }

    fn capacity(&self) -> usize {
        BYTES
    }
}

impl<const WORD: usize, const BLOCK: usize> NorFlash for Chip<WORD, BLOCK> {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = BLOCK;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        for offset in from..to {
            if !self.spend() {
                // All cells move together: those of the rest are anywhere between what they were and erased.
                for offset in offset..to {
                    let byte = self.at(offset) | self.roll();
                    self.put(offset, byte);
                    self.words[offset as usize / WORD] = Word::Broken;
                }
                return Err(NorFlashErrorKind::Other);
            }
            self.put(offset, 0xff);
            self.words[offset as usize / WORD] = Word::Erased;
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        for (offset, byte) in (offset..).zip(bytes) {
            let word = offset as usize / WORD;
            if (offset as usize).is_multiple_of(WORD) {
                assert_eq!(self.words[word], Word::Erased, "the word at {offset:#x} is written twice");
                self.words[word] = Word::Broken;
            }
            if !self.spend() {
                let dice = self.roll();
                self.put(offset, byte | dice);
                return Err(NorFlashErrorKind::Other);
            }
            self.put(offset, *byte);
            if (offset as usize + 1).is_multiple_of(WORD) {
                self.words[word] = Word::Written;
            }
        }
        Ok(())
    }
}

// SAFETY: the memory is never freed, and only `erase` and `write` change it (and `flip`, which no test calls while it holds
// a module).
unsafe impl<const WORD: usize, const BLOCK: usize> Mapped for Chip<WORD, BLOCK> {
    fn address(&self) -> NonNull<u8> {
        self.memory
    }
}

// SAFETY: nothing of it is tied to a thread.
unsafe impl<const WORD: usize, const BLOCK: usize> Send for Chip<WORD, BLOCK> {}
