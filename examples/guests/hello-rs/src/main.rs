//! A guest in Rust: arguments, environment, clocks, random numbers and the exit status, all through WASI.
//!
//! ```sh
//! rustup target add wasm32-wasip1
//! cd examples/guests/hello-rs
//! cargo build --release --target wasm32-wasip1
//! moteur run --env WHO=you target/wasm32-wasip1/release/hello-rs.wasm one two
//! ```

use std::collections::HashMap;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

fn main() {
    let begin = Instant::now();
    println!("Hello, {}!", std::env::var("WHO").unwrap_or_else(|_| "world".into()));

    // A HashMap asks the host for random numbers, so that nobody can foresee its order.
    let mut letters: HashMap<char, usize> = HashMap::new();
    for argument in std::env::args().skip(1) {
        for letter in argument.chars() {
            *letters.entry(letter).or_default() += 1;
        }
    }
    let mut letters: Vec<_> = letters.into_iter().collect();
    letters.sort();
    println!("letters in the arguments: {letters:?}");

    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    eprintln!("{since_1970} s since 1970, {} µs in this program", begin.elapsed().as_micros());

    std::process::exit(i32::from(letters.is_empty()));
}
