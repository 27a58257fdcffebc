//! `moteur send`: gives a module to a device that waits for one, by YMODEM, and says what the device made of it.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use moteur_slots::ymodem::{CANCEL, Sender, Sending};

use crate::args::{self, send::Port};
use crate::failure::Failure;
use crate::load::{self, refused};
use crate::progress::Bar;

mod line;

use line::Line;

/// After so long without progress nobody is there any more. Devices erase flash and check the module in that time.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether somebody pressed Ctrl-C.
const LOOK: Duration = Duration::from_millis(50);
/// How long a device's reason may take to come after it has refused, and between two of its bytes.
const REASON: Duration = Duration::from_millis(500);
/// Longer reasons are cut off.
const REASON_BYTES_MAX: usize = 500;
const WAITING: &str = "waiting for the device {elapsed}";
const SENDING: &str = "sending {bar:32} {bytes} of {total_bytes} {elapsed}";

/// Why a module did not arrive.
enum Lost {
    /// The device never asked for a module.
    NoAnswer,
    /// It stopped to answer after so many bytes.
    Silent(usize),
    /// It refused the module, and may have said why.
    Refused(Option<String>),
    /// It started anew.
    Restarted,
    /// Somebody pressed Ctrl-C.
    Cancelled,
    /// The line failed, or was closed.
    Line(io::Error),
}

impl From<io::Error> for Lost {
    fn from(error: io::Error) -> Lost {
        Lost::Line(error)
    }
}

/// Sends as the command line says.
pub fn send(options: &args::Send) -> Result<(), Failure> {
    let file = &options.file;
    let module = load::read(file)?.bytes;
    if !module.starts_with(load::MAGIC) {
        return Err(refused(file, "is not a WebAssembly module"));
    }
    let name = options.port.to_string();
    let line = line::open(&options.port, options.baud).map_err(|error| refused(Path::new(&name), error))?;
    let mut transfer = Transfer { line, module, is_cancelled: watch_for_interrupts()?, quiet: options.quiet };
    transfer.run(file, options.timeout).map_err(|lost| explain(&name, options, &lost))?;
    // Where the standard output is the line, nothing else goes there.
    let installed = format!("{}: {} bytes are installed\n", file.display(), module.len());
    let _ = match options.port {
        Port::Standard => io::stderr().write_all(installed.as_bytes()),
        _ => io::stdout().write_all(installed.as_bytes()),
    };
    Ok(())
}

/// True from the moment that somebody presses Ctrl-C.
fn watch_for_interrupts() -> Result<Arc<AtomicBool>, Failure> {
    let is_cancelled = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&is_cancelled);
    let watched = ctrlc::set_handler(move || shared.store(true, Ordering::Relaxed));
    watched.map_err(|error| Failure::Refused(format!("Ctrl-C cannot be watched: {error}")))?;
    Ok(is_cancelled)
}

/// In words for who sits before the device.
fn explain(name: &str, options: &args::Send, lost: &Lost) -> Failure {
    let file = options.file.display();
    let seconds = options.timeout.as_secs_f64();
    Failure::Refused(match lost {
        Lost::NoAnswer => format!(
            "{name}: no device asked for a module within {seconds} s; is this its port, at {} baud, and does its firmware \
             take modules there?",
            options.baud
        ),
        Lost::Silent(bytes) => format!(
            "{name}: the device stopped to answer after {bytes} bytes of {file}; it keeps the module that it has, and a \
             new transfer may begin"
        ),
        Lost::Refused(Some(why)) => format!("{file}: the device refuses it: {why}"),
        Lost::Refused(None) => format!("{file}: the device refuses it and does not say why; its console may"),
        Lost::Restarted => format!("{name}: the device started anew during the transfer; send {file} again"),
        Lost::Cancelled => "cancelled; the device keeps the module that it has".into(),
        Lost::Line(error) if error.kind() == io::ErrorKind::UnexpectedEof => format!("{name}: the line was closed"),
        Lost::Line(error) => format!("{name}: the line failed: {error}"),
    })
}

struct Transfer {
    line: Line,
    module: &'static [u8],
    is_cancelled: Arc<AtomicBool>,
    quiet: bool,
}

impl Transfer {
    fn run(&mut self, file: &Path, timeout: Duration) -> Result<(), Lost> {
        // Text was translated; the device gets no text.
        let name = file.with_extension("wasm");
        let name = name.file_name().and_then(|name| name.to_str()).unwrap_or("module.wasm");
        let mut sender = Sender::new(name, self.module);
        let mut bar = Bar::new(WAITING, self.quiet);
        let (mut second, mut progress, mut is_sending) = (Instant::now(), Instant::now(), false);
        loop {
            if self.is_cancelled.load(Ordering::Relaxed) {
                let _ = self.line.output.write_all(CANCEL).and_then(|()| self.line.output.flush());
                return Err(Lost::Cancelled);
            }
            let (sending, byte) = match self.line.input.recv_timeout(LOOK) {
                Ok(Ok(byte)) => (sender.byte(byte), Some(byte)),
                Ok(Err(kind)) => return Err(Lost::Line(kind.into())),
                Err(RecvTimeoutError::Disconnected) => return Err(Lost::Line(io::ErrorKind::UnexpectedEof.into())),
                Err(RecvTimeoutError::Timeout) if second.elapsed() >= Duration::from_secs(1) => {
                    second = Instant::now();
                    (sender.second(), None)
                }
                Err(RecvTimeoutError::Timeout) => (Sending::Waits, None),
            };
            match sending {
                Sending::Waits if is_sending && progress.elapsed() > PATIENCE => {
                    return Err(Lost::Silent(sender.acknowledged()));
                }
                Sending::Waits if !is_sending && progress.elapsed() > timeout => return Err(Lost::NoAnswer),
                Sending::Waits => {}
                Sending::Sends => {
                    if !is_sending {
                        is_sending = true;
                        bar = Bar::new(SENDING, self.quiet);
                    }
                    progress = Instant::now();
                    self.line.output.write_all(sender.packet())?;
                    self.line.output.flush()?;
                }
                Sending::Done => return Ok(()),
                Sending::Cancelled if byte == CANCEL.first().copied() => {
                    return Err(Lost::Refused(reason(&self.line.input)));
                }
                Sending::Cancelled => return Err(Lost::Restarted),
            }
            bar.show(sender.acknowledged() as u64, self.module.len() as u64);
        }
    }
}

/// The line of text that a device may send after it has cancelled. What takes the cancellation off a screen is no text.
fn reason(input: &Receiver<Result<u8, io::ErrorKind>>) -> Option<String> {
    let mut text = Vec::new();
    while text.len() < REASON_BYTES_MAX {
        match input.recv_timeout(REASON) {
            Ok(Ok(b'\r' | b'\n')) if !text.is_empty() => break,
            Ok(Ok(byte)) if byte >= b' ' => text.push(byte),
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => break,
        }
    }
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    (!text.is_empty()).then_some(text)
}
