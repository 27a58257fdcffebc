//! A module that comes as a file: littlefs and two slots on one flash, with the power going anywhere in between.

#[path = "../../slots/tests/chip/mod.rs"]
mod chip;

use chip::{BYTES, Chip};
use moteur::{Config, Engine, Heap, Module};
use moteur_guest::files::{FlashStorage, LittleFiles};
use moteur_platform::{Error, Files, Open};
use moteur_slots::{Candidate, Copied, NotCopied, Slots, Source};

/// Words of 16 bytes with check bits, as an STM32H5 has them, in smaller blocks.
type Flash = Chip<16, 512>;
/// The second half of the flash. The first is the slots'.
const FILES: usize = BYTES / 2;
type Medium<'f> = FlashStorage<&'f mut Flash, FILES, 32>;

fn slots(flash: Flash) -> Slots<Flash> {
    // SAFETY: what another value booted is not used after this one writes, and the files are elsewhere.
    unsafe { Slots::new(flash, 0..FILES as u32).unwrap() }
}

fn files(flash: &mut Flash) -> LittleFiles<Medium<'_>> {
    LittleFiles::new(Medium::new(flash), Heap::system(), 2)
}

/// Opens a file to read it.
fn read() -> Open {
    Open { read: true, ..Open::default() }
}

/// Writes a file in pieces, as it comes over a line.
fn receive(flash: &mut Flash, module: &[u8]) -> Result<(), Error> {
    let files = files(flash);
    let how = Open { write: true, create: true, truncate: true, ..Open::default() };
    let file = files.open(files.root(), "update.wasm", how)?;
    module.chunks(300).try_for_each(|piece| {
        let written = files.append(file, piece)?;
        assert_eq!(written, piece.len());
        Ok(())
    })
}

/// The file, with a piece of it in RAM at a time.
struct File;

impl Source<Flash> for File {
    type Error = Error;

    fn length(&mut self, flash: &mut Flash) -> Result<u32, Error> {
        let files = files(flash);
        Ok(files.status_at(files.root(), "update.wasm", true)?.size as u32)
    }

    fn read(&mut self, flash: &mut Flash, offset: u32, piece: &mut [u8]) -> Result<(), Error> {
        let files = files(flash);
        let file = files.open(files.root(), "update.wasm", read())?;
        let count = files.read_at(file, piece, offset.into())?;
        assert_eq!(count, piece.len());
        Ok(())
    }
}

/// Brings the file into the idle slot.
fn install(slots: &mut Slots<Flash>) -> Result<Copied, NotCopied<Error, moteur::Error>> {
    slots.copy(&mut File, check)
}

fn check(candidate: &Candidate<'_>) -> Result<(), moteur::Error> {
    let engine = Engine::new(Config::new(Heap::system()))?;
    Module::validate(&engine, candidate.bytes())
}

/// A module that has so many bytes of data, and a function that says which it is.
fn module(version: u8) -> Vec<u8> {
    let data: String = (0..1_500).map(|i| format!("\\{:02x}", (i * 7 + i / 256) as u8 ^ version)).collect();
    let text =
        format!(r#"(module (memory 1) (data "{data}") (func (export "version") (result i32) i32.const {version}))"#);
    wat::parse_str(text).unwrap()
}

/// A device that runs version 1, with an empty file system beside it.
fn device() -> Flash {
    let mut flash = Flash::new();
    flash.checks_words = true;
    files(&mut flash).format().unwrap();
    receive(&mut flash, &module(1)).unwrap();
    let mut slots = slots(flash);
    install(&mut slots).unwrap();
    slots.boot().unwrap();
    slots.confirm().unwrap();
    slots.flash().restarted()
}

#[test]
fn a_file_becomes_the_module_that_runs() {
    let mut slots = slots(device());
    let before = slots.boot().unwrap();
    receive(slots.flash(), &module(2)).unwrap();
    install(&mut slots).unwrap();
    assert_eq!(before.module, module(1), "the old one is where it was");
    let spent = slots.flash().spent;
    assert!(matches!(install(&mut slots), Ok(Copied::Present(there)) if there.sequence == 2));
    assert_eq!(slots.flash().spent, spent, "nothing is written for what is there");
    assert_eq!(self::slots(slots.flash().restarted()).boot().unwrap().module, module(2));
}

#[test]
fn a_damaged_file_changes_nothing() {
    let mut slots = slots(device());
    slots.boot().unwrap();
    let mut damaged = module(2);
    damaged.truncate(700);
    receive(slots.flash(), &damaged).unwrap();
    assert!(matches!(install(&mut slots), Err(NotCopied::Refused(_))));
    assert_eq!(self::slots(slots.flash().restarted()).boot().unwrap().module, module(1));
}

#[test]
fn the_power_goes_anywhere() {
    let before = device();
    let mut flash = before.copy();
    let (old, new) = (module(1), module(2));
    let (mut in_the_file, mut in_the_slot) = (0, 0);
    // A number without a common factor with any size, so that all places come up.
    for power in (0..).step_by(23) {
        flash.restore(&before);
        let mut slots = slots(flash.restarted());
        slots.boot().unwrap();
        slots.flash().power = Some(power);
        slots.flash().dice = power + 1;
        let received = receive(slots.flash(), &new);
        let installed = received.is_ok() && install(&mut slots).is_ok();
        *(if received.is_ok() { &mut in_the_slot } else { &mut in_the_file }) += 1;

        let mut slots = self::slots(slots.flash().restarted());
        let booted = slots.boot().unwrap();
        assert!(booted.module == old && !installed || booted.module == new, "power {power}");
        if installed {
            break;
        }
        // The file system is whole as well, and takes the update.
        if booted.module == new {
            slots.confirm().unwrap();
        }
        receive(slots.flash(), &new).unwrap();
        install(&mut slots).unwrap();
        assert_eq!(self::slots(slots.flash().restarted()).boot().unwrap().module, new, "power {power}");
    }
    assert!(in_the_file > 50 && in_the_slot > 50, "{in_the_file} {in_the_slot}");
}
