//! The program as a whole: its end, and giving way to others.

use super::call::{Call, Outcome, Stop};
use super::errno::Errno;

/// Ends the guest with an exit status.
pub fn proc_exit(_: &mut Call<'_>, status: u32) -> Outcome {
    Err(Stop::Exit(status.cast_signed()))
}

/// Signals do not exist here.
pub fn proc_raise(_: &mut Call<'_>) -> Outcome {
    Err(Errno::Nosys.into())
}

/// Nobody else runs in this guest, so there is nobody to give way to.
pub fn sched_yield(_: &mut Call<'_>) -> Outcome {
    Ok(())
}
