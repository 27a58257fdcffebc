//! Lines to a device: a serial port, a local or a network socket, or the standard streams.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serialport::{ClearBuffer, SerialPort};

use crate::args::send::Port;

/// How long a read of a serial port takes before it is begun anew.
const READ: Duration = Duration::from_millis(100);

/// A line that is open.
pub struct Line {
    /// What comes, byte by byte; after an error, nothing.
    pub input: Receiver<Result<u8, ErrorKind>>,
    /// Where bytes for the device go.
    pub output: Box<dyn Write>,
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Port::Standard => f.write_str("standard input and output"),
            Port::Tcp(address) => write!(f, "tcp:{address}"),
            Port::Path(path) => path.display().fmt(f),
        }
    }
}

/// Opens a line. What came to a serial port before is forgotten.
pub fn open(port: &Port, baud: u32) -> io::Result<Line> {
    match port {
        Port::Standard => Ok(Line { input: bytes(io::stdin()), output: Box::new(io::stdout()) }),
        Port::Tcp(address) => {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            Ok(Line { input: bytes(stream.try_clone()?), output: Box::new(stream) })
        }
        Port::Path(path) => match local_socket(path)? {
            Some(line) => Ok(line),
            None => serial(path, baud),
        },
    }
}

fn serial(path: &Path, baud: u32) -> io::Result<Line> {
    let name = path.to_str().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "the name is not UTF-8"))?;
    let output = serialport::new(name, baud).timeout(READ).open().map_err(|error| explain(path, baud, error))?;
    output.clear(ClearBuffer::Input)?;
    Ok(Line { input: bytes(output.try_clone()?), output: Box::new(Patient(output)) })
}

/// What the system says about a port is short.
fn explain(path: &Path, baud: u32, error: serialport::Error) -> io::Error {
    let error = io::Error::from(error);
    let hint = match error.kind() {
        _ if path.is_file() || path.is_dir() => "this is not a serial port".to_owned(),
        ErrorKind::PermissionDenied => "you may not use this port; on Linux, its group may, often `dialout`".to_owned(),
        ErrorKind::InvalidInput if path.exists() => format!("the port cannot do {baud} baud"),
        _ => return error,
    };
    io::Error::new(error.kind(), format!("{hint} ({error})"))
}

/// A serial port whose writes may take longer than its reads: at 9600 baud a packet takes a second.
struct Patient(Box<dyn SerialPort>);

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == ErrorKind::TimedOut => {}
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(unix)]
fn local_socket(path: &Path) -> io::Result<Option<Line>> {
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::UnixStream;
    if !path.metadata().is_ok_and(|data| data.file_type().is_socket()) {
        return Ok(None);
    }
    let stream = UnixStream::connect(path)?;
    Ok(Some(Line { input: bytes(stream.try_clone()?), output: Box::new(stream) }))
}

#[cfg(not(unix))]
fn local_socket(_: &Path) -> io::Result<Option<Line>> {
    Ok(None)
}

/// Reads in a thread, which ends with the process or the line.
fn bytes(mut from: impl Read + Send + 'static) -> Receiver<Result<u8, ErrorKind>> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = [0; 256];
        loop {
            match from.read(&mut bytes) {
                Ok(0) => return,
                Ok(count) => {
                    if bytes.iter().take(count).any(|byte| send.send(Ok(*byte)).is_err()) {
                        return;
                    }
                }
                Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
                // Somebody gave us a line that does not wait.
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(1)),
                Err(error) => {
                    let _ = send.send(Err(error.kind()));
                    return;
                }
            }
        }
    });
    receive
}
