//! Programs compiled from Rust, under hardship: every allocation fails once, and bytes are damaged.

use moteur::pool::Counted;
use moteur::{Config, Engine, Error, Heap, Instance, Module, Store};

use crate::programs;

/// An export, and a small argument for it.
type Calls = &'static [(&'static str, u32)];

/// The modules, and what is called in them.
const MODULES: [(&[u8], Calls); 2] = [
    (moteur_kernels::WASM, &[("sort", 50), ("fib", 5), ("mandel", 2), ("f32", 20), ("vm", 1)]),
    (programs::WASM, &[("nbody", 3), ("modpow", 4), ("text", 0)]),
];

/// Enough for all calls, and soon at an end for a damaged module that runs for ever.
const FUEL: u64 = 300_000;

/// Loads a module and calls its exports; gives what they gave. The module grows its memory by itself.
fn run(config: Config, bytes: &[u8], calls: &[(&str, u32)]) -> Result<Vec<u32>, Error> {
    let engine = Engine::new(config.stack_bytes(16 << 10).fuel(true))?;
    let module = Module::new(&engine, bytes)?;
    let mut store = Store::new(&engine, ())?;
    store.set_fuel(FUEL)?;
    let instance = Instance::new(&mut store, &module, &[])?;
    calls.iter().map(|(name, n)| instance.typed_func::<u32, u32>(&store, name)?.call(&mut store, *n)).collect()
}

#[test]
fn each_allocation_fails_once() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    for (bytes, calls) in MODULES {
        for eager in [false, true] {
            let config = Config::new(heap).eager(eager);
            let expected = run(config, bytes, calls).unwrap();
            let mut failures = 0;
            for allocations in 0.. {
                heap.fail_after(Some(allocations));
                let result = run(config, bytes, calls);
                heap.fail_after(None);
                assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0), "after {allocations}: {result:?}");
                match result {
                    Ok(results) => {
                        assert_eq!(results, expected, "after {allocations}");
                        break;
                    }
                    Err(Error::OutOfMemory) => failures += 1,
                    // The guest's own allocator gives up when its memory does not grow.
                    Err(error) => assert!(matches!(error, Error::Trap(_)), "after {allocations}: {error}"),
                }
            }
            assert!(failures > 10, "{failures}");
        }
    }
}

#[test]
fn three_thousand_damaged_bytes() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..1_500 {
        for (bytes, calls) in MODULES {
            let mut bytes = bytes.to_vec();
            let at = next(bytes.len());
            bytes[at] = next(256) as u8;
            let config = Config::new(heap).max_memory_pages(40).max_table_elements(10_000);
            match run(config, &bytes, calls) {
                Err(Error::Module(_)) => refused += 1,
                _ => accepted += 1,
            }
            assert_eq!(heap.stats().used, 0, "byte {at}");
        }
    }
    assert!(accepted > 100 && refused > 100, "{accepted} accepted, {refused} refused");
}
