//! Systems that are no Unix: Windows.

use core::time::Duration;

use rust_std::io::{self, ErrorKind, Stdin};

use rustix::fd::BorrowedFd;
use socket2::Socket;

/// Sockets can be waited for here, standard input cannot.
pub fn input(_: &Stdin) -> Option<BorrowedFd<'_>> {
    None
}

/// There is no such option here.
pub fn reuse_port(_: &Socket) -> io::Result<bool> {
    Err(ErrorKind::Unsupported.into())
}

/// There is no such option here.
pub fn set_reuse_port(_: &Socket, _: bool) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// It can be set here, but `socket2` cannot ask for it.
pub fn keep_alive_idle(_: &Socket) -> io::Result<Duration> {
    Err(ErrorKind::Unsupported.into())
}

/// It can be set here, but `socket2` cannot ask for it.
pub fn keep_alive_interval(_: &Socket) -> io::Result<Duration> {
    Err(ErrorKind::Unsupported.into())
}
