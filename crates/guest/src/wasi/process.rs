//! The program as a whole: its end, and giving way to others.

use super::call::{Call, Outcome};
use super::errno::Errno;
use super::state::Wasi;
use crate::host;
use crate::host::host_functions;
use moteur::Error;

/// The part of WASI that ends the program.
#[derive(Debug)]
pub struct Process;

#[host_functions(state = Wasi)]
impl Process {
    /// Ends the guest with an exit status, after all that it wrote.
    fn proc_exit(call: &mut Call<'_>, status: u32) -> Result<(), host::Stop> {
        let _ = call.state.platform.console().flush();
        Err(Error::exit(status.cast_signed()).into())
    }

    /// Signals do not exist here.
    fn proc_raise(_signal: u32) -> Outcome {
        Err(Errno::Nosys.into())
    }

    /// Nobody else runs in this guest, so there is nobody to give way to.
    fn sched_yield() -> Outcome {
        Ok(())
    }
}
