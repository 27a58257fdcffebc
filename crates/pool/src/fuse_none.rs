//! The fuse of a build without the feature `fault`: it takes no space and never blows.

/// See `fuse.rs`.
pub(crate) struct Fuse;

impl Fuse {
    pub(crate) const NEW: Fuse = Fuse;

    #[inline]
    pub(crate) fn pass(&mut self) -> bool {
        true
    }
}
