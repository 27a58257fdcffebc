//! `malloc` and its relatives: in a heap inside the guest's memory, which the guest can damage as it likes, and from the
//! guest's own allocator.

mod libc_guest;

use libc_guest::Guest;

const HEAP: u32 = 0x1000;
const HEAP_END: u32 = 0x3000;

fn guest() -> Guest {
    Guest::with("", |libc| libc.with_heap(HEAP..HEAP_END))
}

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32 % limit
    }
}

fn in_heap(address: u32, size: u32) -> bool {
    address >= HEAP + 8 && u64::from(address) + u64::from(size) <= HEAP_END.into()
}

#[test]
fn blocks_are_aligned_apart_and_kept() {
    let mut guest = guest();
    let mut random = Random(1);
    let mut blocks: Vec<(u32, u32, u8)> = Vec::new();
    let (mut refused, mut given) = (0, 0);
    for round in 0..4_000 {
        if random.below(2) == 0 || blocks.is_empty() {
            let size = random.below(700);
            let fill = round as u8;
            let address = match random.below(3) {
                0 => guest.call("malloc", &[size]),
                1 => guest.call("__cxa_allocate_exception", &[size]),
                _ => {
                    let address = guest.call("calloc", &[size, 1]);
                    assert!(address == 0 || guest.read(address, size as usize).iter().all(|byte| *byte == 0));
                    address
                }
            };
            if address == 0 {
                refused += 1;
                continue;
            }
            given += 1;
            assert!(address.is_multiple_of(8) && in_heap(address, size), "{address:#x} {size}");
            guest.write(address, &vec![fill; size as usize]);
            blocks.push((address, size, fill));
        } else {
            let index = random.below(blocks.len() as u32) as usize;
            let (address, size, fill) = blocks.swap_remove(index);
            assert_eq!(guest.read(address, size as usize), vec![fill; size as usize]);
            if random.below(3) > 0 {
                guest.call("free", &[address]);
                continue;
            }
            let new_size = random.below(700);
            let new = guest.call("realloc", &[address, new_size]);
            let kept = size.min(new_size) as usize;
            if new == 0 {
                assert_eq!(guest.read(address, size as usize), vec![fill; size as usize], "the old one stays");
                blocks.push((address, size, fill));
                continue;
            }
            assert!(new.is_multiple_of(8) && in_heap(new, new_size));
            assert_eq!(guest.read(new, kept), vec![fill; kept]);
            guest.write(new, &vec![fill; new_size as usize]);
            blocks.push((new, new_size, fill));
        }
        let mut ranges: Vec<(u32, u32)> = blocks.iter().map(|(address, size, _)| (*address, *size)).collect();
        ranges.sort_unstable();
        assert!(ranges.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0), "{ranges:x?}");
    }
    assert!(given > 500 && refused > 10, "{given} {refused}");
    for (address, ..) in blocks {
        guest.call("free", &[address]);
    }
    assert_eq!(guest.call("malloc", &[HEAP_END - HEAP - 8]), HEAP + 8, "all of it is free again");
    assert_eq!(guest.call("malloc", &[0]), 0);
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    let mut guest = guest();
    for size in [HEAP_END - HEAP, 0x1_0000, 0x8000_0000, u32::MAX - 15, u32::MAX - 7, u32::MAX] {
        assert_eq!(guest.call("malloc", &[size]), 0, "{size:#x}");
        assert_eq!(guest.call("realloc", &[0, size]), 0, "{size:#x}");
    }
    for (count, size) in [(0x1_0000, 0x1_0000), (u32::MAX, u32::MAX), (2, 0x8000_0004), (0x4000_0001, 4)] {
        assert_eq!(guest.call("calloc", &[count, size]), 0, "{count:#x} * {size:#x}");
    }
    let block = guest.call("realloc", &[0, 16]);
    assert!(in_heap(block, 16), "realloc of nothing is malloc");
    assert_eq!(guest.call("realloc", &[block, u32::MAX]), 0);
}

#[test]
fn freeing_twice_and_freeing_anything_do_nothing() {
    let mut guest = guest();
    let first = guest.call("malloc", &[40]);
    let second = guest.call("malloc", &[40]);
    guest.write(second, b"second");
    guest.call("free", &[first]);
    guest.call("free", &[first]);
    for wild in [0, 1, second + 1, second + 8, second - 8, HEAP, HEAP_END, 0x1_0000, u32::MAX, u32::MAX - 7] {
        guest.call("free", &[wild]);
        assert_eq!(guest.call("realloc", &[wild, u32::MAX]), 0);
        assert_eq!(guest.call("realloc", &[wild, 8]) == 0, wild != 0, "{wild:#x} was never given out");
    }
    let third = guest.call("malloc", &[16]);
    assert_eq!(third, first + 16, "the first fit, after the block that realloc of nothing got");
    assert_eq!(guest.read(second, 6), b"second");
    assert_ne!(guest.call("malloc", &[40]), second);
}

#[test]
fn strdup_copies() {
    let mut guest = guest();
    guest.text(0x100, b"to be kept");
    for name in ["strdup", "_strdup"] {
        let copy = guest.call(name, &[0x100]);
        assert!(in_heap(copy, 11));
        assert_eq!(guest.read(copy, 11), b"to be kept\0");
    }
    guest.text(HEAP_END, &[b'x'; 0x4000]);
    assert_eq!(guest.call("strdup", &[HEAP_END]), 0, "too long for the heap");
}

/// The guest overwrites headers between calls. Whatever it gets then lies in the heap, and nothing else is written.
#[test]
fn a_damaged_heap_harms_the_guest_alone() {
    for seed in 0..60 {
        let mut guest = guest();
        let mut random = Random(seed);
        let mut pattern = vec![0xa5; 0x1_0000];
        guest.write(0, &pattern);
        let mut addresses = vec![0];
        for _ in 0..200 {
            match random.below(5) {
                0 => {
                    let words = [0, 1, 7, 8, 9, 0x1fff, 0x2000, 0x2001, u32::MAX, u32::MAX - 7, 0x8000_0000, HEAP];
                    let at = HEAP + random.below((HEAP_END - HEAP) / 4) * 4;
                    guest.write(at, &words[random.below(words.len() as u32) as usize].to_le_bytes());
                }
                1 => {
                    // A header where one is.
                    let at = addresses[random.below(addresses.len() as u32) as usize];
                    if at >= HEAP + 8 {
                        guest.write(at - 8, &(random.below(0x3000)).to_le_bytes());
                    }
                }
                2 => {
                    let at = addresses[random.below(addresses.len() as u32) as usize];
                    guest.call("free", &[at]);
                }
                3 => {
                    let at = addresses[random.below(addresses.len() as u32) as usize];
                    let size = random.below(600);
                    let new = guest.call("realloc", &[at, size]);
                    assert!(new == 0 || in_heap(new, size), "{new:#x} {size}");
                    addresses.push(new);
                }
                _ => {
                    let size = random.below(600);
                    let new = guest.call("calloc", &[1, size]);
                    assert!(new == 0 || in_heap(new, size), "{new:#x} {size}");
                    addresses.push(new);
                }
            }
        }
        let (heap, heap_end) = (HEAP as usize, HEAP_END as usize);
        let after = guest.read(0, 0x1_0000);
        pattern[heap..heap_end].copy_from_slice(&after[heap..heap_end]);
        assert!(after == pattern, "something outside of the heap was written, seed {seed}");
    }
}

#[test]
fn without_a_heap_there_is_no_memory() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("malloc", &[1]), 0);
    assert_eq!(guest.call("calloc", &[1, 1]), 0);
    assert_eq!(guest.call("realloc", &[0x100, 1]), 0);
    guest.call("free", &[0x100]);
    assert_eq!(guest.call("strdup", &[0x100]), 0);
}

#[test]
fn a_heap_that_is_not_in_memory_ends_the_guest() {
    for range in [0x2_0000..0x3_0000, 0xf000..0x2_0000, 0xffff_0000..0xffff_fff8] {
        let mut guest = Guest::with("", |libc| libc.with_heap(range.clone()));
        let outcome = guest.try_call("malloc", &[0x8000]);
        assert!(outcome.is_err() || outcome == Ok(0xf008), "{range:x?} {outcome:x?}");
    }
    let (end, start) = (0x2000, 0x3000);
    let mut guest = Guest::with("", |libc| libc.with_heap(start..end));
    assert_eq!(guest.call("malloc", &[1]), 0);
}

#[test]
fn the_heap_begins_where_the_guest_says_that_its_data_ends() {
    let mut guest = Guest::with(r#"(global (export "__heap_base") i32 (i32.const 0x8001))"#, |libc| libc);
    assert_eq!(guest.call("malloc", &[10]), 0x8008 + 8);
    assert_eq!(guest.call("malloc", &[0x1_0000 - 0x8008 - 24 - 8]), 0x8008 + 24 + 8, "to the end of memory");
    assert_eq!(guest.call("malloc", &[0]), 0);
    let mut guest = Guest::with(r#"(global (export "__heap_base") i64 (i64.const 0x8000))"#, |libc| libc);
    assert_eq!(guest.call("malloc", &[10]), 0, "not an address");
    let mut guest = Guest::with(r#"(global (export "__heap_base") i32 (i32.const -1))"#, |libc| libc);
    assert_eq!(guest.call("malloc", &[10]), 0, "past the end");
}

#[test]
fn an_allocator_of_the_guest_is_called() {
    let malloc = r#"(global $next (mut i32) (i32.const 0x4000))
        (func (export "malloc") (param i32) (result i32)
          (global.get $next)
          (global.set $next (i32.add (global.get $next) (local.get 0))))"#;
    let mut guest = Guest::with(malloc, |libc| libc.with_heap(HEAP..HEAP_END));
    guest.text(0x100, b"mine");
    assert_eq!(guest.call("strdup", &[0x100]), 0x4000);
    assert_eq!(guest.read(0x4000, 5), b"mine\0");
    guest.write(0x4005, &[1; 4]);
    assert_eq!(guest.call("calloc", &[2, 2]), 0x4005);
    assert_eq!(guest.read(0x4005, 4), [0; 4]);
    assert_eq!(guest.call("__cxa_allocate_exception", &[3]), 0x4009);
    // What it returns is believed as little as all else.
    let mut guest = Guest::with(r#"(func (export "malloc") (param i32) (result i32) (i32.const -8))"#, |libc| libc);
    guest.text(0x100, b"mine");
    assert!(guest.faults("strdup", &[0x100]));
    assert!(guest.faults("calloc", &[1, 1]));
    let mut guest = Guest::with(r#"(func (export "malloc") (param i32) (result i32) unreachable)"#, |libc| libc);
    assert!(guest.try_call("malloc", &[1]).is_err());
    let mut guest = Guest::with(r#"(func (export "malloc") (param i64))"#, |libc| libc.with_heap(HEAP..HEAP_END));
    assert_eq!(guest.call("malloc", &[1]), HEAP + 8, "another type: not an allocator");
}
