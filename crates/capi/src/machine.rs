//! What this machine gives: an operating system's.

use moteur::{Error, Heap};
use moteur_platform::Platform;
use moteur_platform::std::Std;

/// The allocator that a program gets that names none.
pub fn system_heap() -> Result<Heap, Error> {
    Ok(Heap::system())
}

/// What guests and messages are told of the machine.
pub fn platform() -> &'static dyn Platform {
    &Std
}

#[cfg_attr(not(all(feature = "native", unix)), path = "machine/native_none.rs")]
mod native;

pub use native::{RUNS_NATIVE, native, runs_native};

/// Why a guest cannot be given a directory.
#[cfg(feature = "wasi")]
pub enum DirectoryError {
    /// The name for the guest.
    Name(moteur_guest::wasi::StringError),
    /// It cannot be opened.
    Open,
}

/// Gives a guest a directory of the host, and all below it.
#[cfg(feature = "wasi")]
pub fn give_directory(wasi: &mut moteur_guest::Wasi, guest: &str, host: &[u8]) -> Result<(), DirectoryError> {
    use moteur_platform::std::files::{Access, HostFiles};

    static FILES: HostFiles = HostFiles::new();
    let path = core::str::from_utf8(host).map_err(|_| DirectoryError::Open)?;
    let root = FILES.open_root(path.as_ref(), Access::ReadWrite).map_err(|_| DirectoryError::Open)?;
    wasi.directory(guest, &FILES, root, moteur_guest::wasi::Access::ReadWrite).map_err(DirectoryError::Name)
}
