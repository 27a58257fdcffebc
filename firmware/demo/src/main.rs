//! A guest on a bare board: module in flash, one static buffer, two host functions; then guests that misbehave, and the
//! first one again.
//!
//! Lines that begin with `#` hold figures, which differ between boards and builds; all others are the same everywhere,
//! and `cargo xtask firmware` compares them with `expected.txt`.

#![no_std]
#![no_main]

mod guest;
mod hostile;

use board::{instructions, println};
use moteur::{Config, Engine, Error, Heap, OutOfMemory};

board::main!(main);

/// All the memory that the runtime and its guests get.
const HEAP_BYTES: usize = 256 * 1024;
/// Pages that a guest may have: what the heap has room for.
const MEMORY_PAGES_MAX: u32 = 2;
const TABLE_ELEMENTS_MAX: u32 = 1_000;

fn main() -> u8 {
    match demo() {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(error) => {
            println!("the demo stops: {error}");
            2
        }
    }
}

/// Runs everything; whether the heap ended as empty as it began.
fn demo() -> Result<bool, Error> {
    println!("# board {}, counts in steps of {} instructions", board::NAME, board::INSTRUCTIONS_PER_TICK);
    let heap = Heap::new(board::heap!(HEAP_BYTES).ok_or(OutOfMemory)?)?;
    let empty = heap.stats().used;
    println!("# heap {} bytes, {empty} used when empty", heap.stats().capacity);
    let config = Config::new(heap)
        .stack_bytes(8 * 1024)
        .max_memory_pages(MEMORY_PAGES_MAX)
        .max_table_elements(TABLE_ELEMENTS_MAX);

    guest::run(&Engine::new(config)?)?;
    hostile::run(config)?;
    println!("and once more the guest that behaves:");
    guest::run(&Engine::new(config)?)?;

    let stats = heap.stats();
    board::print_usage(stats.peak, stats.capacity);
    println!("heap as empty as before: {}", stats.used == empty);
    Ok(stats.used == empty)
}

/// Runs `f` and prints how many instructions that took.
fn counted<R>(what: &str, f: impl FnOnce() -> R) -> R {
    let start = instructions();
    let result = f();
    println!("# {what}: {} instructions", instructions() - start);
    result
}
