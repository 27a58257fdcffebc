//! The guest's module, in flash.

/// Native code must stand at a multiple of its alignment in the file, and so must the file.
#[repr(align(16))]
struct Aligned<T: ?Sized>(T);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/guest.wasm")));

/// The module's bytes.
pub fn bytes() -> &'static [u8] {
    &FILE.0
}
