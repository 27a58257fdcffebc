//! WASI preview 1, in parts: what a firmware doesn't link is not in it.
//!
//! | part | functions |
//! |---|---|
//! | [`Arguments`] | arguments and environment |
//! | [`Process`] | the end, giving way |
//! | [`Clocks`], [`Random`] | `clock_*`, `random_get` |
//! | [`Descriptors`], [`Streams`] | the `fd_*` that every descriptor understands |
//! | [`Files`] | the `fd_*` for files and directories |
//! | [`Paths`] | `path_*`: opening files, and whatever else takes a name |
//! | [`Poll`] | `poll_oneoff` |
//! | [`Sockets`] | `sock_*`: what the standard has |
//! | [`SocketsExtended`], [`SocketOptions`] | what WAMR adds to it: connecting, names, options |
//!
//! A guest has what the embedder gives it, and nothing else:
//!
//! ```
//! use moteur::Heap;
//! use moteur_guest::Wasi;
//! use moteur_guest::files::{FlashFiles, flash_files};
//! use moteur_guest::wasi::{Access, StringError};
//! use moteur_platform::std::Std;
//!
//! static DATA: FlashFiles = flash_files! { "greeting" => b"hello" };
//!
//! let mut guest = Wasi::new(Heap::system(), &Std);
//! guest.argument(b"program")?;
//! guest.variable(b"LANG", b"en")?;
//! guest.directory("/data", &DATA, DATA.root(), Access::ReadOnly)?;
//! # Ok::<(), StringError>(())
//! ```

mod call;
mod clocks;
mod descriptors;
mod errno;
mod files;
mod link;
mod operations;
mod paths;
mod poll;
mod process;
mod random;
mod rights;
mod sockets;
mod stat;
mod state;
mod streams;
mod strings;
mod table;
mod vectors;

#[cfg(test)]
mod tests;

pub use clocks::Clocks;
pub use descriptors::Descriptors;
pub use errno::Errno;
pub use files::Files;
pub use link::{MODULES, add_part, add_to_linker, signature};
pub use paths::Paths;
pub use poll::Poll;
pub use process::Process;
pub use random::Random;
pub use sockets::{Allowed, AllowedError, SocketOptions, Sockets, SocketsExtended};
pub use state::{Access, Wasi};
pub use streams::Streams;
pub use strings::{Arguments, StringError};
