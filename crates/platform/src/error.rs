//! Why the machine did not do what it was asked for.

use core::fmt;

macro_rules! errors {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal)*) => {
        /// Why an operation of the machine failed.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[repr(u8)]
        pub enum Error {
            $($(#[doc = $doc])* $name,)*
        }

        impl Error {
            /// Every error there is.
            pub const ALL: &[Error] = &[$(Error::$name),*];

            fn text(self) -> &'static str {
                match self {
                    $(Error::$name => $text,)*
                }
            }
        }
    };
}

errors! {
    /// The machine has no such device, or the device can't do this.
    Unsupported "not supported by this machine"
    /// Nobody is at the other end any more (a broken pipe).
    Closed "the other end is closed"
    /// The device failed.
    Failed "input or output failed"
    /// It would have to wait: nothing has happened, and the same may be asked again.
    WouldBlock "it would have to wait"
    /// An argument makes no sense here.
    Invalid "invalid argument"
    /// No memory, or as many things are open as can be.
    Exhausted "out of memory or handles"
    /// Nothing open has this handle, or it was opened for something else: read, not written.
    BadHandle "the handle is not open for this"

    /// There is nothing of that name.
    NotFound "no such file or directory"
    /// There already is something of that name.
    Exists "the file exists"
    /// A directory is needed and this is none.
    NotDirectory "not a directory"
    /// This is a directory, and what was asked for cannot be done with one.
    IsDirectory "is a directory"
    /// Only an empty directory can go.
    NotEmpty "the directory is not empty"
    /// The path leads out of the tree that it may name.
    Escapes "the path leaves its directory"
    /// Whoever guards the file says no.
    Denied "permission denied"
    /// Nobody may do that, whoever they are: give a directory another name.
    NotPermitted "operation not permitted"
    /// The tree cannot be changed.
    ReadOnly "read-only file system"
    /// The medium is full.
    NoSpace "no space left"
    /// The file would be larger than the file system can hold.
    TooLarge "the file is too large"
    /// A name, or the path, is longer than the file system can hold.
    NameTooLong "the name is too long"
    /// The name is not one that this file system can have.
    BadName "the name is not valid text"
    /// Symbolic links lead in a circle, or one stands where none is followed.
    Loop "too many symbolic links"
    /// It has as many names as the file system can hold.
    TooManyLinks "too many links"
    /// The two places are in different file systems.
    CrossDevice "not on the same file system"
    /// Somebody uses it.
    Busy "the resource is busy"
    /// It has no positions: a pipe, a terminal.
    NotSeekable "it has no positions"

    /// The other side does not want the connection.
    Refused "connection refused"
    /// The other side has dropped the connection.
    Reset "connection reset"
    /// The connection ended before it was accepted.
    Aborted "connection aborted"
    /// There is no connection yet, or no longer.
    NotConnected "not connected"
    /// There is a connection already.
    Connected "already connected"
    /// Somebody uses the address.
    AddressInUse "the address is in use"
    /// The address is none of this machine's.
    NoAddress "the address is not available"
    /// No way leads there.
    Unreachable "no route to the host"
    /// The other side did not answer in time.
    TimedOut "timed out"
    /// The datagram does not fit.
    MessageTooLong "the message is too long"
}

const _: () = assert!(size_of::<Result<(), Error>>() == 1);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}
