//! Sends a module to a device that waits for one, as `sb` does.
//!
//! ```sh
//! stty -F /dev/ttyACM0 115200 raw -echo
//! cargo run -p moteur-slots --example send -- module.wasm /dev/ttyACM0
//! ```
//!
//! The line is anything that can be opened to read and write: a serial port that has been set up, or the pseudo terminal
//! that QEMU makes of `-serial pty`.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use moteur_slots::ymodem::{Sender, Sending};

/// After so long without progress nobody is there any more. Devices erase flash and check the module in that time.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, line] = arguments.as_slice() else {
        eprintln!("usage: send FILE LINE");
        return ExitCode::from(2);
    };
    match send(Path::new(file), Path::new(line)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{file}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn send(file: &Path, line: &Path) -> io::Result<()> {
    let module = fs::read(file)?;
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or("module.wasm");
    let mut output = File::options().read(true).write(true).open(line)?;
    let answers = answers(output.try_clone()?);
    let mut sender = Sender::new(name, &module);
    let (mut second, mut heard) = (Instant::now(), Instant::now());
    loop {
        let sending = match answers.recv_timeout(Duration::from_millis(100)) {
            Ok(byte) => sender.byte(byte),
            Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("the line is closed")),
            Err(RecvTimeoutError::Timeout) if second.elapsed() >= Duration::from_secs(1) => {
                second = Instant::now();
                sender.second()
            }
            Err(RecvTimeoutError::Timeout) => Sending::Waits,
        };
        match sending {
            Sending::Waits if heard.elapsed() > PATIENCE => return Err(io::Error::other("the device does not answer")),
            Sending::Waits => {}
            Sending::Sends => {
                heard = Instant::now();
                eprint!("\r{} of {} bytes", sender.acknowledged(), module.len());
                output.write_all(sender.packet())?;
            }
            Sending::Done => {
                eprintln!("\r{} bytes are installed", module.len());
                return Ok(());
            }
            Sending::Cancelled => return Err(io::Error::other("the device refuses it")),
        }
    }
}

/// What comes from the line, in the order in which it comes.
fn answers(line: File) -> Receiver<u8> {
    let (send, answers) = mpsc::channel();
    thread::spawn(move || io::BufReader::new(line).bytes().map_while(Result::ok).try_for_each(|byte| send.send(byte)));
    answers
}
