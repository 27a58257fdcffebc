//! What all Unix systems have.

use core::time::Duration;

use rust_std::io::{self, Stdin};
use rust_std::os::fd::{AsFd, BorrowedFd};

use socket2::Socket;

/// Standard input as something to wait for.
pub fn input(input: &Stdin) -> Option<BorrowedFd<'_>> {
    Some(input.as_fd())
}

/// Whether several sockets may have the address.
pub fn reuse_port(socket: &Socket) -> io::Result<bool> {
    socket.reuse_port()
}

/// Sets whether several sockets may have the address.
pub fn set_reuse_port(socket: &Socket, on: bool) -> io::Result<()> {
    socket.set_reuse_port(on)
}

/// How long a connection is silent before it is asked for a sign of life.
pub fn keep_alive_idle(socket: &Socket) -> io::Result<Duration> {
    socket.tcp_keepalive_time()
}

/// How long it is from one such question to the next.
pub fn keep_alive_interval(socket: &Socket) -> io::Result<Duration> {
    socket.tcp_keepalive_interval()
}
