//! The safe way from `Box<Closure>` to `Box<dyn Fn()>`, which stable Rust has only for its own pointers.

/// Turns a [`Box`](crate::Box) or an [`Arc`](crate::Arc) of a sized type into one of an unsized type.
///
/// ```
/// use moteur_pool::{Box, Heap, unsize};
///
/// let bytes = Box::new_in([1u8, 2, 3], Heap::system())?;
/// let bytes: Box<[u8]> = unsize!(bytes => [u8]);
/// assert_eq!(bytes.len(), 3);
/// # Ok::<(), moteur_pool::OutOfMemory>(())
/// ```
/// It is a coercion like any other: what the compiler does not coerce is refused.
/// ```compile_fail
/// # use moteur_pool::{Box, Heap, unsize};
/// let _ = unsize!(Box::new_in(1u8, Heap::system()).unwrap() => [u8]);
/// ```
#[macro_export]
macro_rules! unsize {
    ($pointer:expr => $unsized:ty) => {{
        let pointer = $pointer;
        // SAFETY: the closure only coerces, which keeps the address and the value.
        unsafe { pointer.unsize::<$unsized>(|ptr| ptr) }
    }};
}
