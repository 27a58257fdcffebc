//! An update that comes over a serial line, one byte at a time: between two bytes the embedder does what it likes, such as
//! run the module that is to be replaced.

use core::fmt;

use crate::candidate::{Candidate, Mapped};
use crate::error::Error;
use crate::slots::Slots;
use crate::update::{Installed, NotInstalled, Writing};
use crate::ymodem::{Event, Receiver, Step, Stopped};

/// After so many milliseconds without a byte, the session wants to know of the [`silence`](Session::silence).
pub const SILENCE_MS: u32 = 1_000;

/// Receives modules, one after the other, into the slot that is not in use.
///
/// `check` judges each in its place before it can boot: decode and validate it with the runtime, ask whether its native code
/// fits, look at its signature. `send` is given what goes to the other end.
///
/// ```
/// use moteur_slots::ymodem::{Sender, Sending};
/// use moteur_slots::{Candidate, Progress, Session, Slots};
/// # #[path = "../tests/chip/mod.rs"] mod chip;
/// # use chip::Chip;
///
/// // SAFETY: nobody else has the chip.
/// let slots = unsafe { Slots::new(<Chip>::new(), 0..0x4000)? };
/// let mut answers = Vec::new();
/// let mut session = Session::new(slots, |_: &Candidate<'_>| Ok::<(), &str>(()));
///
/// let mut sender = Sender::new("module.wasm", b"\0asm\x01\0\0\0");
/// session.silence(|bytes| answers.extend_from_slice(bytes)); // Tells the sender that somebody listens.
/// let mut installed = None;
/// while let Some(answer) = (!answers.is_empty()).then(|| answers.remove(0)) {
///     if sender.byte(answer) == Sending::Sends {
///         for byte in sender.packet() {
///             if let Progress::Installed(module) = session.byte(*byte, |bytes| answers.extend_from_slice(bytes)) {
///                 installed = Some(module);
///             }
///         }
///     }
/// }
/// assert_eq!(installed.map(|module| (module.sequence, module.length)), Some((1, 8)));
/// # Ok::<(), moteur_slots::Error>(())
/// ```
pub struct Session<F, C> {
    slots: Slots<F>,
    check: C,
    receiver: Receiver,
    writing: Option<Writing>,
}

/// What came of a byte, or of silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<R> {
    /// Nothing to be told.
    Waits,
    /// A module of so many bytes begins to come.
    Begins(u32),
    /// It will boot next.
    Installed(Installed),
    /// The other end knows, too: a device that starts anew to boot the module does it now.
    Ended,
    /// It will not; the other end knows, and may send another.
    Failed(Failure<R>),
}

/// Why a transfer did not end with a new module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure<R> {
    /// The transfer broke off.
    Stopped(Stopped),
    /// The slot could not be written.
    Slots(Error),
    /// `check` refused the module.
    Refused(R),
}

impl<R: fmt::Display> fmt::Display for Failure<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Stopped(why) => why.fmt(f),
            Failure::Slots(error) => error.fmt(f),
            Failure::Refused(reason) => write!(f, "refused: {reason}"),
        }
    }
}

impl<R> From<NotInstalled<R>> for Failure<R> {
    fn from(why: NotInstalled<R>) -> Failure<R> {
        match why {
            NotInstalled::Slots(error) => Failure::Slots(error),
            NotInstalled::Refused(reason) => Failure::Refused(reason),
        }
    }
}

impl<F: Mapped, C, R> Session<F, C>
where
    C: FnMut(&Candidate<'_>) -> Result<(), R>,
{
    /// A session that waits for a sender.
    pub fn new(slots: Slots<F>, check: C) -> Session<F, C> {
        Session { slots, check, receiver: Receiver::new(), writing: None }
    }

    /// The slots, to boot and to mark what was booted.
    pub fn slots(&mut self) -> &mut Slots<F> {
        &mut self.slots
    }

    /// Whether a module is on its way.
    pub fn is_receiving(&self) -> bool {
        self.receiver.is_receiving()
    }

    /// A byte has come.
    pub fn byte(&mut self, byte: u8, send: impl FnMut(&[u8])) -> Progress<R> {
        let step = self.receiver.byte(byte);
        self.step(step, send)
    }

    /// Nothing has come for [`SILENCE_MS`].
    pub fn silence(&mut self, send: impl FnMut(&[u8])) -> Progress<R> {
        let step = self.receiver.silence();
        self.step(step, send)
    }

    fn step(&mut self, step: Step, mut send: impl FnMut(&[u8])) -> Progress<R> {
        send(step.send);
        match self.happened(step.event) {
            Ok((progress, answer)) => {
                send(answer);
                progress
            }
            Err(failure) => {
                self.writing = None;
                if !matches!(failure, Failure::Stopped(_)) {
                    send(self.receiver.cancel());
                }
                Progress::Failed(failure)
            }
        }
    }

    /// Does what an event asks for; what to say, and what to send for it.
    fn happened(&mut self, event: Option<Event>) -> Result<(Progress<R>, &'static [u8]), Failure<R>> {
        let progress = match event {
            None => return Ok((Progress::Waits, &[])),
            Some(Event::End) => return Ok((Progress::Ended, &[])),
            Some(Event::Stopped(why)) => return Err(Failure::Stopped(why)),
            Some(Event::File(length)) => {
                self.writing = Some(Writing::new(&mut self.slots, length).map_err(Failure::Slots)?);
                Progress::Begins(length)
            }
            Some(Event::Block) => {
                let writing = self.writing.as_mut().ok_or(Failure::Slots(Error::Incomplete))?;
                writing.write(&mut self.slots, self.receiver.block()).map_err(Failure::Slots)?;
                Progress::Waits
            }
            Some(Event::Complete) => {
                let writing = self.writing.take().ok_or(Failure::Slots(Error::Incomplete))?;
                Progress::Installed(writing.finish(&mut self.slots, &mut self.check)?)
            }
        };
        Ok((progress, self.receiver.accept()))
    }
}
