//! Rights: what may be done with a descriptor, and with what is opened below it. They only become fewer.

use super::errno::Errno;

/// A set of rights, with the standard's bits: there are 30 of them in its 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights(u32);

macro_rules! rights {
    ($($bit:literal $name:ident)*) => {
        impl Rights {
            $(pub const $name: Rights = Rights(1 << $bit);)*
        }
    };
}

rights! {
    0  FD_DATASYNC
    1  FD_READ
    2  FD_SEEK
    3  FD_FDSTAT_SET_FLAGS
    4  FD_SYNC
    5  FD_TELL
    6  FD_WRITE
    7  FD_ADVISE
    8  FD_ALLOCATE
    9  PATH_CREATE_DIRECTORY
    10 PATH_CREATE_FILE
    11 PATH_LINK_SOURCE
    12 PATH_LINK_TARGET
    13 PATH_OPEN
    14 FD_READDIR
    15 PATH_READLINK
    16 PATH_RENAME_SOURCE
    17 PATH_RENAME_TARGET
    18 PATH_FILESTAT_GET
    19 PATH_FILESTAT_SET_SIZE
    20 PATH_FILESTAT_SET_TIMES
    21 FD_FILESTAT_GET
    22 FD_FILESTAT_SET_SIZE
    23 FD_FILESTAT_SET_TIMES
    24 PATH_SYMLINK
    25 PATH_REMOVE_DIRECTORY
    26 PATH_UNLINK_FILE
    27 POLL_FD_READWRITE
    28 SOCK_SHUTDOWN
    29 SOCK_ACCEPT
}

impl Rights {
    /// No right.
    pub const NONE: Rights = Rights(0);

    /// What every stream allows.
    pub const STREAM: Rights = Rights::FD_FDSTAT_SET_FLAGS.and(Rights::FD_FILESTAT_GET).and(Rights::POLL_FD_READWRITE);

    /// What makes sense for a socket.
    pub const SOCKET: Rights =
        Rights::STREAM.and(Rights::FD_READ).and(Rights::FD_WRITE).and(Rights::SOCK_SHUTDOWN).and(Rights::SOCK_ACCEPT);

    /// What makes sense for a file.
    pub const FILE: Rights = Rights::STREAM
        .and(Rights::FD_READ)
        .and(Rights::FD_WRITE)
        .and(Rights::FD_SEEK)
        .and(Rights::FD_TELL)
        .and(Rights::FD_SYNC)
        .and(Rights::FD_DATASYNC)
        .and(Rights::FD_ADVISE)
        .and(Rights::FD_ALLOCATE)
        .and(Rights::FD_FILESTAT_SET_SIZE)
        .and(Rights::FD_FILESTAT_SET_TIMES);

    /// What makes sense for a directory.
    pub const DIRECTORY: Rights = Rights::FD_READDIR
        .and(Rights::FD_FDSTAT_SET_FLAGS)
        .and(Rights::FD_SYNC)
        .and(Rights::FD_DATASYNC)
        .and(Rights::FD_FILESTAT_GET)
        .and(Rights::FD_FILESTAT_SET_TIMES)
        .and(Rights::PATH_OPEN)
        .and(Rights::PATH_READLINK)
        .and(Rights::PATH_FILESTAT_GET)
        .and(Rights::PATH_CHANGE);

    /// What changes a directory or something below it. A second name for a file in a directory that allows more would
    /// change it in the end, so that linking is among them.
    const PATH_CHANGE: Rights = Rights::PATH_CREATE_DIRECTORY
        .and(Rights::PATH_CREATE_FILE)
        .and(Rights::PATH_LINK_SOURCE)
        .and(Rights::PATH_LINK_TARGET)
        .and(Rights::PATH_RENAME_SOURCE)
        .and(Rights::PATH_RENAME_TARGET)
        .and(Rights::PATH_FILESTAT_SET_SIZE)
        .and(Rights::PATH_FILESTAT_SET_TIMES)
        .and(Rights::PATH_SYMLINK)
        .and(Rights::PATH_REMOVE_DIRECTORY)
        .and(Rights::PATH_UNLINK_FILE);

    /// What changes a file's bytes, which makes sense only if it is open for writing.
    pub const WRITE: Rights = Rights::FD_WRITE.and(Rights::FD_ALLOCATE).and(Rights::FD_FILESTAT_SET_SIZE);

    /// What nobody may do where nothing may change.
    pub const CHANGE: Rights = Rights::PATH_CHANGE.and(Rights::WRITE).and(Rights::FD_FILESTAT_SET_TIMES);

    /// The rights that a guest names; bits that are no rights are none.
    pub const fn from_bits(bits: u64) -> Rights {
        Rights(bits as u32 & ((1 << 30) - 1))
    }

    /// The rights as the guest sees them.
    pub const fn bits(self) -> u64 {
        self.0 as u64
    }

    /// These rights and those.
    pub const fn and(self, others: Rights) -> Rights {
        Rights(self.0 | others.0)
    }

    /// Only those of these rights that are among the others.
    pub const fn within(self, others: Rights) -> Rights {
        Rights(self.0 & others.0)
    }

    /// These rights without the others.
    pub const fn without(self, others: Rights) -> Rights {
        Rights(self.0 & !others.0)
    }

    /// These rights, or none.
    pub const fn when(self, condition: bool) -> Rights {
        if condition { self } else { Rights::NONE }
    }

    /// Whether some of the others are among these rights.
    pub const fn has_any(self, others: Rights) -> bool {
        self.0 & others.0 != 0
    }

    /// Says that a right is missing unless all of the others are among these.
    pub const fn require(self, others: Rights) -> Result<(), Errno> {
        if others.0 & !self.0 == 0 { Ok(()) } else { Err(Errno::Notcapable) }
    }
}
