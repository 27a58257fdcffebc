//! YMODEM over a line that loses, changes and adds bytes; updates over it that break off.

mod chip;

use std::collections::VecDeque;

use chip::Chip;
use moteur_slots::ymodem::{Event, Receiver, Sender, Sending, Stopped};
use moteur_slots::{Candidate, Error, Failure, Progress, Session, Slot, Slots};

/// What happens to the bytes of one direction.
#[derive(Clone, Copy)]
struct Noise {
    dice: u64,
    /// One of so many bytes is hurt.
    one_of: u64,
}

impl Noise {
    const NONE: Noise = Noise { dice: 0, one_of: u64::MAX };

    fn roll(&mut self, below: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % below
    }

    fn pass(&mut self, bytes: &[u8], line: &mut VecDeque<u8>) {
        for byte in bytes {
            match (self.one_of != u64::MAX && self.roll(self.one_of) == 0).then(|| self.roll(3)) {
                None => line.push_back(*byte),
                Some(0) => {}
                Some(1) => line.push_back(byte ^ (1 << self.roll(8))),
                Some(_) => line.extend([*byte, 0x55]),
            }
        }
    }
}

/// What the receiving end does with what comes; gives answers.
trait End {
    fn byte(&mut self, byte: u8) -> Vec<u8>;
    fn silence(&mut self) -> Vec<u8>;
}

/// Collects a file.
#[derive(Default)]
struct Collector {
    receiver: Receiver,
    name: Vec<u8>,
    announced: Option<u32>,
    file: Vec<u8>,
    complete: bool,
    stopped: Option<Stopped>,
    refuses: bool,
}

impl Collector {
    fn event(&mut self, event: Option<Event>) -> &'static [u8] {
        match event {
            None | Some(Event::End) => return &[],
            Some(Event::File(length)) => {
                self.name = self.receiver.name().to_vec();
                self.announced = Some(length);
                self.file.clear();
            }
            Some(Event::Block) => self.file.extend_from_slice(self.receiver.block()),
            Some(Event::Complete) if self.refuses => return self.receiver.cancel(),
            Some(Event::Complete) => self.complete = true,
            Some(Event::Stopped(why)) => {
                self.stopped = Some(why);
                return &[];
            }
        }
        self.receiver.accept()
    }
}

impl End for Collector {
    fn byte(&mut self, byte: u8) -> Vec<u8> {
        let step = self.receiver.byte(byte);
        [step.send, self.event(step.event)].concat()
    }

    fn silence(&mut self) -> Vec<u8> {
        let step = self.receiver.silence();
        [step.send, self.event(step.event)].concat()
    }
}

/// Runs both ends until the sender is through, or so many silences were.
fn transfer(sender: &mut Sender<'_>, end: &mut impl End, mut noise: [Noise; 2], silences_max: u32) -> Sending {
    let [mut there, mut back] = [VecDeque::new(), VecDeque::new()];
    for _ in 0..silences_max {
        noise[1].pass(&end.silence(), &mut back);
        if sender.second() == Sending::Sends {
            noise[0].pass(sender.packet(), &mut there);
        }
        while !(there.is_empty() && back.is_empty()) {
            while let Some(byte) = back.pop_front() {
                match sender.byte(byte) {
                    Sending::Waits => {}
                    Sending::Sends => noise[0].pass(sender.packet(), &mut there),
                    over => return over,
                }
            }
            while let Some(byte) = there.pop_front() {
                noise[1].pass(&end.byte(byte), &mut back);
            }
        }
    }
    Sending::Waits
}

fn file(length: usize) -> Vec<u8> {
    (0..length as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[test]
fn files_of_all_lengths_arrive() {
    for length in [0, 1, 127, 128, 129, 1023, 1024, 1025, 2048, 5000, 300_000] {
        let file = file(length);
        let mut end = Collector::default();
        let how = transfer(&mut Sender::new("a module.wasm", &file), &mut end, [Noise::NONE; 2], 3);
        assert_eq!(how, Sending::Done, "{length}");
        assert!(end.complete && end.file == file, "{length}");
        assert_eq!((end.announced, &end.name[..]), (Some(length as u32), &b"a module.wasm"[..]));
    }
}

#[test]
fn a_bad_line_costs_time_and_no_bytes() {
    let file = file(20_000);
    let mut arrived = 0;
    for seed in 0..40 {
        let noise = |dice| Noise { dice, one_of: 3_000 };
        let mut end = Collector::default();
        let how = transfer(&mut Sender::new("m", &file), &mut end, [noise(seed), noise(seed + 1000)], 100);
        // Answers have no check sum, so a changed one may end it; but nothing wrong may be taken for whole.
        if how == Sending::Done {
            arrived += 1;
            assert!(end.complete);
        }
        assert!(!end.complete || end.file == file, "seed {seed}");
    }
    assert!(arrived >= 36, "{arrived} of 40");
}

#[test]
fn a_dead_line_ends_it() {
    let file = file(5_000);
    for cut in [200, 1_000, 2_500, 5_200] {
        let mut end = Collector::default();
        let mut sender = Sender::new("m", &file);
        let mut back: VecDeque<u8> = end.silence().into();
        let mut sent = 0;
        'line: while let Some(byte) = back.pop_front() {
            if sender.byte(byte) == Sending::Sends {
                for byte in sender.packet() {
                    if sent == cut {
                        break 'line;
                    }
                    sent += 1;
                    back.extend(end.byte(*byte));
                }
            }
        }
        let silences = (1..).find(|_| {
            end.silence();
            end.stopped.is_some()
        });
        assert_eq!((end.stopped, silences, end.complete), (Some(Stopped::Errors), Some(10), false), "{cut}");
        // And the next transfer is taken.
        end.stopped = None;
        assert_eq!(transfer(&mut Sender::new("m", &file), &mut end, [Noise::NONE; 2], 3), Sending::Done);
        assert_eq!(end.file, file);
    }
}

#[test]
fn a_receiver_that_starts_in_the_middle_sends_the_sender_away() {
    let file = file(5_000);
    let mut first = Collector::default();
    let mut sender = Sender::new("m", &file);
    let mut back: VecDeque<u8> = first.silence().into();
    // Until the second block is to be sent.
    while sender.acknowledged() < 1024 {
        let byte = back.pop_front().unwrap();
        if sender.byte(byte) == Sending::Sends && sender.acknowledged() < 1024 {
            let packet = sender.packet().to_vec();
            packet.iter().for_each(|byte| back.extend(first.byte(*byte)));
        }
    }
    let mut restarted = Collector::default();
    let answers: Vec<u8> = sender.packet().to_vec().iter().flat_map(|byte| restarted.byte(*byte)).collect();
    let ends: Vec<Sending> = answers.iter().map(|byte| sender.byte(*byte)).collect();
    assert!(ends.contains(&Sending::Cancelled));
    assert_eq!(restarted.stopped, None, "it had not begun");
}

#[test]
fn a_refused_file_is_no_success_for_the_sender() {
    let mut end = Collector { refuses: true, ..Collector::default() };
    assert_eq!(transfer(&mut Sender::new("m", &file(10)), &mut end, [Noise::NONE; 2], 3), Sending::Cancelled);
}

#[test]
fn nonsense_on_the_line_is_harmless() {
    let mut noise = Noise { dice: 7, one_of: 1 };
    let mut end = Collector::default();
    for _ in 0..200_000 {
        // The bytes that mean something come often.
        let byte = match noise.roll(4) {
            0 => [0x01, 0x02, 0x04, 0x06, 0x15, 0x18, b'C', 0][noise.roll(8) as usize],
            _ => noise.roll(256) as u8,
        };
        end.byte(byte);
        if noise.roll(500) == 0 {
            end.silence();
        }
    }
    assert!(!end.complete);
}

#[test]
fn offers_that_cross_with_calls_for_them_do_no_harm() {
    let file = file(4_000);
    for calls in 1..6 {
        // The receiver called so often before the sender came, and calls again while the offer is on its way.
        let mut end = Collector::default();
        let mut back: VecDeque<u8> = (0..calls).flat_map(|_| end.silence()).collect();
        let mut sender = Sender::new("m", &file);
        let mut there = VecDeque::new();
        let mut over = Sending::Waits;
        for _ in 0..10_000 {
            let sending = match back.pop_front() {
                Some(byte) => sender.byte(byte),
                None => sender.second(),
            };
            match sending {
                Sending::Waits => {}
                Sending::Sends => there.extend(sender.packet()),
                how => {
                    over = how;
                    break;
                }
            }
            if sender.acknowledged() == 0 && sender.second() == Sending::Sends {
                there.extend(sender.packet());
            }
            // The line is slower than both.
            let now = there.len().min(200);
            there.drain(..now).for_each(|byte| back.extend(end.byte(byte)));
        }
        assert_eq!((over, end.file == file, end.complete), (Sending::Done, true, true), "{calls} calls");
    }
}

/// A packet with a right check sum.
fn packet(number: u8, block: &[u8; 128]) -> Vec<u8> {
    let crc = crc::Crc::<u16>::new(&crc::CRC_16_XMODEM).checksum(block).to_be_bytes();
    [&[0x01, number, !number][..], block, &crc].concat()
}

fn offer(text: &[u8]) -> Vec<u8> {
    let mut block = [0; 128];
    block[..text.len()].copy_from_slice(text);
    packet(0, &block)
}

#[test]
fn what_senders_write_behind_the_length_does_not_matter() {
    for text in [&b"m\x00128"[..], b"m\x00128 14012345670 100644 0 1 128", b"dir/m.wasm\x00128\0more"] {
        let mut end = Collector::default();
        let answers: Vec<u8> = offer(text).iter().flat_map(|byte| end.byte(*byte)).collect();
        assert_eq!((end.announced, &answers[..]), (Some(128), &b"\x06C"[..]));
    }
}

#[test]
fn broken_offers_and_wrong_lengths_are_cancelled() {
    for text in [&b"m"[..], b"m\0", b"m\0abc", b"m\x0099999999999"] {
        let mut end = Collector::default();
        let answers: Vec<u8> = offer(text).iter().flat_map(|byte| end.byte(*byte)).collect();
        assert!(answers.starts_with(&[0x18, 0x18]), "{text:?}");
        assert_eq!(end.stopped, Some(Stopped::NoLength), "{text:?}");
    }
    // More bytes than announced, fewer, and a block that is missing.
    let data = |number| packet(number, &[7; 128]);
    let cases = [
        ([data(1), data(2)].concat(), Stopped::WrongLength),
        (vec![0x04], Stopped::WrongLength),
        (data(2), Stopped::OutOfStep),
        (vec![0x18, 0x18], Stopped::Cancelled),
    ];
    for (bytes, why) in cases {
        let mut end = Collector::default();
        for byte in offer(b"m\x00100").into_iter().chain(bytes) {
            end.byte(byte);
        }
        assert_eq!(end.stopped, Some(why));
    }
}

const PARTITION: std::ops::Range<u32> = 0..0x4000;

/// A device that updates itself.
struct Device<C> {
    session: Session<Chip, C>,
    progress: Vec<Progress<&'static str>>,
}

type Check = fn(&Candidate<'_>) -> Result<(), &'static str>;

impl Device<Check> {
    fn new(chip: Chip, check: Check) -> Self {
        // SAFETY: what another value booted is not used after this one writes.
        let slots = unsafe { Slots::new(chip, PARTITION).unwrap() };
        Device { session: Session::new(slots, check), progress: Vec::new() }
    }
}

impl End for Device<Check> {
    fn byte(&mut self, byte: u8) -> Vec<u8> {
        let mut answers = Vec::new();
        self.progress.push(self.session.byte(byte, |bytes| answers.extend_from_slice(bytes)));
        answers
    }

    fn silence(&mut self) -> Vec<u8> {
        let mut answers = Vec::new();
        self.progress.push(self.session.silence(|bytes| answers.extend_from_slice(bytes)));
        answers
    }
}

fn update(device: &mut Device<Check>, module: &[u8]) -> (Sending, Option<Progress<&'static str>>) {
    device.progress.clear();
    let how = transfer(&mut Sender::new("m.wasm", module), device, [Noise::NONE; 2], 20);
    let told = device.progress.iter().rfind(|progress| !matches!(progress, Progress::Waits | Progress::Ended));
    (how, told.copied())
}

#[test]
fn a_session_takes_as_much_memory_as_the_document_says() {
    // Besides the driver and what the check keeps.
    let bytes = size_of::<Session<Chip, Check>>() - size_of::<Chip>() - size_of::<Check>();
    assert!((1_250..=1_300).contains(&bytes), "{bytes}");
}

#[test]
fn modules_come_one_after_the_other() {
    let mut device = Device::new(Chip::new(), |candidate| match candidate.bytes() {
        [0, ..] => Err("zero"),
        _ => Ok(()),
    });
    let first = vec![1; 3_000];
    let (how, told) = update(&mut device, &first);
    assert_eq!(how, Sending::Done);
    assert!(matches!(told, Some(Progress::Installed(installed)) if installed.slot == Slot::A));
    assert_eq!(device.session.slots().boot().unwrap().module, first);
    // It is not confirmed, but there is no other module to be kept.
    let (how, told) = update(&mut device, &[0; 500]);
    assert_eq!((how, told), (Sending::Cancelled, Some(Progress::Failed(Failure::Refused("zero")))));
    let (how, told) = update(&mut device, &[1; 9_000]);
    let room = device.session.slots().room();
    assert_eq!((how, told), (Sending::Cancelled, Some(Progress::Failed(Failure::Slots(Error::Length { room })))));
    let (how, told) = update(&mut device, &[2; 700]);
    assert_eq!(how, Sending::Done);
    assert!(matches!(told, Some(Progress::Installed(installed)) if installed.slot == Slot::B));
    // The one in A is confirmed by nobody, the one in B has not run.
    assert_eq!(device.session.slots().boot().unwrap().module, [2; 700]);
}

#[test]
fn a_transfer_that_stops_at_any_byte_changes_nothing() {
    let old = file(900);
    let new = file(1_500);
    let mut device = Device::new(Chip::new(), |_| Ok(()));
    update(&mut device, &old);
    device.session.slots().boot().unwrap();
    device.session.slots().confirm().unwrap();
    let mut cut = 0;
    loop {
        // The device starts anew, with what is in its flash.
        device = Device::new(device.session.slots().flash().restarted(), |_| Ok(()));
        assert_eq!(device.session.slots().boot().unwrap().module, old, "before cut {cut}");
        let mut sender = Sender::new("m.wasm", &new);
        let mut back: VecDeque<u8> = device.silence().into();
        let mut sent = 0;
        'line: while let Some(answer) = back.pop_front() {
            if sender.byte(answer) == Sending::Sends {
                for byte in sender.packet() {
                    if sent == cut {
                        break 'line;
                    }
                    sent += 1;
                    back.extend(device.byte(*byte));
                }
            }
        }
        if device.progress.iter().any(|progress| matches!(progress, Progress::Installed(_))) {
            break;
        }
        cut += 1;
    }
    // Offer, one block of 1024, one of 1024 for the rest, and the end.
    assert_eq!(cut, 133 + 2 * 1029 + 1);
    assert_eq!(device.session.slots().boot().unwrap().module, new);
}
