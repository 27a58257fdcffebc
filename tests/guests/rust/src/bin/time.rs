//! Clocks, sleeping, and the hash map's random keys.
//! run:

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use guests::{equal, finish, holds};

fn main() -> ExitCode {
    let begin = Instant::now();
    let span = Duration::from_millis(40);
    std::thread::sleep(span);
    holds(begin.elapsed() >= span);
    std::thread::sleep(Duration::ZERO);
    std::thread::yield_now();
    let year_2024 = SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_067_200);
    holds(SystemTime::now() > year_2024);
    let mut last = Instant::now();
    for _ in 0..1000 {
        let now = Instant::now();
        holds(now >= last);
        last = now;
    }
    holds(RandomState::new().hash_one(1) != RandomState::new().hash_one(1));
    let squares: HashMap<u32, u32> = (0..1000).map(|number| (number, number * number)).collect();
    equal(squares.get(&999), Some(&998_001));
    finish()
}
