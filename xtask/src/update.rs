//! `cargo xtask firmware --update`: modules are sent to emulated boards, and the transfer or the power is cut at a random
//! byte. After every restart a whole module must run: the old one or the new one, and which is known where it can be.

mod device;
mod module;
mod native;

use std::collections::BTreeMap;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};

use crate::c_for_boards;
use crate::firmware::Build;
use crate::qemu::{self, AN500, AN505, Board};
use crate::shell;
use device::{Device, Sent};
use module::{Behaviour, Module};

const USAGE: &str = "usage: cargo xtask firmware --update [--seed N] [--updates N] [--files | --signed]";
const BOARDS: [Board; 2] = [AN505, AN500];
const UPDATES: u32 = 200;
/// What the board's flash erases at once, and what stands before a module in its slot.
const BLOCK_BYTES: usize = 8 * 1024;
const FRONT_BYTES: usize = 128;
const HEADER_BYTES: usize = 32;
const WORD_BYTES: usize = 16;
/// What the line brings at once.
const LINE_BYTES: usize = 1024;

/// What is done to an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// Nothing.
    Whole,
    /// The power goes while the module is written to a file. Without a file system, it is written to the slot instead.
    CutFile,
    /// The power goes while the slot is erased or written.
    CutFlash,
    /// The power goes when the header is written, or just before.
    CutHeader,
    /// The sender stops, and the board is restarted.
    CutLine,
    /// The sender cancels.
    Cancel,
    /// The module is one that must not boot, or not for long.
    Bad(Behaviour),
}

impl Plan {
    fn draw(dice: &mut Dice, has_files: bool) -> Plan {
        match dice.below(100) {
            20..35 if !has_files => Plan::CutFlash,
            0..10 => Plan::Whole,
            10..20 => Plan::CutHeader,
            20..35 => Plan::CutFile,
            35..50 => Plan::CutFlash,
            50..82 => Plan::CutLine,
            82..86 => Plan::Cancel,
            86..90 => Plan::Bad(Behaviour::LacksExport),
            90..93 => Plan::Bad(Behaviour::Damaged),
            93..97 => Plan::Bad(Behaviour::Traps),
            _ => Plan::Bad(Behaviour::Restarts),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Plan::Whole => "undisturbed",
            Plan::CutFile => "power cut while a file is written",
            Plan::CutFlash => "power cut while the slot is written",
            Plan::CutHeader => "power cut about the header",
            Plan::CutLine => "power cut during the transfer",
            Plan::Cancel => "cancelled by the sender",
            Plan::Bad(Behaviour::LacksExport) => "module lacks an export",
            Plan::Bad(Behaviour::Damaged) => "module is damaged",
            Plan::Bad(Behaviour::Traps) => "module traps at its start",
            Plan::Bad(_) => "module restarts the board at its start",
        }
    }

    fn behaviour(self) -> Behaviour {
        match self {
            Plan::Bad(behaviour) => behaviour,
            _ => Behaviour::Good,
        }
    }

    /// After how many bytes something happens to a module of so many: bytes of the line, or such as change in the flash.
    fn cut(self, dice: &mut Dice, bytes: usize) -> usize {
        let erased = (FRONT_BYTES + bytes).next_multiple_of(BLOCK_BYTES);
        let written = bytes.next_multiple_of(WORD_BYTES);
        match self {
            Plan::CutHeader => erased + written - WORD_BYTES + dice.below(WORD_BYTES + HEADER_BYTES),
            Plan::CutFlash => dice.below(erased + written + HEADER_BYTES),
            // Each block of the line makes littlefs write a block of the flash anew, and a record of it.
            Plan::CutFile => dice.below((bytes.div_ceil(LINE_BYTES) + 2) * (BLOCK_BYTES + BLOCK_BYTES / 2)),
            // Offer, blocks of 1 KiB, end, and the empty offer.
            _ => dice.below(133 + bytes.div_ceil(LINE_BYTES) * 1029 + 1 + 133),
        }
    }
}

/// Runs the updates on each board: `[--seed N] [--updates N]`; with `--files`, by way of a file on the same flash; with
/// `--signed`, those with native code.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    qemu::ensure_installed(&BOARDS)?;
    if shell::take_flag(&mut args, "--signed") {
        ensure!(args.is_empty(), USAGE);
        return native::run();
    }
    let has_files = shell::take_flag(&mut args, "--files");
    let seed = match shell::take_value(&mut args, "--seed")? {
        Some(seed) => seed.parse().context("--seed wants a number")?,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64,
    };
    let updates = match shell::take_value(&mut args, "--updates")? {
        Some(updates) => updates.parse().context("--updates wants a number")?,
        None => UPDATES,
    };
    ensure!(args.is_empty(), USAGE);
    println!("seed {seed}");
    let (mut passed, mut failed) = (0, 0);
    for board in &BOARDS {
        let mut features = vec!["threaded", "outages"];
        let mut environment = Vec::new();
        if has_files {
            features.push("files");
            environment = match c_for_boards::environment(board.target) {
                Ok(environment) => environment,
                Err(missing) => {
                    println!("SKIPPED updates from files on {}: {missing:#}", board.machine);
                    continue;
                }
            };
        }
        let environment: Vec<_> = environment.iter().map(|(name, value)| (&**name, &**value)).collect();
        let build = Build { features: &features, environment: &environment, ..Build::new("update", board) };
        let mut device = Device::start(board, &build.image()?)?;
        passed += 1;
        if let Err(error) = Updates::new(&mut device, seed, has_files).run(updates) {
            passed -= 1;
            failed += 1;
            println!("FAILED on {} with --seed {seed}: {error:#}", board.machine);
            println!("the console's last lines:\n{}", device.log());
        }
    }
    println!("{passed} passed, {failed} failed, 0 skipped");
    ensure!(failed == 0, "updates fail on {failed} boards");
    Ok(())
}

/// Updates of one device, one after the other.
struct Updates<'d> {
    device: &'d mut Device,
    /// Modules come into a file first.
    has_files: bool,
    dice: Dice,
    running: Module,
    boots: usize,
    /// By kind of plan: how often the old module ran afterwards, and how often the new one.
    counts: BTreeMap<&'static str, [u32; 2]>,
}

impl<'d> Updates<'d> {
    fn new(device: &'d mut Device, seed: u64, has_files: bool) -> Updates<'d> {
        let mut dice = Dice(seed);
        let running = Module::new(&mut dice, Behaviour::Good);
        Updates { device, has_files, dice, running, boots: 0, counts: BTreeMap::new() }
    }

    fn run(mut self, updates: u32) -> Result<()> {
        let lines = self.device.until_ready()?;
        ensure!(lines.iter().any(|line| line.starts_with("no slot can boot")), "the flash is not empty");
        ensure!(self.device.send(&self.running.bytes, None)? == Sent::Done, "the first module is not taken");
        self.device.until_ready().and_then(|lines| self.check(&lines, &[self.running.says]))?;
        for update in 1..=updates {
            let (plan, is_new) = self.update().with_context(|| format!("update {update}"))?;
            let [old, new] = self.counts.entry(plan.name()).or_default();
            *(if is_new { new } else { old }) += 1;
        }
        self.by_command().context("by `moteur send`")?;
        println!("{}: {updates} updates, {} boots, a whole module each time", self.device.name(), self.boots);
        println!("  {:<42} {:>8} {:>8}", "", "old runs", "new runs");
        for (name, [old, new]) in &self.counts {
            println!("  {name:<42} {old:>8} {new:>8}");
        }
        Ok(())
    }

    /// Two more by the program that people use: one that the board refuses, with its reason, and one that it takes.
    fn by_command(&mut self) -> Result<()> {
        let file = shell::target_dir("Cargo.toml")?.join(format!("update-{}.wasm", std::process::id()));
        fs::write(&file, Module::new(&mut self.dice, Behaviour::LacksExport).bytes)?;
        let (is_installed, said) = self.device.send_by_command(&file)?;
        ensure!(
            !is_installed && said.contains("the device refuses it: refused: no export of that name"),
            "it says: {said}"
        );
        let new = Module::new(&mut self.dice, Behaviour::Good);
        fs::write(&file, &new.bytes)?;
        let (is_installed, said) = self.device.send_by_command(&file)?;
        ensure!(is_installed && said.ends_with("bytes are installed"), "it says: {said}");
        let lines = self.device.until_ready()?;
        self.check(&lines, &[new.says])?;
        self.running = new;
        Ok(fs::remove_file(&file)?)
    }

    /// One update; what was planned, and whether the new module runs now.
    fn update(&mut self) -> Result<(Plan, bool)> {
        let plan = Plan::draw(&mut self.dice, self.has_files);
        let new = Module::new(&mut self.dice, plan.behaviour());
        let cut = plan.cut(&mut self.dice, new.bytes.len());
        let planned = || format!("{}, at {cut} of {} bytes", plan.name(), new.bytes.len());
        let sent = self.carry_out(plan, &new, cut).with_context(planned)?;
        let may_be_refused = matches!(plan, Plan::Bad(_) | Plan::Cancel);
        ensure!(sent != Sent::Cancelled || may_be_refused, "{}: the board refuses it", planned());
        let allowed = match (plan, sent) {
            (Plan::Bad(_), _) | (_, Sent::Part | Sent::Cancelled) => vec![self.running.says],
            (_, Sent::Done) => vec![new.says],
            // The file is whole, and the copy is made at the next start if not before.
            (Plan::CutFlash | Plan::CutHeader, Sent::Outage) if self.has_files => vec![new.says],
            // Everything had come, or was being written.
            (_, Sent::All | Sent::Outage) => vec![self.running.says, new.says],
        };
        if sent == Sent::Cancelled {
            self.device.command("restart")?;
        }
        let lines = self.device.until_ready().with_context(planned)?;
        let says = self.check(&lines, &allowed).with_context(|| format!("{}: {sent:?}", planned()))?;
        let is_new = says == new.says;
        if is_new {
            self.running = new;
        }
        Ok((plan, is_new))
    }

    fn carry_out(&mut self, plan: Plan, new: &Module, cut: usize) -> Result<Sent> {
        match plan {
            Plan::Whole | Plan::Bad(_) => self.device.send(&new.bytes, None),
            Plan::CutFile | Plan::CutFlash | Plan::CutHeader => {
                let what = if self.has_files && plan != Plan::CutFile { "cut copy" } else { "cut" };
                self.device.command(&format!("{what} {cut}"))?;
                self.device.until(|line| line.starts_with("the power will go"))?;
                self.device.send(&new.bytes, None)
            }
            Plan::CutLine => {
                let sent = self.device.send(&new.bytes, Some(cut))?;
                if matches!(sent, Sent::Part | Sent::All) {
                    self.device.command("restart")?;
                }
                Ok(sent)
            }
            Plan::Cancel => match self.device.send(&new.bytes, Some(cut))? {
                Sent::Part => self.device.cancel(),
                // Too late: without the end of it all, the board restarts by itself.
                sent => Ok(sent),
            },
        }
    }

    /// What the module says that ran last, which must be one of these.
    fn check(&mut self, lines: &[String], allowed: &[i32]) -> Result<i32> {
        self.boots += lines.iter().filter(|line| line.contains(" boots number ")).count();
        let says = lines.iter().filter_map(|line| line.strip_prefix("the module says ")).next_back();
        let Some(says) = says else { bail!("no module runs") };
        let says: i32 = says.parse().with_context(|| says.to_owned())?;
        // What a slot has is not written again, however often the board starts.
        let start = lines.iter().rposition(|line| line.contains(" boots number ")).unwrap_or_default();
        let copied =
            lines.iter().skip(start).find_map(|line| line.strip_suffix(" bytes of flash changed for the copy"));
        ensure!(copied.is_none_or(|bytes| bytes == "0"), "a module that is there was copied again");
        ensure!(allowed.contains(&says), "the module says {says}, not one of {allowed:?}");
        Ok(says)
    }
}

/// Chances that a seed repeats. Source: SplitMix64, Steele, Lea and Flood, 2014.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        (self.roll() % end as u64) as usize
    }
}
