//! What each function does, from its words to its result.

use moteur::wasm::num;
use moteur::{Error, Trap, Words};
use moteur_platform::Stream;

use super::Libc;
use super::table::Code;
use super::text::{self, CLASSES};
use crate::claim::{Address, GuestMemory};

const NS_PER_S: u64 = 1_000_000_000;

/// Where memory for the guest comes from.
#[derive(Clone, Copy)]
pub enum Allocator {
    /// Nobody has looked yet: a function that needs memory says how much, and is called again.
    Unknown,
    /// From the heap of this library; the guest's data ends at this address, or at 0 if it has not said where.
    Own(u32),
    /// The guest's own allocator has given this address.
    Guest(u32),
}

/// One call. In this order no part pushes others out of the reach of short instructions.
#[repr(C)]
pub struct Call<'c> {
    pub libc: &'c mut Libc,
    pub memory: GuestMemory<'c>,
    /// What ends the guest.
    pub error: Option<Error>,
    /// A cursor in a text of the guest.
    pub at: u32,
    /// How much memory the function needs, when nobody has looked yet where that comes from.
    pub wanted: Option<u32>,
    allocator: Allocator,
    pub code: Code,
}

impl<'c> Call<'c> {
    /// A call of the function that does `code`.
    pub fn new(libc: &'c mut Libc, memory: GuestMemory<'c>, code: Code, allocator: Allocator) -> Call<'c> {
        Call { libc, memory, error: None, at: 0, wanted: None, allocator, code }
    }

    /// What the function returns, unless there is an error or memory is wanted.
    // Not a part of what is around it: that has other things in its registers, which makes all of this larger.
    #[inline(never)]
    pub fn run(&mut self, words: &Words) -> u64 {
        let [a, b, c, ..] = *words;
        let (a, b, c) = (a as u32, b as u32, c as u32);
        let code = self.code;
        if let Some(class) = CLASSES.get(code as usize) {
            let is = u32::from(text::is(a, class));
            return if code >= Code::ToLower { a ^ is << 5 } else { is }.into();
        }
        let result = match code {
            Code::Print | Code::PrintTo | Code::PrintToSized => self.print(words),
            Code::Puts => {
                let len = self.len(a, u32::MAX);
                if let Ok(text) = self.memory.bytes(Address::<u8>::new(a).claim(len)) {
                    self.write(text);
                    self.write(b"\n");
                }
                len.wrapping_add(1)
            }
            Code::PutChar => {
                self.write(&[a as u8]);
                a & 0xff
            }
            Code::Compare | Code::CompareSized | Code::CompareFolded => self.compare(a, b, c),
            Code::CompareTexts => self.compare(a, b, u32::MAX),
            Code::Copy => self.copy(a, b, c),
            Code::Fill => self.fill(a, b, c),
            Code::FindByte => self.find(a, b, c),
            Code::FindChar => {
                let size = self.size(a);
                self.find(a, b, size)
            }
            Code::FindText => self.find_text(a, b),
            Code::CopyText => {
                let size = self.size(b);
                self.copy(a, b, size)
            }
            Code::CopySized => self.copy_text(a, b, c),
            Code::Len => self.len(a, u32::MAX),
            Code::Span | Code::SpanWithout => self.span(a, b),
            Code::Integer => self.number(a, 0, 10),
            Code::Signed | Code::Unsigned => self.number(a, b, c),
            Code::ClockGet => self.clock_get(a, b),
            Code::Clock => return self.libc.clock.map_or(u64::MAX, |clock| clock.monotonic_ns()),
            Code::Allocate => self.allocate(a),
            Code::AllocateZeroed => {
                let Some(bytes) = a.checked_mul(b) else {
                    return 0;
                };
                match self.allocate(bytes) {
                    0 => 0,
                    address => self.fill(address, 0, bytes),
                }
            }
            Code::Duplicate => {
                let size = self.size(a);
                match self.allocate(size) {
                    0 => 0,
                    address => self.copy(address, a, size),
                }
            }
            Code::Reallocate => self.reallocate(a, b),
            Code::Free => {
                self.free(a);
                0
            }
            Code::Exit => {
                self.error = Some(Error::exit(a.cast_signed()));
                0
            }
            Code::Abort => self.trap(Trap::Unreachable),
            Code::StackOverflow => self.trap(Trap::StackOverflow),
            Code::NullCall => self.trap(Trap::UninitializedElement),
            _ => 0,
        };
        result.into()
    }

    /// Ends the guest.
    pub fn trap(&mut self, trap: Trap) -> u32 {
        self.error = Some(Error::trap(trap));
        0
    }

    /// Writes to standard output. A console that fails is as good as none: what is lost is lost.
    pub fn write(&self, bytes: &[u8]) {
        let _ = self.libc.console.write(Stream::Out, bytes);
    }

    fn allocate(&mut self, bytes: u32) -> u32 {
        match self.allocator {
            Allocator::Guest(address) => address,
            Allocator::Own(base) => self.take(bytes, base),
            Allocator::Unknown => {
                self.wanted = Some(bytes);
                0
            }
        }
    }

    fn reallocate(&mut self, address: u32, bytes: u32) -> u32 {
        let old = self.block_size(address);
        if address != 0 && old == 0 {
            return 0;
        }
        let new = self.allocate(bytes);
        if new != 0 {
            self.copy(new, address, bytes.min(old));
            self.free(address);
        }
        new
    }

    /// `struct timespec`: 64 bits of seconds, then 32 bits of nanoseconds.
    fn clock_get(&mut self, id: u32, to: u32) -> u32 {
        let Some(clock) = self.libc.clock else {
            return u32::MAX;
        };
        let ns = if id == 0 { clock.realtime_ns() } else { None }.unwrap_or_else(|| clock.monotonic_ns());
        let seconds = num::i64_div_u(ns, NS_PER_S).unwrap_or_default();
        self.set_word(to, seconds as u32);
        self.set_word(to.wrapping_add(4), (seconds >> 32) as u32);
        self.set_word(to.wrapping_add(8), ns.wrapping_sub(seconds.wrapping_mul(NS_PER_S)) as u32);
        0
    }
}
