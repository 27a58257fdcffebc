//! The power goes at every byte of an update, on flash of several kinds: what boots is whole, and the right one.

mod chip;

use chip::Chip;
use moteur_slots::{Booted, Candidate, Error, NotInstalled, Slot, Slots, Trial};

const SLOT: u32 = 0x2000;
/// Not at the flash's beginning, as a partition is.
const PARTITION: std::ops::Range<u32> = 0x4000..0x4000 + 2 * SLOT;

/// Of a length that is no multiple of a word, and longer than two blocks of 512 bytes.
fn module(version: u8) -> Vec<u8> {
    (0..1_201_u32 + u32::from(version)).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8 ^ version).collect()
}

fn slots<const W: usize, const B: usize>(chip: Chip<W, B>) -> Slots<Chip<W, B>> {
    // SAFETY: what another value booted is not used after this one writes.
    unsafe { Slots::new(chip, PARTITION).unwrap() }
}

fn install<const W: usize, const B: usize>(slots: &mut Slots<Chip<W, B>>, bytes: &[u8]) -> Result<Slot, Error> {
    let mut update = slots.begin(bytes.len() as u32)?;
    // Pieces that fit nothing.
    bytes.chunks(77).try_for_each(|piece| update.write(piece))?;
    let check = |candidate: &Candidate<'_>| if candidate.bytes() == bytes { Ok(()) } else { Err(()) };
    match update.finish(check) {
        Ok(installed) => Ok(installed.slot),
        Err(NotInstalled::Slots(error)) => Err(error),
        Err(NotInstalled::Refused(())) => panic!("the flash shows something else than was read from it"),
    }
}

/// A chip with version 1 confirmed, and a failed version 0 in the other slot if wanted, so that it is not blank.
fn with_one<const W: usize, const B: usize>(checks_words: bool) -> Chip<W, B> {
    let mut chip = Chip::new();
    chip.checks_words = checks_words;
    let mut slots = slots(chip);
    for version in [0, 1] {
        install(&mut slots, &module(version)).unwrap();
        slots.boot().unwrap();
        slots.confirm().unwrap();
    }
    slots.flash().restarted()
}

fn boot<const W: usize, const B: usize>(chip: Chip<W, B>) -> (Slots<Chip<W, B>>, Booted) {
    let mut slots = slots(chip);
    let booted = slots.boot().unwrap();
    (slots, booted)
}

/// Cuts the power after each number of bytes, or each `step`th; how often the old and the new module booted.
fn cut_everywhere<const W: usize, const B: usize>(checks_words: bool, step: usize) -> (u32, u32) {
    let (old, new) = (module(1), module(2));
    let before = with_one::<W, B>(checks_words);
    let mut chip = before.copy();
    let (mut olds, mut news) = (0, 0);
    for power in (0..).step_by(step) {
        chip.restore(&before);
        let (mut slots, booted) = boot(chip.restarted());
        assert_eq!((booted.module, booted.trial), (&old[..], Trial::Confirmed));
        slots.flash().power = Some(power);
        slots.flash().dice = power * 2 + 1;
        let result = install(&mut slots, &new);
        assert_eq!(booted.module, old, "what runs must not change");
        let (mut slots, booted) = boot(slots.flash().restarted());
        if result.is_ok() {
            assert_eq!(booted.module, new);
            assert!(olds > 0);
            return (olds, news);
        }
        match booted.module {
            module if module == old => olds += 1,
            module if module == new => news += 1,
            _ => panic!("power {power}: neither the old nor the new module"),
        }
        // The next update takes, whatever is left of this one.
        if booted.module == new {
            slots.confirm().unwrap();
        }
        let newer = module(3);
        install(&mut slots, &newer).unwrap();
        assert_eq!(boot(slots.flash().restarted()).1.module, newer, "power {power}");
    }
    unreachable!()
}

#[test]
fn stm32h5_words_of_16_with_check_bits() {
    let (olds, news) = cut_everywhere::<16, 2048>(true, 1);
    assert!(olds > 3_000, "every byte of a header, {} bytes and two blocks was cut: {olds} {news}", module(2).len());
}

#[test]
fn flash_without_check_bits() {
    cut_everywhere::<4, 1024>(false, 1);
    cut_everywhere::<16, 2048>(false, 5);
    cut_everywhere::<1, 256>(false, 5);
}

#[test]
fn words_of_8_32_and_128() {
    cut_everywhere::<8, 512>(true, 5);
    cut_everywhere::<32, 512>(true, 5);
    cut_everywhere::<128, 512>(true, 5);
}

#[test]
fn the_power_goes_while_an_attempt_is_counted_or_confirmed() {
    let mut slots = slots(with_one::<16, 2048>(true));
    slots.boot().unwrap();
    install(&mut slots, &module(2)).unwrap();
    let before = slots.flash().restarted();
    for power in 0..32 {
        let mut chip = before.copy();
        chip.power = Some(power);
        let mut slots = self::slots(chip);
        // Without power no attempt can be counted, and the new module must not run uncounted.
        match slots.boot() {
            Ok(booted) if power >= 16 => assert_eq!(booted.module, module(2)),
            Ok(booted) => assert_eq!(booted.module, module(1)),
            Err(error) => panic!("{error}"),
        }
        let _ = slots.confirm();
        let (_, booted) = boot(slots.flash().restarted());
        // Confirming was begun, so the module had done what it should.
        let expected = match power {
            // Nothing was written, not even that it began.
            0..16 => Trial::Attempt(2),
            _ => Trial::Confirmed,
        };
        assert_eq!((booted.module, booted.trial), (&module(2)[..], expected), "power {power}");
    }
}

#[test]
fn power_that_goes_at_every_boot_ends_in_the_module_before() {
    let mut slots = slots(with_one::<16, 2048>(true));
    slots.boot().unwrap();
    install(&mut slots, &module(2)).unwrap();
    let mut chip = slots.flash().restarted();
    for attempt in 1..=3 {
        let (mut slots, booted) = boot(chip);
        assert_eq!((booted.module, booted.trial), (&module(2)[..], Trial::Attempt(attempt)));
        chip = slots.flash().restarted();
    }
    let (mut slots, booted) = boot(chip);
    assert_eq!((booted.module, booted.trial), (&module(1)[..], Trial::Confirmed));
    // And it can be followed by another, in the slot of the failed one, with a number above both.
    install(&mut slots, &module(3)).unwrap();
    let (_, booted) = boot(slots.flash().restarted());
    assert_eq!((booted.module, booted.sequence), (&module(3)[..], 4));
}

#[test]
fn two_hundred_updates_with_a_cut_each() {
    let seed = 0x5eed_0005_u64;
    println!("seed {seed:#x}");
    let mut dice = seed;
    let mut roll = |below: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % below
    };
    let mut chip = with_one::<16, 512>(true);
    let mut running = 1_u8;
    for round in 0..200_u8 {
        let next = 2 + round;
        let (mut slots, booted) = boot(chip);
        assert_eq!(booted.module, module(running), "round {round}");
        slots.confirm().unwrap();
        slots.flash().power = Some(roll(4_500));
        let result = install(&mut slots, &module(next));
        let (mut slots, after) = boot(slots.flash().restarted());
        if after.module == module(next) {
            running = next;
        } else {
            assert!(result.is_err() && after.module == module(running), "round {round}");
        }
        chip = slots.flash().restarted();
    }
    assert!(running > 2, "some of them got through");
}
