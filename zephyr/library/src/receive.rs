//! A file that comes over a line: `zephyr/include/moteur/receive.h` over the receiver of `moteur-slots`.

use core::ffi::c_int;
use core::ptr::{NonNull, null};

use moteur_slots::ymodem::{Event, Receiver, Step};

/// Bytes of `struct moteur_receiver`.
const BYTES: usize = 136 * 8;

const _: () = assert!(size_of::<Receiver>() <= BYTES && align_of::<Receiver>() <= 8);

/// `struct moteur_receiver_step`.
#[repr(C)]
pub struct ReceiverStep {
    event: c_int,
    send: *const u8,
    send_count: usize,
    bytes: *const u8,
    count: usize,
    file_bytes: u32,
}

impl ReceiverStep {
    /// Something to send, and nothing else.
    fn of(send: &'static [u8]) -> ReceiverStep {
        ReceiverStep { event: 0, send: send.as_ptr(), send_count: send.len(), bytes: null(), count: 0, file_bytes: 0 }
    }

    /// The same with an event, as C counts them, and its bytes.
    fn with(self, event: c_int, bytes: &[u8]) -> ReceiverStep {
        ReceiverStep { event, bytes: bytes.as_ptr(), count: bytes.len(), ..self }
    }

    fn from(step: Step, receiver: &Receiver) -> ReceiverStep {
        let sent = ReceiverStep::of(step.send);
        match step.event {
            None => sent,
            Some(Event::File(file_bytes)) => ReceiverStep { file_bytes, ..sent.with(1, receiver.name()) },
            Some(Event::Block) => sent.with(2, receiver.block()),
            Some(Event::Complete) => sent.with(3, &[]),
            Some(Event::End) => sent.with(4, &[]),
            Some(Event::Stopped(why)) => sent.with(5, why.text().as_bytes()),
        }
    }
}

/// Does something to a receiver, and says what came of it.
///
/// # Safety
/// The caller's pointers are null or good, and the receiver was started.
unsafe fn step(receiver: *mut Receiver, to: *mut ReceiverStep, work: impl FnOnce(&mut Receiver) -> Step) {
    // SAFETY: the caller's promise.
    if let (Some(receiver), Some(to)) = unsafe { (receiver.as_mut(), to.as_mut()) } {
        let step = work(receiver);
        *to = ReceiverStep::from(step, receiver);
    }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_receiver_start(receiver: *mut Receiver) {
    if let Some(receiver) = NonNull::new(receiver) {
        // SAFETY: the caller's memory is large enough and aligned: see above.
        unsafe { receiver.write(Receiver::new()) };
    }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_receiver_byte(receiver: *mut Receiver, byte: u8, to: *mut ReceiverStep) {
    // SAFETY: the caller's promise.
    unsafe { step(receiver, to, |receiver| receiver.byte(byte)) }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_receiver_silence(receiver: *mut Receiver, to: *mut ReceiverStep) {
    // SAFETY: the caller's promise.
    unsafe { step(receiver, to, Receiver::silence) }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_receiver_accept(receiver: *mut Receiver, to: *mut ReceiverStep) {
    // SAFETY: the caller's promise.
    unsafe { step(receiver, to, |receiver| Step { send: receiver.accept(), event: None }) }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_receiver_cancel(receiver: *mut Receiver, to: *mut ReceiverStep) {
    // SAFETY: the caller's promise.
    unsafe { step(receiver, to, |receiver| Step { send: receiver.cancel(), event: None }) }
}
