//! What can be set for a socket and asked of it.

use core::time::Duration;

use rust_std::io;
use socket2::{Socket, TcpKeepalive};

use super::failure::error;
use super::{Open, linux, system};
use crate::{Error, Family, SocketOption};

/// The value of an option.
pub fn get(open: &Open, option: SocketOption) -> Result<u64, Error> {
    let socket = &open.socket;
    let flag = |flag: io::Result<bool>| flag.map(u64::from).map_err(error);
    let size = |size: io::Result<usize>| size.map(|size| size as u64).map_err(error);
    let count = |count: io::Result<u32>| count.map(u64::from).map_err(error);
    let time = |time: io::Result<Duration>| time.map(nanoseconds).map_err(error);
    match (option, open.family) {
        (SocketOption::ReuseAddress, _) => flag(socket.reuse_address()),
        (SocketOption::ReusePort, _) => flag(system::reuse_port(socket)),
        (SocketOption::KeepAlive, _) => flag(socket.keepalive()),
        (SocketOption::KeepAliveIdle, _) => time(system::keep_alive_idle(socket)),
        (SocketOption::KeepAliveInterval, _) => time(system::keep_alive_interval(socket)),
        (SocketOption::Linger, _) => socket.linger().map(|time| time.map_or(u64::MAX, nanoseconds)).map_err(error),
        (SocketOption::Broadcast, _) => flag(socket.broadcast()),
        (SocketOption::NoDelay, _) => flag(socket.tcp_nodelay()),
        (SocketOption::QuickAck, _) => flag(linux::quick_ack(socket)),
        (SocketOption::SendBufferBytes, _) => size(socket.send_buffer_size()),
        (SocketOption::ReceiveBufferBytes, _) => size(socket.recv_buffer_size()),
        (SocketOption::TimeToLive, Family::V4) => count(socket.ttl_v4()),
        (SocketOption::TimeToLive, Family::V6) => count(socket.unicast_hops_v6()),
        (SocketOption::MulticastTimeToLive, Family::V4) => count(socket.multicast_ttl_v4()),
        (SocketOption::MulticastTimeToLive, Family::V6) => count(socket.multicast_hops_v6()),
        (SocketOption::MulticastLoopV4, _) => flag(socket.multicast_loop_v4()),
        (SocketOption::MulticastLoopV6, _) => flag(socket.multicast_loop_v6()),
        (SocketOption::OnlyV6, _) => flag(socket.only_v6()),
    }
}

/// Sets an option.
pub fn set(open: &Open, option: SocketOption, value: u64) -> Result<(), Error> {
    let socket = &open.socket;
    let flag = value != 0;
    let size = || usize::try_from(value).map_err(|_| Error::Invalid);
    let hops = || u8::try_from(value).map(u32::from).map_err(|_| Error::Invalid);
    let time = Duration::from_nanos(value);
    match (option, open.family) {
        (SocketOption::ReuseAddress, _) => socket.set_reuse_address(flag),
        (SocketOption::ReusePort, _) => system::set_reuse_port(socket, flag),
        (SocketOption::KeepAlive, _) => socket.set_keepalive(flag),
        (SocketOption::KeepAliveIdle, _) => keep_alive(socket, |times| times.with_time(time)),
        (SocketOption::KeepAliveInterval, _) => keep_alive(socket, |times| times.with_interval(time)),
        (SocketOption::Linger, _) => socket.set_linger((value != u64::MAX).then_some(time)),
        (SocketOption::Broadcast, _) => socket.set_broadcast(flag),
        (SocketOption::NoDelay, _) => socket.set_tcp_nodelay(flag),
        (SocketOption::QuickAck, _) => linux::set_quick_ack(socket, flag),
        (SocketOption::SendBufferBytes, _) => socket.set_send_buffer_size(size()?),
        (SocketOption::ReceiveBufferBytes, _) => socket.set_recv_buffer_size(size()?),
        (SocketOption::TimeToLive, Family::V4) => socket.set_ttl_v4(hops()?),
        (SocketOption::TimeToLive, Family::V6) => socket.set_unicast_hops_v6(hops()?),
        (SocketOption::MulticastTimeToLive, Family::V4) => socket.set_multicast_ttl_v4(hops()?),
        (SocketOption::MulticastTimeToLive, Family::V6) => socket.set_multicast_hops_v6(hops()?),
        (SocketOption::MulticastLoopV4, _) => socket.set_multicast_loop_v4(flag),
        (SocketOption::MulticastLoopV6, _) => socket.set_multicast_loop_v6(flag),
        (SocketOption::OnlyV6, _) => socket.set_only_v6(flag),
    }
    .map_err(error)
}

/// Sets one of the times of keeping alive. `socket2` switches it on along with them; whether it is on is not theirs to
/// say, so that is put back.
fn keep_alive(socket: &Socket, set: impl FnOnce(TcpKeepalive) -> TcpKeepalive) -> io::Result<()> {
    let was_on = socket.keepalive()?;
    let result = socket.set_tcp_keepalive(&set(TcpKeepalive::new()));
    socket.set_keepalive(was_on)?;
    result
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
