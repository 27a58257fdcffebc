//! What boots, what is refused, and what is said about it.

mod chip;

use chip::Chip;
use embedded_storage::nor_flash::NorFlashErrorKind;
use moteur_slots::{ATTEMPTS, Cause, Error, Installed, NotInstalled, Slot, Slots, Trial};

const PARTITION: std::ops::Range<u32> = 0x2000..0x6000;
/// Header, five marks, and what fills up to a multiple of 64.
const FRONT: u32 = 128;
const ROOM: u32 = 0x2000 - FRONT;

fn fresh() -> Slots<Chip> {
    // SAFETY: nobody else has the chip.
    unsafe { Slots::new(Chip::new(), PARTITION).unwrap() }
}

fn install(slots: &mut Slots<Chip>, bytes: &[u8]) -> Result<Installed, NotInstalled<&'static str>> {
    let mut update = slots.begin(bytes.len() as u32).map_err(NotInstalled::Slots)?;
    update.write(bytes).map_err(NotInstalled::Slots)?;
    update.finish(|_| Ok(()))
}

fn restarted(mut slots: Slots<Chip>) -> Slots<Chip> {
    // SAFETY: what another value booted is not used after this one writes.
    unsafe { Slots::new(slots.flash().restarted(), PARTITION).unwrap() }
}

/// Two modules, both confirmed; the second boots.
fn with_two() -> Slots<Chip> {
    let mut slots = fresh();
    for module in [b"first", b"later"] {
        install(&mut slots, module).unwrap();
        slots = restarted(slots);
        slots.boot().unwrap();
        slots.confirm().unwrap();
    }
    restarted(slots)
}

#[test]
fn blank_flash_boots_nothing() {
    let error = fresh().boot().unwrap_err();
    assert_eq!(error, Error::NoModule(Cause::Blank, Cause::Blank));
    assert_eq!(error.to_string(), "no slot can boot: in A there is no module, in B there is no module");
}

#[test]
fn modules_go_to_the_slots_in_turn() {
    let mut slots = fresh();
    for number in 1..=7_u32 {
        let module = number.to_be_bytes();
        let installed = install(&mut slots, &module).unwrap();
        assert_eq!(installed.slot, if number % 2 == 1 { Slot::A } else { Slot::B });
        assert_eq!((installed.sequence, installed.length), (number, 4));
        slots = restarted(slots);
        let booted = slots.boot().unwrap();
        assert_eq!((booted.module, booted.trial), (&module[..], Trial::Attempt(1)));
        slots.confirm().unwrap();
    }
}

#[test]
fn the_same_module_again_is_a_new_one() {
    let mut slots = with_two();
    slots.boot().unwrap();
    assert_eq!(install(&mut slots, b"later").unwrap().sequence, 3);
    let booted = restarted(slots).boot().unwrap();
    assert_eq!((booted.slot, booted.module, booted.sequence), (Slot::A, &b"later"[..], 3));
}

#[test]
fn lengths_up_to_the_room_of_a_slot_are_taken() {
    let mut slots = fresh();
    assert_eq!(slots.room(), ROOM);
    let module = vec![0x5a; ROOM as usize];
    install(&mut slots, &module).unwrap();
    let mut slots = restarted(slots);
    assert_eq!(slots.boot().unwrap().module, module);
    slots.confirm().unwrap();
    // Slot B ends where the partition does: nothing behind it changes.
    let behind = slots.flash().contents()[PARTITION.end as usize..].to_vec();
    install(&mut slots, &module).unwrap();
    assert_eq!(slots.flash().contents()[PARTITION.end as usize..], behind);
    for length in [0, ROOM + 1, u32::MAX] {
        assert_eq!(slots.begin(length).err(), Some(Error::Length { room: ROOM }), "{length}");
    }
}

#[test]
fn more_or_fewer_bytes_than_announced_install_nothing() {
    let mut slots = with_two();
    slots.boot().unwrap();
    let mut update = slots.begin(4).unwrap();
    assert_eq!(update.write(b"12345"), Err(Error::Incomplete));
    assert_eq!(update.write(b"1234"), Err(Error::Incomplete), "an error ends it");
    assert_eq!(update.finish(|_| Ok::<(), ()>(())), Err(NotInstalled::Slots(Error::Incomplete)));
    let mut update = slots.begin(4).unwrap();
    update.write(b"123").unwrap();
    assert_eq!(update.finish(|_| Ok::<(), ()>(())), Err(NotInstalled::Slots(Error::Incomplete)));
    assert_eq!(restarted(slots).boot().unwrap().module, b"later");
}

#[test]
fn a_refused_candidate_never_boots() {
    let mut slots = with_two();
    slots.boot().unwrap();
    let mut update = slots.begin(3).unwrap();
    assert_eq!(update.slot(), Slot::A);
    update.write(b"bad").unwrap();
    let result = update.finish(|candidate| {
        assert_eq!((candidate.bytes(), candidate.slot(), candidate.sequence()), (&b"bad"[..], Slot::A, 3));
        Err("not signed")
    });
    assert_eq!(result, Err(NotInstalled::Refused("not signed")));
    assert_eq!(result.unwrap_err().to_string(), "refused: not signed");
    assert_eq!(restarted(slots).boot().unwrap().module, b"later");
}

#[test]
fn what_runs_is_not_overwritten() {
    let mut slots = with_two();
    let booted = slots.boot().unwrap();
    for module in [b"one", b"two", b"six"] {
        assert_eq!(install(&mut slots, module).unwrap().slot, booted.slot.other());
    }
    assert_eq!(booted.module, b"later");
    let third = slots.boot().unwrap();
    assert_eq!(third.module, b"six");
    slots.confirm().unwrap();
    assert_eq!(slots.begin(1).err(), Some(Error::InUse));
    // SAFETY: of `booted`, nothing is used any more.
    unsafe { slots.release(booted.slot) };
    assert_eq!(install(&mut slots, b"next").unwrap().slot, booted.slot);
}

#[test]
fn the_module_to_fall_back_to_is_kept_until_the_next_is_confirmed() {
    let mut slots = with_two();
    slots.boot().unwrap();
    install(&mut slots, b"trial").unwrap();
    let mut slots = restarted(slots);
    assert_eq!(slots.boot().unwrap().module, b"trial");
    assert_eq!(slots.begin(4).err(), Some(Error::OnTrial));
    slots.refuse().unwrap();
    assert_eq!(slots.begin(4).err(), Some(Error::OnTrial));
    let mut slots = restarted(slots);
    assert_eq!(slots.boot().unwrap().module, b"later");
    install(&mut slots, b"next").unwrap();
}

#[test]
fn a_first_module_that_fails_can_be_replaced() {
    let mut slots = fresh();
    install(&mut slots, b"bad").unwrap();
    for attempt in 1..=ATTEMPTS {
        slots = restarted(slots);
        assert_eq!(slots.boot().unwrap().trial, Trial::Attempt(attempt));
    }
    let mut slots = restarted(slots);
    assert_eq!(slots.boot().unwrap_err(), Error::NoModule(Cause::Attempts, Cause::Blank));
    let installed = install(&mut slots, b"good").unwrap();
    assert_eq!((installed.slot, installed.sequence), (Slot::A, 2));
    assert_eq!(restarted(slots).boot().unwrap().module, b"good");
}

#[test]
fn a_confirmed_module_can_still_be_refused() {
    let mut slots = with_two();
    assert_eq!(slots.refuse(), Err(Error::NotBooted));
    assert_eq!(slots.confirm(), Err(Error::NotBooted));
    slots.boot().unwrap();
    slots.confirm().unwrap();
    slots.refuse().unwrap();
    slots.refuse().unwrap();
    let mut slots = restarted(slots);
    assert_eq!(slots.boot().unwrap().module, b"first");
    slots.refuse().unwrap();
    assert_eq!(restarted(slots).boot().unwrap_err(), Error::NoModule(Cause::Refused, Cause::Refused));
}

#[test]
fn every_rotten_bit_of_header_and_module_is_seen() {
    let mut slots = with_two();
    let booted = slots.boot().unwrap();
    assert_eq!(booted.slot, Slot::B);
    let start = PARTITION.start + 0x2000;
    let header = (0..20).chain(28..32);
    for offset in header.chain(FRONT..FRONT + 5) {
        for bit in 0..8 {
            let mut slots = restarted(with_two());
            slots.flash().flip(start + offset, 1 << bit);
            assert_eq!(slots.boot().unwrap().module, b"first", "byte {offset} bit {bit}");
            // The other one is broken too.
            slots = restarted(slots);
            slots.flash().flip(PARTITION.start + FRONT, 1);
            let Err(Error::NoModule(Cause::Module, cause)) = slots.boot() else {
                panic!("byte {offset} bit {bit} boots");
            };
            let expected = match offset {
                0..4 => Cause::Blank,
                4..32 => Cause::Header,
                _ => Cause::Module,
            };
            assert_eq!(cause, expected, "byte {offset} bit {bit}");
        }
    }
}

#[test]
fn errors_of_the_flash_are_told() {
    let mut slots = with_two();
    slots.boot().unwrap();
    slots.flash().power = Some(0);
    assert_eq!(slots.begin(4).err(), Some(Error::Flash(NorFlashErrorKind::Other)));
    slots.flash().power = Some(2048);
    let mut update = slots.begin(4).unwrap();
    update.write(b"1234").unwrap();
    assert_eq!(update.finish(|_| Ok::<(), ()>(())), Err(NotInstalled::Slots(Error::Flash(NorFlashErrorKind::Other))));
}

#[test]
fn partitions_that_do_not_suit_are_refused() {
    // SAFETY: nobody else has the chip, here and below.
    let new = |partition| unsafe { Slots::new(<Chip>::new(), partition).err() };
    assert_eq!(new(0..0x8000), None);
    let backwards = std::ops::Range { start: 0x4000, end: 0x2000 };
    for partition in [0..0, 0..0x1800, 1..0x2001, 0x400..0x2400, 0..0x1_0000, backwards, 0..u32::MAX] {
        assert_eq!(new(partition.clone()), Some(Error::Geometry), "{partition:?}");
    }
    // Words longer than the buffer, or of no power of two.
    // SAFETY: as above.
    assert_eq!(unsafe { Slots::new(Chip::<256, 2048>::new(), 0..0x2000) }.err(), Some(Error::Geometry));
    // SAFETY: as above.
    assert_eq!(unsafe { Slots::new(Chip::<24, 2048>::new(), 0..0x2000) }.err(), Some(Error::Geometry));
    // Nothing is left for a module.
    // SAFETY: as above.
    assert_eq!(unsafe { Slots::new(Chip::<16, 64>::new(), 0..256) }.err(), Some(Error::Geometry));
}
