//! What one guest has of the world: arguments, environment, open descriptors, and the devices behind them.

use core::fmt;

use moteur::{Heap, pool};
use moteur_platform::{Files, Handle, Platform};

use super::call::Edition;
use super::operations;
use super::rights::Rights;
use super::sockets::AllowList;
use super::strings::{StringError, Strings};
use super::table::{Descriptor, Directory, Node, Open, Table};

/// What a guest may do with a directory that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// List it, and read what is below it.
    ReadOnly,
    /// Everything that the file system allows.
    ReadWrite,
}

/// The world of one guest, as WASI shows it. It belongs into the store's data, where
/// [`add_to_linker`](super::add_to_linker)'s accessor finds it.
pub struct Wasi {
    pub(super) arguments: Strings,
    pub(super) environment: Strings,
    pub(super) descriptors: Table,
    pub(super) platform: &'static dyn Platform,
    pub(super) heap: Heap,
    /// What the guest may reach, and where it may be reached.
    pub(super) network: AllowList,
    /// The edition that the function which is being called was imported from.
    pub(super) edition: Edition,
    /// The monotonic clock when the guest's life began: its processor time counts from here.
    pub(super) born: u64,
}

impl Wasi {
    /// A guest without arguments and variables, with the three standard streams open. Texts that are added later take
    /// their memory from `heap`.
    pub fn new(heap: Heap, platform: &'static dyn Platform) -> Self {
        Wasi {
            arguments: Strings::new_in(heap),
            environment: Strings::new_in(heap),
            descriptors: Table::standard(heap),
            platform,
            heap,
            network: AllowList::new_in(heap),
            edition: Edition::Preview1,
            born: platform.clock().map_or(0, |clock| clock.monotonic_ns()),
        }
    }

    /// Appends an argument. The first is, by custom, the program's name.
    pub fn argument(&mut self, text: &[u8]) -> Result<(), StringError> {
        self.arguments.push(&[text])
    }

    /// Appends a variable to the environment.
    pub fn variable(&mut self, key: &[u8], value: &[u8]) -> Result<(), StringError> {
        self.environment.push(&[key, b"=", value])
    }

    /// Gives the guest a directory, which it finds under the name `guest_path`, and all below it: the handle `root` of
    /// `files`. It belongs to the guest from now on, even if this fails, and is given back with it.
    ///
    /// Directories get the numbers from 3 on, in the order in which they are given.
    ///
    /// # Errors
    /// The name has a zero byte inside; or there is no memory, or no number, for one more.
    pub fn directory(
        &mut self,
        guest_path: &str,
        files: &'static dyn Files,
        root: Handle,
        access: Access,
    ) -> Result<(), StringError> {
        let node = Node { files, handle: root, operations: &operations::NODE };
        if guest_path.contains('\0') {
            return Err(StringError::Nul);
        }
        let name = pool::Box::from_str_in(guest_path, self.heap)?;
        let fd = self.descriptors.reserve().map_err(|_| StringError::OutOfMemory)?;
        let changes = Rights::CHANGE.when(access == Access::ReadOnly);
        let open = Open {
            descriptor: Descriptor::Directory(Directory { node, name: Some(name) }),
            rights: Rights::DIRECTORY.without(changes),
            inheriting: Rights::DIRECTORY.and(Rights::FILE).without(changes),
            flags: 0,
        };
        self.descriptors.put(fd, open);
        Ok(())
    }

    /// Lets the guest have at most so many descriptors open at a time, the standard streams and directories that it is
    /// given among them. Without a word it is 256.
    pub fn limit_descriptors(&mut self, descriptors_max: u32) {
        self.descriptors.limit(descriptors_max);
    }
}

/// What the guest left of a line is seen, however it ended.
impl Drop for Wasi {
    fn drop(&mut self) {
        // Nobody is left to hear of an error.
        let _ = self.platform.console().flush();
    }
}

impl fmt::Debug for Wasi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wasi").field("descriptors", &self.descriptors).finish_non_exhaustive()
    }
}
