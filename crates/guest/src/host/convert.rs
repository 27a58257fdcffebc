//! Words into arguments, and results into words.

use core::ffi::CStr;

use moteur::{Error, ValType};

use super::call::Stop;
use crate::claim::{Address, Value};

/// A type that a parameter can have: one word of the guest.
pub trait Argument: Sized {
    /// The type in WebAssembly.
    const TYPE: ValType;

    /// Takes the argument from its word. An `i32` or `f32` is in the low half.
    fn from_word(word: u64) -> Self;
}

macro_rules! numbers {
    ($($number:ident $ty:ident $word:ident, $from:expr, $into:expr;)*) => {$(
        impl Argument for $number {
            const TYPE: ValType = ValType::$ty;

            #[inline]
            fn from_word($word: u64) -> Self {
                $from
            }
        }

        impl HostResult for $number {
            const TYPES: &'static [ValType] = &[ValType::$ty];

            #[inline]
            fn into_word(self) -> Result<u64, Stop> {
                let $word = self;
                Ok($into)
            }
        }
    )*};
}

numbers! {
    i32  I32 word, word as i32, u64::from(word.cast_unsigned());
    u32  I32 word, word as u32, u64::from(word);
    bool I32 word, word as u32 != 0, u64::from(word);
    i64  I64 word, word.cast_signed(), word.cast_unsigned();
    u64  I64 word, word, word;
    f32  F32 word, f32::from_bits(word as u32), u64::from(word.to_bits());
    f64  F64 word, f64::from_bits(word), word.to_bits();
}

impl<V: Value> Argument for Address<V> {
    const TYPE: ValType = ValType::I32;

    #[inline]
    fn from_word(word: u64) -> Self {
        Address::new(word as u32)
    }
}

/// What a host function may return.
pub trait HostResult {
    /// The results' types in WebAssembly: one, or none.
    const TYPES: &'static [ValType];

    /// The result as a word; 0 if there is none.
    ///
    /// # Errors
    /// What ends the guest, or what has to be done before the function can be called again.
    fn into_word(self) -> Result<u64, Stop>;
}

impl HostResult for () {
    const TYPES: &'static [ValType] = &[];

    #[inline]
    fn into_word(self) -> Result<u64, Stop> {
        Ok(0)
    }
}

impl<V: Value> HostResult for Address<V> {
    const TYPES: &'static [ValType] = &[ValType::I32];

    #[inline]
    fn into_word(self) -> Result<u64, Stop> {
        Ok(u64::from(self.get()))
    }
}

macro_rules! results {
    ($($error:ident)*) => {$(
        impl<R: HostResult> HostResult for Result<R, $error> {
            const TYPES: &'static [ValType] = R::TYPES;

            #[inline]
            fn into_word(self) -> Result<u64, Stop> {
                self?.into_word()
            }
        }
    )*};
}

results!(Error Stop);

/// Bytes of the guest as text.
///
/// # Errors
/// [`Error::Utf8`].
pub fn text(bytes: &[u8]) -> Result<&str, Stop> {
    core::str::from_utf8(bytes).map_err(|_| Error::Utf8.into())
}

/// Bytes of the guest, the last of them zero and no other, as a text of C.
///
/// # Errors
/// [`Error::Utf8`], if a zero byte is missing or not the last.
pub fn c_text(bytes: &[u8]) -> Result<&CStr, Stop> {
    CStr::from_bytes_with_nul(bytes).map_err(|_| Error::Utf8.into())
}
