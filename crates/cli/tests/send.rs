//! `moteur send`: a module goes over each kind of line into simulated flash, and whatever goes wrong is named.
#![cfg(unix)]

#[path = "../../slots/tests/chip/mod.rs"]
mod chip;
mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use chip::Chip;
use common::{file, moteur, wat};
use moteur_slots::{Candidate, Progress, Session, Slots};
use serialport::{SerialPort, TTYPort};

type Flash = Chip<16, 512>;
/// Two slots of 4 KiB.
const SLOTS: std::ops::Range<u32> = 0..0x2000;

/// What every device here refuses: a module that has this many bytes.
const REFUSED_BYTES: usize = 8;
const PATIENCE: Duration = Duration::from_secs(30);

/// How a device ends.
#[derive(Debug, PartialEq)]
enum End {
    Installed(Vec<u8>),
    Failed(String),
    /// The line was closed, or nothing came for too long.
    Lost,
}

/// A device at the other end of a line, whose reads wait for some milliseconds. It says why it refuses if `talks`.
fn device(mut line: impl Read + Write, talks: bool) -> End {
    // SAFETY: nobody else has the chip.
    let slots = unsafe { Slots::new(Flash::new(), SLOTS) }.unwrap();
    let check = |candidate: &Candidate<'_>| {
        if candidate.bytes().len() == REFUSED_BYTES { Err("it has no function `start`") } else { Ok(()) }
    };
    let mut session = Session::new(slots, check);
    let (begin, mut call) = (Instant::now(), Instant::now());
    let mut installed = false;
    let mut byte = [0];
    let mut answer = Vec::new();
    let _ = session.silence(|bytes| answer.extend_from_slice(bytes));
    while begin.elapsed() < PATIENCE {
        if line.write_all(&std::mem::take(&mut answer)).is_err() {
            return End::Lost;
        }
        let send = |bytes: &[u8]| answer.extend_from_slice(bytes);
        let progress = match line.read(&mut byte) {
            Ok(1) => session.byte(byte[0], send),
            Ok(_) => return End::Lost,
            Err(_) if call.elapsed() > Duration::from_millis(300) => {
                call = Instant::now();
                session.silence(send)
            }
            Err(_) => Progress::Waits,
        };
        match progress {
            Progress::Waits | Progress::Begins(_) => {}
            Progress::Installed(_) => installed = true,
            Progress::Ended => {
                assert!(installed);
                let _ = line.write_all(&answer);
                return End::Installed(session.slots().boot().unwrap().module.to_vec());
            }
            Progress::Failed(why) => {
                if talks {
                    answer.extend_from_slice(format!("\r\n{why}\r\n").as_bytes());
                }
                let _ = line.write_all(&answer);
                // The other end reads it before the line is closed.
                thread::sleep(Duration::from_millis(200));
                return End::Failed(why.to_string());
            }
        }
    }
    End::Lost
}

/// A pseudo terminal with a device at it: its name, and how the device ends.
fn terminal(talks: bool) -> (String, thread::JoinHandle<End>) {
    let (mut master, slave) = TTYPort::pair().unwrap();
    master.set_timeout(Duration::from_millis(20)).unwrap();
    let name = slave.name().unwrap();
    let (opened, wait) = mpsc::channel();
    let device = thread::spawn(move || {
        opened.send(()).unwrap();
        device(Terminal { master, _kept_open: slave }, talks)
    });
    wait.recv().unwrap();
    (name, device)
}

/// A terminal whose other end is kept open, so that it can be opened again.
struct Terminal {
    master: TTYPort,
    _kept_open: TTYPort,
}

impl Read for Terminal {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.master.read(bytes)
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.master.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.master.flush()
    }
}

/// A module of some thousand bytes, in a file.
fn module() -> (String, Vec<u8>) {
    let data: String = (0..3_000).map(|byte| format!("\\{:02x}", byte as u8 ^ 0x5a)).collect();
    let bytes = wat_bytes(&format!("(module (memory 1) (data (i32.const 0) \"{data}\"))"));
    (file("module.wasm", &bytes), bytes)
}

fn wat_bytes(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn a_module_goes_over_a_terminal() {
    let (name, device) = terminal(true);
    let (path, bytes) = module();
    let ran = moteur(&["send", &path, "--port", &name, "--baud", "9600"]);
    ran.expect(0, &[]);
    assert_eq!(ran.out, format!("{path}: {} bytes are installed\n", bytes.len()));
    assert_eq!(device.join().unwrap(), End::Installed(bytes));
}

#[test]
fn text_is_translated_first() {
    let (name, device) = terminal(true);
    let text = "(module (func (export \"start\")))";
    moteur(&["send", "-p", &name, &wat(text)]).expect(0, &[]);
    assert_eq!(device.join().unwrap(), End::Installed(wat_bytes(text)));
}

#[test]
fn a_module_goes_over_sockets() {
    let (path, bytes) = module();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let network = thread::spawn(move || {
        let stream: TcpStream = listener.accept().unwrap().0;
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        device(stream, true)
    });
    moteur(&["send", &path, "--port", &address]).expect(0, &[]);
    assert_eq!(network.join().unwrap(), End::Installed(bytes.clone()));

    let socket = file("line.socket", "");
    std::fs::remove_file(&socket).unwrap();
    let listener = UnixListener::bind(&socket).unwrap();
    let local = thread::spawn(move || {
        let stream = listener.accept().unwrap().0;
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        device(stream, true)
    });
    moteur(&["send", &path, "--port", &socket]).expect(0, &[]);
    assert_eq!(local.join().unwrap(), End::Installed(bytes));
}

#[test]
fn a_module_goes_over_the_standard_streams() {
    let (path, bytes) = module();
    let (ours, theirs) = UnixStream::pair().unwrap();
    ours.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let device = thread::spawn(move || device(ours, true));
    let output = Command::new(env!("CARGO_BIN_EXE_moteur"))
        .args(["send", &path, "--port", "-"])
        .stdin(std::os::fd::OwnedFd::from(theirs.try_clone().unwrap()))
        .stdout(std::os::fd::OwnedFd::from(theirs))
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("bytes are installed"), "{said}");
    assert_eq!(device.join().unwrap(), End::Installed(bytes));
}

#[test]
fn a_device_says_why_it_refuses() {
    let refused = file("refused.wasm", b"\0asm\x01\0\0\0");
    let (name, device) = terminal(true);
    let why = "the device refuses it: refused: it has no function `start`";
    moteur(&["send", &refused, "--port", &name]).expect(1, &["refused.wasm", why]);
    assert!(matches!(device.join().unwrap(), End::Failed(_)));

    let (name, device) = terminal(false);
    moteur(&["send", &refused, "--port", &name]).expect(1, &["refuses it and does not say why"]);
    device.join().unwrap();
}

#[test]
fn a_module_that_no_slot_has_room_for_is_refused_at_once() {
    let (name, device) = terminal(true);
    let large = file("large.wasm", [b"\0asm\x01\0\0\0".as_slice(), &[0; 5_000]].concat());
    moteur(&["send", &large, "--port", &name]).expect(1, &["a module must have 1 to "]);
    device.join().unwrap();
}

#[test]
fn silence_is_named() {
    let (_master, slave) = TTYPort::pair().unwrap();
    let name = slave.name().unwrap();
    let (path, _) = module();
    let words = ["send", &path, "--port", &name, "--timeout", "300ms"];
    moteur(&words).expect(1, &[&name, "no device asked for a module within 0.3 s", "115200 baud"]);
}

#[test]
fn a_line_that_ends_is_named() {
    let (path, _) = module();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let device = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        stream.write_all(b"C").unwrap();
        let mut offer = [0; 133];
        stream.read_exact(&mut offer).unwrap();
    });
    moteur(&["send", &path, "--port", &address]).expect(1, &[&address, "the line was closed"]);
    device.join().unwrap();
    let closed = format!("tcp:127.0.0.1:{}", {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    });
    moteur(&["send", &path, "--port", &closed]).expect(1, &[&closed, "refused"]);
}

#[test]
fn a_device_that_starts_anew_is_named() {
    let (path, _) = module();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let device = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        // It takes the offer and a block; then it asks again and again, as after a start.
        stream.write_all(b"C").unwrap();
        let mut packet = [0; 1029];
        stream.read_exact(&mut packet[..133]).unwrap();
        stream.write_all(b"\x06C").unwrap();
        stream.read_exact(&mut packet).unwrap();
        for _ in 0..20 {
            thread::sleep(Duration::from_millis(300));
            if stream.write_all(b"C").is_err() {
                break;
            }
        }
    });
    moteur(&["send", &path, "--port", &address]).expect(1, &["the device started anew during the transfer"]);
    device.join().unwrap();
}

#[test]
fn what_cannot_be_sent_or_opened_is_named() {
    let (path, _) = module();
    let text = file("not.wasm", "text");
    moteur(&["send", &text, "--port", "-"]).expect(1, &["not.wasm: is not a WebAssembly module"]);
    moteur(&["send", "/no/such/file.wasm", "--port", "-"]).expect(1, &["/no/such/file.wasm"]);
    moteur(&["send", &path, "--port", "/no/such/port"]).expect(1, &["/no/such/port: "]);
    moteur(&["send", &path, "--port", &text]).expect(1, &["this is not a serial port"]);
    moteur(&["send", &path]).expect(2, &["--port is missing"]);
}

#[test]
fn an_interrupt_tells_the_device() {
    let (path, _) = module();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let sending = Command::new(env!("CARGO_BIN_EXE_moteur"))
        .args(["send", &path, "--port", &address])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stream = listener.accept().unwrap().0;
    stream.write_all(b"C").unwrap();
    let mut offer = [0; 133];
    stream.read_exact(&mut offer).unwrap();
    let kill = Command::new("kill").args(["-INT", &sending.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.starts_with(&[0x18; 5]), "{rest:?}");
    let output = sending.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("cancelled"), "{said}");
}
