//! Runs a firmware on an emulated board: with a time limit, its output collected, its exit status passed on.

use std::io::Read;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::debian;

/// An emulated board, and how firmware for it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Board {
    /// The board's feature in the firmware workspace.
    pub feature: &'static str,
    /// QEMU's name of the machine.
    pub machine: &'static str,
    /// The Rust target.
    pub target: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

const ARM: &str = "qemu-system-arm";
/// The exit status of the program becomes QEMU's.
const SEMIHOSTING: &[&str] = &["-semihosting-config", "enable=on,target=native"];

/// Cortex-M33.
pub const AN505: Board = Board {
    feature: "an505",
    machine: "mps2-an505",
    target: "thumbv8m.main-none-eabihf",
    program: ARM,
    arguments: SEMIHOSTING,
};
/// Cortex-M55.
pub const AN547: Board = Board {
    feature: "an547",
    machine: "mps3-an547",
    target: "thumbv8m.main-none-eabihf",
    program: ARM,
    arguments: SEMIHOSTING,
};
/// Cortex-M7.
pub const AN500: Board = Board {
    feature: "an500",
    machine: "mps2-an500",
    target: "thumbv7em-none-eabihf",
    program: ARM,
    arguments: SEMIHOSTING,
};
/// Cortex-M3, for what is built for Cortex-M0.
pub const AN385: Board = Board {
    feature: "an385",
    machine: "mps2-an385",
    target: "thumbv6m-none-eabi",
    program: ARM,
    arguments: SEMIHOSTING,
};
/// Cortex-M0 with 16 KB of RAM.
pub const MICROBIT: Board = Board {
    feature: "microbit",
    machine: "microbit",
    target: "thumbv6m-none-eabi",
    program: ARM,
    arguments: SEMIHOSTING,
};
/// 32-bit RISC-V without floating point.
pub const RISCV_VIRT: Board = Board {
    feature: "riscv-virt",
    machine: "virt",
    target: "riscv32imac-unknown-none-elf",
    program: "qemu-system-riscv32",
    arguments: &["-bios", "none", "-semihosting-config", "enable=on,target=native"],
};
/// 64-bit RISC-V with floating point, for the suite alone.
pub const RISCV64_VIRT: Board =
    Board { target: "riscv64gc-unknown-none-elf", program: "qemu-system-riscv64", ..RISCV_VIRT };
/// Every board that runs firmware of ours.
pub const BOARDS: [Board; 6] = [AN505, AN547, AN500, AN385, MICROBIT, RISCV_VIRT];

/// Every board there is.
pub const ALL_BOARDS: [Board; 7] = [AN505, AN547, AN500, AN385, MICROBIT, RISCV_VIRT, RISCV64_VIRT];

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    /// All that the console printed.
    pub output: String,
    /// The exit status of the firmware.
    pub status: i32,
}

/// Runs an image until it exits by itself. An instruction takes one virtual nanosecond, so counts and timing repeat.
pub fn run(board: &Board, image: &Path, limit: Duration) -> Result<Run> {
    let mut child = Command::new(board.program)
        .args(["-machine", board.machine, "-icount", "shift=0"])
        .args(["-display", "none", "-monitor", "none", "-serial", "stdio"])
        .args(board.arguments)
        .arg("-kernel")
        .arg(image)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .with_context(|| format!("{} does not start", board.program))?;
    let mut stdout = child.stdout.take().context("no pipe to QEMU")?;
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut output = Vec::new();
        let _ = stdout.read_to_end(&mut output);
        let _ = send.send(output);
    });
    let status = wait(&mut child, limit)?;
    let output = receive.recv_timeout(Duration::from_secs(5)).unwrap_or_default();
    let output = String::from_utf8_lossy(&output).replace("\r\n", "\n");
    match status {
        Some(status) => Ok(Run { output, status }),
        None => bail!("{} did not end within {} s; it printed:\n{output}", image.display(), limit.as_secs()),
    }
}

/// A board that goes on running while it is talked to, until this is dropped.
pub struct Machine {
    name: &'static str,
    child: Child,
}

impl Machine {
    /// Starts an image with the console at our end of two pipes, and the second UART at the socket where we listen. Time is
    /// the clock's: the other end is no part of the emulation.
    pub fn start(board: &Board, image: &Path, socket: &Path) -> Result<Machine> {
        let child = Command::new(board.program)
            .args(["-machine", board.machine, "-display", "none", "-monitor", "none", "-serial", "stdio"])
            .arg("-chardev")
            .arg(format!("socket,id=line,path={}", socket.display()))
            .args(["-serial", "chardev:line"])
            .args(board.arguments)
            .arg("-kernel")
            .arg(image)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("{} does not start", board.program))?;
        Ok(Machine { name: board.machine, child })
    }

    /// QEMU's name of the board.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Takes the console's input and output. To be called once.
    pub fn console(&mut self) -> Result<(ChildStdin, ChildStdout)> {
        let pipes = self.child.stdin.take().zip(self.child.stdout.take());
        pipes.context("no pipes to QEMU")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The exit status, or none when the time is up and the child has been ended.
fn wait(child: &mut Child, limit: Duration) -> Result<Option<i32>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.code().unwrap_or(-1)));
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Sees to it that what building for and running on the boards takes is there: QEMU, and the Rust targets.
/// Installs what is missing when it may (root or `sudo` without a password, and `MOTEUR_NO_INSTALL` is not 1).
pub fn ensure_installed(boards: &[Board]) -> Result<()> {
    for board in boards {
        ensure_rust_target(board.target)?;
        if !debian::is_program(board.program) {
            install_qemu()?;
        }
        if !debian::is_program(board.program) {
            bail!("{} is missing; on Debian: apt-get install qemu-system-arm qemu-system-misc", board.program);
        }
    }
    // The kernels of the benches are compiled to it.
    ensure_rust_target("wasm32-unknown-unknown")
}

/// Adds a target to the toolchain in use, unless it is there.
pub fn ensure_rust_target(target: &str) -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", target]).output()?;
    let libraries = String::from_utf8(output.stdout)?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    if debian::may_install()
        && Command::new("rustup").args(["target", "add", target]).status().is_ok_and(|s| s.success())
    {
        return Ok(());
    }
    bail!("the Rust target {target} is missing: rustup target add {target}")
}

/// Tries the plain way first. It fails where a package of QEMU's family comes from a newer release than `apt` may use
/// (`qemu-utils` from backports, say): then the same release is tried, and last, that package is put back to the release's own.
fn install_qemu() -> Result<()> {
    let codename = debian::codename();
    let backports = format!("{codename}-backports");
    let utils = format!("qemu-utils/{codename}");
    debian::install(
        &["qemu-system-arm", "qemu-system-misc"],
        &[&[], &["-t", &backports], &["--allow-downgrades", &utils]],
    )
}
