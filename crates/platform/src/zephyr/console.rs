//! Output in whole lines. A guest's library writes in pieces, and threads of Zephyr's print in between: so a line is sent
//! when it is complete, or when there is no more room for it.
//!
//! Lines do not go through Zephyr's log, which drops what comes faster than it is sent. They are sent before the write
//! returns, whatever `CONFIG_LOG_MODE_*` says.

use core::cell::UnsafeCell;
use core::ffi::{c_int, c_void};

use super::shim;
use crate::{Console, Error, Stream};

/// Bytes of the longest line that is sent at once.
pub const LINE_BYTES: usize = 128;

/// Where lines go.
#[derive(Clone, Copy)]
pub enum Output {
    /// To the kernel's console.
    Console,
    /// To a function of the application. It gets what was given with it, 1 for standard output or 2 for standard error, and
    /// the bytes: a line with its end, or what of it there is.
    Function(unsafe extern "C" fn(*mut c_void, c_int, *const u8, usize), *mut c_void),
}

/// The console of one guest. It has no input.
pub struct ZephyrConsole {
    output: Output,
    line: UnsafeCell<Line>,
}

struct Line {
    stream: Stream,
    len: usize,
    bytes: [u8; LINE_BYTES],
}

// SAFETY: `new` was promised that one thread at a time uses it.
unsafe impl Sync for ZephyrConsole {}
// SAFETY: as above.
unsafe impl Send for ZephyrConsole {}

impl ZephyrConsole {
    /// A console without anything written.
    ///
    /// # Safety
    /// One thread at a time uses it. The function may be called with what stands beside it until the console is dropped.
    pub const unsafe fn new(output: Output) -> ZephyrConsole {
        let line = Line { stream: Stream::Out, len: 0, bytes: [0; LINE_BYTES] };
        ZephyrConsole { output, line: UnsafeCell::new(line) }
    }

    /// Sends what has been written since the last end of a line.
    pub fn flush(&self) {
        self.send(|_| ());
    }

    /// Sends the line, then does `then` with an empty one.
    fn send(&self, then: impl FnOnce(&mut Line)) {
        // SAFETY: by the promise to `new`; what is called below cannot reach this console.
        let line = unsafe { &mut *self.line.get() };
        if let Some(bytes) = line.bytes.get(..line.len).filter(|bytes| !bytes.is_empty()) {
            match self.output {
                // SAFETY: so many bytes are there.
                Output::Console => unsafe { shim::moteur_shim_print(bytes.as_ptr(), bytes.len()) },
                Output::Function(function, context) => {
                    let stream = if line.stream == Stream::Err { 2 } else { 1 };
                    // SAFETY: as promised to `new`.
                    unsafe { function(context, stream, bytes.as_ptr(), bytes.len()) }
                }
            }
        }
        line.len = 0;
        then(line);
    }

    fn put(&self, stream: Stream, byte: u8) {
        // SAFETY: as in `send`; the borrow ends before that is called.
        let line = unsafe { &mut *self.line.get() };
        if line.stream != stream {
            self.send(|line| line.stream = stream);
        }
        // SAFETY: as above.
        let line = unsafe { &mut *self.line.get() };
        if let Some(place) = line.bytes.get_mut(line.len) {
            *place = byte;
            line.len = line.len.wrapping_add(1);
        }
        if byte == b'\n' || line.len >= LINE_BYTES {
            self.flush();
        }
    }
}

impl Console for ZephyrConsole {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        if stream == Stream::In {
            return Err(Error::Unsupported);
        }
        bytes.iter().for_each(|&byte| self.put(stream, byte));
        Ok(())
    }
}
