//! Reading a directory by cookies. Operating systems list one way, and a guest may go back, so the last names are kept;
//! keeping them all would let a guest fill the host's memory.

use cap_std::fs::{Dir, DirEntry, ReadDir};
use rust_std::collections::VecDeque;
use rust_std::string::String;

use super::error::{self, retry};
use super::{copy_front, status, system};
use crate::{Entry, Error, FileType};

/// How many names are kept. A guest goes back by one name, that which did not fit into its buffer.
const RECENT_MAX: usize = 32;

/// Where a listing stands. Cookies are positions in it: the entry at cookie 3 is the fourth.
#[derive(Default)]
pub struct Listing {
    /// What is still to come; `None` before the start and behind the end.
    rest: Option<ReadDir>,
    /// How many entries were read.
    position: u64,
    /// The last of those.
    recent: VecDeque<Name>,
}

struct Name {
    name: String,
    file_type: FileType,
    inode: u64,
}

impl Listing {
    /// The entry at the cookie; what is at 0 starts a new listing. Going back by more than a few entries reads all anew,
    /// and may miss or repeat some if the directory has changed since.
    pub fn entry(&mut self, dir: &Dir, cookie: u64, name: &mut [u8]) -> Result<Option<Entry>, Error> {
        if cookie == 0 || cookie < self.first_recent() || self.position == 0 {
            *self = Listing { rest: Some(retry(|| dir.entries())?), ..Listing::default() };
        }
        while self.position <= cookie {
            if !self.read()? {
                return Ok(None);
            }
        }
        let index = usize::try_from(cookie - self.first_recent()).unwrap_or(usize::MAX);
        Ok(self.recent.get(index).map(|found| Entry {
            name_len: u32::try_from(found.name.len()).unwrap_or(u32::MAX),
            file_type: found.file_type,
            inode: found.inode,
            next: {
                copy_front(found.name.as_bytes(), name);
                cookie + 1
            },
        }))
    }

    fn first_recent(&self) -> u64 {
        self.position - self.recent.len() as u64
    }

    /// Reads one more entry; false at the end, where the descriptor goes back to the operating system.
    fn read(&mut self) -> Result<bool, Error> {
        loop {
            let Some(next) = self.rest.as_mut().and_then(Iterator::next) else {
                self.rest = None;
                return Ok(false);
            };
            let entry = next.map_err(|failed| error::of(&failed))?;
            // Guests speak UTF-8, and a name that is changed until it is UTF-8 would be the name of nothing.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if self.recent.len() == RECENT_MAX {
                self.recent.pop_front();
            }
            self.recent.push_back(Name { name, file_type: file_type(&entry), inode: system::inode(&entry) });
            self.position += 1;
            return Ok(true);
        }
    }
}

/// What the entry is, which some file systems say only when asked for each.
fn file_type(entry: &DirEntry) -> FileType {
    let listed = entry.file_type().map_or(FileType::Unknown, status::file_type);
    if listed != FileType::Unknown {
        return listed;
    }
    entry.metadata().map_or(FileType::Unknown, |metadata| status::file_type(metadata.file_type()))
}
