//! Reads what a firmware printed, and prints it with each line `defmt DIGITS` decoded by the firmware's own table of formats:
//! `moteur-frames FIRMWARE < OUTPUT`.

use std::io::{self, Read};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use defmt_decoder::Table;

fn main() -> Result<()> {
    let firmware = env::args_os().nth(1).context("usage: moteur-frames FIRMWARE < OUTPUT")?;
    let image = fs::read(&firmware).with_context(|| firmware.display().to_string())?;
    let table = Table::parse(&image)?.context("the firmware does not log with defmt")?;
    let mut output = String::new();
    io::stdin().read_to_string(&mut output)?;
    for line in output.lines() {
        match line.strip_prefix("defmt ") {
            Some(digits) => print(&table, digits).with_context(|| line.to_owned())?,
            None => println!("{line}"),
        }
    }
    Ok(())
}

/// Prints the one frame that a line has.
fn print(table: &Table, digits: &str) -> Result<()> {
    ensure!(digits.len().is_multiple_of(2) && digits.is_ascii(), "these are no bytes");
    let bytes = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
    let mut decoder = table.new_stream_decoder();
    decoder.received(&bytes.collect::<Result<Vec<_>, _>>()?);
    let frame = decoder.decode().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    println!("{}", frame.display_message());
    Ok(())
}
