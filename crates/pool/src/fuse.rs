//! Fault injection: a fuse that lets so many allocations pass and then none.

/// How many allocations may still succeed; `None` is no limit.
pub(crate) struct Fuse {
    left: Option<u32>,
}

impl Fuse {
    pub(crate) const NEW: Fuse = Fuse { left: None };

    /// Says whether the next allocation may succeed, and counts it.
    pub(crate) fn pass(&mut self) -> bool {
        match &mut self.left {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    pub(crate) fn set(&mut self, left: Option<u32>) {
        self.left = left;
    }
}
