//! Code that is copied to RAM: for modules that did not come with the firmware, or flash that is slower than RAM.

use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use moteur_image::section::CODE_ALIGN;
use moteur_platform::{CodeMemory, CodeRegion, Error};
use moteur_pool::{Heap, OutOfMemory, Stats};

/// A buffer in RAM that native code is copied to and runs in, until its module is dropped. No more code is loaded than
/// fits; the modules beyond are interpreted.
///
/// The buffer is a heap of its own, so that an embedder can put it where the machine executes code (some RAM is for data
/// alone, or an MPU says so) and can tell what code takes ([`stats`](CodeHeap::stats)).
///
/// ```no_run
/// use core::mem::MaybeUninit;
/// use moteur::{CodeHeap, Config, Heap};
///
/// # unsafe fn publish(_: *const u8, _: usize) {}
/// # fn config(config: Config, buffer: &'static mut [MaybeUninit<u8>]) -> Result<Config, moteur::OutOfMemory> {
/// // SAFETY: the RAM of this machine is executed, and `publish` does what its caches need.
/// let memory = unsafe { CodeHeap::new(buffer, publish)? };
/// // SAFETY: all modules here come from our own build.
/// let config = unsafe { config.native(memory) };
/// # Ok(config)
/// # }
/// ```
pub struct CodeHeap {
    heap: Heap,
    opening: Opening,
}

/// How the buffer comes to be written and executed.
enum Opening {
    /// It is both, all the time.
    Always(Publish),
    /// It is one or the other.
    Region(&'static dyn CodeRegion),
}

/// Makes code that was just written at an address, so many bytes, visible to the fetching of instructions:
/// `moteur_platform::cortex_m::publish` or `moteur_platform::riscv::publish`.
type Publish = unsafe fn(*const u8, usize);

// SAFETY: where the heap has no lock that is worth the name, it was promised to `new` that there is one core.
unsafe impl Sync for CodeHeap {}

impl CodeHeap {
    /// Makes a heap for code inside `buffer`, which it keeps for ever. Its own control block takes
    /// [`CONTROL_BYTES`](crate::pool::CONTROL_BYTES) and a few more.
    ///
    /// # Safety
    /// The machine executes code that lies in `buffer`, after `publish` was called for it. If the processor has no
    /// compare-and-swap, modules are loaded and dropped by one core, and not by interrupts.
    ///
    /// # Errors
    /// [`OutOfMemory`] when the buffer is too small for the control blocks.
    pub unsafe fn new(
        buffer: &'static mut [MaybeUninit<u8>],
        publish: unsafe fn(*const u8, usize),
    ) -> Result<&'static CodeHeap, OutOfMemory> {
        CodeHeap::with(buffer, Opening::Always(publish))
    }

    /// The same in memory that is executed but not written, except while code is loaded or dropped. The region was opened,
    /// and is closed by this.
    ///
    /// # Safety
    /// As for [`new`](CodeHeap::new), where the region's `close` takes the place of `publish`. All of `buffer` is in the
    /// region, which is used by nobody else. While modules are loaded and dropped, no code runs there: not in interrupts.
    ///
    /// # Errors
    /// As for `new`; or when the region cannot be closed.
    pub unsafe fn in_region(
        buffer: &'static mut [MaybeUninit<u8>],
        region: &'static dyn CodeRegion,
    ) -> Result<&'static CodeHeap, OutOfMemory> {
        let start = buffer.as_ptr();
        let heap = CodeHeap::with(buffer, Opening::Region(region))?;
        // SAFETY: nothing was written that is executed.
        unsafe { region.close(start.cast(), 0) }.map_err(|_| OutOfMemory)?;
        Ok(heap)
    }

    fn with(buffer: &'static mut [MaybeUninit<u8>], opening: Opening) -> Result<&'static CodeHeap, OutOfMemory> {
        let heap = Heap::new(buffer)?;
        let place = heap.allocate(Layout::new::<CodeHeap>())?.cast::<CodeHeap>();
        // SAFETY: it was just allocated for this, and is never given back.
        unsafe {
            place.write(CodeHeap { heap, opening });
            Ok(place.as_ref())
        }
    }

    /// How much code takes, and has taken at most. An empty heap has one allocation, which is this.
    pub fn stats(&self) -> Stats {
        // Who looks at a heap locks it, which is written in it. What could be opened and closed before can be so again.
        let opened = self.open();
        let stats = self.heap.stats();
        if opened.is_ok() {
            // SAFETY: nothing was written that is executed.
            let _ = unsafe { self.close(core::ptr::null(), 0) };
        }
        stats
    }

    fn layout(bytes: usize) -> Result<Layout, OutOfMemory> {
        Layout::from_size_align(bytes, CODE_ALIGN).map_err(|_| OutOfMemory)
    }
}

// SAFETY: it copies the bytes to memory that the heap gives nobody else, and whose code is executed by the promises to `new`
// and `in_region`.
unsafe impl CodeMemory for CodeHeap {
    fn make_runnable(&self, code: &[u8]) -> Result<NonNull<u8>, Error> {
        self.open()?;
        let place = CodeHeap::layout(code.len()).and_then(|layout| self.heap.allocate(layout));
        let (start, bytes) = match place {
            // SAFETY: it was just allocated, for as many bytes.
            Ok(place) => unsafe {
                place.copy_from_nonoverlapping(NonNull::from(code).cast(), code.len());
                (place.as_ptr(), code.len())
            },
            Err(_) => (core::ptr::null_mut(), 0),
        };
        // SAFETY: the heap is in the region.
        unsafe { self.close(start, bytes) }?;
        place.map_err(|_| Error::Exhausted)
    }

    unsafe fn release(&self, code: NonNull<u8>, bytes: usize) {
        // What could be opened and closed before can be so again.
        if let (Ok(layout), Ok(())) = (CodeHeap::layout(bytes), self.open()) {
            // SAFETY: the caller's promise, and the layout is the one of then.
            unsafe {
                self.heap.deallocate(code, layout);
                let _ = self.close(code.as_ptr(), 0);
            }
        }
    }
}

impl CodeHeap {
    fn open(&self) -> Result<(), Error> {
        match self.opening {
            Opening::Always(_) => Ok(()),
            Opening::Region(region) => region.open(),
        }
    }

    /// Lets what was written be executed.
    ///
    /// # Safety
    /// So many bytes were written there, in the heap.
    unsafe fn close(&self, written: *const u8, bytes: usize) -> Result<(), Error> {
        // SAFETY: the caller's promise.
        unsafe {
            match self.opening {
                Opening::Always(_) if bytes == 0 => Ok(()),
                Opening::Always(publish) => {
                    publish(written, bytes);
                    Ok(())
                }
                Opening::Region(region) => region.close(written, bytes),
            }
        }
    }
}
