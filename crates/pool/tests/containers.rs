//! `Vec`, `Box` and `Arc`: the same as the standard library's, but for memory that runs out.

mod random;

use core::cell::Cell;
use core::ptr::NonNull;
use std::rc::Rc;

use moteur_pool::{Arc, Box, Counted, Heap, OutOfMemory, Vec, unsize};
use random::Random;

/// Runs a test on a small pool and on the counted system heap; both are empty after.
macro_rules! on_both {
    ($test:expr) => {{
        static COUNTED: Counted = Counted::new();
        let mut buffer = std::vec::Vec::<u8>::with_capacity(32 * 1024);
        let start = NonNull::new(buffer.as_mut_ptr()).unwrap();
        // SAFETY: the buffer outlives the heap.
        let pool = unsafe { Heap::from_raw(start, buffer.capacity()) }.unwrap();
        for heap in [pool, Heap::counted(&COUNTED)] {
            $test(heap);
            assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0), "{heap:?}");
        }
    }};
}

/// Counts its drops.
struct Dropped(Rc<Cell<u32>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn a_vector_does_what_the_standard_one_does() {
    on_both!(|heap| {
        let mut random = Random(5);
        let mut model = std::vec::Vec::<u32>::new();
        let mut vec = Vec::<u32>::new_in(heap);
        for step in 0..if cfg!(miri) { 100 } else { 5000 } {
            let value = random.below(1 << 32) as u32;
            match random.below(9) {
                0..=2 => {
                    vec.push(value).unwrap();
                    model.push(value);
                }
                3 => assert_eq!(vec.pop(), model.pop()),
                4 => {
                    let len = random.below(300) as usize;
                    vec.resize(len, value).unwrap();
                    model.resize(len, value);
                }
                5 => {
                    vec.extend_from_slice(&[value, 1, 2]).unwrap();
                    model.extend_from_slice(&[value, 1, 2]);
                }
                6 => {
                    let len = random.below(300) as usize;
                    vec.truncate(len);
                    model.truncate(len);
                }
                7 => {
                    vec.shrink_to_fit().unwrap();
                    assert_eq!(vec.capacity(), model.len());
                }
                _ => {
                    let index = random.below(300) as usize;
                    let removed = (index < model.len()).then(|| model.swap_remove(index));
                    assert_eq!(vec.swap_remove(index), removed);
                }
            }
            assert_eq!(vec[..], model[..], "step {step}");
            assert!(vec.capacity() >= vec.len());
        }
        let boxed = vec.into_boxed_slice().unwrap();
        assert_eq!(boxed[..], model[..]);
    });
}

#[test]
fn everything_is_dropped_once() {
    on_both!(|heap| {
        let drops = Rc::new(Cell::new(0));
        let one = || Dropped(drops.clone());
        let mut vec = Vec::new_in(heap);
        for _ in 0..10 {
            vec.push(one()).unwrap();
        }
        vec.truncate(8);
        assert_eq!(drops.get(), 2);
        drop(vec.pop());
        drop(vec.swap_remove(0));
        assert_eq!(drops.get(), 4);
        drop(vec.into_boxed_slice().unwrap());
        assert_eq!(drops.get(), 10);

        let boxed: Box<dyn core::any::Any> = unsize!(Box::new_in(one(), heap).unwrap() => dyn core::any::Any);
        drop(boxed);
        assert_eq!(drops.get(), 11);
        drop(Box::into_inner(Box::new_in(one(), heap).unwrap()));
        assert_eq!(drops.get(), 12);

        let shared = Arc::new_in(one(), heap).unwrap();
        let twin = shared.clone();
        assert!(Arc::ptr_eq(&shared, &twin));
        drop(shared);
        assert_eq!(drops.get(), 12);
        drop(twin);
        assert_eq!(drops.get(), 13);

        heap.fail_after(Some(0));
        assert!(Box::new_in(one(), heap).is_err());
        assert!(Arc::new_in(one(), heap).is_err());
        assert!(Vec::new_in(heap).push(one()).is_err());
        heap.fail_after(None);
        assert_eq!(drops.get(), 16);
    });
}

#[test]
fn values_without_size_take_nothing() {
    on_both!(|heap: Heap| {
        let mut vec = Vec::<()>::new_in(heap);
        vec.resize(1000, ()).unwrap();
        vec.push(()).unwrap();
        vec.reserve(usize::MAX - 1001).unwrap();
        assert_eq!(vec.reserve(usize::MAX - 1000), Err(OutOfMemory));
        assert_eq!(vec.len(), 1001);
        vec.shrink_to_fit().unwrap();
        assert_eq!(vec.pop(), Some(()));
        assert_eq!(vec.into_boxed_slice().unwrap().len(), 1000);
        let boxed = Box::new_in((), heap).unwrap();
        assert_eq!(heap.stats().allocations, 0);
        drop(boxed);
        assert_eq!(Box::<[u64]>::zeroed_in(0, heap).unwrap().len(), 0);
        assert_eq!(&*Box::from_str_in("", heap).unwrap(), "");
    });
}

#[test]
fn lengths_that_overflow_are_out_of_memory() {
    on_both!(|heap| {
        let huge = [usize::MAX, usize::MAX / 2, usize::MAX / 8 + 1, isize::MAX as usize / 8 + 1];
        let mut vec = Vec::<u64>::from_slice_in(&[1, 2, 3], heap).unwrap();
        for len in huge {
            assert_eq!(Vec::<u64>::with_capacity_in(len, heap).err(), Some(OutOfMemory));
            assert_eq!(vec.reserve(len), Err(OutOfMemory));
            assert_eq!(vec.reserve_exact(len), Err(OutOfMemory));
            assert_eq!(vec.resize(len, 0), Err(OutOfMemory));
            assert_eq!(Box::<[u64]>::zeroed_in(len, heap).err(), Some(OutOfMemory));
            assert_eq!(Box::<[u64]>::from_fn_in(len, heap, |_| 0).err(), Some(OutOfMemory));
            assert_eq!(vec[..], [1, 2, 3]);
        }
    });
}

#[test]
fn a_vector_that_cannot_double_grows_by_what_it_needs() {
    let mut buffer = std::vec::Vec::<u8>::with_capacity(3 * 1024);
    let start = NonNull::new(buffer.as_mut_ptr()).unwrap();
    // SAFETY: the buffer outlives the heap.
    let heap = unsafe { Heap::from_raw(start, buffer.capacity()) }.unwrap();
    let mut bytes = Vec::<u8>::new_in(heap);
    while bytes.push(bytes.len() as u8).is_ok() {}
    // In place and to the last byte: a vector alone in a pool can be as large as the pool.
    assert_eq!(bytes.len(), heap.stats().capacity - moteur_pool::HEADER_BYTES);
    assert!(bytes.iter().enumerate().all(|(index, &byte)| byte == index as u8));
}

#[test]
fn whatever_fails_leaves_what_was_there() {
    on_both!(|heap: Heap| {
        let work = |heap: Heap| -> Result<usize, OutOfMemory> {
            let mut names = Vec::new_in(heap);
            for name in ["memory", "table", "func", "global", "a longer name than the others"] {
                names.push(Box::from_str_in(name, heap)?)?;
            }
            let names = Arc::new_in(names.into_boxed_slice()?, heap)?;
            let lengths = Box::from_fn_in(names.len(), heap, |index| names[index].len())?;
            let sum = unsize!(Box::new_in(move || lengths.iter().sum::<usize>(), heap)? => dyn Fn() -> usize);
            Ok(sum())
        };
        let mut failures = 0;
        let sum = loop {
            heap.fail_after(Some(failures));
            match work(heap) {
                Ok(sum) => break sum,
                Err(OutOfMemory) => failures += 1,
            }
            assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0), "after failure {failures}");
        };
        heap.fail_after(None);
        assert_eq!(sum, 50);
        assert!(failures >= 9, "only {failures} allocations");
    });
}

#[test]
fn a_shared_value_can_be_changed_while_it_is_not_shared() {
    on_both!(|heap| {
        let mut first = Arc::new_in(1, heap).unwrap();
        *Arc::get_mut(&mut first).unwrap() += 1;
        let second = first.clone();
        assert!(Arc::get_mut(&mut first).is_none());
        assert_eq!(*second, 2);
        drop(second);
        assert!(Arc::get_mut(&mut first).is_some());
    });
}

#[test]
fn threads_share_a_value() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    let shared = Arc::new_in(vec![1, 2, 3], heap).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let mine = shared.clone();
            scope.spawn(move || {
                for _ in 0..if cfg!(miri) { 20 } else { 10_000 } {
                    let other = mine.clone();
                    assert_eq!(other.len(), 3);
                }
            });
        }
    });
    drop(shared);
    assert_eq!(heap.stats().allocations, 0);
}

#[test]
fn alignments_beyond_the_pools_own_hold() {
    #[repr(align(128))]
    struct Aligned(#[allow(dead_code)] u8);
    on_both!(|heap| {
        let boxed = Box::new_in(Aligned(1), heap).unwrap();
        assert_eq!(Box::as_ptr(&boxed) as usize % 128, 0);
        let mut vec = Vec::new_in(heap);
        for n in 0..9 {
            vec.push(Aligned(n)).unwrap();
            assert_eq!(vec.as_ptr() as usize % 128, 0);
        }
        let shared = Arc::new_in(Aligned(2), heap).unwrap();
        assert_eq!(Arc::as_ptr(&shared) as usize % 128, 0);
    });
}
