//! The kernels with their native code, run where they are in flash.

use board::println;
use moteur::{Config, InPlace, Module};

/// Code must stand at a multiple of its alignment in the file, and so must the file.
#[repr(align(16))]
struct Aligned<T: ?Sized>(T);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("MOTEUR_KERNELS")));

/// The module.
pub static WASM: &[u8] = &FILE.0;

/// Trusts the module.
pub fn configure(config: Config) -> Config {
    // SAFETY: the file was compiled for this bench.
    unsafe { config.native(&InPlace) }
}

/// Says whether the native code runs.
pub fn check(module: &Module) {
    for section in module.native_sections() {
        println!("{} bytes of code, {} bytes of section", section.code_bytes, section.bytes);
    }
    match module.native() {
        Ok(true) => println!("native code runs"),
        Ok(false) => println!("there is no native code"),
        Err(refusal) => println!("the native code does not run: {refusal}"),
    }
}
