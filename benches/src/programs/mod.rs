//! Programs that are larger than the kernels, each as machine code and as WebAssembly from the same file.
//!
//! What they stand for: shifts and additions without branches (`sha256`), double precision over arrays (`matmul`) and
//! in registers (`nbody`), allocation, tables and calls through pointers (`text`), 64-bit arithmetic with divisions
//! (`modpow`), bytes and short loops (`life`).

mod life;
mod matmul;
mod modpow;
mod nbody;
mod sha256;
mod text;

/// The module that exports all programs by name, each `(param i32) (result i32)`.
pub const WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/programs.wasm"));

/// Name of the export and of the file, the size at which it is measured, and the native form.
pub type Program = (&'static str, u32, fn(u32) -> u32);

/// All programs.
pub const PROGRAMS: [Program; 6] = [
    ("sha256", 20, sha256::run),
    ("matmul", 2, matmul::run),
    ("nbody", 40_000, nbody::run),
    ("text", 120, text::run),
    ("modpow", 60_000, modpow::run),
    ("life", 30, life::run),
];
