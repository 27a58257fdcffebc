//! The guests: what each imports, its task, and what is known when it has ended.

use embassy_executor::Spawner;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::signal::Signal;
use embassy_time::{Duration, Instant, Timer};
use moteur::{Caller, Engine, Error, Instance, Linker, Module, Store, TypedFunc};

use crate::{SLICE, STOP};

static MOTOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/motor.wasm"));
static PANEL: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/panel.wasm"));
pub static ENDLESS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/endless.wasm"));

/// How often the motor is regulated.
const PERIOD: Duration = Duration::from_millis(2);
/// When a guest has to be done after it was due.
const DEADLINE: Duration = Duration::from_millis(1);

/// A press of the button.
#[derive(Clone, Copy)]
pub struct Press {
    /// What it shows.
    pub number: u32,
    /// When it was.
    pub at: Instant,
}

/// The button's last press that nobody has seen.
pub static BUTTON: Signal<CriticalSectionRawMutex, Press> = Signal::new();

/// What is known of a guest that has ended.
pub struct Ended {
    pub name: &'static str,
    /// How often it did what it is for, and how often of those too late.
    pub turns: u32,
    pub late: u32,
    /// The longest from when it was due.
    pub worst: Duration,
    /// What ended it.
    pub error: Error,
}

/// Where the guests' tasks say that they have ended.
pub static ENDED: [Signal<CriticalSectionRawMutex, Ended>; 3] = [const { Signal::new() }; 3];

/// What the host knows of a guest with a deadline.
pub struct Deadline {
    due: Instant,
    turns: u32,
    late: u32,
    worst: Duration,
}

impl Deadline {
    fn new() -> Deadline {
        Deadline { due: Instant::now(), turns: 0, late: 0, worst: Duration::from_ticks(0) }
    }

    /// What was due is done now.
    fn met(&mut self) {
        let took = Instant::now().saturating_duration_since(self.due);
        self.turns += 1;
        self.late += u32::from(took > DEADLINE);
        self.worst = self.worst.max(took);
    }
}

type Run = TypedFunc<(), ()>;

/// Starts a task for each guest.
pub fn start(spawner: Spawner, engine: &Engine) -> Result<(), Error> {
    for (at, (name, linker, module)) in
        [("motor", motor(engine)?, MOTOR), ("panel", panel(engine)?, PANEL), ("endless", Linker::new(engine), ENDLESS)]
            .into_iter()
            .enumerate()
    {
        let mut store = Store::new(engine, Deadline::new())?;
        store.set_fuel(u64::MAX)?;
        store.set_interrupt_flag(&STOP);
        let instance: Instance = linker.instantiate(&mut store, &Module::from_static(engine, module)?)?;
        let run = instance.typed_func(&store, "run")?;
        spawner.spawn(guest(name, at, store, run).map_err(|_| Error::OutOfMemory)?);
    }
    Ok(())
}

/// A guest's task.
#[embassy_executor::task(pool_size = 3)]
async fn guest(name: &'static str, at: usize, mut store: Store<Deadline>, run: Run) {
    let result = run.call_async(&mut store, ()).yield_every(SLICE).await;
    let Deadline { turns, late, worst, .. } = store.into_data();
    // These guests never return.
    let error = result.err().unwrap_or(Error::exit(0));
    if let Some(ended) = ENDED.get(at) {
        ended.signal(Ended { name, turns, late, worst, error });
    }
}

/// The regulator: waits for the next period, reads a sensor that takes its time, and is done when it sets the power.
fn motor(engine: &Engine) -> Result<Linker<Deadline>, Error> {
    let mut linker = Linker::new(engine);
    linker.func_async("env", "period", async |mut caller: Caller<'_, Deadline>| {
        let due = caller.data().due + PERIOD;
        Timer::at(due).await;
        caller.data_mut().due = due;
    })?;
    linker.func_async("env", "speed", async || {
        Timer::after_micros(50).await;
        990
    })?;
    linker.func("env", "power", |mut caller: Caller<'_, Deadline>, _: i32| caller.data_mut().met())?;
    Ok(linker)
}

/// The panel: waits for the button, and is done when it shows something.
fn panel(engine: &Engine) -> Result<Linker<Deadline>, Error> {
    let mut linker = Linker::new(engine);
    linker.func_async("env", "button", async |mut caller: Caller<'_, Deadline>| {
        let press = BUTTON.wait().await;
        caller.data_mut().due = press.at;
        press.number
    })?;
    linker.func("env", "show", |mut caller: Caller<'_, Deadline>, number: u32, presses: u32| {
        caller.data_mut().met();
        // Each press has the next number.
        if number == presses * 100 { Ok(()) } else { Err(Error::host(number)) }
    })?;
    Ok(linker)
}
