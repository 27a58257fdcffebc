//! Makes WASI known to a linker: the parts, under both names.

use moteur::{Error, FuncType, Linker};

use super::call::Edition;
use super::state::Wasi;
use super::{
    Arguments, Clocks, Descriptors, Files, Paths, Poll, Process, Random, SocketOptions, Sockets, SocketsExtended,
    Streams,
};
use crate::host::{HostFunction, HostFunctions, link_rows};

/// The names of the modules that WASI programs import from.
pub const MODULES: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

/// All functions, part by part.
const PARTS: &[&[HostFunction<Wasi>]] = &[
    Arguments::FUNCTIONS,
    Process::FUNCTIONS,
    Clocks::FUNCTIONS,
    Random::FUNCTIONS,
    Descriptors::FUNCTIONS,
    Streams::FUNCTIONS,
    Poll::FUNCTIONS,
    Files::FUNCTIONS,
    Paths::FUNCTIONS,
    Sockets::FUNCTIONS,
    SocketsExtended::FUNCTIONS,
    SocketOptions::FUNCTIONS,
];

/// The type of the WASI function with this name.
///
/// ```
/// let ty = moteur_guest::wasi::signature("random_get");
/// assert_eq!(ty.map(|ty| ty.to_string()).as_deref(), Some("[i32 i32] -> [i32]"));
/// assert!(moteur_guest::wasi::signature("format_disk").is_none());
/// ```
pub fn signature(name: &str) -> Option<FuncType<'static>> {
    find(name).map(|function| *function.ty)
}

pub(super) fn find(name: &str) -> Option<&'static HostFunction<Wasi>> {
    functions().find(|function| function.name == name)
}

pub(super) fn functions() -> impl Iterator<Item = &'static HostFunction<Wasi>> {
    PARTS.iter().copied().flatten()
}

/// Offers all of WASI to whatever `linker` links. `wasi` finds the guest's [`Wasi`] in the store's data.
///
/// A firmware that wants less of it in its flash names the parts instead: [`add_part`].
///
/// # Errors
/// [`Error::OutOfMemory`].
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, wasi: fn(&mut T) -> &mut Wasi) -> Result<(), Error> {
    add_part::<T, Arguments>(linker, wasi)?;
    add_part::<T, Process>(linker, wasi)?;
    add_part::<T, Clocks>(linker, wasi)?;
    add_part::<T, Random>(linker, wasi)?;
    add_part::<T, Descriptors>(linker, wasi)?;
    add_part::<T, Streams>(linker, wasi)?;
    add_part::<T, Poll>(linker, wasi)?;
    add_part::<T, Files>(linker, wasi)?;
    add_part::<T, Paths>(linker, wasi)?;
    add_part::<T, Sockets>(linker, wasi)?;
    add_part::<T, SocketsExtended>(linker, wasi)?;
    add_part::<T, SocketOptions>(linker, wasi)
}

/// Offers one part of WASI, under both names. A program that imports a function of another part does not link; a part
/// that is not named is not in the firmware.
///
/// ```
/// use moteur::{Config, Engine, Heap, Linker};
/// use moteur_guest::{Wasi, wasi};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// let mut linker = Linker::<Wasi>::new(&engine);
/// wasi::add_part::<_, wasi::Streams>(&mut linker, |wasi| wasi)?;
/// wasi::add_part::<_, wasi::Clocks>(&mut linker, |wasi| wasi)?;
/// # Ok::<(), moteur::Error>(())
/// ```
///
/// # Errors
/// [`Error::OutOfMemory`].
pub fn add_part<T: 'static, P: HostFunctions<State = Wasi>>(
    linker: &mut Linker<T>,
    wasi: fn(&mut T) -> &mut Wasi,
) -> Result<(), Error> {
    add::<T>(linker, P::FUNCTIONS, wasi)
}

/// As [`add_part`]. All parts share this code.
#[inline(never)]
fn add<T: 'static>(
    linker: &mut Linker<T>,
    rows: &'static [HostFunction<Wasi>],
    wasi: fn(&mut T) -> &mut Wasi,
) -> Result<(), Error> {
    let [preview1, unstable] = MODULES;
    link_rows::<T, Wasi, false>(linker, preview1, rows, state(wasi, Edition::Preview1))?;
    link_rows::<T, Wasi, false>(linker, unstable, rows, state(wasi, Edition::Unstable))
}

/// How all parts find their state: one closure type, so that they share the code around a call.
fn state<T>(wasi: fn(&mut T) -> &mut Wasi, edition: Edition) -> impl Fn(&mut T) -> &mut Wasi + Send + Sync {
    move |data| {
        let wasi = wasi(data);
        wasi.edition = edition;
        wasi
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_standard_is_there_once() {
        let functions: std::vec::Vec<_> = functions().collect();
        let extension = SocketsExtended::FUNCTIONS.len() + SocketOptions::FUNCTIONS.len();
        assert_eq!(functions.len(), 46 + extension);
        for (index, function) in functions.iter().enumerate() {
            assert!(functions.iter().skip(index + 1).all(|other| other.name != function.name), "{}", function.name);
        }
    }
}
