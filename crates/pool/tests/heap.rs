//! The heap by itself: sizes at their limits, the account, fault injection, and random use against a model.
//!
//! Everything runs on a pool and on the counted system allocator, under which Miri sees each allocation by itself.

mod random;

use core::alloc::Layout;
use core::ptr::NonNull;
use std::sync::Barrier;

use moteur_pool::{CONTROL_BYTES, Counted, GRANULARITY, HEADER_BYTES, Heap, OutOfMemory};
use random::Random;

/// Runs `test` on a pool in a buffer of `len` bytes, and checks that the pool is as empty as before.
fn with_pool(len: usize, test: impl FnOnce(Heap)) {
    let mut buffer = Vec::<u8>::with_capacity(len);
    let start = NonNull::new(buffer.as_mut_ptr()).unwrap();
    // SAFETY: the buffer outlives the heap, which ends with this function.
    let heap = unsafe { Heap::from_raw(start, len) }.unwrap();
    let before = heap.stats();
    test(heap);
    heap.reset_peak();
    assert_eq!(heap.stats(), before);
    // One block again, not many small ones.
    let all = layout(before.capacity - HEADER_BYTES, 1);
    let ptr = heap.allocate(all).unwrap();
    // SAFETY: just allocated.
    unsafe { heap.deallocate(ptr, all) };
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

#[test]
fn a_buffer_too_small_is_refused_wherever_it_starts() {
    let least = CONTROL_BYTES.next_multiple_of(GRANULARITY) + 2 * GRANULARITY;
    let mut buffer = std::vec::Vec::<u8>::with_capacity(least + 2 * GRANULARITY);
    let start = NonNull::new(buffer.as_mut_ptr()).unwrap();
    for offset in 0..GRANULARITY {
        // SAFETY: inside the buffer.
        let start = unsafe { start.add(offset) };
        let padding = start.align_offset(GRANULARITY);
        let fits = |len| {
            // SAFETY: inside the buffer, which outlives the heap; the one before is not used any more.
            let heap = unsafe { Heap::from_raw(start, len) };
            heap.is_ok_and(|heap| heap.allocate(layout(1, 1)).is_ok())
        };
        assert!(!fits(0));
        assert!(!fits(padding));
        assert!(!fits(padding + least - 1));
        assert!(fits(padding + least));
    }
}

#[test]
fn all_of_a_fresh_pool_can_be_one_allocation() {
    let step = if cfg!(miri) { 15_013 } else { 61 };
    for free in (GRANULARITY..70_000).step_by(step) {
        with_pool(CONTROL_BYTES + 3 * GRANULARITY + free, |heap| {
            let capacity = heap.stats().capacity;
            assert!(heap.allocate(layout(capacity - HEADER_BYTES + 1, 1)).is_err());
            let all = layout(capacity - HEADER_BYTES, HEADER_BYTES);
            let ptr = heap.allocate(all).unwrap();
            // SAFETY: just allocated, of this size.
            unsafe { ptr.write_bytes(0xff, all.size()) };
            assert_eq!((heap.stats().used, heap.stats().peak), (capacity, capacity));
            assert_eq!(heap.allocate(layout(1, 1)), Err(OutOfMemory));
            // SAFETY: allocated above.
            unsafe { heap.deallocate(ptr, all) };
        });
    }
}

#[test]
fn a_block_that_fits_tightly_is_found_after_others_were_freed() {
    with_pool(64 * 1024, |heap| {
        // A hole of just the size wanted next, between two allocations that stay.
        let (low, hole, high) = (layout(1000, 8), layout(20_008, 8), layout(1000, 8));
        let [low_ptr, hole_ptr, high_ptr] = [low, hole, high].map(|layout| heap.allocate(layout).unwrap());
        let rest = layout(heap.stats().capacity - heap.stats().used - HEADER_BYTES, 8);
        let rest_ptr = heap.allocate(rest).unwrap();
        // SAFETY: allocated above.
        unsafe { heap.deallocate(hole_ptr, hole) };
        let again = heap.allocate(hole).unwrap();
        assert_eq!(again, hole_ptr);
        for (ptr, layout) in [(low_ptr, low), (again, hole), (high_ptr, high), (rest_ptr, rest)] {
            // SAFETY: allocated above.
            unsafe { heap.deallocate(ptr, layout) };
        }
    });
}

#[test]
fn what_must_move_to_grow_finds_a_tight_block_too() {
    with_pool(64 * 1024, |heap| {
        // [first][wall][hole][rest]: `first` can't grow in place, and only the hole has room for it.
        let (small, grown) = (layout(100, 8), layout(20_008, 8));
        let [first, wall, hole] = [small, small, grown].map(|layout| heap.allocate(layout).unwrap());
        let rest = layout(heap.stats().capacity - heap.stats().used - HEADER_BYTES, 8);
        let rest_ptr = heap.allocate(rest).unwrap();
        // SAFETY: allocated above; what is freed or moved is not used after.
        unsafe {
            heap.deallocate(hole, grown);
            first.write_bytes(0x5a, small.size());
            let moved = heap.reallocate(first, small, grown.size()).unwrap();
            assert_eq!(moved, hole);
            let bytes = core::slice::from_raw_parts(moved.as_ptr(), small.size());
            assert!(bytes.iter().all(|&byte| byte == 0x5a));
            heap.deallocate(moved, grown);
            heap.deallocate(wall, small);
            heap.deallocate(rest_ptr, rest);
        }
    });
}

#[test]
fn sizes_that_no_address_can_express_are_out_of_memory() {
    let check = |heap: Heap| {
        let most = isize::MAX as usize;
        for (size, align) in [(most, 1), (most - 7, 8), (most & !0xfff, 4096), (0x1000, 1 << (usize::BITS - 2))] {
            // Miri and sanitizers refuse absurd sizes by themselves, so the system's heap gets only ours.
            if heap != Heap::system() {
                assert_eq!(heap.allocate(layout(size, align)), Err(OutOfMemory));
                assert_eq!(heap.allocate_zeroed(layout(size, align)), Err(OutOfMemory));
            }
        }
        let small = layout(10, 2);
        let ptr = heap.allocate(small).unwrap();
        for size in [usize::MAX, most + 1, most, usize::MAX - 10] {
            // SAFETY: allocated above; after an error it still is.
            assert_eq!(unsafe { heap.reallocate(ptr, small, size) }, Err(OutOfMemory));
            // SAFETY: as above.
            assert_eq!(unsafe { heap.reallocate_zeroed(ptr, small, size) }, Err(OutOfMemory));
        }
        // SAFETY: allocated above.
        unsafe { heap.deallocate(ptr, small) };
    };
    with_pool(8192, check);
    check(Heap::system());
}

fn assert_empty(heap: Heap) {
    assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0));
}

#[test]
fn no_bytes_take_nothing() {
    with_pool(4096, |heap| {
        let none = layout(0, 64);
        let before = heap.stats();
        let ptr = heap.allocate(none).unwrap();
        assert_eq!(ptr.as_ptr() as usize % 64, 0);
        assert_eq!(heap.stats(), before);
        // SAFETY: allocated above, and again below.
        unsafe {
            let ptr = heap.reallocate(ptr, none, 100).unwrap();
            ptr.write_bytes(1, 100);
            assert_eq!(heap.stats().allocations, 1);
            let ptr = heap.reallocate(ptr, layout(100, 64), 0).unwrap();
            assert_eq!(heap.stats().allocations, 0);
            heap.deallocate(ptr, none);
        }
    });
}

#[test]
fn growing_with_zeros_zeroes_just_the_new_part() {
    static COUNTED: Counted = Counted::new();
    let grow = |heap: Heap, sizes: &[usize]| {
        let mut size = 0;
        let mut ptr = heap.allocate(layout(0, 16)).unwrap();
        for &next in sizes {
            // SAFETY: allocated with the size of the last round.
            ptr = unsafe { heap.reallocate_zeroed(ptr, layout(size, 16), next) }.unwrap();
            for index in 0..next {
                let expected = if index < size { 0xa5 } else { 0 };
                // SAFETY: inside the allocation, all of which has been written.
                assert_eq!(unsafe { ptr.add(index).read() }, expected, "byte {index} of {next}");
            }
            // SAFETY: of this size.
            unsafe { ptr.write_bytes(0xa5, next) };
            size = next;
        }
        // SAFETY: allocated with this size.
        unsafe { heap.deallocate(ptr, layout(size, 16)) };
    };
    with_pool(40_000, |heap| grow(heap, &[10, 100, 300, 50, 1, 200]));
    let large = [1, 70_000, 140_000, 140_001, 500_000];
    let sizes = if cfg!(miri) { &[1, 300][..] } else { &large[..] };
    grow(Heap::system(), sizes);
    grow(Heap::counted(&COUNTED), sizes);
    assert_empty(Heap::counted(&COUNTED));
}

#[test]
fn the_fuse_counts_allocations_and_growth_and_nothing_else() {
    with_pool(4096, |heap| {
        let small = layout(10, 8);
        heap.fail_after(Some(2));
        let ptr = heap.allocate(small).unwrap();
        // SAFETY: allocated above; a failed call leaves the allocation as it is.
        unsafe {
            let ptr = heap.reallocate(ptr, small, 200).unwrap();
            assert_eq!(heap.reallocate(ptr, layout(200, 8), 201), Err(OutOfMemory));
            assert_eq!(heap.allocate(small), Err(OutOfMemory));
            assert_eq!(heap.allocate_zeroed(small), Err(OutOfMemory));
            let ptr = heap.reallocate(ptr, layout(200, 8), 20).unwrap();
            heap.fail_after(None);
            let ptr = heap.reallocate(ptr, layout(20, 8), 30).unwrap();
            heap.deallocate(ptr, layout(30, 8));
        }
    });
}

#[test]
fn the_account_tells_the_most_that_was_used() {
    with_pool(4096, |heap| {
        let block = layout(3 * GRANULARITY - HEADER_BYTES, 1);
        let (first, second) = (heap.allocate(block).unwrap(), heap.allocate(block).unwrap());
        assert_eq!(heap.stats().used, 6 * GRANULARITY);
        // SAFETY: allocated above.
        unsafe { heap.deallocate(first, block) };
        assert_eq!((heap.stats().used, heap.stats().peak), (3 * GRANULARITY, 6 * GRANULARITY));
        let small = layout(1, 1);
        let third = heap.allocate(small).unwrap();
        assert_eq!((heap.stats().used, heap.stats().peak), (4 * GRANULARITY, 6 * GRANULARITY));
        heap.reset_peak();
        assert_eq!(heap.stats().peak, 4 * GRANULARITY);
        // SAFETY: allocated above.
        unsafe { heap.deallocate(second, block) };
        // SAFETY: allocated above.
        unsafe { heap.deallocate(third, small) };
    });
}

/// An allocation of the model: each byte is known by the allocation's seed and its place.
struct Allocation {
    ptr: NonNull<u8>,
    layout: Layout,
    seed: u8,
}

impl Allocation {
    fn byte(&self, index: usize) -> u8 {
        self.seed.wrapping_add((index as u8).wrapping_mul(31))
    }

    fn fill(&self, from: usize) {
        for index in from..self.layout.size() {
            // SAFETY: inside the allocation.
            unsafe { self.ptr.add(index).write(self.byte(index)) };
        }
    }

    fn check(&self, len: usize) {
        assert_eq!(self.ptr.as_ptr() as usize % self.layout.align(), 0);
        for index in 0..len {
            // SAFETY: inside the allocation, which has been filled.
            assert_eq!(unsafe { self.ptr.add(index).read() }, self.byte(index));
        }
    }
}

/// Allocates, grows, shrinks and frees at random; no byte of any live allocation may change on its own.
fn use_at_random(heap: Heap, seed: u64, steps: usize, size_max: u64) {
    let mut random = Random(seed);
    let mut live: Vec<Allocation> = Vec::new();
    let mut refused = 0;
    for _ in 0..steps {
        let size = (random.below(size_max) >> random.below(8)) as usize;
        match random.below(8) {
            0..=2 => {
                let layout = layout(size, 1 << random.below(7));
                let zeroed = random.below(2) == 0;
                let allocated = if zeroed { heap.allocate_zeroed(layout) } else { heap.allocate(layout) };
                let Ok(ptr) = allocated else {
                    refused += 1;
                    continue;
                };
                if zeroed {
                    // SAFETY: just allocated, of this size, and initialised.
                    let bytes = unsafe { core::slice::from_raw_parts(ptr.as_ptr(), size) };
                    assert!(bytes.iter().all(|&byte| byte == 0));
                }
                let allocation = Allocation { ptr, layout, seed: random.below(256) as u8 };
                allocation.fill(0);
                live.push(allocation);
            }
            3..=5 if !live.is_empty() => {
                let index = random.below(live.len() as u64) as usize;
                let allocation = &mut live[index];
                let old = allocation.layout;
                // SAFETY: a live allocation with its layout.
                match unsafe { heap.reallocate(allocation.ptr, old, size) } {
                    Ok(ptr) => {
                        allocation.ptr = ptr;
                        allocation.layout = layout(size, old.align());
                        allocation.check(old.size().min(size));
                        allocation.fill(old.size().min(size));
                    }
                    Err(OutOfMemory) => {
                        assert!(size > old.size());
                        allocation.check(old.size());
                        refused += 1;
                    }
                }
            }
            _ if !live.is_empty() => {
                let allocation = live.swap_remove(random.below(live.len() as u64) as usize);
                allocation.check(allocation.layout.size());
                // SAFETY: a live allocation with its layout.
                unsafe { heap.deallocate(allocation.ptr, allocation.layout) };
            }
            _ => {}
        }
        let stats = heap.stats();
        assert_eq!(stats.allocations, live.iter().filter(|live| live.layout.size() > 0).count());
        assert!(stats.used >= live.iter().map(|live| live.layout.size()).sum());
        assert!(stats.peak >= stats.used);
    }
    for allocation in live {
        allocation.check(allocation.layout.size());
        // SAFETY: a live allocation with its layout.
        unsafe { heap.deallocate(allocation.ptr, allocation.layout) };
    }
    assert!(heap == Heap::system() || heap.stats().used == 0);
    assert!(refused > 0 || heap.stats().capacity == usize::MAX, "the pool was never full");
}

#[test]
fn random_use_keeps_every_byte() {
    let (seeds, steps, len) = if cfg!(miri) { (2, 200, CONTROL_BYTES + 1500) } else { (15, 3000, 24_000) };
    for seed in 1..=seeds {
        with_pool(len, |heap| use_at_random(heap, seed, steps, (len - CONTROL_BYTES) as u64 / 3));
    }
    static COUNTED: Counted = Counted::new();
    use_at_random(Heap::counted(&COUNTED), 7, steps, 1000);
}

#[test]
fn threads_share_a_pool() {
    let (threads, steps) = if cfg!(miri) { (2, 60) } else { (4, 100_000) };
    with_pool(60_000, |heap| {
        let start = Barrier::new(threads as usize);
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    let mut random = Random(thread + 1);
                    for _ in 0..steps {
                        let allocation = layout(1 + random.below(500) as usize, 8);
                        let ptr = heap.allocate(allocation).unwrap();
                        // SAFETY: just allocated.
                        unsafe {
                            ptr.write_bytes(thread as u8, allocation.size());
                            let last = ptr.add(allocation.size() - 1).read();
                            assert_eq!(last, thread as u8);
                            heap.deallocate(ptr, allocation);
                        }
                    }
                });
            }
        });
    });
}
