//! Writing behind the last byte of a file that can also be written elsewhere. `O_APPEND` is for ever and, on Linux, for
//! every write; WASI lets a guest change its mind.

use rust_std::fs::File;
use rust_std::io;
use rust_std::sync::{Mutex, PoisonError};

use super::system;

/// Writes at the end, in one step where the system can do that. Elsewhere that is so only among those who write through
/// this process.
pub fn append(file: &File, bytes: &[u8]) -> io::Result<usize> {
    atomic::append(file, bytes).unwrap_or_else(|| append_in_turn(file, bytes))
}

fn append_in_turn(file: &File, bytes: &[u8]) -> io::Result<usize> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    system::write_at(file, bytes, file.metadata()?.len())
}

#[cfg(target_os = "linux")]
mod atomic {
    use rust_std::fs::File;
    use rust_std::io::{self, IoSlice, Write};
    use rustix::io::{Errno, ReadWriteFlags, pwritev2};

    /// `None` if this kernel, or this file system, does not do it.
    pub fn append(mut file: &File, bytes: &[u8]) -> Option<io::Result<usize>> {
        match pwritev2(file, &[IoSlice::new(bytes)], 0, ReadWriteFlags::APPEND) {
            Err(Errno::NOSYS | Errno::OPNOTSUPP) => None,
            // A pipe, a terminal: its end is where it stands.
            Err(Errno::SPIPE) => Some(file.write(bytes)),
            written => Some(written.map_err(io::Error::from)),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod atomic {
    use rust_std::fs::File;
    use rust_std::io;

    /// Not here.
    pub fn append(_file: &File, _bytes: &[u8]) -> Option<io::Result<usize>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_std::{env, fs, process, thread};

    /// The way for systems without the other one, which Linux would never take.
    #[test]
    fn in_turn_nothing_is_lost() {
        let path = env::temp_dir().join(rust_std::format!("moteur-append-{}", process::id()));
        let file = File::create(&path).unwrap();
        thread::scope(|threads| {
            for letter in [b"aa", b"bb", b"cc"] {
                let file = &file;
                threads.spawn(move || (0..100).for_each(|_| assert_eq!(append_in_turn(file, letter).unwrap(), 2)));
            }
        });
        let written = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(written.len(), 600);
        assert!(written.chunks(2).all(|pair| pair[0] == pair[1]));
    }
}
