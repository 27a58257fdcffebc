//! What only Linux and Android have.

use rust_std::io;

use socket2::{SockAddr, Socket};

/// No signal when the other end is closed: the error says so (`MSG_NOSIGNAL`).
pub const SEND_FLAGS: i32 = 0x4000;

/// What has become of a connection. To ask for it once more tells, and makes the socket good for another try.
pub fn finish_connecting(socket: &Socket, address: &SockAddr) -> io::Result<()> {
    socket.connect(address)
}

/// Whether what is received is acknowledged at once.
pub fn quick_ack(socket: &Socket) -> io::Result<bool> {
    socket.tcp_quickack()
}

/// Sets whether what is received is acknowledged at once.
pub fn set_quick_ack(socket: &Socket, on: bool) -> io::Result<()> {
    socket.set_tcp_quickack(on)
}
