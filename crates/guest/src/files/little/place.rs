//! Paths as littlefs takes them: from the root, ASCII, 255 bytes at most, with a zero behind.

use littlefs2::driver::Storage;
use littlefs2::fs::{Filesystem, Metadata};
use littlefs2::path::{Path, PathBuf};
use moteur::Heap;
use moteur::pool::Box;
use moteur_platform::Error;

use super::error;
use crate::files::by_path::number;
use crate::files::path::{Cursor, Last, walk};

/// A path from the root. Each name has a slash before it, so the root itself is empty.
#[derive(Clone)]
pub(super) struct FullPath {
    /// Zero from `len` on.
    bytes: [u8; PathBuf::MAX_SIZE_PLUS_ONE],
    len: usize,
}

impl FullPath {
    pub(super) const ROOT: FullPath = FullPath { bytes: [0; PathBuf::MAX_SIZE_PLUS_ONE], len: 0 };

    /// The path that [`text`](FullPath::text) has given.
    pub(super) fn from_text(text: &[u8]) -> FullPath {
        let mut path = FullPath::ROOT;
        path.len = crate::files::copy(&mut path.bytes, text);
        path
    }

    pub(super) fn text(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// For the library.
    pub(super) fn as_path(&self) -> Result<&Path, Error> {
        let with_zero = self.bytes.get(..=self.len).unwrap_or_default();
        let path = if self.len == 0 { b"/\0" } else { with_zero };
        Path::from_bytes_with_nul(path).map_err(|_| Error::BadName)
    }

    pub(super) fn push(&mut self, name: &str) -> Result<(), Error> {
        if !name.is_ascii() {
            return Err(Error::BadName);
        }
        let start = self.len.wrapping_add(1); // At most 256.
        let end = start.checked_add(name.len()).filter(|end| *end <= PathBuf::MAX_SIZE);
        let end = end.ok_or(Error::NameTooLong)?;
        if let Some([slash, place @ ..]) = self.bytes.get_mut(self.len..end) {
            *slash = b'/';
            crate::files::copy(place, name.as_bytes());
        }
        self.len = end;
        Ok(())
    }

    fn pop(&mut self) {
        while self.len > 0 {
            self.len = self.len.wrapping_sub(1);
            let Some(byte) = self.bytes.get_mut(self.len) else {
                break;
            };
            if core::mem::take(byte) == b'/' {
                break;
            }
        }
    }

    /// A number for what has this path: FNV-1a.
    pub(super) fn number(&self) -> u64 {
        number(self.text())
    }

    pub(super) fn boxed(&self, heap: Heap) -> Result<Box<[u8]>, Error> {
        Box::from_slice_in(self.text(), heap).map_err(|_| Error::Exhausted)
    }
}

/// What a path leads to.
pub(super) struct Target {
    pub(super) path: FullPath,
    /// The path ends with a name, not with `.` or `..`.
    pub(super) is_named: bool,
    pub(super) slash: bool,
    /// What stands there, if something does.
    pub(super) found: Option<Metadata>,
}

impl Target {
    /// Looks up what a path names. A file with a slash behind its name is [`Error::NotDirectory`].
    pub(super) fn find<S: Storage>(fs: &Filesystem<'_, S>, at: FullPath, path: &str) -> Result<Target, Error> {
        let mut place = Place { find: &|path| metadata(fs, path), path: at };
        let Last { name, slash } = walk(&mut place, path)?;
        if let Some(name) = name {
            place.path.push(name)?;
        }
        let found = match metadata(fs, &place.path) {
            Err(Error::NotFound) => None,
            other => Some(other?),
        };
        if slash && found.as_ref().is_some_and(Metadata::is_file) {
            return Err(Error::NotDirectory);
        }
        Ok(Target { path: place.path, is_named: name.is_some(), slash, found })
    }

    /// What stands there.
    pub(super) fn existing(&self) -> Result<&Metadata, Error> {
        self.found.as_ref().ok_or(Error::NotFound)
    }
}

pub(super) fn metadata<S: Storage>(fs: &Filesystem<'_, S>, path: &FullPath) -> Result<Metadata, Error> {
    fs.metadata(path.as_path()?).map_err(error)
}

/// An entry of a directory.
pub(super) struct Found {
    pub(super) number: u64,
    pub(super) name: PathBuf,
    pub(super) data: Metadata,
}

/// The entry of a directory with the smallest number from `cookie` on.
///
/// The library has an order too, but an entry has no place in it that lasts: after a removal, those behind are one place
/// nearer. Numbers of names stay, so nothing is skipped and nothing comes twice.
pub(super) fn entry<S: Storage>(
    fs: &Filesystem<'_, S>,
    directory: &FullPath,
    cookie: u64,
) -> Result<Option<Found>, Error> {
    let mut first: Option<Found> = None;
    fs.read_dir_and_then(directory.as_path()?, |entries| {
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            // One bit less, so that there is a next one, and C's `long` holds it.
            let number = number(name.as_str().as_bytes()) >> 1;
            let is_dots = matches!(name.as_str(), "." | "..");
            if !is_dots && number >= cookie && first.as_ref().is_none_or(|first| number < first.number) {
                first = Some(Found { number, name: PathBuf::from(name), data: entry.metadata() });
            }
        }
        Ok(())
    })
    .map_err(error)?;
    Ok(first)
}

struct Place<'f> {
    find: &'f dyn Fn(&FullPath) -> Result<Metadata, Error>,
    path: FullPath,
}

impl Cursor for Place<'_> {
    fn enter(&mut self, name: &str) -> Result<(), Error> {
        self.path.push(name)?;
        if (self.find)(&self.path)?.is_dir() { Ok(()) } else { Err(Error::NotDirectory) }
    }

    fn leave(&mut self) -> Result<(), Error> {
        self.path.pop();
        Ok(())
    }
}
