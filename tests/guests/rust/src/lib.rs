//! Checks for the programs in `bin/`: what fails is printed with its line, the last line printed is the count; and the
//! functions of WASI as they are imported, for arguments that the standard library would never give.

pub mod wasi;

use std::fmt::Debug;
use std::panic::Location;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

static PASSED: AtomicU32 = AtomicU32::new(0);
static FAILED: AtomicU32 = AtomicU32::new(0);

/// The condition must hold.
#[track_caller]
pub fn holds(condition: bool) {
    equal(condition, true);
}

/// The value must be the one wanted.
#[track_caller]
pub fn equal<T: PartialEq<U> + Debug, U: Debug>(value: T, wanted: U) {
    if value == wanted {
        PASSED.fetch_add(1, Ordering::Relaxed);
    } else {
        FAILED.fetch_add(1, Ordering::Relaxed);
        println!("{}: is {value:?}, wanted {wanted:?}", Location::caller());
    }
}

/// The operation must succeed; gives its result.
#[track_caller]
pub fn done<T: Default, E: Debug>(result: Result<T, E>) -> T {
    equal(result.as_ref().err().map(|error| format!("{error:?}")), None::<String>);
    result.unwrap_or_default()
}

/// The operation must fail in this way.
#[track_caller]
pub fn fails<T>(result: std::io::Result<T>, kind: std::io::ErrorKind) {
    equal(result.err().map(|error| error.kind()), Some(kind));
}

/// Prints the counts; what `main` returns.
pub fn finish() -> ExitCode {
    print_counts();
    if FAILED.load(Ordering::Relaxed) == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints the counts, for programs that end in another way.
pub fn print_counts() {
    println!("{} passed, {} failed", PASSED.load(Ordering::Relaxed), FAILED.load(Ordering::Relaxed));
}
