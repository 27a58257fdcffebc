//! Arguments and environment: two lists of texts, kept the way the guest wants them, one after the other with a zero byte
//! at each end, so that handing them over is one copy.

use moteur::{Heap, pool};

use super::call::{Call, Outcome};
use super::errno::Errno;
use super::state::Wasi;
use crate::claim::{Address, GuestMemory};
use crate::host::host_functions;

/// A list of texts without zero bytes inside.
#[derive(Debug)]
pub struct Strings {
    /// Each text and its zero byte.
    bytes: pool::Vec<u8>,
    count: u32,
}

/// Why a text was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringError {
    /// It has a zero byte inside, which would end it there.
    Nul,
    /// The list would be longer than a guest can hold, or the heap is full.
    OutOfMemory,
}

impl core::fmt::Display for StringError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            StringError::Nul => "the text has a zero byte inside",
            StringError::OutOfMemory => "out of memory",
        })
    }
}

impl core::error::Error for StringError {}

impl From<moteur::OutOfMemory> for StringError {
    fn from(_: moteur::OutOfMemory) -> Self {
        StringError::OutOfMemory
    }
}

impl Strings {
    /// An empty list, which takes no memory.
    pub fn new_in(heap: Heap) -> Self {
        Strings { bytes: pool::Vec::new_in(heap), count: 0 }
    }

    /// Appends the text made of `parts`.
    pub fn push(&mut self, parts: &[&[u8]]) -> Result<(), StringError> {
        if parts.iter().any(|part| part.contains(&0)) {
            return Err(StringError::Nul);
        }
        let size = parts.iter().try_fold(1usize, |size, part| size.checked_add(part.len()));
        let total = size.and_then(|size| size.checked_add(self.bytes.len()));
        if total.and_then(|total| u32::try_from(total).ok()).is_none() {
            return Err(StringError::OutOfMemory);
        }
        self.bytes.reserve(size.unwrap_or_default())?;
        for part in parts {
            self.bytes.extend_from_slice(part)?;
        }
        self.bytes.push(0)?;
        self.count += 1; // Each text takes a byte at least, and the bytes fit 32 bits.
        Ok(())
    }

    fn sizes(&self, memory: &mut GuestMemory<'_>, count: Address<u32>, size: Address<u32>) -> Outcome {
        let bytes = u32::try_from(self.bytes.len()).map_err(|_| Errno::Overflow)?;
        memory.check(size.one())?;
        memory.write(count, self.count)?;
        memory.write(size, bytes)?;
        Ok(())
    }

    /// Copies all texts to `texts` and the address of each to `pointers`.
    fn copy_to(&self, memory: &mut GuestMemory<'_>, pointers: Address<u32>, texts: Address<u8>) -> Outcome {
        let pointers = pointers.claim(self.count);
        memory.check(pointers)?;
        memory.write_bytes(texts, &self.bytes)?;
        let mut address = texts.get();
        for (index, text) in (0..self.count).zip(self.bytes.split_inclusive(|&byte| byte == 0)) {
            memory.set(pointers, index, address)?;
            address = address.wrapping_add(text.len() as u32);
        }
        Ok(())
    }
}

/// The part of WASI that hands over arguments and environment.
#[derive(Debug)]
pub struct Arguments;

#[host_functions(state = Wasi)]
impl Arguments {
    /// The number of arguments, and the bytes that `args_get` will write.
    fn args_sizes_get(call: &mut Call<'_>, count: Address<u32>, size: Address<u32>) -> Outcome {
        call.state.arguments.sizes(&mut call.memory, count, size)
    }

    /// The arguments; the first is the program's name.
    fn args_get(call: &mut Call<'_>, pointers: Address<u32>, texts: Address<u8>) -> Outcome {
        call.state.arguments.copy_to(&mut call.memory, pointers, texts)
    }

    /// The number of variables, and the bytes that `environ_get` will write.
    fn environ_sizes_get(call: &mut Call<'_>, count: Address<u32>, size: Address<u32>) -> Outcome {
        call.state.environment.sizes(&mut call.memory, count, size)
    }

    /// The environment, each variable as `KEY=VALUE`.
    fn environ_get(call: &mut Call<'_>, pointers: Address<u32>, texts: Address<u8>) -> Outcome {
        call.state.environment.copy_to(&mut call.memory, pointers, texts)
    }
}
