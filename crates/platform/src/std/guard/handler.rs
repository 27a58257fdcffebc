//! The handler of the signal that faults bring: it asks whoever watches the thread, and else the handler before it.

use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::mem::{MaybeUninit, transmute};
use core::ptr::{null, null_mut};
use rust_std::sync::OnceLock;
use rust_std::thread_local;

use libc::{SA_NODEFER, SA_ONSTACK, SA_SIGINFO, SIG_DFL, SIG_IGN, SIGSEGV, sigaction, siginfo_t};

use super::machine;
use crate::{Decide, Error, FaultCause, FaultFrame, GuestFault};

thread_local! {
    // Neither made nor dropped by code, so that a handler may read them.
    static GUEST: Cell<*const ()> = const { Cell::new(null()) };
    static DECIDE: Cell<Option<Decide>> = const { Cell::new(None) };
}

/// From now on, faults of this thread are shown to `decide` with this guest. Gives the guest before.
pub fn watch(guest: *const (), decide: Decide) -> *const () {
    DECIDE.set(Some(decide));
    GUEST.replace(guest)
}

/// What handled the signal before; nothing if it could not be asked for, and then nothing is watched.
static BEFORE: OnceLock<Option<sigaction>> = OnceLock::new();

/// Handles faults from now on.
pub fn install() -> Result<(), Error> {
    let before = BEFORE.get_or_init(|| {
        let mut before = MaybeUninit::<sigaction>::uninit();
        // SAFETY: zero is a value of each field, and the first call only reads what is set.
        unsafe {
            if libc::sigaction(SIGSEGV, null(), before.as_mut_ptr()) != 0 {
                return None;
            }
            Some(before.assume_init())
        }
    });
    if before.is_none() {
        return Err(Error::Denied);
    }
    static SET: OnceLock<bool> = OnceLock::new();
    let is_set = SET.get_or_init(|| {
        // SAFETY: zero is a value of each field; what was there before is known, so the handler can pass on.
        unsafe {
            let mut ours = MaybeUninit::<sigaction>::zeroed().assume_init();
            ours.sa_sigaction = handle as *const () as usize;
            // A guest's stack may be at its end; and the handler before may want to fault again.
            ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
            libc::sigemptyset(&mut ours.sa_mask);
            libc::sigaction(SIGSEGV, &ours, null_mut()) == 0
        }
    });
    if *is_set { Ok(()) } else { Err(Error::Denied) }
}

/// # Safety
/// The system calls it.
unsafe extern "C" fn handle(signal: c_int, info: *mut siginfo_t, machine: *mut c_void) {
    // SAFETY: what the system gives is valid, and the guest is so while it is watched.
    unsafe {
        let machine = machine.cast::<libc::ucontext_t>();
        let (pc, address) = (Some(machine::pc(&*machine)), Some((*info).si_addr().addr()));
        let fault = GuestFault { cause: FaultCause::Access, pc, address };
        // Signals that a process sends have no address.
        if (*info).si_code > 0
            && let Some(decide) = DECIDE.get()
            && let Some(next) = decide(GUEST.get(), &fault, &FaultFrame::default())
        {
            machine::go_on(&mut *machine, &next);
            return;
        }
        pass_on(signal, info, machine.cast());
    }
}

/// Does what was done before.
///
/// # Safety
/// As for `handle`.
unsafe fn pass_on(signal: c_int, info: *mut siginfo_t, machine: *mut c_void) {
    // SAFETY: the system had accepted the handler as one of this kind.
    unsafe {
        let Some(Some(before)) = BEFORE.get() else { return };
        match before.sa_sigaction {
            // The instruction is tried again, and the system does what it does with such a process.
            SIG_DFL | SIG_IGN => {
                libc::sigaction(signal, before, null_mut());
            }
            handler if before.sa_flags & SA_SIGINFO != 0 => {
                transmute::<usize, extern "C" fn(c_int, *mut siginfo_t, *mut c_void)>(handler)(signal, info, machine);
            }
            handler => transmute::<usize, extern "C" fn(c_int)>(handler)(signal),
        }
    }
}
