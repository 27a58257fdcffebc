//! Guests as tasks of one executor: two with deadlines, one that never ends, and the host's own.
//!
//! All are polled by `embassy-executor` on one core. No guest can be preempted, but each comes back after a slice of fuel:
//! so the motor is regulated in time and the button is answered in time, while the third guest fills its memory for ever.
//!
//! Lines that begin with `#` hold figures, as in `demo`.

#![no_std]
#![no_main]

mod guests;
mod time;

// Links the critical section.
use cortex_m as _;

use board::println;
use embassy_executor::{Executor, Spawner};
use embassy_time::{Duration, Instant, Timer, with_timeout};
use moteur::{Config, Engine, Error, Heap, InterruptFlag, Linker, Module, OutOfMemory, Store};
use static_cell::StaticCell;

use guests::{BUTTON, Ended, Press};

board::main!(main);

const HEAP_BYTES: usize = 192 * 1024;
/// Fuel of a slice. Two other guests take at most 2 × (300 × 650 + 2,000) instructions then, which is 0.4 ms here:
/// `docs/real-time.md`.
const SLICE: u64 = 300;
/// How long everything runs, and how often the host's own task has its turn meanwhile.
const RUNS: Duration = Duration::from_millis(100);
const BEATS: u32 = 10;

/// Stops all guests.
static STOP: InterruptFlag = InterruptFlag::new();

fn main() -> u8 {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    EXECUTOR.init(Executor::new()).run(|spawner| match host(spawner) {
        Ok(task) => spawner.spawn(task),
        Err(error) => {
            println!("no task: {error}");
            board::exit(2)
        }
    })
}

/// The host's task: starts the guests, has a turn each 10 ms, presses the button, and ends everything.
#[embassy_executor::task]
async fn host(spawner: Spawner) {
    let status = match run(spawner).await {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(error) => {
            println!("it stops: {error}");
            2
        }
    };
    board::exit(status)
}

/// Runs everything; whether nothing was late and the heap ended as empty as it began.
async fn run(spawner: Spawner) -> Result<bool, Error> {
    println!("# board {}", board::NAME);
    let heap = Heap::new(board::heap!(HEAP_BYTES).ok_or(OutOfMemory)?)?;
    let engine = Engine::new(Config::new(heap).stack_bytes(4 << 10).max_memory_pages(1).fuel(true).eager(true))?;
    let empty = heap.stats().used;

    give_up(&engine).await?;
    guests::start(spawner, &engine)?;
    let began = Instant::now();
    let mut latest = Duration::from_ticks(0);
    for beat in 1..=BEATS {
        let due = began + RUNS / BEATS * beat;
        Timer::at(due).await;
        latest = latest.max(Instant::now() - due);
        board::led(beat % 2 == 1);
        BUTTON.signal(Press { number: beat * 100, at: Instant::now() });
    }
    Timer::after_millis(2).await;
    println!("host: {BEATS} beats");
    println!("# the latest came {} us late", latest.as_micros());

    STOP.raise();
    BUTTON.signal(Press { number: 0, at: Instant::now() });
    let mut in_time = true;
    for ended in guests::ENDED.iter() {
        let Ended { name, turns, late, worst, error } = ended.wait().await;
        match turns {
            0 => println!("{name}: {error}"),
            _ => println!("{name}: {turns} times, {late} late; {error}"),
        }
        println!("# {name}: done {} us after it was due, at the latest", worst.as_micros());
        in_time &= late == 0;
    }
    // The tasks are over once each has had its turn.
    Timer::after_millis(1).await;
    let stats = heap.stats();
    println!("heap as empty as before: {}", stats.used == empty);
    board::print_usage(stats.peak, stats.capacity);
    Ok(in_time && stats.used == empty)
}

/// A call that takes too long is dropped; its store is as good as before.
async fn give_up(engine: &Engine) -> Result<(), Error> {
    let mut store = Store::new(engine, ())?;
    store.set_fuel(u64::MAX)?;
    let instance = Linker::new(engine).instantiate(&mut store, &Module::from_static(engine, guests::ENDLESS)?)?;
    let run = instance.typed_func::<(), ()>(&store, "run")?;
    let ended = with_timeout(Duration::from_millis(3), run.call_async(&mut store, ()).yield_every(SLICE)).await;
    println!("an endless call ends within 3 ms: {}", ended.is_ok());
    let short = instance.typed_func::<i32, i32>(&store, "short")?;
    println!("the same guest, called again: {}", short.call_async(&mut store, 21).await?);
    Ok(())
}
