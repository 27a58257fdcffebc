//! A file system for tests: files in RAM, and what those do not have (links, times, flags) as notes of who asked for what.
//! It knows who has not closed what, and fails on request.

use std::format;
use std::string::String;
use std::sync::Mutex;
use std::vec::Vec;

use moteur::Heap;
use moteur_platform::{Entry, Error, FileType, Files, Handle, Open, Status, Time};

use crate::files::{RamFiles, RamLimits};

/// What every symbolic link says.
pub const LINK_TEXT: &str = "somewhere else";

/// The file system, and what it has seen.
pub struct Witness {
    files: RamFiles,
    opened: Mutex<Vec<Handle>>,
    notes: Mutex<Vec<String>>,
    failure: Mutex<Option<Error>>,
    /// How many entries are found before it fails.
    pub entries_left: Mutex<Option<u32>>,
    /// Whether nothing is known of what is open.
    pub is_mute: Mutex<bool>,
    /// What the next file that is opened says it is.
    pub file_type: Mutex<Option<FileType>>,
    /// The most bytes that are moved at a time.
    pub bytes_max: Mutex<usize>,
}

impl Witness {
    /// An empty file system.
    pub fn new() -> Self {
        let limits = RamLimits { nodes_max: 400, handles_max: 400, bytes_max: 1 << 20, ..RamLimits::default() };
        Witness {
            files: RamFiles::new(Heap::system(), limits),
            opened: Mutex::default(),
            notes: Mutex::default(),
            failure: Mutex::default(),
            entries_left: Mutex::default(),
            is_mute: Mutex::default(),
            file_type: Mutex::default(),
            bytes_max: Mutex::new(usize::MAX),
        }
    }

    /// The whole of it.
    pub fn root(&self) -> Handle {
        self.files.root()
    }

    /// Lets every operation fail from now on, or none.
    pub fn fail(&self, error: Option<Error>) {
        *self.failure.lock().unwrap() = error;
    }

    /// What has been asked for since the last look, reading and asking aside.
    pub fn notes(&self) -> Vec<String> {
        std::mem::take(&mut *self.notes.lock().unwrap())
    }

    /// Begins anew with notes.
    pub fn forget(&self) {
        self.notes();
    }

    /// How many handles are out.
    pub fn opened(&self) -> usize {
        self.opened.lock().unwrap().len()
    }

    fn fine(&self) -> Result<(), Error> {
        self.failure.lock().unwrap().map_or(Ok(()), Err)
    }

    fn note(&self, note: String) -> Result<(), Error> {
        self.fine()?;
        self.notes.lock().unwrap().push(note);
        Ok(())
    }

    fn limit(&self, bytes: usize) -> usize {
        bytes.min(*self.bytes_max.lock().unwrap())
    }
}

impl Files for Witness {
    fn open(&self, at: Handle, path: &str, how: Open) -> Result<Handle, Error> {
        self.note(format!("open {path} {}", how_text(how)))?;
        let handle = self.files.open(at, path, how)?;
        self.opened.lock().unwrap().push(handle);
        Ok(handle)
    }

    fn close(&self, handle: Handle) {
        let mut opened = self.opened.lock().unwrap();
        // The root was never opened.
        if let Some(index) = opened.iter().position(|opened| *opened == handle) {
            opened.swap_remove(index);
        }
        self.files.close(handle);
    }

    fn status(&self, handle: Handle) -> Result<Status, Error> {
        self.fine()?;
        if *self.is_mute.lock().unwrap() {
            return Err(Error::Failed);
        }
        let status = self.files.status(handle)?;
        let file_type = self.file_type.lock().unwrap().take().unwrap_or(status.file_type);
        Ok(Status { file_type, ..status })
    }

    fn status_at(&self, at: Handle, path: &str, follow: bool) -> Result<Status, Error> {
        self.fine()?;
        let status = self.files.status_at(at, path, true)?;
        // Whether a link would have been followed can be seen in the number of links.
        Ok(Status { links: if follow { 1 } else { 0x1_0000_0002 }, ..status })
    }

    fn read_at(&self, file: Handle, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        self.fine()?;
        let bytes = self.limit(buffer.len());
        self.files.read_at(file, &mut buffer[..bytes], offset)
    }

    fn entry(&self, directory: Handle, cookie: u64, name: &mut [u8]) -> Result<Option<Entry>, Error> {
        self.fine()?;
        if let Some(left) = self.entries_left.lock().unwrap().as_mut() {
            *left = left.checked_sub(1).ok_or(Error::Failed)?;
        }
        self.files.entry(directory, cookie, name)
    }

    fn write_at(&self, file: Handle, bytes: &[u8], offset: u64) -> Result<usize, Error> {
        self.note(format!("write {} at {offset}", bytes.len()))?;
        self.files.write_at(file, &bytes[..self.limit(bytes.len())], offset)
    }

    fn append(&self, file: Handle, bytes: &[u8]) -> Result<usize, Error> {
        self.note(format!("append {}", bytes.len()))?;
        self.files.append(file, &bytes[..self.limit(bytes.len())])
    }

    fn set_size(&self, file: Handle, bytes: u64) -> Result<(), Error> {
        self.note(format!("size {bytes}"))?;
        self.files.set_size(file, bytes)
    }

    fn set_times(&self, _: Handle, accessed: Time, modified: Time) -> Result<(), Error> {
        self.note(format!("times {accessed:?} {modified:?}"))
    }

    fn set_times_at(&self, _: Handle, path: &str, follow: bool, accessed: Time, modified: Time) -> Result<(), Error> {
        self.note(format!("times {path} {follow} {accessed:?} {modified:?}"))
    }

    fn set_flags(&self, _: Handle, nonblocking: bool, sync: bool) -> Result<(), Error> {
        self.note(format!("flags {nonblocking} {sync}"))
    }

    fn sync(&self, _: Handle, data_only: bool) -> Result<(), Error> {
        self.note(format!("sync {data_only}"))
    }

    fn create_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        self.note(format!("create {path}"))?;
        self.files.create_directory(at, path)
    }

    fn remove_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        self.note(format!("remove directory {path}"))?;
        self.files.remove_directory(at, path)
    }

    fn remove_file(&self, at: Handle, path: &str) -> Result<(), Error> {
        self.note(format!("remove {path}"))?;
        self.files.remove_file(at, path)
    }

    fn rename(&self, at: Handle, path: &str, new_at: Handle, new_path: &str) -> Result<(), Error> {
        self.note(format!("rename {path} {new_path}"))?;
        self.files.rename(at, path, new_at, new_path)
    }

    fn link(&self, _: Handle, path: &str, _: Handle, new_path: &str) -> Result<(), Error> {
        self.note(format!("link {path} {new_path}"))
    }

    fn symlink(&self, text: &str, _: Handle, path: &str) -> Result<(), Error> {
        self.note(format!("symlink {text} {path}"))
    }

    fn read_link(&self, _: Handle, path: &str, buffer: &mut [u8]) -> Result<usize, Error> {
        self.fine()?;
        if path != "link" {
            return Err(Error::Invalid);
        }
        let count = buffer.len().min(LINK_TEXT.len());
        buffer[..count].copy_from_slice(&LINK_TEXT.as_bytes()[..count]);
        Ok(count)
    }
}

/// The letters of what is wanted.
fn how_text(how: Open) -> String {
    let letters = [
        (how.read, 'r'),
        (how.write, 'w'),
        (how.append, 'a'),
        (how.create, 'c'),
        (how.exclusive, 'x'),
        (how.truncate, 't'),
        (how.directory, 'd'),
        (how.follow, 'f'),
        (how.nonblocking, 'n'),
        (how.sync, 's'),
    ];
    letters.iter().filter(|(wanted, _)| *wanted).map(|(_, letter)| letter).collect()
}
