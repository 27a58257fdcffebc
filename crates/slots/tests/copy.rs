//! Modules that lie elsewhere on the flash come into a slot once, and not at all where a slot has them.

mod chip;

use chip::Chip;
use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
use moteur_slots::{ATTEMPTS, Candidate, Cause, Copied, Error, NotCopied, Slot, Slots, Source};

type Flash = Chip<16, 512>;
/// The first half is the slots', and the second holds the modules to be.
const SLOTS: std::ops::Range<u32> = 0..0x4000;
const ELSEWHERE: u32 = 0x4000;

/// Bytes in the flash as they are.
struct Raw {
    length: u32,
    /// Reading fails from this offset on.
    fails_at: u32,
}

impl Source<Flash> for Raw {
    type Error = &'static str;

    fn length(&mut self, _: &mut Flash) -> Result<u32, &'static str> {
        Ok(self.length)
    }

    fn read(&mut self, flash: &mut Flash, offset: u32, piece: &mut [u8]) -> Result<(), &'static str> {
        if offset >= self.fails_at {
            return Err("it is gone");
        }
        // The chip is read by whole words.
        let mut words = vec![0; piece.len().next_multiple_of(16)];
        flash.read(ELSEWHERE + offset, &mut words).map_err(|_| "the flash")?;
        piece.copy_from_slice(&words[..piece.len()]);
        Ok(())
    }
}

fn module(version: u8) -> Vec<u8> {
    (0..1_700_u32).map(|i| (i * 7 + i / 256) as u8 ^ version).collect()
}

fn slots(flash: Flash) -> Slots<Flash> {
    // SAFETY: what another value booted is not used after this one writes.
    unsafe { Slots::new(flash, SLOTS).unwrap() }
}

/// Writes a module to where it is no slot.
fn lay(flash: &mut Flash, module: &[u8]) -> Raw {
    let mut words = module.to_vec();
    words.resize(module.len().next_multiple_of(16), 0xff);
    flash.erase(ELSEWHERE, ELSEWHERE + (words.len() as u32).next_multiple_of(512)).unwrap();
    flash.write(ELSEWHERE, &words).unwrap();
    Raw { length: module.len() as u32, fails_at: u32::MAX }
}

fn copy(slots: &mut Slots<Flash>, from: &mut Raw) -> Result<Copied, NotCopied<&'static str, &'static str>> {
    let check = |candidate: &Candidate<'_>| if candidate.bytes()[0] == 0xee { Err("it is evil") } else { Ok(()) };
    slots.copy(from, check)
}

/// Whether it was found in the first slot, as the first module.
fn is_in_a(copied: Result<Copied, NotCopied<&'static str, &'static str>>) -> bool {
    matches!(copied, Ok(Copied::Present(there)) if there.slot == Slot::A && there.sequence == 1)
}

/// How many bytes of the flash that changes.
fn spent(slots: &mut Slots<Flash>, work: impl FnOnce(&mut Slots<Flash>)) -> u64 {
    let before = slots.flash().spent;
    work(slots);
    slots.flash().spent - before
}

#[test]
fn what_a_slot_has_is_not_written_again() {
    let mut slots = slots(Flash::new());
    let mut from = lay(slots.flash(), &module(1));
    assert!(matches!(copy(&mut slots, &mut from), Ok(Copied::Installed(new)) if new.sequence == 1));
    let unbooted = spent(&mut slots, |slots| assert!(is_in_a(copy(slots, &mut from))));
    assert_eq!(slots.boot().unwrap().module, module(1));
    let on_trial = spent(&mut slots, |slots| assert!(is_in_a(copy(slots, &mut from))));
    slots.confirm().unwrap();
    let running = spent(&mut slots, |slots| assert!(is_in_a(copy(slots, &mut from))));
    assert_eq!([unbooted, on_trial, running], [0, 0, 0]);

    // A difference in the last byte is one.
    let mut other = module(1);
    *other.last_mut().unwrap() ^= 1;
    let mut from = lay(slots.flash(), &other);
    assert!(matches!(copy(&mut slots, &mut from), Ok(Copied::Installed(new)) if new.slot == Slot::B));
    assert_eq!(self::slots(slots.flash().restarted()).boot().unwrap().module, other);
}

#[test]
fn what_failed_is_not_tried_for_ever() {
    let mut slots = slots(Flash::new());
    let mut from = lay(slots.flash(), &module(1));
    copy(&mut slots, &mut from).unwrap();
    slots.boot().unwrap();
    slots.confirm().unwrap();
    for (version, cause) in [(2, Cause::Refused), (3, Cause::Attempts)] {
        let mut from = lay(slots.flash(), &module(version));
        copy(&mut slots, &mut from).unwrap();
        for _ in 0..if cause == Cause::Refused { 1 } else { ATTEMPTS } {
            slots = self::slots(slots.flash().restarted());
            assert_eq!(slots.boot().unwrap().module, module(version));
        }
        if cause == Cause::Refused {
            slots.refuse().unwrap();
        }
        slots = self::slots(slots.flash().restarted());
        assert_eq!(slots.boot().unwrap().module, module(1), "the one before");
        let wear = spent(&mut slots, |slots| assert_eq!(copy(slots, &mut from), Ok(Copied::Failed(Slot::B, cause))));
        assert_eq!(wear, 0);
    }
}

#[test]
fn an_older_module_comes_back_as_the_newest() {
    let mut slots = slots(Flash::new());
    for version in [1, 2, 1] {
        let mut from = lay(slots.flash(), &module(version));
        assert!(matches!(copy(&mut slots, &mut from), Ok(Copied::Installed(_))));
        slots = self::slots(slots.flash().restarted());
        assert_eq!(slots.boot().unwrap().module, module(version));
        slots.confirm().unwrap();
    }
}

#[test]
fn every_reason_is_told_and_the_old_one_runs_on() {
    let mut slots = slots(Flash::new());
    let mut from = lay(slots.flash(), &module(1));
    copy(&mut slots, &mut from).unwrap();
    slots.boot().unwrap();
    assert!(is_in_a(copy(&mut slots, &mut from)));
    slots.confirm().unwrap();

    let mut from = lay(slots.flash(), &module(2));
    from.fails_at = 512;
    assert_eq!(copy(&mut slots, &mut from), Err(NotCopied::Source("it is gone")));
    let mut evil = module(2);
    evil[0] = 0xee;
    let mut from = lay(slots.flash(), &evil);
    assert_eq!(copy(&mut slots, &mut from), Err(NotCopied::Refused("it is evil")));
    let room = slots.room();
    for length in [0, room + 1] {
        let wear = spent(&mut slots, |slots| {
            let why = copy(slots, &mut Raw { length, fails_at: 0 });
            assert_eq!(why, Err(NotCopied::Slots(Error::Length { room })));
        });
        assert_eq!(wear, 0);
    }
    assert_eq!(self::slots(slots.flash().restarted()).boot().unwrap().module, module(1));
    assert_eq!(NotCopied::<_, &str>::Source("gone").to_string(), "it cannot be read: gone");
}

#[test]
fn the_power_goes_at_every_byte_of_a_copy() {
    let mut first = slots(Flash::new());
    first.flash().checks_words = true;
    for version in [1, 2] {
        let mut from = lay(first.flash(), &module(version));
        copy(&mut first, &mut from).unwrap();
        first.boot().unwrap();
        first.confirm().unwrap();
        first = slots(first.flash().restarted());
    }
    lay(first.flash(), &module(3));
    let before = first.flash().restarted().copy();
    let mut flash = before.copy();
    let mut cuts = 0;
    loop {
        flash.restore(&before);
        let mut slots = slots(flash.restarted());
        slots.boot().unwrap();
        slots.flash().power = Some(cuts);
        slots.flash().dice = cuts * 2 + 1;
        let mut from = Raw { length: module(3).len() as u32, fails_at: u32::MAX };
        let is_done = copy(&mut slots, &mut from).is_ok();
        let mut slots = self::slots(slots.flash().restarted());
        let booted = slots.boot().unwrap();
        assert!(booted.module == module(3) || booted.module == module(2) && !is_done, "cut {cuts}");
        // At the next start the copy is made, or has been.
        slots.confirm().unwrap();
        copy(&mut slots, &mut from).unwrap();
        assert_eq!(self::slots(slots.flash().restarted()).boot().unwrap().module, module(3), "cut {cuts}");
        if is_done {
            break;
        }
        cuts += 1;
    }
    assert!(cuts > 3_000, "{cuts}");
}
