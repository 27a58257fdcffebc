//! Updates with native code: a board that trusts one key installs what that key signed, and modules that are interpreted, but
//! nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::device::{Device, Sent};
use super::module::{Behaviour, Module};
use super::{BOARDS, Dice};
use crate::firmware::Build;
use crate::qemu::Board;
use crate::signed::generate;
use crate::{kernels, llvm, shell};

/// What is sent, and what comes of it.
struct Case {
    what: &'static str,
    bytes: Vec<u8>,
    /// What the console says when it is installed and runs, or why it is not installed.
    installed: Result<&'static str, &'static str>,
}

/// Runs the cases on each board.
pub fn run() -> Result<()> {
    llvm::ensure_installed()?;
    let folder = shell::target_dir("Cargo.toml")?.join("update");
    fs::create_dir_all(&folder)?;
    let ours = generate(&folder.join("ours"))?;
    generate(&folder.join("another"))?;
    let module = Module::new(&mut Dice(1), Behaviour::Good);
    let mut passed = 0;
    for board in &BOARDS {
        let cases = cases(board, &module, &folder)?;
        let environment = [("MOTEUR_UPDATE_KEY", ours.as_str())];
        let build =
            Build { features: &["threaded", "signed"], environment: &environment, ..Build::new("update", board) };
        let mut device = Device::start(board, &build.image()?)?;
        device.until_ready()?;
        for case in &cases {
            let says = format!("the module says {}", module.says);
            check(&mut device, case, &says).with_context(|| {
                format!("{} on {}; the console's last lines:\n{}", case.what, board.machine, device.log())
            })?;
            println!("{}: {}: {}", board.machine, case.what, case.installed.unwrap_or_else(|why| why));
            passed += 1;
        }
    }
    println!("{passed} passed, 0 failed, 0 skipped");
    Ok(())
}

fn check(device: &mut Device, case: &Case, says: &str) -> Result<()> {
    let sent = device.send(&case.bytes, None)?;
    match case.installed {
        Ok(how) => {
            ensure!(sent == Sent::Done, "it is not taken: {sent:?}");
            let lines = device.until_ready()?;
            ensure!(lines.iter().any(|line| line == how), "it does not say `{how}`");
            ensure!(lines.iter().any(|line| line == says), "it does not say `{says}`");
        }
        Err(why) => {
            ensure!(sent == Sent::Cancelled, "it is taken: {sent:?}");
            device.said(|line| line.starts_with("not installed: ") && line.ends_with(why))?;
        }
    }
    Ok(())
}

fn cases(board: &Board, module: &Module, folder: &Path) -> Result<Vec<Case>> {
    let plain = folder.join("module.wasm");
    fs::write(&plain, &module.bytes)?;
    let native = plain.with_file_name(format!("module.{}.wasm", board.target));
    let mut compile = kernels::moteur();
    compile.arg("compile").arg(&plain).args(["--target", board.target, "--fuel", "--quiet", "-o"]);
    shell::run(compile.arg(&native))?;
    let signed = fs::read(sign(&native, &folder.join("ours.key"))?)?;
    let by_another = fs::read(sign(&native, &folder.join("another.key"))?)?;
    let mut altered = signed.clone();
    // The code is the last thing before the signature of 80 bytes.
    let byte = altered.len().checked_sub(100).and_then(|at| altered.get_mut(at)).context("the module is too short")?;
    *byte ^= 1;
    let (runs, interpreted) = ("it runs natively", "it is interpreted");
    let case = |what, bytes, installed| Case { what, bytes, installed };
    Ok(vec![
        case("without native code", module.bytes.clone(), Ok(interpreted)),
        case("native code without a signature", fs::read(&native)?, Err("it is not signed")),
        case("native code that our key signed", signed, Ok(runs)),
        case("native code that another key signed", by_another, Err("it is signed, but by no key that is trusted")),
        case("native code that was altered", altered, Err("the section is damaged")),
        case("without native code again", module.bytes.clone(), Ok(interpreted)),
    ])
}

fn sign(module: &Path, key: &Path) -> Result<PathBuf> {
    let name = key.file_stem().unwrap_or_default().to_string_lossy();
    let signed = module.with_extension(format!("{name}.wasm"));
    shell::run(kernels::moteur().arg("sign").arg(module).arg("--key").arg(key).arg("-o").arg(&signed))?;
    Ok(signed)
}
