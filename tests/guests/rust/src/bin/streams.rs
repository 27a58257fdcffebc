//! The standard streams: lines, what is left, and much output at once.
//! run:
//! stdin: first line\nsecond ☂\n\nlast without an end
//! stdout: to the output

use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;

use guests::{done, equal, finish};

fn main() -> ExitCode {
    println!("to the output");
    eprintln!("to the error output");
    let mut lines = io::stdin().lock().lines();
    equal(lines.next().and_then(Result::ok).as_deref(), Some("first line"));
    equal(lines.next().and_then(Result::ok).as_deref(), Some("second ☂"));
    equal(lines.next().and_then(Result::ok).as_deref(), Some(""));
    // What the lock has read ahead is not lost.
    drop(lines);
    let mut rest = String::new();
    equal(done(io::stdin().read_to_string(&mut rest)), 19);
    equal(rest, "last without an end");
    equal(done(io::stdin().read(&mut [0; 10])), 0);
    // More than a pipe holds.
    let mut output = io::stdout().lock();
    for number in 0..10_000 {
        done(writeln!(output, "line {number} of many"));
    }
    done(output.flush());
    finish()
}
