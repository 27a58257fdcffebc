//! Semihosting: the debugger or emulator at the other end does what the machine asks for. Arm and RISC-V share the
//! numbers and the layout of arguments; only the instruction differs.
//!
//! Without a debugger attached the instruction is a fault on real hardware, so this is for emulators and test benches.
//! Source: "Semihosting for AArch32 and AArch64", Arm, 2022Q1; "RISC-V Semihosting", version 1.0.

#[cfg_attr(target_arch = "arm", path = "arm.rs")]
#[cfg_attr(any(target_arch = "riscv32", target_arch = "riscv64"), path = "riscv.rs")]
#[cfg_attr(not(any(target_arch = "arm", target_arch = "riscv32", target_arch = "riscv64")), path = "none.rs")]
mod trap;

use core::ffi::CStr;

use crate::{Console, Error, Stream};

const SYS_OPEN: usize = 0x01;
const SYS_CLOSE: usize = 0x02;
const SYS_WRITE: usize = 0x05;
const SYS_READ: usize = 0x06;
const SYS_FLEN: usize = 0x0c;
const SYS_GET_CMDLINE: usize = 0x15;
const SYS_EXIT_EXTENDED: usize = 0x20;

const APPLICATION_EXIT: usize = 0x2_0026;

/// Ends the run with an exit status.
pub fn exit(status: u8) -> ! {
    let reason = [APPLICATION_EXIT, usize::from(status)];
    loop {
        // SAFETY: the host reads the two words, and does not come back.
        unsafe { trap::call(SYS_EXIT_EXTENDED, reason.as_ptr().expose_provenance()) };
        core::hint::spin_loop();
    }
}

/// How a file is opened. The numbers are those of the modes of C's `fopen`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Mode {
    /// `"rb"`: to read from its start.
    Read = 1,
    /// `"wb"`: to write, emptied first.
    Write = 5,
}

/// A file of the host, closed when dropped.
#[derive(Debug)]
pub struct File {
    handle: usize,
}

impl File {
    /// Opens a file of the host.
    pub fn open(path: &CStr, mode: Mode) -> Result<File, Error> {
        open(path, mode as usize).map(|handle| File { handle })
    }

    /// Reads up to the buffer's length; zero is the end of the file.
    pub fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        read(self.handle, buffer)
    }

    /// Writes all bytes.
    pub fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        write(self.handle, bytes)
    }

    /// How many bytes the file has.
    pub fn len(&self) -> Result<usize, Error> {
        let arguments = [self.handle];
        // SAFETY: the host reads the words and nothing else.
        let len = unsafe { trap::call(SYS_FLEN, arguments.as_ptr().expose_provenance()) };
        if len == usize::MAX { Err(Error::Failed) } else { Ok(len) }
    }

    /// Says whether the file has no bytes.
    pub fn is_empty(&self) -> Result<bool, Error> {
        self.len().map(|len| len == 0)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let arguments = [self.handle];
        // SAFETY: the host reads the words and nothing else.
        unsafe { trap::call(SYS_CLOSE, arguments.as_ptr().expose_provenance()) };
    }
}

/// Puts the command line into the buffer and returns it, without the terminating zero.
pub fn command_line(buffer: &mut [u8]) -> Result<&[u8], Error> {
    let mut arguments = [buffer.as_mut_ptr().expose_provenance(), buffer.len()];
    // SAFETY: the host writes into the buffer, at most as much as its length, and the length over the argument.
    let result = unsafe { trap::call(SYS_GET_CMDLINE, arguments.as_mut_ptr().expose_provenance()) };
    let [_, len] = arguments;
    if result != 0 {
        return Err(Error::Failed);
    }
    buffer.get(..len).ok_or(Error::Failed)
}

/// The streams of the debugger or emulator.
#[derive(Debug)]
pub struct SemihostingConsole {
    input: usize,
    output: usize,
    error: usize,
}

impl SemihostingConsole {
    /// Opens the three streams.
    pub fn open() -> Result<SemihostingConsole, Error> {
        // The special name of the console. The modes are "r", "w" and "a", of which the last stands for standard error.
        const CONSOLE: &CStr = c":tt";
        Ok(SemihostingConsole { input: open(CONSOLE, 0)?, output: open(CONSOLE, 4)?, error: open(CONSOLE, 8)? })
    }
}

impl Console for SemihostingConsole {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        match stream {
            Stream::In => Err(Error::Unsupported),
            Stream::Out => write(self.output, bytes),
            Stream::Err => write(self.error, bytes),
        }
    }

    fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        read(self.input, buffer)
    }
}

fn open(path: &CStr, mode: usize) -> Result<usize, Error> {
    let arguments = [path.as_ptr().expose_provenance(), mode, path.count_bytes()];
    // SAFETY: the host reads the words and the path.
    let handle = unsafe { trap::call(SYS_OPEN, arguments.as_ptr().expose_provenance()) };
    if handle == usize::MAX { Err(Error::Failed) } else { Ok(handle) }
}

fn read(handle: usize, buffer: &mut [u8]) -> Result<usize, Error> {
    let arguments = [handle, buffer.as_mut_ptr().expose_provenance(), buffer.len()];
    // SAFETY: the host reads the words, and writes into the buffer at most as much as its length.
    let left = unsafe { trap::call(SYS_READ, arguments.as_ptr().expose_provenance()) };
    buffer.len().checked_sub(left).ok_or(Error::Failed)
}

fn write(handle: usize, bytes: &[u8]) -> Result<(), Error> {
    let arguments = [handle, bytes.as_ptr().expose_provenance(), bytes.len()];
    // SAFETY: the host reads the words and the bytes.
    let left = unsafe { trap::call(SYS_WRITE, arguments.as_ptr().expose_provenance()) };
    if left == 0 { Ok(()) } else { Err(Error::Failed) }
}
