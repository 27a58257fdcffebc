//! What only Linux has, elsewhere.

use rust_std::io::{self, ErrorKind};

use socket2::{SockAddr, Socket};

/// Where a closed other end raises a signal, `socket2` sets an option of the socket, and Rust programs ignore it.
pub const SEND_FLAGS: i32 = 0;

/// What has become of a connection.
pub fn finish_connecting(socket: &Socket, _: &SockAddr) -> io::Result<()> {
    match socket.take_error()? {
        Some(failure) => Err(failure),
        // If it failed, whoever used the socket in between was told why.
        None => socket.peer_addr().map(|_| ()).map_err(|_| ErrorKind::ConnectionAborted.into()),
    }
}

/// There is no such option here.
pub fn quick_ack(_: &Socket) -> io::Result<bool> {
    Err(ErrorKind::Unsupported.into())
}

/// There is no such option here.
pub fn set_quick_ack(_: &Socket, _: bool) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}
