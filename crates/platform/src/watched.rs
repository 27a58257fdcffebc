//! Who watches faults on a machine without threads: what the handlers of all bare machines have alike.

use core::mem::transmute;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use crate::{Decide, FaultFrame, GuestFault, Resume};

/// A guest, and who decides about its faults.
pub struct Watched {
    guest: AtomicPtr<()>,
    /// A `Decide`, or zero.
    decide: AtomicUsize,
}

impl Watched {
    /// Nobody is watched.
    pub const fn nobody() -> Watched {
        Watched { guest: AtomicPtr::new(null_mut()), decide: AtomicUsize::new(0) }
    }

    /// See [`FaultWatch::watch`](crate::FaultWatch::watch).
    pub fn watch(&self, guest: *const (), decide: Decide) -> *const () {
        // In this order, and each in one piece: a fault in between is nobody's but the one before.
        self.decide.store(decide as usize, Ordering::Relaxed);
        let before = self.guest.load(Ordering::Relaxed);
        self.guest.store(guest.cast_mut(), Ordering::Relaxed);
        before
    }

    /// Asks about a fault. For its handler.
    pub fn ask(&self, fault: &GuestFault, frame: &FaultFrame) -> Option<Resume> {
        let decide = self.decide.load(Ordering::Relaxed);
        if decide == 0 {
            return None;
        }
        // SAFETY: `watch` stored a `Decide` there, and nothing else does; the guest is the one that it was given for.
        unsafe { transmute::<usize, Decide>(decide)(self.guest.load(Ordering::Relaxed), fault, frame) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FaultCause;

    /// Goes on at the guest's address, for faults that have none.
    unsafe fn decide(guest: *const (), fault: &GuestFault, frame: &FaultFrame) -> Option<Resume> {
        let resume = Resume { pc: guest.addr(), arguments: [frame.fp, frame.lr, 0], sp: None };
        (!guest.is_null() && fault.address.is_none()).then_some(resume)
    }

    #[test]
    fn a_fault_is_shown_to_who_watches_last() {
        let watched = Watched::nobody();
        let fault = GuestFault { cause: FaultCause::Unknown, pc: None, address: None };
        let frame = FaultFrame { fp: 1, lr: 2 };
        assert_eq!(watched.ask(&fault, &frame), None);
        let guests = [0_u8; 2];
        let [first, second] = [&guests[0], &guests[1]].map(|guest| core::ptr::from_ref(guest).cast::<()>());
        assert!(watched.watch(first, decide).is_null());
        assert_eq!(watched.watch(second, decide), first);
        let resume = Resume { pc: second.addr(), arguments: [1, 2, 0], sp: None };
        assert_eq!(watched.ask(&fault, &frame), Some(resume));
        assert_eq!(watched.ask(&GuestFault { address: Some(0), ..fault }, &frame), None);
        assert_eq!(watched.watch(core::ptr::null(), decide), second);
        assert_eq!(watched.ask(&fault, &frame), None);
    }
}
