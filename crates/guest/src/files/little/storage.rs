//! littlefs in a part of the flash that a driver of `embedded-storage` writes.

use embedded_storage::nor_flash::NorFlash;
use littlefs2::driver::Storage;
use littlefs2::{consts, io};

/// `BLOCKS` erase blocks of this flash, from byte `START` on, for [`LittleFiles`](super::LittleFiles). What else is on the
/// flash, such as modules that run from it, stays as it is; `F` may be `&mut` the driver, so that others have it in between.
///
/// Words may be written once between erasures. One that cannot be read, as its writing was cut short by a power failure, is
/// damage to littlefs, which then takes the copy that it has of everything.
///
/// Blocks have at least 256 bytes and words at most 256, or it does not compile. Outside of the flash, every operation fails.
///
/// ```ignore
/// // The last 512 KiB of 2 MiB in blocks of 8 KiB.
/// type Files<'f> = FlashStorage<&'f mut Flash, 0x18_0000, 64>;
/// let files = LittleFiles::new(Files::new(slots.flash()), heap, 4);
/// ```
#[derive(Debug)]
pub struct FlashStorage<F, const START: usize, const BLOCKS: usize> {
    flash: F,
}

impl<F: NorFlash, const START: usize, const BLOCKS: usize> FlashStorage<F, START, BLOCKS> {
    const FITS: () = assert!(
        F::WRITE_SIZE.is_power_of_two()
            && F::READ_SIZE.is_power_of_two()
            && F::READ_SIZE <= F::WRITE_SIZE
            && F::WRITE_SIZE <= CACHE_BYTES
            && F::ERASE_SIZE.is_multiple_of(CACHE_BYTES)
            && START.is_multiple_of(F::ERASE_SIZE),
        "littlefs cannot use this flash"
    );

    /// That part of the flash, which is not looked at yet.
    pub const fn new(flash: F) -> Self {
        const { Self::FITS };
        FlashStorage { flash }
    }

    /// Gives the flash back.
    pub fn into_flash(self) -> F {
        self.flash
    }
}

/// Of each of three caches. Metadata is written by so many bytes at once.
const CACHE_BYTES: usize = 256;

impl<F: NorFlash, const START: usize, const BLOCKS: usize> Storage for FlashStorage<F, START, BLOCKS> {
    const READ_SIZE: usize = F::READ_SIZE;
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const BLOCK_SIZE: usize = F::ERASE_SIZE;
    const BLOCK_COUNT: usize = BLOCKS;
    /// Flash in microcontrollers lasts for 10,000 erasures of a block.
    const BLOCK_CYCLES: isize = 500;
    type CACHE_SIZE = consts::U256;
    type LOOKAHEAD_SIZE = consts::U2;

    fn read(&mut self, offset: usize, bytes: &mut [u8]) -> io::Result<usize> {
        self.flash.read(place::<START>(offset)?, bytes).map_err(|_| io::Error::CORRUPTION)?;
        Ok(bytes.len())
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> io::Result<usize> {
        self.flash.write(place::<START>(offset)?, bytes).map_err(|_| io::Error::IO)?;
        Ok(bytes.len())
    }

    fn erase(&mut self, offset: usize, count: usize) -> io::Result<usize> {
        let end = offset.checked_add(count).ok_or(io::Error::INVALID)?;
        self.flash.erase(place::<START>(offset)?, place::<START>(end)?).map_err(|_| io::Error::IO)?;
        Ok(count)
    }
}

/// Where a byte of the file system is in the flash.
fn place<const START: usize>(offset: usize) -> io::Result<u32> {
    let place = START.checked_add(offset).and_then(|place| u32::try_from(place).ok());
    place.ok_or(io::Error::INVALID)
}
