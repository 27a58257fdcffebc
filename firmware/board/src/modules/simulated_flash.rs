//! Flash as an STM32H563 has it, simulated in memory that outlives a restart: words of 16 bytes that are written once, blocks
//! of 8 KiB that are erased to ones. The boards that QEMU emulates have no flash that can be written.
//!
//! For tests the power can be made to go after so many bytes, in the middle of a word or a block; the board then starts
//! anew, and what was being changed holds something between old and new.

use core::ptr::NonNull;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use moteur_slots::Mapped;

use crate::Once;

unsafe extern "C" {
    /// The partition, from the memory map; of the length, the symbol's address is the value.
    static mut __modules_start: u8;
    static __modules_bytes: u8;
}

/// Where the partition is, and how many bytes it has.
#[cfg(feature = "protect")]
pub fn partition() -> (usize, usize) {
    ((&raw const __modules_start).addr(), (&raw const __modules_bytes).addr())
}

/// The partition for modules.
pub struct SimulatedFlash {
    start: NonNull<u8>,
    bytes: usize,
    /// Bytes that can still be changed until the power goes.
    power: Option<u32>,
    /// Bytes that were changed so far.
    changed: u64,
    dice: u32,
}

// SAFETY: it is the only value that has that memory, wherever it goes.
unsafe impl Send for SimulatedFlash {}

impl SimulatedFlash {
    /// Takes it: `Some` the first time, `None` after.
    pub fn take() -> Option<SimulatedFlash> {
        static TAKEN: Once = Once::new();
        if !TAKEN.first() {
            return None;
        }
        let start = NonNull::new(&raw mut __modules_start)?;
        Some(SimulatedFlash { start, bytes: (&raw const __modules_bytes).addr(), power: None, changed: 0, dice: 1 })
    }

    /// Lets the power go after so many more bytes are written or erased.
    pub fn cut_after(&mut self, bytes: u32) {
        self.power = Some(bytes);
        self.dice = bytes | 1;
    }

    /// How many bytes were written or erased since the start.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    fn get(&self, offset: usize) -> u8 {
        // SAFETY: callers check the offset; the memory is this value's alone, but for modules that are only read.
        unsafe { self.start.add(offset).read_volatile() }
    }

    fn put(&mut self, offset: usize, byte: u8) {
        // SAFETY: as above; nobody reads a module where something is written.
        unsafe { self.start.add(offset).write_volatile(byte) }
    }

    /// Changes bytes from `start` to `end` while nothing in the partition is executed; afterwards nothing there is written.
    fn change(&mut self, start: u32, end: u32, change: impl FnOnce(&mut Self)) -> Result<(), NorFlashErrorKind> {
        let region = crate::cortex_m::protection::modules();
        region.open().map_err(|_| NorFlashErrorKind::Other)?;
        change(self);
        // SAFETY: callers check the offsets.
        let closed = unsafe { region.close(self.start.add(start as usize).as_ptr(), (end - start) as usize) };
        closed.map_err(|_| NorFlashErrorKind::Other)
    }

    /// Counts a byte; false when the power is gone.
    fn spend(&mut self) -> bool {
        self.changed += 1;
        match &mut self.power {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    /// Leaves bytes with some bits set that should be clear, and ends everything.
    fn fail(&mut self, offsets: impl Iterator<Item = usize>, wanted: impl Fn(&Self, usize) -> u8) -> ! {
        for offset in offsets {
            self.dice = self.dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let byte = wanted(self, offset) | self.dice.to_be_bytes()[0];
            self.put(offset, byte);
        }
        crate::println!("the power fails");
        super::restart()
    }
}

impl ErrorType for SimulatedFlash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for SimulatedFlash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        (offset as usize..).zip(bytes).for_each(|(offset, byte)| *byte = self.get(offset));
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes
    }
}

impl NorFlash for SimulatedFlash {
    const WRITE_SIZE: usize = 16;
    const ERASE_SIZE: usize = 8 * 1024;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.change(from, to, |flash| {
            for offset in from as usize..to as usize {
                if !flash.spend() {
                    flash.fail(offset..to as usize, |flash, offset| flash.get(offset));
                }
                flash.put(offset, 0xff);
            }
        })
    }

    /// A word that is not erased is an error: on the chip it would be readable no more.
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let start = offset as usize;
        if (start..start + bytes.len()).any(|offset| self.get(offset) != 0xff) {
            return Err(NorFlashErrorKind::Other);
        }
        self.change(offset, offset + bytes.len() as u32, |flash| {
            for (offset, byte) in (start..).zip(bytes) {
                if !flash.spend() {
                    flash.fail(core::iter::once(offset), |_, _| *byte);
                }
                flash.put(offset, *byte);
            }
        })
    }
}

// SAFETY: the partition is memory, which nothing is linked into, and this value is the only one that writes there.
unsafe impl Mapped for SimulatedFlash {
    fn address(&self) -> NonNull<u8> {
        self.start
    }
}
