//! All functions of WASI preview 1 that come back, as raw imports: addresses and sizes are numbers, and may be wrong.

/// Declares the imports, and lists them with the kinds of their arguments.
macro_rules! functions {
    ($($name:ident($($argument:ident: $kind:ident $type:ty),*);)*) => {
        #[link(wasm_import_module = "wasi_snapshot_preview1")]
        unsafe extern "C" {
            $(pub fn $name($($argument: $type),*) -> u32;)*
        }

        /// A function that can be called with any words.
        #[derive(Clone, Copy)]
        pub struct Function {
            pub name: &'static str,
            pub kinds: &'static [Kind],
            /// Calls it with one word per argument.
            ///
            /// # Safety
            /// The host writes to the addresses among the words, as far as they are in the memory.
            pub call: unsafe fn(&[u64]) -> u32,
        }

        pub const FUNCTIONS: &[Function] = &[$(Function {
            name: stringify!($name),
            kinds: &[$(Kind::$kind),*],
            call: {
                #[allow(unused_mut, unused_variables)]
                unsafe fn call(words: &[u64]) -> u32 {
                    let mut words = words.iter();
                    $(let $argument = words.next().copied().unwrap_or_default() as $type;)*
                    // SAFETY: the caller answers for the words.
                    unsafe { $name($($argument),*) }
                }
                call
            },
        }),*];
    };
}

/// What an argument is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A descriptor.
    Fd,
    /// Where something stands or is to be written.
    Address,
    /// How many there are of what the address before it leads to.
    Count,
    /// Flags, or a choice.
    Flags,
    /// An offset, a size of a file, a time, or rights.
    Long,
}

#[rustfmt::skip]
functions! {
    args_get(pointers: Address u32, texts: Address u32);
    args_sizes_get(count: Address u32, size: Address u32);
    environ_get(pointers: Address u32, texts: Address u32);
    environ_sizes_get(count: Address u32, size: Address u32);
    clock_res_get(clock: Flags u32, resolution: Address u32);
    clock_time_get(clock: Flags u32, precision: Long u64, time: Address u32);
    fd_advise(fd: Fd u32, offset: Long u64, size: Long u64, advice: Flags u32);
    fd_allocate(fd: Fd u32, offset: Long u64, size: Long u64);
    fd_close(fd: Fd u32);
    fd_datasync(fd: Fd u32);
    fd_fdstat_get(fd: Fd u32, stat: Address u32);
    fd_fdstat_set_flags(fd: Fd u32, flags: Flags u32);
    fd_fdstat_set_rights(fd: Fd u32, base: Long u64, inheriting: Long u64);
    fd_filestat_get(fd: Fd u32, stat: Address u32);
    fd_filestat_set_size(fd: Fd u32, size: Long u64);
    fd_filestat_set_times(fd: Fd u32, accessed: Long u64, modified: Long u64, flags: Flags u32);
    fd_pread(fd: Fd u32, vectors: Address u32, count: Count u32, offset: Long u64, size: Address u32);
    fd_prestat_get(fd: Fd u32, prestat: Address u32);
    fd_prestat_dir_name(fd: Fd u32, path: Address u32, path_size: Count u32);
    fd_pwrite(fd: Fd u32, vectors: Address u32, count: Count u32, offset: Long u64, size: Address u32);
    fd_read(fd: Fd u32, vectors: Address u32, count: Count u32, size: Address u32);
    fd_readdir(fd: Fd u32, entries: Address u32, size: Count u32, cookie: Long u64, used: Address u32);
    fd_renumber(from: Fd u32, to: Fd u32);
    fd_seek(fd: Fd u32, offset: Long u64, whence: Flags u32, position: Address u32);
    fd_sync(fd: Fd u32);
    fd_tell(fd: Fd u32, position: Address u32);
    fd_write(fd: Fd u32, vectors: Address u32, count: Count u32, size: Address u32);
    path_create_directory(fd: Fd u32, path: Address u32, path_size: Count u32);
    path_filestat_get(fd: Fd u32, lookup: Flags u32, path: Address u32, path_size: Count u32, stat: Address u32);
    path_filestat_set_times(fd: Fd u32, lookup: Flags u32, path: Address u32, path_size: Count u32, accessed: Long u64, modified: Long u64, flags: Flags u32);
    path_link(fd: Fd u32, lookup: Flags u32, path: Address u32, path_size: Count u32, new_fd: Fd u32, new_path: Address u32, new_path_size: Count u32);
    path_open(fd: Fd u32, lookup: Flags u32, path: Address u32, path_size: Count u32, open: Flags u32, base: Long u64, inheriting: Long u64, flags: Flags u32, opened: Address u32);
    path_readlink(fd: Fd u32, path: Address u32, path_size: Count u32, text: Address u32, text_size: Count u32, used: Address u32);
    path_remove_directory(fd: Fd u32, path: Address u32, path_size: Count u32);
    path_rename(fd: Fd u32, path: Address u32, path_size: Count u32, new_fd: Fd u32, new_path: Address u32, new_path_size: Count u32);
    path_symlink(text: Address u32, text_size: Count u32, fd: Fd u32, path: Address u32, path_size: Count u32);
    path_unlink_file(fd: Fd u32, path: Address u32, path_size: Count u32);
    poll_oneoff(subscriptions: Address u32, events: Address u32, count: Count u32, event_count: Address u32);
    proc_raise(signal: Flags u32);
    random_get(buffer: Address u32, size: Count u32);
    sched_yield();
    sock_accept(fd: Fd u32, flags: Flags u32, accepted: Address u32);
    sock_recv(fd: Fd u32, vectors: Address u32, count: Count u32, flags: Flags u32, size: Address u32, out_flags: Address u32);
    sock_send(fd: Fd u32, vectors: Address u32, count: Count u32, flags: Flags u32, size: Address u32);
    sock_shutdown(fd: Fd u32, how: Flags u32);
}
