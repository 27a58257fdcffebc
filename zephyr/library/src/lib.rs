//! The runtime as a C library for Zephyr: `zephyr/include/moteur/zephyr.h` documents its functions.
//!
//! Everything that the library has at run time stands in the pool that the application gave: there is no global state and no
//! allocator. What C holds are pointers to [`runtime::Runtime`], [`module::Loaded`] and [`instance::Running`]; each counts
//! what was made with it, and is not destroyed before.
#![no_std]

// Its functions are for C alone; it brings the end of panics along.
#[cfg(any(feature = "wasm-export", feature = "wasm-c-api"))]
extern crate moteur_capi as _;

mod caller;
mod instance;
mod module;
#[cfg(not(any(feature = "wasm-export", feature = "wasm-c-api")))]
mod panic;
#[cfg_attr(not(feature = "native"), path = "policy_none.rs")]
#[cfg_attr(all(feature = "native", not(feature = "signatures")), path = "policy_all.rs")]
#[cfg_attr(feature = "signatures", path = "policy_signed.rs")]
mod policy;
#[cfg(feature = "receive")]
mod receive;
mod runtime;
mod text;
mod value;
#[cfg_attr(not(feature = "texts"), path = "words_none.rs")]
mod words;
mod world;
