//! The functions of WASI preview 1, one row each: name, arguments, what a call returns, and the Rust function that does it.
//! `-> errno` is the error number, `-> never` does not come back. The order is the alphabet's within each family.
//!
//! A row is all that linking needs: its types give the import's signature, and no code is generated per row but the
//! passing of arguments. A function that this version has no device for keeps its row, so that modules link, and
//! answers with the error number that POSIX has for such a descriptor.

use moteur::ValType;

use super::call::{Argument, Call, Fd, Outcome};
use super::descriptors::FdStat;
use super::poll::Event;
use super::streams::IoVec;
use super::{clocks, descriptors, poll, process, random, streams, strings};
use crate::claim::Address;

/// A row: everything known about one function.
#[derive(Debug)]
pub struct Function {
    /// The name it is imported by.
    pub name: &'static str,
    /// The types of its parameters.
    pub params: &'static [ValType],
    /// The types of its results: an error number, or nothing.
    pub results: &'static [ValType],
    /// Does it, given one word per parameter.
    pub run: fn(&mut Call<'_>, &[u64]) -> Outcome,
}

/// The largest number of parameters in the table (`path_open`).
pub const PARAMS_MAX: usize = 9;

macro_rules! results {
    (errno) => {
        &[ValType::I32]
    };
    (never) => {
        &[]
    };
}

/// Passes all arguments on, or only those that the row names in brackets.
macro_rules! pass {
    ($run:path, $call:ident, [$($argument:ident)*]) => {
        $run($call $(, $argument)*)
    };
    ($run:path, $call:ident, [$($argument:ident)*], [$($passed:ident)*]) => {
        $run($call $(, $passed)*)
    };
}

macro_rules! functions {
    ($(
        $name:ident($($argument:ident: $type:ty),*) -> $result:ident => $run:path $([$($passed:ident)*])?;
    )*) => {
        /// All functions that a module may import from `wasi_snapshot_preview1` and `wasi_unstable`.
        pub static FUNCTIONS: &[Function] = &[$(
            Function {
                name: stringify!($name),
                params: &[$(<$type as Argument>::TYPE),*],
                results: results!($result),
                #[allow(unused_variables, unused_mut)]
                run: |call: &mut Call<'_>, words: &[u64]| {
                    let mut words = words.iter().copied();
                    $(let $argument = <$type>::from_word(words.next().unwrap_or_default());)*
                    pass!($run, call, [$($argument)*] $(, [$($passed)*])?)
                },
            },
        )*];
    };
}

/// Where a function puts what it found.
type Out<V> = Address<V>;
/// Where a path stands; its length is the argument after it.
type Path = Address<u8>;
type IoVecs = Address<IoVec>;

#[rustfmt::skip]
functions! {
    args_get(pointers: Out<u32>, texts: Out<u8>) -> errno => strings::args_get;
    args_sizes_get(count: Out<u32>, size: Out<u32>) -> errno => strings::args_sizes_get;
    environ_get(pointers: Out<u32>, texts: Out<u8>) -> errno => strings::environ_get;
    environ_sizes_get(count: Out<u32>, size: Out<u32>) -> errno => strings::environ_sizes_get;

    clock_res_get(clock: u32, resolution: Out<u64>) -> errno => clocks::clock_res_get;
    clock_time_get(clock: u32, precision: u64, time: Out<u64>) -> errno => clocks::clock_time_get [clock time];
    random_get(buffer: Out<u8>, size: u32) -> errno => random::random_get;
    poll_oneoff(wanted: Address<u8>, happened: Out<Event>, count: u32, happened_count: Out<u32>) -> errno => poll::poll_oneoff;

    proc_exit(status: u32) -> never => process::proc_exit;
    proc_raise(signal: u32) -> errno => process::proc_raise [];
    sched_yield() -> errno => process::sched_yield;

    fd_advise(fd: Fd, offset: u64, size: u64, advice: u32) -> errno => descriptors::not_seekable [fd];
    fd_allocate(fd: Fd, offset: u64, size: u64) -> errno => descriptors::not_seekable [fd];
    fd_close(fd: Fd) -> errno => descriptors::fd_close;
    fd_datasync(fd: Fd) -> errno => descriptors::not_a_file [fd];
    fd_fdstat_get(fd: Fd, stat: Out<FdStat>) -> errno => descriptors::fd_fdstat_get;
    fd_fdstat_set_flags(fd: Fd, flags: u32) -> errno => descriptors::fd_fdstat_set_flags;
    fd_fdstat_set_rights(fd: Fd, base: u64, inheriting: u64) -> errno => descriptors::fd_fdstat_set_rights;
    fd_filestat_get(fd: Fd, stat: Out<u8>) -> errno => descriptors::fd_filestat_get;
    fd_filestat_set_size(fd: Fd, size: u64) -> errno => descriptors::not_a_file [fd];
    fd_filestat_set_times(fd: Fd, accessed: u64, modified: u64, flags: u32) -> errno => descriptors::not_a_file [fd];
    fd_pread(fd: Fd, vectors: IoVecs, count: u32, offset: u64, size: Out<u32>) -> errno => descriptors::not_seekable [fd];
    fd_prestat_dir_name(fd: Fd, path: Out<u8>, path_size: u32) -> errno => descriptors::not_preopened [];
    fd_prestat_get(fd: Fd, stat: Out<u8>) -> errno => descriptors::not_preopened [];
    fd_pwrite(fd: Fd, vectors: IoVecs, count: u32, offset: u64, size: Out<u32>) -> errno => descriptors::not_seekable [fd];
    fd_read(fd: Fd, vectors: IoVecs, count: u32, size: Out<u32>) -> errno => streams::fd_read;
    fd_readdir(fd: Fd, entries: Out<u8>, size: u32, cookie: u64, used: Out<u32>) -> errno => descriptors::not_a_directory [fd];
    fd_renumber(from: Fd, to: Fd) -> errno => descriptors::fd_renumber;
    fd_seek(fd: Fd, offset: u64, whence: u32, position: Out<u64>) -> errno => descriptors::not_seekable [fd];
    fd_sync(fd: Fd) -> errno => descriptors::not_a_file [fd];
    fd_tell(fd: Fd, position: Out<u64>) -> errno => descriptors::not_seekable [fd];
    fd_write(fd: Fd, vectors: IoVecs, count: u32, size: Out<u32>) -> errno => streams::fd_write;

    path_create_directory(fd: Fd, path: Path, size: u32) -> errno => descriptors::not_a_directory [fd];
    path_filestat_get(fd: Fd, lookup: u32, path: Path, size: u32, stat: Out<u8>) -> errno => descriptors::not_a_directory [fd];
    path_filestat_set_times(fd: Fd, lookup: u32, path: Path, size: u32, accessed: u64, modified: u64, flags: u32) -> errno => descriptors::not_a_directory [fd];
    path_link(fd: Fd, lookup: u32, path: Path, size: u32, new_fd: Fd, new_path: Path, new_size: u32) -> errno => descriptors::not_a_directory [fd];
    path_open(fd: Fd, lookup: u32, path: Path, size: u32, open: u32, base: u64, inheriting: u64, flags: u32, opened: Out<u32>) -> errno => descriptors::not_a_directory [fd];
    path_readlink(fd: Fd, path: Path, size: u32, text: Out<u8>, text_size: u32, used: Out<u32>) -> errno => descriptors::not_a_directory [fd];
    path_remove_directory(fd: Fd, path: Path, size: u32) -> errno => descriptors::not_a_directory [fd];
    path_rename(fd: Fd, path: Path, size: u32, new_fd: Fd, new_path: Path, new_size: u32) -> errno => descriptors::not_a_directory [fd];
    path_symlink(text: Path, text_size: u32, fd: Fd, path: Path, size: u32) -> errno => descriptors::not_a_directory [fd];
    path_unlink_file(fd: Fd, path: Path, size: u32) -> errno => descriptors::not_a_directory [fd];

    sock_accept(fd: Fd, flags: u32, accepted: Out<u32>) -> errno => descriptors::not_a_socket [fd];
    sock_recv(fd: Fd, vectors: IoVecs, count: u32, flags: u32, size: Out<u32>, out_flags: Out<u16>) -> errno => descriptors::not_a_socket [fd];
    sock_send(fd: Fd, vectors: IoVecs, count: u32, flags: u32, size: Out<u32>) -> errno => descriptors::not_a_socket [fd];
    sock_shutdown(fd: Fd, how: u32) -> errno => descriptors::not_a_socket [fd];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_standard_has_one_row() {
        assert_eq!(FUNCTIONS.len(), 46);
        for (index, function) in FUNCTIONS.iter().enumerate() {
            let twin = FUNCTIONS.iter().skip(index + 1).find(|other| other.name == function.name);
            assert!(twin.is_none(), "{}", function.name);
            assert!(function.params.len() <= PARAMS_MAX, "{}", function.name);
        }
    }
}
