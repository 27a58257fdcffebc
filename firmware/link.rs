//! The build script of every program here: it links with the script of `cortex-m-rt` or `riscv-rt`, which includes the
//! board's `memory.x`. Build scripts rather than `rustflags`, so that `RUSTFLAGS` in the environment cannot undo it.

fn main() {
    println!("cargo::rerun-if-changed=../link.rs");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
}
