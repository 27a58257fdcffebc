//! What the board has: the serial line to USB, an LED that you connect, the boot button, a timer.
//!
//! Source: ESP32-C3-DevKitM-1, "User Guide", for pins.

use core::cell::RefCell;

use critical_section::Mutex;
use esp_hal::clock::CpuClock;
use esp_hal::gpio::{Input, InputConfig, Level, Output, OutputConfig, Pull};
use esp_hal::time::{Duration, Instant};
use esp_hal::timer::PeriodicTimer;
use esp_hal::timer::systimer::SystemTimer;
use esp_hal::uart::{Config, Uart};
use esp_hal::{Blocking, handler};
use moteur_platform::Clock;
use sample::{ActiveLow, Board, Shared};

static CONSOLE: Shared<Uart<'static, Blocking>> = Shared::new();
static TICKS: Mutex<RefCell<Option<PeriodicTimer<'static, Blocking>>>> = Mutex::new(RefCell::new(None));

/// Starts clocks and devices.
pub fn start() -> Board<Output<'static>, ActiveLow<Input<'static>>> {
    let chip = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    // 115,200 baud, 8 bits, no parity. A line that cannot be set up leaves the console silent.
    if let Ok(uart) = Uart::new(chip.UART0, Config::default()) {
        CONSOLE.set(uart.with_tx(chip.GPIO21).with_rx(chip.GPIO20));
    }
    start_ticks(PeriodicTimer::new(SystemTimer::new(chip.SYSTIMER).alarm0));
    Board {
        name: "esp32c3",
        console: &CONSOLE,
        clock: &SinceStart,
        // The board's own LED takes colours as a stream of bits, so one between GPIO4 and ground.
        led: Output::new(chip.GPIO4, Level::Low, OutputConfig::default()),
        button: ActiveLow(Input::new(chip.GPIO9, InputConfig::default().with_pull(Pull::Up))),
    }
}

/// Interrupts each millisecond, by which the guest's time is limited.
fn start_ticks(mut timer: PeriodicTimer<'static, Blocking>) {
    timer.set_interrupt_handler(tick);
    timer.listen();
    // A millisecond is within what the timer can count.
    let _ = timer.start(Duration::from_millis(1));
    critical_section::with(|section| TICKS.borrow(section).replace(Some(timer)));
}

#[handler]
fn tick() {
    critical_section::with(|section| {
        if let Some(timer) = &mut *TICKS.borrow(section).borrow_mut() {
            timer.clear_interrupt();
        }
    });
    sample::tick();
}

/// The chip's timer, which counts from its start.
struct SinceStart;

impl Clock for SinceStart {
    fn monotonic_ns(&self) -> u64 {
        Instant::now().duration_since_epoch().as_micros().saturating_mul(1_000)
    }

    fn resolution_ns(&self) -> u64 {
        1_000
    }
}
