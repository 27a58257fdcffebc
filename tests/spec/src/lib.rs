//! The official test suite, in two halves: `convert` turns `.wast` text into a stream of binary commands, `exec` runs
//! such a stream against the public API of `moteur`.
//!
//! The second half needs no operating system, so a board runs the very code that the host runs; only `convert` knows
//! the text format.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

pub mod board;
#[cfg(feature = "convert")]
pub mod convert;
#[cfg(feature = "convert")]
pub mod crossing;
pub mod exec;
pub mod format;
mod host;
#[cfg(feature = "convert")]
pub mod listed;
#[cfg(feature = "convert")]
pub mod report;
mod spectest;
pub mod tally;
mod value;
