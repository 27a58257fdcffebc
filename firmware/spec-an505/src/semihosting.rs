//! Files of the host that runs the emulator, through semihosting.
//!
//! Each call is a number in `r0` and the address of its arguments in `r1`; the result comes back in `r0`.
//! Source: "Semihosting for AArch32 and AArch64", Arm, the operations SYS_OPEN and SYS_READ.

use core::arch::asm;
use core::ffi::CStr;

const SYS_OPEN: usize = 0x01;
const SYS_READ: usize = 0x06;

/// `fopen`'s mode "rb".
const MODE_READ_BINARY: usize = 1;

/// A file of the host, open for reading. Never closed: the run's end does that.
pub struct File {
    handle: usize,
}

impl File {
    /// Opens a file, by its path from where the emulator was started.
    pub fn open(path: &CStr) -> Option<File> {
        let arguments = [path.as_ptr().expose_provenance(), MODE_READ_BINARY, path.count_bytes()];
        // SAFETY: the host reads the path, which outlives the call.
        let handle = unsafe { call(SYS_OPEN, &arguments) };
        (handle != usize::MAX).then_some(File { handle })
    }

    /// Fills the buffer; `None` if the file ends before.
    pub fn read(&mut self, buffer: &mut [u8]) -> Option<()> {
        let start = buffer.as_mut_ptr().expose_provenance();
        let arguments = [self.handle, start, buffer.len()];
        // SAFETY: the host writes into the buffer, which is borrowed mutably meanwhile.
        let bytes_missing = unsafe { call(SYS_READ, &arguments) };
        (bytes_missing == 0).then_some(())
    }
}

/// Asks the host for something.
///
/// # Safety
/// The arguments must be those of the operation, and what they point to must be valid for it.
unsafe fn call(operation: usize, arguments: &[usize; 3]) -> usize {
    let result;
    // SAFETY: the caller vouches for the arguments; no stack is touched and r1 is kept.
    unsafe {
        asm!("bkpt 0xab", inlateout("r0") operation => result, in("r1") arguments.as_ptr(), options(nostack));
    }
    result
}
