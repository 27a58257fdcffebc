//! What is said about something open or named: the records `fdstat` and `filestat`, and the numbers of file types.

use moteur_platform::{FileType, Status};

use super::call::Edition;
use super::errno::Errno;
use super::table::Open;
use crate::claim::{Address, GuestMemory, Value, field, set_field};

/// The standard's number of a file type.
pub fn number(file_type: FileType) -> u8 {
    match file_type {
        FileType::BlockDevice => 1,
        FileType::CharacterDevice => 2,
        FileType::Directory => 3,
        FileType::Regular => 4,
        FileType::SocketDatagram => 5,
        FileType::SocketStream => 6,
        FileType::SymbolicLink => 7,
        _ => 0,
    }
}

/// The record `fdstat`: `file type u8 @0, flags u16 @2, rights u64 @8, inherited rights u64 @16`.
#[derive(Debug)]
pub struct FdStat {
    file_type: u8,
    flags: u16,
    rights: u64,
    inheriting: u64,
}

impl FdStat {
    /// What is known about an open descriptor.
    pub fn of(open: &Open, file_type: FileType) -> Self {
        FdStat {
            file_type: number(file_type),
            flags: open.flags,
            rights: open.rights.bits(),
            inheriting: open.inheriting.bits(),
        }
    }
}

impl Value for FdStat {
    const SIZE: u32 = 24;

    fn load(bytes: &[u8]) -> Self {
        FdStat {
            file_type: field(bytes, 0),
            flags: field(bytes, 2),
            rights: field(bytes, 8),
            inheriting: field(bytes, 16),
        }
    }

    fn store(&self, bytes: &mut [u8]) {
        bytes.fill(0);
        set_field(bytes, 0, self.file_type);
        set_field(bytes, 2, self.flags);
        set_field(bytes, 8, self.rights);
        set_field(bytes, 16, self.inheriting);
    }
}

/// The record `filestat`, with nothing in it but a type.
///
/// ```text
/// preview1: device u64 @0, inode u64 @8, type u8 @16, links u64 @24, size u64 @32, accessed, modified, changed u64 @40
/// unstable: device u64 @0, inode u64 @8, type u8 @16, links u32 @20, size u64 @24, accessed, modified, changed u64 @32
/// ```
pub fn filestat<'m>(
    memory: &'m mut GuestMemory<'_>,
    edition: Edition,
    to: Address<u8>,
    file_type: FileType,
) -> Result<&'m mut [u8], Errno> {
    let bytes = match edition {
        Edition::Preview1 => 64,
        Edition::Unstable => 56,
    };
    let record = memory.bytes_mut(to.claim(bytes))?;
    record.fill(0);
    set_field(record, 16, number(file_type));
    Ok(record)
}

/// Writes the record `filestat`.
pub fn write_filestat(
    memory: &mut GuestMemory<'_>,
    edition: Edition,
    to: Address<u8>,
    status: &Status,
) -> Result<(), Errno> {
    let record = filestat(memory, edition, to, status.file_type)?;
    set_field(record, 0, status.device);
    set_field(record, 8, status.inode);
    let size_at = match edition {
        Edition::Preview1 => {
            set_field(record, 24, status.links);
            32
        }
        Edition::Unstable => {
            set_field(record, 20, u32::try_from(status.links).unwrap_or(u32::MAX));
            24
        }
    };
    let values = [status.size, status.accessed_ns, status.modified_ns, status.changed_ns];
    for (place, value) in record.get_mut(size_at..).unwrap_or_default().chunks_mut(8).zip(values) {
        value.store(place);
    }
    Ok(())
}
