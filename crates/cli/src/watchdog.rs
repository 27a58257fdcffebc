//! `--timeout`: a thread that interrupts the guest when its time is over. A guest that waits in a host function, such as
//! for input that never comes, cannot notice; then the whole process ends.

use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use moteur::InterruptHandle;

use crate::failure::STATUS_TRAP;

/// How long a guest that was interrupted may take to notice.
const GRACE: Duration = Duration::from_secs(1);

/// Watches until it is dropped.
pub struct Watchdog {
    /// Nothing is sent: dropping it is the message.
    _running: Sender<()>,
}

impl Watchdog {
    /// Interrupts the guest of `file` after `timeout`.
    pub fn start(timeout: Duration, handle: InterruptHandle, file: &Path) -> Watchdog {
        let (running, ended) = channel();
        let file = file.to_owned();
        let is_over = move |span| ended.recv_timeout(span) == Err(RecvTimeoutError::Timeout);
        std::thread::spawn(move || {
            if !is_over(timeout) {
                return;
            }
            handle.interrupt();
            if is_over(GRACE) {
                let _ = writeln!(
                    std::io::stderr(),
                    "error: {}: trap: interrupted after {timeout:?} (--timeout), in a host function",
                    file.display()
                );
                std::process::exit(STATUS_TRAP.into());
            }
        });
        Watchdog { _running: running }
    }
}
