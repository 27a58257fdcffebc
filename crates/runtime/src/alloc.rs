//! The decoder's index tables come from the engine's heap too.

use core::ops::{Deref, DerefMut};

use moteur_pool::{Heap, Vec};
use moteur_wasm::alloc::{Alloc, Buffer, OutOfMemory};

/// A heap as the decoder sees it.
#[derive(Clone, Copy)]
pub(crate) struct HeapAlloc(pub Heap);

/// A vector as the decoder sees it.
pub(crate) struct HeapBuffer<T>(Vec<T>);

impl Alloc for HeapAlloc {
    type Buffer<T: Copy> = HeapBuffer<T>;

    fn buffer<T: Copy>(&self) -> HeapBuffer<T> {
        HeapBuffer(Vec::new_in(self.0))
    }
}

impl<T> Deref for HeapBuffer<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for HeapBuffer<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T: Copy> Buffer<T> for HeapBuffer<T> {
    #[inline]
    fn push(&mut self, item: T) -> Result<(), OutOfMemory> {
        self.0.push(item).map_err(|_| OutOfMemory)
    }

    #[inline]
    fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    fn reserve_exact(&mut self, additional: usize) -> Result<(), OutOfMemory> {
        self.0.reserve_exact(additional).map_err(|_| OutOfMemory)
    }

    fn shrink_to_fit(&mut self) {
        // A vector that keeps what it has is as good.
        let _ = self.0.shrink_to_fit();
    }
}
