//! A talk with a board's shell: lines that are typed, words that are waited for, modules that are sent in between.

use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use moteur_slots::ymodem::{Sender, Sending};

use super::board::{Board, Ended};

/// How long the board may take for what is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// After so long without a byte the sender is told that a second has passed.
const SECOND: Duration = Duration::from_secs(1);

/// A board that runs, with a shell at the other end of two pipes.
pub struct Talk {
    input: ChildStdin,
    output: Receiver<u8>,
    /// All that came.
    said: Vec<u8>,
    /// How much of it has been looked at.
    heard: usize,
    _child: Ended,
}

impl Talk {
    /// Starts what was built in `folder`.
    pub fn start(board: &Board, folder: &Path) -> Result<Talk> {
        let mut command = board.command(folder)?;
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = Ended(child.with_context(|| format!("{:?} does not start", command.get_program()))?);
        let (input, output) = child.0.stdin.take().zip(child.0.stdout.take()).context("no pipes")?;
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            BufReader::new(output).bytes().map_while(Result::ok).try_for_each(|byte| send.send(byte))
        });
        Ok(Talk { input, output: receive, said: Vec::new(), heard: 0, _child: child })
    }

    /// Types a line, and waits until the shell has shown it.
    pub fn line(&mut self, line: &str) -> Result<()> {
        self.input.write_all(format!("{line}\r").as_bytes())?;
        self.input.flush()?;
        self.hears(line)
    }

    /// Waits for a text.
    pub fn hears(&mut self, text: &str) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let unheard = self.said.get(self.heard..).unwrap_or_default();
            if let Some(at) = unheard.windows(text.len()).position(|window| window == text.as_bytes()) {
                self.heard += at + text.len();
                return Ok(());
            }
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(byte) => self.said.push(byte),
                Err(_) => bail!("it does not say `{text}` but:\n{}", String::from_utf8_lossy(unheard)),
            }
        }
    }

    /// Has the shell receive a module, and sends it.
    pub fn send(&mut self, name: &str, module: &[u8]) -> Result<()> {
        ensure!(self.transfer(name, module)? == Sending::Done, "{name} is not taken");
        Ok(())
    }

    /// Has the shell receive a module that it refuses with these words.
    pub fn is_refused(&mut self, name: &str, module: &[u8], why: &str) -> Result<()> {
        ensure!(self.transfer(name, module)? == Sending::Cancelled, "{name} is taken");
        self.hears(why)
    }

    fn transfer(&mut self, name: &str, module: &[u8]) -> Result<Sending> {
        self.line("moteur receive")?;
        self.hears("Ctrl-C ends this.")?;
        let file = format!("{name}.wasm");
        let mut sender = Sender::new(&file, module);
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let sending = match self.output.recv_timeout(SECOND) {
                Ok(byte) => sender.byte(byte),
                Err(RecvTimeoutError::Timeout) => sender.second(),
                Err(RecvTimeoutError::Disconnected) => bail!("the board is gone"),
            };
            match sending {
                Sending::Waits => {}
                Sending::Sends => {
                    self.input.write_all(sender.packet())?;
                    self.input.flush()?;
                }
                Sending::Done | Sending::Cancelled => return Ok(sending),
            }
        }
        bail!("{name} does not arrive")
    }
}
