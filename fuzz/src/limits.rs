//! Programs that never end, in little memory, with allocations that fail: all are stopped and leave nothing behind.

use arbitrary::{Result, Unstructured};
use moteur::pool::Counted;
use moteur::{Config, Heap};

use crate::{input, ours};

static HEAP: Counted = Counted::new();

/// Checks one input.
pub fn check(input: &[u8]) {
    // An input that is too short for a module is none.
    let _ = run(&mut Unstructured::new(input));
    let heap = Heap::counted(&HEAP);
    heap.fail_after(None);
    assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0));
}

fn run(input: &mut Unstructured) -> Result<()> {
    let heap = Heap::counted(&HEAP);
    let config = Config::new(heap)
        .fuel(true)
        .stack_bytes(input.int_in_range(0..=40_000)?)
        .eager(input.arbitrary()?)
        .max_memory_bytes(input.int_in_range(0..=12 << 16)?)
        .max_table_elements(input.int_in_range(0..=1_200)?);
    let fuel = input.int_in_range(0..=20_000)?;
    let steps = input.int_in_range(0..=20)?;
    let failing = if input.ratio(1_u8, 2_u8)? { Some(input.int_in_range(0..=200)?) } else { None };
    let in_steps: bool = input.arbitrary()?;
    let module = input::module(input, in_steps)?;
    heap.fail_after(failing);
    // Errors are what is expected here.
    let _ =
        if in_steps { ours::run_in_steps(config, &module, fuel, steps) } else { ours::run_all(config, &module, fuel) };
    Ok(())
}
