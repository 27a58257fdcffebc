//! Two slots of flash for WebAssembly modules: one runs in place, the other receives its successor, and whatever byte of
//! an update the power fails at, a whole module boots.
#![doc = "\n"]
#![doc = include_str!("../README.md")]
//!
//! | module | does |
//! |---|---|
//! | `header`, `layout` | what stands where in a slot |
//! | `slots` | which slot boots; marks of attempts, success and refusal |
//! | `update` | writes the other slot |
//! | `copy` | an update from elsewhere on the flash, such as a file |
//! | `session` | an update that comes over a serial line |
//! | [`ymodem`] | the protocol on that line, both ends |
//!
//! ```
//! use moteur_slots::{Error, Slots};
//! # #[path = "../tests/chip/mod.rs"] mod chip;
//! # use chip::Chip;
//!
//! // In firmware: the driver of the chip's flash, and where the partition lies in it.
//! // SAFETY: nobody else has the chip.
//! let mut slots = unsafe { Slots::new(<Chip>::new(), 0..0x4000)? };
//! assert!(matches!(slots.boot(), Err(Error::NoModule { .. })), "nothing is there yet");
//!
//! let module = b"\0asm\x01\0\0\0";
//! let mut update = slots.begin(module.len() as u32)?;
//! update.write(module)?;
//! // The function sees the module where it will run, and may refuse it.
//! update.finish(|candidate| if candidate.bytes().starts_with(b"\0asm") { Ok(()) } else { Err("no module") }).unwrap();
//!
//! let booted = slots.boot()?;
//! assert_eq!(booted.module, module);
//! // It did what it should: from now on it boots without counting.
//! slots.confirm()?;
//! # Ok::<(), Error>(())
//! ```
#![no_std]

mod candidate;
mod copy;
mod error;
mod header;
mod layout;
mod session;
mod slots;
mod update;
pub mod ymodem;

pub use candidate::{Candidate, Mapped};
pub use copy::{Copied, NotCopied, Source};
pub use error::{Cause, Error};
pub use header::{HEADER_BYTES, MAGIC, VERSION};
pub use session::{Failure, Progress, SILENCE_MS, Session};
pub use slots::{ATTEMPTS, Booted, Slot, Slots, Trial};
pub use update::{Installed, NotInstalled, Update};
