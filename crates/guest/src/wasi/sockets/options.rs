//! WAMR's options of sockets. The numbers are those of its library: seconds, microseconds and bytes.
//!
//! Some are kept here and never reach the system. How long receiving and sending wait is what the guest's call does. A
//! closed socket that lingers would hold up the whole process, so the system goes on to send in the background, and only
//! the demand to drop at once what was not sent is handed on. That the first bytes may go along with the request to connect
//! permits something that nobody has to do.

use moteur_platform::{Error, SocketOption};

use super::socket::{Known, Socket, find};
use crate::claim::Address;
use crate::host::host_functions;
use crate::wasi::Wasi;
use crate::wasi::call::{Call, Fd, Outcome};
use crate::wasi::errno::Errno;
use crate::wasi::rights::Rights;

const NS_PER_S: u64 = 1_000_000_000;
const NS_PER_US: u64 = 1_000;

/// The part that sets options of sockets, as WAMR extends WASI.
#[derive(Debug)]
pub struct SocketOptions;

#[host_functions(state = Wasi)]
impl SocketOptions {
    fn sock_get_broadcast(call: &mut Call<'_>, fd: Fd, on: Address<u8>) -> Outcome {
        get_flag(call, fd, SocketOption::Broadcast, on)
    }

    fn sock_set_broadcast(call: &mut Call<'_>, fd: Fd, on: bool) -> Outcome {
        set(call, fd, SocketOption::Broadcast, u64::from(on))
    }

    fn sock_get_keep_alive(call: &mut Call<'_>, fd: Fd, on: Address<u8>) -> Outcome {
        get_flag(call, fd, SocketOption::KeepAlive, on)
    }

    fn sock_set_keep_alive(call: &mut Call<'_>, fd: Fd, on: bool) -> Outcome {
        set(call, fd, SocketOption::KeepAlive, u64::from(on))
    }

    fn sock_get_reuse_addr(call: &mut Call<'_>, fd: Fd, on: Address<u8>) -> Outcome {
        get_flag(call, fd, SocketOption::ReuseAddress, on)
    }

    fn sock_set_reuse_addr(call: &mut Call<'_>, fd: Fd, on: bool) -> Outcome {
        set(call, fd, SocketOption::ReuseAddress, u64::from(on))
    }

    fn sock_get_reuse_port(call: &mut Call<'_>, fd: Fd, on: Address<u8>) -> Outcome {
        get_flag(call, fd, SocketOption::ReusePort, on)
    }

    fn sock_set_reuse_port(call: &mut Call<'_>, fd: Fd, on: bool) -> Outcome {
        set(call, fd, SocketOption::ReusePort, u64::from(on))
    }

    fn sock_get_tcp_no_delay(call: &mut Call<'_>, fd: Fd, on: Address<u8>) -> Outcome {
        get_flag(call, fd, SocketOption::NoDelay, on)
    }

    fn sock_set_tcp_no_delay(call: &mut Call<'_>, fd: Fd, on: bool) -> Outcome {
        set(call, fd, SocketOption::NoDelay, u64::from(on))
    }

    fn sock_get_tcp_quick_ack(call: &mut Call<'_>, fd: Fd, on: Address<u8>) -> Outcome {
        get_flag(call, fd, SocketOption::QuickAck, on)
    }

    fn sock_set_tcp_quick_ack(call: &mut Call<'_>, fd: Fd, on: bool) -> Outcome {
        set(call, fd, SocketOption::QuickAck, u64::from(on))
    }

    fn sock_get_ipv6_only(call: &mut Call<'_>, fd: Fd, on: Address<u8>) -> Outcome {
        get_flag(call, fd, SocketOption::OnlyV6, on)
    }

    fn sock_set_ipv6_only(call: &mut Call<'_>, fd: Fd, on: bool) -> Outcome {
        set(call, fd, SocketOption::OnlyV6, u64::from(on))
    }

    fn sock_get_recv_buf_size(call: &mut Call<'_>, fd: Fd, bytes: Address<u32>) -> Outcome {
        get_size(call, fd, SocketOption::ReceiveBufferBytes, bytes)
    }

    fn sock_set_recv_buf_size(call: &mut Call<'_>, fd: Fd, bytes: u32) -> Outcome {
        set(call, fd, SocketOption::ReceiveBufferBytes, u64::from(bytes))
    }

    fn sock_get_send_buf_size(call: &mut Call<'_>, fd: Fd, bytes: Address<u32>) -> Outcome {
        get_size(call, fd, SocketOption::SendBufferBytes, bytes)
    }

    fn sock_set_send_buf_size(call: &mut Call<'_>, fd: Fd, bytes: u32) -> Outcome {
        set(call, fd, SocketOption::SendBufferBytes, u64::from(bytes))
    }

    fn sock_get_tcp_keep_idle(call: &mut Call<'_>, fd: Fd, seconds: Address<u32>) -> Outcome {
        get_seconds(call, fd, SocketOption::KeepAliveIdle, seconds)
    }

    fn sock_set_tcp_keep_idle(call: &mut Call<'_>, fd: Fd, seconds: u32) -> Outcome {
        set(call, fd, SocketOption::KeepAliveIdle, u64::from(seconds).saturating_mul(NS_PER_S))
    }

    fn sock_get_tcp_keep_intvl(call: &mut Call<'_>, fd: Fd, seconds: Address<u32>) -> Outcome {
        get_seconds(call, fd, SocketOption::KeepAliveInterval, seconds)
    }

    fn sock_set_tcp_keep_intvl(call: &mut Call<'_>, fd: Fd, seconds: u32) -> Outcome {
        set(call, fd, SocketOption::KeepAliveInterval, u64::from(seconds).saturating_mul(NS_PER_S))
    }

    fn sock_get_ip_ttl(call: &mut Call<'_>, fd: Fd, hops: Address<u8>) -> Outcome {
        get_hops(call, fd, SocketOption::TimeToLive, hops)
    }

    fn sock_set_ip_ttl(call: &mut Call<'_>, fd: Fd, hops: u32) -> Outcome {
        set(call, fd, SocketOption::TimeToLive, u64::from(hops))
    }

    fn sock_get_ip_multicast_ttl(call: &mut Call<'_>, fd: Fd, hops: Address<u8>) -> Outcome {
        get_hops(call, fd, SocketOption::MulticastTimeToLive, hops)
    }

    fn sock_set_ip_multicast_ttl(call: &mut Call<'_>, fd: Fd, hops: u32) -> Outcome {
        set(call, fd, SocketOption::MulticastTimeToLive, u64::from(hops))
    }

    fn sock_get_ip_multicast_loop(call: &mut Call<'_>, fd: Fd, is_v6: bool, on: Address<u8>) -> Outcome {
        get_flag(call, fd, multicast_loop(is_v6), on)
    }

    fn sock_set_ip_multicast_loop(call: &mut Call<'_>, fd: Fd, is_v6: bool, on: bool) -> Outcome {
        set(call, fd, multicast_loop(is_v6), u64::from(on))
    }

    fn sock_get_recv_timeout(call: &mut Call<'_>, fd: Fd, us: Address<u64>) -> Outcome {
        let (socket, _) = find(call, fd, Rights::NONE)?;
        call.memory.write(us, socket.receive_timeout_ns / NS_PER_US)?;
        Ok(())
    }

    fn sock_set_recv_timeout(call: &mut Call<'_>, fd: Fd, us: u64) -> Outcome {
        let timeout_ns = timeout_ns(call, us)?;
        known(call, fd)?.receive_timeout_ns = timeout_ns;
        Ok(())
    }

    fn sock_get_send_timeout(call: &mut Call<'_>, fd: Fd, us: Address<u64>) -> Outcome {
        let (socket, _) = find(call, fd, Rights::NONE)?;
        call.memory.write(us, socket.send_timeout_ns / NS_PER_US)?;
        Ok(())
    }

    fn sock_set_send_timeout(call: &mut Call<'_>, fd: Fd, us: u64) -> Outcome {
        let timeout_ns = timeout_ns(call, us)?;
        known(call, fd)?.send_timeout_ns = timeout_ns;
        Ok(())
    }

    fn sock_get_linger(call: &mut Call<'_>, fd: Fd, on: Address<u8>, seconds: Address<u32>) -> Outcome {
        let (socket, _) = find(call, fd, Rights::NONE)?;
        call.memory.check(on.one())?;
        call.memory.write(seconds, socket.linger_s.unwrap_or(0))?;
        call.memory.write(on, u8::from(socket.linger_s.is_some()))?;
        Ok(())
    }

    fn sock_set_linger(call: &mut Call<'_>, fd: Fd, on: bool, seconds: u32) -> Outcome {
        let linger_s = on.then_some(seconds);
        let handed_on = if linger_s == Some(0) { 0 } else { u64::MAX };
        set(call, fd, SocketOption::Linger, handed_on)?;
        known(call, fd)?.linger_s = linger_s;
        Ok(())
    }

    fn sock_get_tcp_fastopen_connect(call: &mut Call<'_>, fd: Fd, on: Address<u8>) -> Outcome {
        let (socket, _) = find(call, fd, Rights::NONE)?;
        call.memory.write(on, u8::from(socket.fast_open))?;
        Ok(())
    }

    fn sock_set_tcp_fastopen_connect(call: &mut Call<'_>, fd: Fd, on: bool) -> Outcome {
        known(call, fd)?.fast_open = on;
        Ok(())
    }
}

/// What is known about the socket, to be changed.
fn known<'c>(call: &'c mut Call<'_>, fd: Fd) -> Result<&'c mut Socket, Errno> {
    call.state.descriptors.socket(fd, Rights::NONE).map(|(socket, _)| socket)
}

/// The option of that family.
fn multicast_loop(is_v6: bool) -> SocketOption {
    if is_v6 { SocketOption::MulticastLoopV6 } else { SocketOption::MulticastLoopV4 }
}

/// A time to wait, on a machine that can tell when it is over.
fn timeout_ns(call: &Call<'_>, us: u64) -> Result<u64, Errno> {
    call.state.platform.clock().ok_or(Errno::Notsup)?;
    Ok(us.saturating_mul(NS_PER_US))
}

fn set(call: &mut Call<'_>, fd: Fd, option: SocketOption, value: u64) -> Outcome {
    let (socket, _) = find(call, fd, Rights::NONE)?;
    socket.network.set_option(socket.handle, option, value).map_err(errno)?;
    Ok(())
}

fn get(call: &mut Call<'_>, fd: Fd, option: SocketOption) -> Result<u64, Errno> {
    let (Known { network, handle, .. }, _) = find(call, fd, Rights::NONE)?;
    network.option(handle, option).map_err(errno)
}

fn get_flag(call: &mut Call<'_>, fd: Fd, option: SocketOption, on: Address<u8>) -> Outcome {
    let value = get(call, fd, option)?;
    call.memory.write(on, u8::from(value != 0))?;
    Ok(())
}

fn get_size(call: &mut Call<'_>, fd: Fd, option: SocketOption, bytes: Address<u32>) -> Outcome {
    let value = get(call, fd, option)?;
    call.memory.write(bytes, u32::try_from(value).unwrap_or(u32::MAX))?;
    Ok(())
}

fn get_seconds(call: &mut Call<'_>, fd: Fd, option: SocketOption, seconds: Address<u32>) -> Outcome {
    let value = get(call, fd, option)? / NS_PER_S;
    call.memory.write(seconds, u32::try_from(value).unwrap_or(u32::MAX))?;
    Ok(())
}

fn get_hops(call: &mut Call<'_>, fd: Fd, option: SocketOption, hops: Address<u8>) -> Outcome {
    let value = get(call, fd, option)?;
    call.memory.write(hops, u8::try_from(value).unwrap_or(u8::MAX))?;
    Ok(())
}

/// An option that the system does not have is one thing, a function that is not there another.
fn errno(error: Error) -> Errno {
    match error {
        Error::Unsupported => Errno::Noprotoopt,
        error => error.into(),
    }
}
