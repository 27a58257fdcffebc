//! Modules that come over the line become a file of a littlefs, which lies behind the slots on the same flash. From there a
//! module goes into the idle slot: when it has come, and at every start if no slot has it yet. So however the file came
//! there, and wherever the power went, what the file holds is what runs in the end, unless it was refused.

use core::fmt;

use board::modules::{SimulatedFlash, restart};
use board::println;
use moteur::{Engine, Heap};
use moteur_guest::files::{FlashStorage, LittleFiles};
use moteur_platform::{Error, Files, Handle, Open};
use moteur_slots::ymodem::{Event, Receiver, Step};
use moteur_slots::{Candidate, Cause, Copied, Failure, Installed, NotCopied, Progress, Slots, Source};

use crate::{guest, outages};

/// The file system: what the slots leave of the partition.
type Medium<'f> = FlashStorage<&'f mut SimulatedFlash, { crate::SLOTS.end as usize }, 64>;

/// What is to run.
const MODULE: &str = "module.wasm";
/// What is on its way.
const INCOMING: &str = "incoming.wasm";
/// Files that may be open at once.
const HANDLES_MAX: u16 = 2;

/// Lends the file system to `work`. Nothing of it stays in RAM in between.
fn files<R>(
    flash: &mut SimulatedFlash,
    heap: Heap,
    work: impl FnOnce(&LittleFiles<Medium<'_>>) -> Result<R, Error>,
) -> Result<R, Error> {
    work(&LittleFiles::new(Medium::new(flash), heap, HANDLES_MAX))
}

/// Does something with a file, which is open for as long as that takes.
fn with_file<R>(
    files: &dyn Files,
    root: Handle,
    name: &str,
    how: Open,
    work: impl FnOnce(Handle) -> Result<R, Error>,
) -> Result<R, Error> {
    let file = files.open(root, name, how)?;
    let result = work(file);
    files.close(file);
    result
}

/// The file, as what a slot is filled from.
struct File {
    heap: Heap,
}

impl Source<SimulatedFlash> for File {
    type Error = Error;

    fn length(&mut self, flash: &mut SimulatedFlash) -> Result<u32, Error> {
        let status = files(flash, self.heap, |files| files.status_at(files.root(), MODULE, false))?;
        u32::try_from(status.size).map_err(|_| Error::TooLarge)
    }

    fn read(&mut self, flash: &mut SimulatedFlash, offset: u32, piece: &mut [u8]) -> Result<(), Error> {
        let how = Open { read: true, ..Open::default() };
        let wanted = piece.len();
        let read = files(flash, self.heap, |files| {
            with_file(files, files.root(), MODULE, how, |file| files.read_at(file, piece, offset.into()))
        })?;
        if read == wanted { Ok(()) } else { Err(Error::Failed) }
    }
}

/// Why a module that came is not installed.
#[derive(Clone, Copy, Debug)]
pub enum Refused {
    /// The file system could not take it, or give it again.
    Files(Error),
    /// It was tried before.
    Failed(Cause),
    Guest(guest::Refused),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Files(error) => write!(f, "the file system: {error}"),
            Refused::Failed(cause) => cause.fmt(f),
            Refused::Guest(reason) => reason.fmt(f),
        }
    }
}

/// Brings the file into the idle slot, unless a slot has it. A file that is not fit for it goes, so that the next start does
/// not wear out the flash for nothing.
fn copy(engine: &Engine, slots: &mut Slots<SimulatedFlash>) -> Result<Copied, Failure<Refused>> {
    let heap = engine.heap();
    let changed = slots.flash().changed();
    outages::copying(slots.flash());
    let copied = slots.copy(&mut File { heap }, |candidate: &Candidate<'_>| guest::check(engine, candidate));
    println!("{} bytes of flash changed for the copy", slots.flash().changed() - changed);
    copied.map_err(|why| {
        let _ = files(slots.flash(), heap, |files| files.remove_file(files.root(), MODULE));
        match why {
            NotCopied::Source(error) => Failure::Refused(Refused::Files(error)),
            NotCopied::Slots(error) => Failure::Slots(error),
            NotCopied::Refused(reason) => Failure::Refused(Refused::Guest(reason)),
        }
    })
}

/// Installs what the file holds, and starts anew if that is another module than the one that runs. A flash without a file
/// system gets one.
pub fn at_start(engine: &Engine, slots: &mut Slots<SimulatedFlash>) {
    let found = files(slots.flash(), engine.heap(), |files| files.status_at(files.root(), MODULE, false));
    match found {
        Ok(_) => {}
        Err(Error::NotFound) => return,
        Err(_) => {
            let made = files(slots.flash(), engine.heap(), |files| files.format());
            return println!("a new file system: {}", if made.is_ok() { "made" } else { "failed" });
        }
    }
    match copy(engine, slots) {
        Ok(Copied::Installed(new)) => {
            println!("the file is installed in slot {} as number {}", new.slot, new.sequence);
            restart()
        }
        Ok(Copied::Present(there)) => println!("the file is the module of slot {}", there.slot),
        Ok(Copied::Failed(slot, cause)) => println!("the file is in slot {slot}, but {cause}"),
        Err(why) => println!("the file is not installed: {why}"),
    }
}

/// Receives modules into the file.
pub struct Session<'e> {
    engine: &'e Engine,
    slots: Slots<SimulatedFlash>,
    receiver: Receiver,
}

/// A session that waits for modules.
pub fn new(engine: &Engine, slots: Slots<SimulatedFlash>) -> Session<'_> {
    Session { engine, slots, receiver: Receiver::new() }
}

impl Session<'_> {
    /// The slots, and by them the flash.
    pub fn slots(&mut self) -> &mut Slots<SimulatedFlash> {
        &mut self.slots
    }

    /// A byte has come.
    pub fn byte(&mut self, byte: u8, send: impl FnMut(&[u8])) -> Progress<Refused> {
        let step = self.receiver.byte(byte);
        self.step(step, send)
    }

    /// Nothing has come for a while.
    pub fn silence(&mut self, send: impl FnMut(&[u8])) -> Progress<Refused> {
        let step = self.receiver.silence();
        self.step(step, send)
    }

    fn step(&mut self, step: Step, mut send: impl FnMut(&[u8])) -> Progress<Refused> {
        send(step.send);
        let Some(event) = step.event else {
            return Progress::Waits;
        };
        match self.happened(event) {
            Ok(Progress::Ended) => Progress::Ended,
            Ok(progress) => {
                send(self.receiver.accept());
                progress
            }
            Err(Failure::Stopped(why)) => Progress::Failed(Failure::Stopped(why)),
            Err(failure) => {
                send(self.receiver.cancel());
                Progress::Failed(failure)
            }
        }
    }

    fn happened(&mut self, event: Event) -> Result<Progress<Refused>, Failure<Refused>> {
        match event {
            Event::End => Ok(Progress::Ended),
            Event::Stopped(why) => Err(Failure::Stopped(why)),
            Event::File(length) => {
                let room = self.slots.room();
                if length == 0 || length > room {
                    return Err(Failure::Slots(moteur_slots::Error::Length { room }));
                }
                incoming(&mut self.slots, self.engine.heap(), true, &[]).map(|()| Progress::Begins(length))
            }
            Event::Block => {
                incoming(&mut self.slots, self.engine.heap(), false, self.receiver.block()).map(|()| Progress::Waits)
            }
            Event::Complete => self.install().map(Progress::Installed),
        }
    }

    /// The file is whole: it takes the place of the one before in one step, and goes into a slot.
    fn install(&mut self) -> Result<Installed, Failure<Refused>> {
        let renamed = files(self.slots.flash(), self.engine.heap(), |files| {
            files.rename(files.root(), INCOMING, files.root(), MODULE)
        });
        renamed.map_err(|error| Failure::Refused(Refused::Files(error)))?;
        match copy(self.engine, &mut self.slots)? {
            Copied::Installed(new) | Copied::Present(new) => Ok(new),
            Copied::Failed(_, cause) => Err(Failure::Refused(Refused::Failed(cause))),
        }
    }
}

/// Adds a block to the file that is on its way. Appending less than a block of the flash at a time makes littlefs copy what is
/// in that block already: who has RAM for more of it at once saves erasures.
fn incoming(
    slots: &mut Slots<SimulatedFlash>,
    heap: Heap,
    truncate: bool,
    bytes: &[u8],
) -> Result<(), Failure<Refused>> {
    let how = Open { write: true, create: true, truncate, ..Open::default() };
    let written = files(slots.flash(), heap, |files| {
        with_file(files, files.root(), INCOMING, how, |file| files.append(file, bytes))
    });
    match written {
        Ok(count) if count == bytes.len() => Ok(()),
        Ok(_) => Err(Failure::Refused(Refused::Files(Error::NoSpace))),
        Err(error) => Err(Failure::Refused(Refused::Files(error))),
    }
}
