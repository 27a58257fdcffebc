//! Runs a WASI program whose files are in RAM: what a board without a file system gives its guests, on this machine.
//!
//! ```sh
//! cargo run -p moteur-guest --example in_ram -- --dir ::/ --env KEY=VALUE program.wasm arguments
//! ```
//!
//! Every directory that is named is the same one: empty at first, and gone at the end.

use std::error::Error;
use std::process::ExitCode;

use moteur::{Config, Engine, Heap, Linker, Module, Store};
use moteur_guest::Wasi;
use moteur_guest::files::{RamFiles, RamLimits};
use moteur_guest::wasi::{self, Access};
use moteur_platform::std::Std;

/// More than the programs of `tests/guests` take.
const LIMITS: RamLimits =
    RamLimits { bytes_max: 16 << 20, nodes_max: 1000, handles_max: 200, name_bytes_max: 255, depth_max: 64 };

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let engine = Engine::new(Config::new(Heap::system()))?;
    // It lives as long as the program; a firmware has it in a static.
    let files: &'static RamFiles = Box::leak(Box::new(RamFiles::new(Heap::system(), LIMITS).with_clock(&Std)));
    let mut guest = Wasi::new(engine.heap(), &Std);
    let file = loop {
        let word = words.next().ok_or("no program is named")?;
        match word.as_str() {
            "--dir" => {
                let text = words.next().unwrap_or_default();
                let (_, name) = text.split_once("::").ok_or("--dir ::NAME")?;
                guest.directory(name, files, files.root(), Access::ReadWrite)?;
            }
            "--env" => {
                let text = words.next().unwrap_or_default();
                let (key, value) = text.split_once('=').ok_or("--env KEY=VALUE")?;
                guest.variable(key.as_bytes(), value.as_bytes())?;
            }
            _ => break word,
        }
    };
    guest.argument(file.as_bytes())?;
    for word in words.skip_while(|word| word == "--") {
        guest.argument(word.as_bytes())?;
    }

    let module = Module::new(&engine, &std::fs::read(&file)?)?;
    let mut linker = Linker::new(&engine);
    wasi::add_to_linker(&mut linker, |guest: &mut Wasi| guest)?;
    let mut store = Store::new(&engine, guest)?;
    let instance = linker.instantiate(&mut store, &module)?;
    match instance.typed_func::<(), ()>(&store, "_start")?.call(&mut store, ()) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(moteur::Error::Exit(status)) => Ok(ExitCode::from(u8::try_from(status).unwrap_or(u8::MAX))),
        Err(error) => Err(error.into()),
    }
}
