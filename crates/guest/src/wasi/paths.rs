//! Everything that takes a name. A name is text, and that is all that is known of it here: where it leads, and that it
//! does not lead out of its directory, is the file system's business.

use moteur_platform::{FileType, Files, Handle, Open};

use super::call::{Call, Fd, Outcome};
use super::descriptors::flags;
use super::errno::Errno;
use super::files::times;
use super::operations;
use super::rights::Rights;
use super::stat::write_filestat;
use super::state::Wasi;
use super::table::{self, Descriptor, Directory, File, Node, Table};
use crate::claim::{Address, GuestMemory};
use crate::host::host_functions;

/// The longest name that is looked at: `PATH_MAX` of Linux.
const PATH_BYTES_MAX: usize = 4096;

/// The standard's `oflags`.
mod oflags {
    pub const CREATE: u32 = 1;
    pub const DIRECTORY: u32 = 2;
    pub const EXCLUSIVE: u32 = 4;
    pub const TRUNCATE: u32 = 8;
    pub const ALL: u32 = CREATE | DIRECTORY | EXCLUSIVE | TRUNCATE;
}

/// Bytes of the guest as a name.
fn text(bytes: &[u8]) -> Result<&str, Errno> {
    if bytes.len() >= PATH_BYTES_MAX {
        return Err(Errno::Nametoolong);
    }
    let text = core::str::from_utf8(bytes).map_err(|_| Errno::Ilseq)?;
    if text.is_empty() {
        return Err(Errno::Noent);
    }
    if text.contains('\0') { Err(Errno::Inval) } else { Ok(text) }
}

/// The name that stands there.
fn path<'m>(memory: &'m GuestMemory<'_>, path: Address<u8>, size: u32) -> Result<&'m str, Errno> {
    text(memory.bytes(path.claim(size))?)
}

/// The standard's `lookupflags`: whether a symbolic link at the end is followed.
fn follows(lookup: u32) -> Result<bool, Errno> {
    match lookup {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Errno::Inval),
    }
}

/// Where names begin: a directory with these rights.
fn begin(table: &mut Table, fd: Fd, rights: Rights) -> Result<(&'static dyn Files, Handle), Errno> {
    let Node { files, handle, .. } = table.directory(fd, rights)?.node;
    Ok((files, handle))
}

/// Two directories of the same file system, with these rights.
fn begin_both(table: &mut Table, [from, to]: [(Fd, Rights); 2]) -> Result<(&'static dyn Files, Handle, Handle), Errno> {
    let (files, from) = begin(table, from.0, from.1)?;
    let (other, to) = begin(table, to.0, to.1)?;
    if core::ptr::addr_eq(files, other) { Ok((files, from, to)) } else { Err(Errno::Xdev) }
}

/// What the guest wants to open, and how.
struct Wish {
    how: Open,
    rights: Rights,
    inheriting: Rights,
    flags: u16,
}

impl Wish {
    /// Reads the words of a guest.
    fn new(lookup: u32, open: u32, base: u64, inheriting: u64, flags: u32) -> Result<Wish, Errno> {
        let flags = flags::from_word(flags).ok_or(Errno::Inval)?;
        if open & !oflags::ALL != 0 {
            return Err(Errno::Inval);
        }
        let rights = Rights::from_bits(base);
        let write = rights.has_any(Rights::FD_WRITE);
        let how = Open {
            read: rights.has_any(Rights::FD_READ.and(Rights::FD_READDIR)),
            write,
            append: write && flags & flags::APPEND != 0,
            create: open & oflags::CREATE != 0,
            exclusive: open & oflags::EXCLUSIVE != 0,
            truncate: open & oflags::TRUNCATE != 0,
            directory: open & oflags::DIRECTORY != 0,
            follow: follows(lookup)?,
            nonblocking: flags & flags::NONBLOCK != 0,
            sync: flags & flags::SYNC != 0,
        };
        Ok(Wish { how, rights, inheriting: Rights::from_bits(inheriting), flags })
    }

    /// What the directory must allow for this.
    fn needs(&self) -> Rights {
        let create = Rights::PATH_CREATE_FILE.when(self.how.create);
        let truncate = Rights::PATH_FILESTAT_SET_SIZE.when(self.how.truncate);
        Rights::PATH_OPEN.and(create).and(truncate)
    }

    /// What the guest gets: the rights that it asked for, as far as the directory passes them on and they make sense for
    /// what was opened. So a program that asks for everything, as most do, gets what there is.
    fn granted(self, node: Node, file_type: FileType, inheriting: Rights) -> table::Open {
        let rights = self.rights.within(inheriting);
        if file_type == FileType::Directory {
            return table::Open {
                descriptor: Descriptor::Directory(Directory { node, name: None }),
                rights: rights.within(Rights::DIRECTORY),
                inheriting: self.inheriting.within(inheriting),
                flags: self.flags,
            };
        }
        // What may be moved may be asked where it is. A terminal can do neither, by which a C library knows it.
        let rights = rights.and(Rights::FD_TELL.when(rights.has_any(Rights::FD_SEEK)));
        let moves = Rights::FD_SEEK.and(Rights::FD_TELL).when(file_type == FileType::CharacterDevice);
        let writes = Rights::WRITE.when(!self.how.write);
        table::Open {
            descriptor: Descriptor::File(File { node, position: 0, file_type }),
            rights: rights.within(Rights::FILE).without(moves).without(writes),
            inheriting: Rights::NONE,
            flags: self.flags,
        }
    }
}

/// The part of WASI that takes names.
#[derive(Debug)]
pub struct Paths;

#[expect(clippy::too_many_arguments, reason = "they are the standard's")]
#[host_functions(state = Wasi)]
impl Paths {
    /// Opens what is named, and gives it the lowest free number. To read and to write must be allowed if it is asked
    /// for; other rights that the directory does not pass on are silently not granted.
    fn path_open(
        call: &mut Call<'_>,
        fd: Fd,
        lookup: u32,
        name: Address<u8>,
        size: u32,
        open: u32,
        base: u64,
        inheriting: u64,
        flags: u32,
        opened: Address<u32>,
    ) -> Outcome {
        let table = &mut call.state.descriptors;
        table.directory(fd, Rights::NONE)?;
        let wish = Wish::new(lookup, open, base, inheriting, flags)?;
        let (files, handle) = begin(table, fd, wish.needs())?;
        let passed_on = table.get(fd)?.inheriting;
        passed_on.require(wish.rights.within(Rights::FD_READ.and(Rights::FD_WRITE)))?;
        let name = path(&call.memory, name, size)?;
        call.memory.check(opened.one())?;
        let number = table.reserve()?;

        let handle = files.open(handle, name, wish.how).map_err(Errno::from)?;
        let node = Node { files, handle, operations: &operations::NODE };
        let file_type = files.status(handle).map_err(Errno::from)?.file_type;
        table.put(number, wish.granted(node, file_type, passed_on));
        call.memory.write(opened, number.0)?;
        Ok(())
    }

    /// Makes an empty directory.
    fn path_create_directory(call: &mut Call<'_>, fd: Fd, name: Address<u8>, size: u32) -> Outcome {
        let (files, at) = begin(&mut call.state.descriptors, fd, Rights::PATH_CREATE_DIRECTORY)?;
        files.create_directory(at, path(&call.memory, name, size)?).map_err(Errno::from)?;
        Ok(())
    }

    /// Removes an empty directory.
    fn path_remove_directory(call: &mut Call<'_>, fd: Fd, name: Address<u8>, size: u32) -> Outcome {
        let (files, at) = begin(&mut call.state.descriptors, fd, Rights::PATH_REMOVE_DIRECTORY)?;
        files.remove_directory(at, path(&call.memory, name, size)?).map_err(Errno::from)?;
        Ok(())
    }

    /// Removes a name of something that is no directory.
    fn path_unlink_file(call: &mut Call<'_>, fd: Fd, name: Address<u8>, size: u32) -> Outcome {
        let (files, at) = begin(&mut call.state.descriptors, fd, Rights::PATH_UNLINK_FILE)?;
        files.remove_file(at, path(&call.memory, name, size)?).map_err(Errno::from)?;
        Ok(())
    }

    /// What is known about what is named.
    fn path_filestat_get(
        call: &mut Call<'_>,
        fd: Fd,
        lookup: u32,
        name: Address<u8>,
        size: u32,
        stat: Address<u8>,
    ) -> Outcome {
        let (files, at) = begin(&mut call.state.descriptors, fd, Rights::PATH_FILESTAT_GET)?;
        let follow = follows(lookup)?;
        let status = files.status_at(at, path(&call.memory, name, size)?, follow).map_err(Errno::from)?;
        write_filestat(&mut call.memory, call.state.edition, stat, &status)?;
        Ok(())
    }

    /// Sets the times of what is named.
    fn path_filestat_set_times(
        call: &mut Call<'_>,
        fd: Fd,
        lookup: u32,
        name: Address<u8>,
        size: u32,
        accessed: u64,
        modified: u64,
        flags: u32,
    ) -> Outcome {
        let (files, at) = begin(&mut call.state.descriptors, fd, Rights::PATH_FILESTAT_SET_TIMES)?;
        let follow = follows(lookup)?;
        let [accessed, modified] = times(accessed, modified, flags)?;
        let name = path(&call.memory, name, size)?;
        files.set_times_at(at, name, follow, accessed, modified).map_err(Errno::from)?;
        Ok(())
    }

    /// Gives a file one more name. A symbolic link that should be followed for it is refused, as by others: what it
    /// leads to can be named itself.
    fn path_link(
        call: &mut Call<'_>,
        fd: Fd,
        lookup: u32,
        name: Address<u8>,
        size: u32,
        new_fd: Fd,
        new_name: Address<u8>,
        new_size: u32,
    ) -> Outcome {
        let ends = [(fd, Rights::PATH_LINK_SOURCE), (new_fd, Rights::PATH_LINK_TARGET)];
        let (files, at, new_at) = begin_both(&mut call.state.descriptors, ends)?;
        if follows(lookup)? {
            return Err(Errno::Inval.into());
        }
        let name = path(&call.memory, name, size)?;
        files.link(at, name, new_at, path(&call.memory, new_name, new_size)?).map_err(Errno::from)?;
        Ok(())
    }

    /// Gives something another name.
    fn path_rename(
        call: &mut Call<'_>,
        fd: Fd,
        name: Address<u8>,
        size: u32,
        new_fd: Fd,
        new_name: Address<u8>,
        new_size: u32,
    ) -> Outcome {
        let ends = [(fd, Rights::PATH_RENAME_SOURCE), (new_fd, Rights::PATH_RENAME_TARGET)];
        let (files, at, new_at) = begin_both(&mut call.state.descriptors, ends)?;
        let name = path(&call.memory, name, size)?;
        files.rename(at, name, new_at, path(&call.memory, new_name, new_size)?).map_err(Errno::from)?;
        Ok(())
    }

    /// Makes a symbolic link.
    fn path_symlink(
        call: &mut Call<'_>,
        target: Address<u8>,
        target_size: u32,
        fd: Fd,
        name: Address<u8>,
        size: u32,
    ) -> Outcome {
        let (files, at) = begin(&mut call.state.descriptors, fd, Rights::PATH_SYMLINK)?;
        let target = path(&call.memory, target, target_size)?;
        files.symlink(target, at, path(&call.memory, name, size)?).map_err(Errno::from)?;
        Ok(())
    }

    /// What a symbolic link says, as much of it as fits.
    fn path_readlink(
        call: &mut Call<'_>,
        fd: Fd,
        name: Address<u8>,
        size: u32,
        target: Address<u8>,
        target_size: u32,
        used: Address<u32>,
    ) -> Outcome {
        let (files, at) = begin(&mut call.state.descriptors, fd, Rights::PATH_READLINK)?;
        call.memory.check(used.one())?;
        // The name is read while the target is written: one must not lie over the other.
        let places = [(name.get(), size), (target.get(), target_size)];
        let places = places.map(|(address, size)| (u64::from(address), u64::from(size)));
        let [name, target] = call.memory.lend_mut(places)?;
        let bytes = files.read_link(at, text(name)?, target).map_err(Errno::from)?;
        call.memory.write(used, bytes as u32)?;
        Ok(())
    }
}
