//! Moteur for C programs: `libmoteur`, behind `wasm_export.h` and the standard `wasm.h`.
//!
//! | module | does |
//! |---|---|
//! | `wamr` | `wasm_export.h`: what programs written for WAMR (the WebAssembly Micro Runtime) call |
//! | `wasm_c` | `wasm.h`: the standard wasm-c-api |
//! | `machine` | what is asked of the machine, with an operating system or without |
//! | `bare` | what a library without an operating system below it needs |
//!
//! The headers in `include/` are part of the interface: they say what each function does, who owns what, and what may be
//! null. `cargo xtask capi --symbols` compares them with what is exported here.
//!
//! Everything that C hands over is a promise of the header's, not something that can be checked: pointers are null or
//! point to what their types say, texts end with a zero, buffers are as long as the numbers beside them. What a guest
//! hands over is always checked. No function unwinds into C: what panics in spite of all aborts.
#![cfg_attr(not(feature = "std"), no_std)]
#![allow(clippy::missing_safety_doc, reason = "the headers say what callers owe")]

#[cfg(not(feature = "std"))]
#[cfg_attr(feature = "panic-hook", path = "bare_hook.rs")]
mod bare;
#[cfg_attr(not(feature = "std"), path = "machine_bare.rs")]
#[cfg_attr(not(feature = "wamr"), allow(dead_code, unused_imports, reason = "wasm_export.h asks for more"))]
mod machine;
#[cfg(feature = "wamr")]
pub mod wamr;
#[cfg(feature = "wasm-c-api")]
pub mod wasm_c;
