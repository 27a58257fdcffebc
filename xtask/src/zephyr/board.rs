//! The boards that samples name: how each is emulated, and which of a distribution's compilers builds for it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use regex::Regex;

/// A board of Zephyr.
pub struct Board {
    /// Its name since Zephyr 3.7, and before.
    pub name: &'static str,
    pub old_name: Option<&'static str>,
    /// The program and the arguments that run an image of it; none if it can only be built for.
    pub emulator: Option<&'static [&'static str]>,
    pub compiler: Compiler,
}

/// Who compiles, unless the environment says so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Compiler {
    /// `arm-none-eabi-gcc`
    Arm,
    /// `riscv64-unknown-elf-gcc`
    RiscV,
    /// The host's `gcc`.
    Host,
}

const AN521: &[&str] = &["qemu-system-arm", "-machine", "mps2-an521", "-m", "16"];

/// An instruction takes one virtual nanosecond, so counts repeat. The board's cycle counter makes 20 MHz: a cycle is 50
/// instructions.
const COUNTED: [&str; 2] = ["-icount", "shift=0"];

/// Every board that a sample names.
pub const BOARDS: &[Board] = &[
    Board { name: "mps2/an521/cpu0", old_name: Some("mps2_an521"), emulator: Some(AN521), compiler: Compiler::Arm },
    // Armv7-M with an MPU.
    Board {
        name: "mps2/an385",
        old_name: Some("mps2_an385"),
        emulator: Some(&["qemu-system-arm", "-machine", "mps2-an385"]),
        compiler: Compiler::Arm,
    },
    Board {
        name: "mps3/an547",
        old_name: Some("mps3_an547"),
        emulator: Some(&["qemu-system-arm", "-machine", "mps3-an547"]),
        compiler: Compiler::Arm,
    },
    Board {
        name: "qemu_cortex_m3",
        old_name: Some("qemu_cortex_m3"),
        emulator: Some(&["qemu-system-arm", "-machine", "lm3s6965evb"]),
        compiler: Compiler::Arm,
    },
    Board { name: "nucleo_h563zi", old_name: None, emulator: None, compiler: Compiler::Arm },
    Board {
        name: "qemu_riscv32",
        old_name: Some("qemu_riscv32"),
        emulator: Some(&["qemu-system-riscv32", "-machine", "virt", "-bios", "none"]),
        compiler: Compiler::RiscV,
    },
    // Its image is a program of the host.
    Board { name: "native_sim", old_name: Some("native_posix"), emulator: Some(&[]), compiler: Compiler::Host },
    Board {
        name: "native_sim/native/64",
        old_name: Some("native_posix_64"),
        emulator: Some(&[]),
        compiler: Compiler::Host,
    },
];

/// The board of this name.
pub fn find(name: &str) -> Result<&'static Board> {
    BOARDS.iter().find(|board| board.name == name).with_context(|| format!("xtask does not know the board {name}"))
}

impl Board {
    /// Runs what was built until it has printed all that is expected, in this order, or for so long. Gives what it printed.
    pub fn run(&self, folder: &Path, expected: &[Regex], limit: Duration) -> Result<String> {
        let mut command = self.command(folder)?;
        if self.name == "mps2/an521/cpu0" {
            command.args(COUNTED);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = Ended(child.with_context(|| format!("{:?} does not start", command.get_program()))?);
        let stdout = child.0.stdout.take().context("no pipe")?;
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                if send.send(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned()).is_err() {
                    return;
                }
            }
        });
        let (mut output, mut missing) = (String::new(), expected.iter());
        let deadline = Instant::now() + limit;
        let mut next = missing.next();
        while let Some(pattern) = next {
            let Ok(line) = receive.recv_timeout(deadline.saturating_duration_since(Instant::now())) else {
                bail!("it does not print `{pattern}` but:\n{output}");
            };
            if pattern.is_match(&line) {
                next = missing.next();
            }
            output += &line;
            output.push('\n');
        }
        Ok(output)
    }

    /// What runs what was built, with the console at its standard streams.
    pub fn command(&self, folder: &Path) -> Result<Command> {
        let Some(emulator) = self.emulator else { bail!("{} cannot be emulated", self.name) };
        let image = folder.join("zephyr");
        let Some((program, arguments)) = emulator.split_first() else {
            return Ok(Command::new(image.join("zephyr.exe")));
        };
        let mut command = Command::new(program);
        command.args(arguments).args(["-display", "none", "-monitor", "none", "-serial", "stdio", "-kernel"]);
        command.arg(image.join("zephyr.elf"));
        Ok(command)
    }
}

/// Is ended when it is not looked at any more: firmware runs for ever.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
