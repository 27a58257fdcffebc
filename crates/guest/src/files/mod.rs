//! File systems for machines that have none, each an implementation of [`Files`](moteur_platform::Files).
//!
//! | module | holds | memory |
//! |---|---|---|
//! | [`flash`] | [`FlashFiles`], a read-only tree that the firmware brings along | none, not even per open file |
//! | `ram` | `RamFiles`, a file system in RAM, within limits | a [`Heap`](moteur::Heap), as it is filled |
//! | `little` | `LittleFiles`, littlefs on a block device, with the feature `littlefs2`: a library in C | paths of what is open |
//! | `by_path` | `PathFiles`, a directory of the file system that an operating system has | a [`Heap`](moteur::Heap), for paths of what is open |
//! | [`path`] | what a path means, for all of them | none |
//!
//! None allocates elsewhere or has `unsafe` code, and the first two cannot panic. All but `FlashFiles` need a machine with
//! compare-and-swap. What is not linked costs nothing: a firmware that names one of them has that one.
//!
//! | on a Cortex-M33, without the heap | flash |
//! |---|---|
//! | `FlashFiles` | 2.2 KB |
//! | `RamFiles` | 6.2 KB |
//! | `LittleFiles` | 22 KB, of which 14 KB are C |
//!
//! A guest gets a directory, as a file system and a [`Handle`](moteur_platform::Handle); it reaches what is below, and
//! `..`, absolute paths and links lead nowhere else. Whoever starts guests uses the same methods as they do:
//!
//! ```
//! use moteur_guest::files::{FlashFiles, RamFiles, RamLimits, flash_files};
//! use moteur_platform::{Error, Files, Open};
//!
//! static DEFAULTS: FlashFiles = flash_files! {
//!     "etc/config.toml" => b"baud = 115200", // or include_bytes!("config.toml")
//!     "www/index.html" => b"<h1>It works</h1>",
//! };
//!
//! /// Gives a guest a directory of its own, with a copy of the configuration in it.
//! fn prepare(work: &RamFiles) -> Result<(), Error> {
//!     let read = Open { read: true, ..Open::default() };
//!     let source = DEFAULTS.open(DEFAULTS.root(), "etc/config.toml", read)?;
//!     let mut bytes = [0; 64];
//!     let count = DEFAULTS.read_at(source, &mut bytes, 0)?;
//!
//!     work.create_directory(work.root(), "guest")?;
//!     let guest = work.open(work.root(), "guest", read)?;
//!     let create = Open { write: true, create: true, ..Open::default() };
//!     let copy = work.open(guest, "config.toml", create)?;
//!     work.append(copy, &bytes[..count])?;
//!     work.close(copy);
//!
//!     // What the guest has is this directory.
//!     assert_eq!(work.status_at(guest, "config.toml", true)?.size, 13);
//!     assert_eq!(work.open(guest, "../secret", read), Err(Error::Escapes));
//!     Ok(())
//! }
//! # let work = RamFiles::new(moteur::Heap::system(), RamLimits::default());
//! # prepare(&work)?;
//! # Ok::<(), Error>(())
//! ```

#[cfg(target_has_atomic = "8")]
pub mod by_path;
pub mod flash;
#[cfg(all(feature = "littlefs2", target_has_atomic = "8"))]
pub mod little;
#[cfg(target_has_atomic = "8")]
mod opened;
pub mod path;
#[cfg(target_has_atomic = "8")]
pub mod ram;

pub use crate::flash_files;
#[cfg(target_has_atomic = "8")]
pub use by_path::{ByPath, Found, PathFiles};
pub use flash::{FlashError, FlashFile, FlashFiles};
#[cfg(all(feature = "littlefs2", target_has_atomic = "8"))]
pub use little::{FlashStorage, LittleFiles};
#[cfg(target_has_atomic = "8")]
pub use ram::{RamFiles, RamLimits};

/// Copies as many bytes as fit, and says how many.
fn copy(to: &mut [u8], from: &[u8]) -> usize {
    let count = to.len().min(from.len());
    if let (Some(to), Some(from)) = (to.get_mut(..count), from.get(..count)) {
        to.copy_from_slice(from);
    }
    count
}
