//! Chooses the interpreter's dispatch: tail calls between handlers need an optimised build and a target whose back end
//! makes sibling calls of them; everything else takes the match loop.

use std::env;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(dispatch, values(\"threaded\", \"matched\"))");
    println!("cargo::rustc-check-cfg=cfg(registers, values(\"x86_64\", \"arm_hard\", \"arm_soft\", \"eight\"))");
    println!("cargo::rerun-if-changed=build.rs");
    let var = |name: &str| env::var(name).unwrap_or_default();
    // What native code may rely on: only a target's name says which Cortex-M it is for.
    println!("cargo::rustc-env=MOTEUR_TARGET={}", var("TARGET"));
    let abi = match var("CARGO_CFG_TARGET_ARCH").as_str() {
        "x86_64" => Some("x86_64"),
        // Armv6-M has no sibling calls through a register (`blx; pop`); it is the Arm target without compare-and-swap.
        "arm" if !var("CARGO_CFG_TARGET_HAS_ATOMIC").split(',').any(|size| size == "32") => None,
        "arm" if var("CARGO_CFG_TARGET_ABI") == "eabihf" => Some("arm_hard"),
        "arm" => Some("arm_soft"),
        "riscv32" | "riscv64" | "aarch64" => Some("eight"),
        _ => None,
    };
    println!("cargo::rustc-check-cfg=cfg(fences)");
    // Level 1 and debug assertions (on in dev profiles of any level) leave calls where jumps should be, so that the native
    // stack would grow with the guest's instructions. A build script can't see the setting itself.
    let asserts = var("PROFILE") != "release" || var("CARGO_ENCODED_RUSTFLAGS").contains("debug-assertions");
    let optimised = matches!(var("OPT_LEVEL").as_str(), "2" | "3" | "s" | "z") && !asserts;
    // On Arm, fences keep the optimiser from reordering what a handler does: faster, but 4 KB of a small interpreter.
    if var("CARGO_CFG_TARGET_ARCH") == "arm" && matches!(var("OPT_LEVEL").as_str(), "1" | "2" | "3") {
        println!("cargo::rustc-cfg=fences");
    }
    let miri = env::var_os("CARGO_CFG_MIRI").is_some();
    match abi {
        Some(abi) if optimised && !miri && env::var_os("CARGO_FEATURE_THREADED").is_some() => {
            println!("cargo::rustc-cfg=dispatch=\"threaded\"");
            println!("cargo::rustc-cfg=registers=\"{abi}\"");
        }
        _ => println!("cargo::rustc-cfg=dispatch=\"matched\""),
    }
}
