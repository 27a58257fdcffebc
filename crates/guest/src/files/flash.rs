//! A tree of files in flash: a table of paths and bytes that the firmware brings along. Nothing is in RAM, not even
//! what is open: a handle says by itself which row it is.
//!
//! The table has files only; a directory is what several paths begin with. It is named by the first row below it and the
//! length of its path:
//!
//! ```text
//! row   path                    handle = row << 12 | bytes of the directory's path, or 0xfff for the file itself
//!  0    etc/app/colours.txt     etc/app/ is (0, 8)
//!  1    etc/config.toml         etc/     is (0, 4)     etc/config.toml is (1, 0xfff)
//!  2    index.html              the root is (0, 0)
//! ```
//!
//! Rows are sorted as if `/` came before all other characters: so names in a directory are in order, and are found by
//! halving. [`flash_files!`](crate::flash_files) sorts, and checks, while the firmware is compiled.

use core::cmp::Ordering;

use moteur_platform::{Entry, Error, FileType, Files, Handle, Open, Status};

use super::copy;
use super::path::{Cursor, Last, walk};

/// A file in flash.
#[derive(Clone, Copy, Debug)]
pub struct FlashFile {
    /// Its path from the root: names separated by `/`, none of them empty, `.` or `..`.
    pub path: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
}

/// What is wrong with a table of files; the number is the row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FlashError {
    /// The path is empty, absolute, too long, or has a name that is none.
    BadPath(usize),
    /// The row should stand before the one above it.
    NotSorted(usize),
    /// The row above has the same path.
    Twice(usize),
    /// The row above is a file and would have to be a directory too.
    BelowFile(usize),
    /// There are more rows than handles can name.
    TooMany,
}

/// Bits of a handle that hold the length of a directory's path.
const PREFIX_BITS: u32 = 12;
/// Stands there if the handle is a file's.
const FILE: usize = (1 << PREFIX_BITS) - 1;

/// Files in flash, made by [`flash_files!`](crate::flash_files). Whatever would change them is [`Error::ReadOnly`].
///
/// ```
/// use moteur_guest::files::{FlashFiles, flash_files};
/// use moteur_platform::{Files, Open};
///
/// static FILES: FlashFiles = flash_files! {
///     "index.html" => b"<h1>It works</h1>", // or include_bytes!("index.html")
///     "etc/config.toml" => b"baud = 115200",
/// };
/// let config = FILES.open(FILES.root(), "etc/config.toml", Open { read: true, ..Open::default() })?;
/// let mut bytes = [0; 64];
/// assert_eq!(FILES.read_at(config, &mut bytes, 7)?, 6);
/// assert_eq!(&bytes[..6], b"115200");
/// # Ok::<(), moteur_platform::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FlashFiles {
    table: &'static [FlashFile],
    device: u64,
}

/// A tree of files in flash, out of rows `"path" => bytes`, in any order; a bad table does not compile.
///
/// It is an expression of type [`FlashFiles`](crate::files::FlashFiles), fit for a `static`. Bytes are what coerces to
/// `&'static [u8]`: `include_bytes!("…")`, `b"…"`, `include_str!("…").as_bytes()`.
///
/// ```compile_fail
/// moteur_guest::flash_files! { "a" => b"a file", "a/b" => b"below a file" };
/// ```
#[macro_export]
macro_rules! flash_files {
    ($($path:expr => $bytes:expr),* $(,)?) => {
        const {
            const TABLE: &[$crate::files::FlashFile] =
                &$crate::files::flash::sorted([$($crate::files::FlashFile { path: $path, bytes: $bytes }),*]);
            $crate::files::flash::checked(TABLE)
        }
    };
}

/// Sorts a table, while the firmware is compiled.
#[doc(hidden)]
pub const fn sorted<const N: usize>(mut table: [FlashFile; N]) -> [FlashFile; N] {
    let mut end = 1;
    while end < N {
        let mut at = end;
        while at > 0 && matches!(compare(table[at].path, table[at - 1].path), Ordering::Less) {
            table.swap(at, at - 1);
            at -= 1;
        }
        end += 1;
    }
    table
}

/// Refuses a bad table, while the firmware is compiled.
#[doc(hidden)]
pub const fn checked(table: &'static [FlashFile]) -> FlashFiles {
    match FlashFiles::new(table) {
        Ok(files) => files,
        Err(FlashError::BadPath(_)) => panic!("a path is empty, absolute, too long, or has an empty name, `.` or `..`"),
        Err(FlashError::NotSorted(_)) => panic!("the table is not sorted"),
        Err(FlashError::Twice(_)) => panic!("two files have the same path"),
        Err(FlashError::BelowFile(_)) => panic!("a file stands where others need a directory"),
        Err(FlashError::TooMany) => panic!("there are too many files"),
    }
}

impl FlashFiles {
    /// Files out of a table that was made elsewhere: its rows are sorted as if `/` came before all other characters.
    pub const fn new(table: &'static [FlashFile]) -> Result<FlashFiles, FlashError> {
        if table.len() > u32::MAX as usize >> PREFIX_BITS {
            return Err(FlashError::TooMany);
        }
        let mut above: Option<&FlashFile> = None;
        let mut row = 0;
        let mut rest = table;
        while let [file, below @ ..] = rest {
            if !is_path(file.path.as_bytes()) {
                return Err(FlashError::BadPath(row));
            }
            if let Some(above) = above {
                match compare(above.path, file.path) {
                    Ordering::Greater => return Err(FlashError::NotSorted(row)),
                    Ordering::Equal => return Err(FlashError::Twice(row)),
                    Ordering::Less if is_below(file.path, above.path) => return Err(FlashError::BelowFile(row)),
                    Ordering::Less => {}
                }
            }
            above = Some(file);
            row += 1;
            rest = below;
        }
        Ok(FlashFiles { table, device: 1 })
    }

    /// The same with another number in [`Status::device`], 1 otherwise: so that guests can tell file systems apart.
    pub const fn with_device(self, device: u64) -> FlashFiles {
        FlashFiles { device, ..self }
    }

    /// The handle of the directory that everything else is in. It need not be closed, as no handle here need be.
    pub const fn root(&self) -> Handle {
        Handle(0)
    }

    fn node(&self, handle: Handle) -> Result<Node, Error> {
        let row = (handle.0 >> PREFIX_BITS) as usize;
        let node = Node { row, prefix_bytes: handle.0 as usize & FILE };
        let is_one = match self.table.get(row) {
            None => handle == self.root(), // The table is empty.
            Some(_) if node.is_file() => true,
            Some(_) => node.prefix_bytes == 0 || self.prefix(node).ends_with('/'),
        };
        if is_one { Ok(node) } else { Err(Error::Invalid) }
    }

    /// The path of a directory, with a slash at its end, or nothing for the root.
    fn prefix(&self, directory: Node) -> &'static str {
        self.table.get(directory.row).and_then(|file| file.path.get(..directory.prefix_bytes)).unwrap_or_default()
    }

    fn child(&self, directory: Node, name: &str) -> Option<Node> {
        let prefix = self.prefix(directory);
        let rows = self.table.get(directory.row..)?;
        let smaller = rows.partition_point(|file| first_name(file, prefix).is_some_and(|(own, _)| own < name));
        let (own, file_type) = first_name(rows.get(smaller)?, prefix)?;
        let row = directory.row.wrapping_add(smaller);
        (own == name).then(|| Node::below(prefix, row, own, file_type))
    }

    fn parent(&self, directory: Node) -> Node {
        let path = self.prefix(directory);
        let names = path.len().saturating_sub(1); // Without the slash at the end.
        let slash = path.bytes().take(names).rposition(|byte| byte == b'/');
        let prefix_bytes = slash.map_or(0, |at| at.wrapping_add(1));
        let prefix = path.get(..prefix_bytes).unwrap_or_default();
        let rows = self.table.get(..=directory.row).unwrap_or_default();
        Node { row: rows.partition_point(|file| !file.path.starts_with(prefix)), prefix_bytes }
    }

    /// What the path names, if it exists.
    fn find(&self, at: Handle, path: &str) -> Result<Option<Node>, Error> {
        let node = self.node(at)?;
        if node.is_file() {
            return Err(Error::NotDirectory);
        }
        let mut place = Place { files: self, node };
        let Last { name, slash } = walk(&mut place, path)?;
        let found = name.map_or(Some(place.node), |name| self.child(place.node, name));
        if slash && found.is_some_and(Node::is_file) { Err(Error::NotDirectory) } else { Ok(found) }
    }

    fn status_of(&self, node: Node) -> Status {
        let bytes = if node.is_file() { self.table.get(node.row).map_or(0, |file| file.bytes.len()) } else { 0 };
        Status {
            device: self.device,
            inode: node.inode(),
            file_type: if node.is_file() { FileType::Regular } else { FileType::Directory },
            links: 1,
            size: bytes as u64,
            accessed_ns: 0,
            modified_ns: 0,
            changed_ns: 0,
        }
    }
}

impl Files for FlashFiles {
    fn open(&self, at: Handle, path: &str, how: Open) -> Result<Handle, Error> {
        if how.create && how.directory {
            return Err(Error::Invalid);
        }
        let Some(node) = self.find(at, path)? else {
            return Err(if how.create { Error::ReadOnly } else { Error::NotFound });
        };
        let changes = how.write || how.truncate;
        if how.create && how.exclusive {
            Err(Error::Exists)
        } else if !node.is_file() && (changes || how.create) {
            Err(Error::IsDirectory)
        } else if node.is_file() && how.directory {
            Err(Error::NotDirectory)
        } else if changes {
            Err(Error::ReadOnly)
        } else {
            Ok(node.handle())
        }
    }

    fn close(&self, _: Handle) {}

    fn status(&self, handle: Handle) -> Result<Status, Error> {
        Ok(self.status_of(self.node(handle)?))
    }

    fn status_at(&self, at: Handle, path: &str, _: bool) -> Result<Status, Error> {
        Ok(self.status_of(self.find(at, path)?.ok_or(Error::NotFound)?))
    }

    fn read_at(&self, file: Handle, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        let node = self.node(file)?;
        if !node.is_file() {
            return Err(Error::IsDirectory);
        }
        let bytes = self.table.get(node.row).map_or(&[][..], |file| file.bytes);
        let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..));
        Ok(copy(buffer, rest.unwrap_or_default()))
    }

    /// The cookie is the row to go on with.
    fn entry(&self, directory: Handle, cookie: u64, name: &mut [u8]) -> Result<Option<Entry>, Error> {
        let node = self.node(directory)?;
        if node.is_file() {
            return Err(Error::NotDirectory);
        }
        let prefix = self.prefix(node);
        let row = usize::try_from(cookie).map_or(usize::MAX, |cookie| cookie.max(node.row));
        let rows = self.table.get(row..).unwrap_or_default();
        let Some((own, file_type)) = rows.first().and_then(|file| first_name(file, prefix)) else {
            return Ok(None);
        };
        copy(name, own.as_bytes());
        let same = rows.partition_point(|file| first_name(file, prefix).is_some_and(|(other, _)| other == own));
        Ok(Some(Entry {
            name_len: own.len() as u32, // A path is below 4 KiB.
            file_type,
            inode: Node::below(prefix, row, own, file_type).inode(),
            next: row.wrapping_add(same) as u64,
        }))
    }

    /// Nothing waits here, so nothing changes.
    fn set_flags(&self, file: Handle, _nonblocking: bool, _sync: bool) -> Result<(), Error> {
        self.node(file).map(|_| ())
    }

    fn read_link(&self, at: Handle, path: &str, _: &mut [u8]) -> Result<usize, Error> {
        Err(if self.find(at, path)?.is_some() { Error::Invalid } else { Error::NotFound })
    }
}

/// A file, or a directory by the first file in it.
#[derive(Clone, Copy)]
struct Node {
    row: usize,
    /// Bytes of the directory's path, or [`FILE`].
    prefix_bytes: usize,
}

impl Node {
    /// What stands as `name` in the directory `prefix`, whose first row is `row`.
    fn below(prefix: &str, row: usize, name: &str, file_type: FileType) -> Node {
        let directory_bytes = prefix.len().wrapping_add(name.len()).wrapping_add(1); // Not more than the path has.
        Node { row, prefix_bytes: if file_type == FileType::Directory { directory_bytes } else { FILE } }
    }

    fn is_file(self) -> bool {
        self.prefix_bytes == FILE
    }

    fn handle(self) -> Handle {
        Handle((self.row as u32) << PREFIX_BITS | self.prefix_bytes as u32) // `new` has checked both.
    }

    fn inode(self) -> u64 {
        u64::from(self.handle().0).wrapping_add(1)
    }
}

struct Place<'f> {
    files: &'f FlashFiles,
    node: Node,
}

impl Cursor for Place<'_> {
    fn enter(&mut self, name: &str) -> Result<(), Error> {
        let node = self.files.child(self.node, name).ok_or(Error::NotFound)?;
        if node.is_file() {
            return Err(Error::NotDirectory);
        }
        self.node = node;
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Error> {
        self.node = self.files.parent(self.node);
        Ok(())
    }
}

/// The name that a file has, or gives to a directory, in the directory `prefix`; `None` if it is not in there.
fn first_name(file: &FlashFile, prefix: &str) -> Option<(&'static str, FileType)> {
    let rest = file.path.strip_prefix(prefix)?;
    match rest.bytes().position(|byte| byte == b'/') {
        None => Some((rest, FileType::Regular)),
        Some(at) => Some((rest.get(..at)?, FileType::Directory)),
    }
}

/// Compares paths as the table sorts them.
const fn compare(left: &str, right: &str) -> Ordering {
    const fn rank(byte: u8) -> u8 {
        if byte == b'/' { 0 } else { byte }
    }
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        match (left, right) {
            ([], []) => return Ordering::Equal,
            ([], _) => return Ordering::Less,
            (_, []) => return Ordering::Greater,
            ([a, ..], [b, ..]) if rank(*a) < rank(*b) => return Ordering::Less,
            ([a, ..], [b, ..]) if rank(*a) > rank(*b) => return Ordering::Greater,
            ([_, left_rest @ ..], [_, right_rest @ ..]) => (left, right) = (left_rest, right_rest),
        }
    }
}

/// Whether `path` leads through `directory`.
const fn is_below(path: &str, directory: &str) -> bool {
    let (mut path, mut directory) = (path.as_bytes(), directory.as_bytes());
    while let ([a, path_rest @ ..], [b, directory_rest @ ..]) = (path, directory) {
        if *a != *b {
            return false;
        }
        (path, directory) = (path_rest, directory_rest);
    }
    directory.is_empty() && matches!(path, [b'/', ..])
}

/// Whether a path has nothing but names.
const fn is_path(path: &[u8]) -> bool {
    let mut rest = path;
    let mut name_bytes = 0;
    let mut only_dots = true;
    loop {
        match rest {
            [] | [b'/', ..] if name_bytes == 0 || (only_dots && name_bytes <= 2) => return false,
            [] => return path.len() < FILE,
            [0, ..] => return false,
            [b'/', below @ ..] => {
                name_bytes = 0;
                only_dots = true;
                rest = below;
            }
            [byte, more @ ..] => {
                name_bytes += 1;
                only_dots &= *byte == b'.';
                rest = more;
            }
        }
    }
}
