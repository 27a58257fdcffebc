//! Texts that C hands in.

use core::ffi::{CStr, c_char};

/// A text of C; `None` if there is none, or if it is not UTF-8.
///
/// # Safety
/// `text` is null, or a zero ends what it points to, which stays unchanged for `'a`.
pub unsafe fn read<'a>(text: *const c_char) -> Option<&'a str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}
