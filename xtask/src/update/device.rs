//! A board that runs the firmware `update` in QEMU: its console as lines, its second UART as a socket, and a sender of modules
//! that can stop at any byte.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, bail};
use moteur_slots::ymodem::{Sender, Sending};

use crate::qemu::{self, Board};
use crate::small;

/// How long the board may take for what is waited for: it may start the module three times, and wait for silences.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many lines of the console are kept for whoever looks for a mistake.
const LOG_LINES: usize = 40;

/// How far a transfer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The board took the module and said so.
    Done,
    /// The board refused it.
    Cancelled,
    /// Not all of the module's bytes were sent.
    Part,
    /// They were, and the end was not.
    All,
    /// The board's power went.
    Outage,
}

/// The emulated board.
pub struct Device {
    machine: qemu::Machine,
    commands: ChildStdin,
    console: Receiver<String>,
    log: VecDeque<String>,
    line: UnixStream,
}

/// A socket's file, which goes with it.
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Device {
    /// Starts the firmware.
    pub fn start(board: &Board, image: &Path) -> Result<Device> {
        let file = SocketFile(std::env::temp_dir().join(format!("moteur-update-{}.socket", std::process::id())));
        let _ = fs::remove_file(&file.0);
        let listener = UnixListener::bind(&file.0).with_context(|| file.0.display().to_string())?;
        listener.set_nonblocking(true)?;
        let mut machine = qemu::Machine::start(board, image, &file.0)?;
        let line = accept(&listener)?;
        let (commands, output) = machine.console()?;
        let (send, console) = mpsc::channel();
        thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| send.send(line))
        });
        Ok(Device { machine, commands, console, log: VecDeque::new(), line })
    }

    /// QEMU's name of the board.
    pub fn name(&self) -> &'static str {
        self.machine.name()
    }

    /// The console's last lines.
    pub fn log(&self) -> String {
        self.log.iter().flat_map(|line| ["  ", line, "\n"]).collect()
    }

    /// Types a line at the console.
    pub fn command(&mut self, command: &str) -> Result<()> {
        writeln!(self.commands, "{command}")?;
        Ok(self.commands.flush()?)
    }

    /// All lines up to the one by which the board says that it takes modules.
    pub fn until_ready(&mut self) -> Result<Vec<String>> {
        self.until(|line| line == "ready")
    }

    /// All lines up to one.
    pub fn until(&mut self, is_last: impl Fn(&str) -> bool) -> Result<Vec<String>> {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = Vec::new();
        loop {
            let line = self.console_line(deadline.saturating_duration_since(Instant::now()))?;
            let line = line.context("the board says nothing more")?;
            let is_last = is_last(&line);
            lines.push(line);
            if is_last {
                return Ok(lines);
            }
        }
    }

    /// Waits for a line unless it was there a short while ago, be it during a transfer.
    pub fn said(&mut self, is_it: impl Fn(&str) -> bool) -> Result<()> {
        if !self.log.iter().any(|line| is_it(line)) {
            self.until(is_it)?;
        }
        Ok(())
    }

    fn console_line(&mut self, limit: Duration) -> Result<Option<String>> {
        let line = match self.console.recv_timeout(limit) {
            Ok(line) => line.trim_end().to_owned(),
            Err(mpsc::RecvTimeoutError::Timeout) => return Ok(None),
            Err(mpsc::RecvTimeoutError::Disconnected) => bail!("QEMU has ended"),
        };
        self.log.push_back(line.clone());
        if self.log.len() > LOG_LINES {
            self.log.pop_front();
        }
        Ok(Some(line))
    }

    /// Sends a module to a board that is ready, or the first `cut` bytes of the transfer.
    pub fn send(&mut self, module: &[u8], cut: Option<usize>) -> Result<Sent> {
        let mut left = cut.unwrap_or(usize::MAX);
        let mut sender = Sender::new("module.wasm", module);
        let deadline = Instant::now() + PATIENCE;
        let mut answer = self.last_answer()?;
        let mut second = Instant::now();
        while Instant::now() < deadline {
            if let Some(line) = self.console_line(Duration::ZERO)? {
                if line == "the power fails" {
                    return Ok(Sent::Outage);
                }
                continue;
            }
            let sending = match answer.take().or_else(|| self.answer()) {
                Some(byte) => sender.byte(byte),
                None if second.elapsed() > Duration::from_secs(1) => {
                    second = Instant::now();
                    sender.second()
                }
                None => Sending::Waits,
            };
            match sending {
                Sending::Waits => {}
                Sending::Done => return Ok(Sent::Done),
                Sending::Cancelled => return Ok(Sent::Cancelled),
                Sending::Sends => {
                    let packet = sender.packet();
                    let part = packet.get(..left).unwrap_or(packet);
                    self.line.write_all(part)?;
                    left -= part.len();
                    if part.len() < packet.len() {
                        // Behind the last block comes the end, which is one byte.
                        let is_all = sender.acknowledged() == module.len();
                        return Ok(if is_all { Sent::All } else { Sent::Part });
                    }
                }
            }
        }
        bail!("the transfer does not end")
    }

    /// Sends a file by `moteur send`, whose standard streams are the line; gives whether it succeeded, and what it said.
    pub fn send_by_command(&mut self, file: &Path) -> Result<(bool, String)> {
        self.last_answer()?;
        let output = small::moteur()
            .arg("send")
            .arg(file)
            .args(["--port", "-"])
            .stdin(OwnedFd::from(self.line.try_clone()?))
            .stdout(OwnedFd::from(self.line.try_clone()?))
            .output()?;
        Ok((output.status.success(), String::from_utf8_lossy(&output.stderr).trim_end().to_owned()))
    }

    /// The next byte from the board, if one comes soon.
    fn answer(&mut self) -> Option<u8> {
        let mut byte = [0];
        matches!(self.line.read(&mut byte), Ok(1)).then_some(byte[0])
    }

    /// The last byte that has come so far. The board's sign of life has, as it says that it is ready after that; what came
    /// before are answers to a transfer that was cut.
    fn last_answer(&mut self) -> Result<Option<u8>> {
        self.line.set_nonblocking(true)?;
        let last = std::iter::from_fn(|| self.answer()).last();
        self.line.set_nonblocking(false)?;
        Ok(last)
    }

    /// Cancels a transfer that was cut.
    pub fn cancel(&mut self) -> Result<Sent> {
        // The rest of a packet that was cut must not be taken for part of it.
        thread::sleep(Duration::from_millis(1_500));
        self.line.write_all(&[0x18; 5])?;
        Ok(Sent::Cancelled)
    }
}

fn accept(listener: &UnixListener) -> Result<UnixStream> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Ok((line, _)) = listener.accept() {
            line.set_nonblocking(false)?;
            line.set_read_timeout(Some(Duration::from_millis(20)))?;
            return Ok(line);
        }
        thread::sleep(Duration::from_millis(10));
    }
    bail!("QEMU does not open the line")
}
