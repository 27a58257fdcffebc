//! Serial ports: bytes that come whenever they come.

use embedded_io::{Error as _, ErrorKind, Read, ReadReady, Write};

use super::code::{Call, Code, Outcome, Refusal};
use super::delay::delay;
use super::input::{LOOKS, POLL_NS};
use super::table::{Device, Devices, Handle};
use crate::claim::Address;
use crate::host::{Stop, host_functions};

/// The most bytes that one call reads or writes: 67 ms at 9600 baud, after which the guest can be interrupted.
pub const SERIAL_BYTES_MAX: u32 = 64;

/// A port, its type erased.
pub(super) trait SerialDevice {
    fn has_bytes(&mut self) -> Result<bool, Code>;
    fn take(&mut self, to: &mut [u8]) -> Result<usize, Code>;
    fn put(&mut self, from: &[u8]) -> Result<usize, Code>;
    fn finish(&mut self) -> Result<(), Code>;
}

impl<P: Read + ReadReady + Write> SerialDevice for P {
    fn has_bytes(&mut self) -> Result<bool, Code> {
        self.read_ready().map_err(|error| error.kind().into())
    }

    fn take(&mut self, to: &mut [u8]) -> Result<usize, Code> {
        self.read(to).map_err(|error| error.kind().into())
    }

    fn put(&mut self, from: &[u8]) -> Result<usize, Code> {
        self.write(from).map_err(|error| error.kind().into())
    }

    fn finish(&mut self) -> Result<(), Code> {
        self.flush().map_err(|error| error.kind().into())
    }
}

impl From<ErrorKind> for Code {
    fn from(kind: ErrorKind) -> Code {
        match kind {
            ErrorKind::Unsupported => Code::Unsupported,
            ErrorKind::InvalidInput => Code::InvalidArgument,
            _ => Code::Failed,
        }
    }
}

fn serial(devices: &mut Devices, handle: Handle) -> Result<&mut dyn SerialDevice, Code> {
    match devices.device(handle)? {
        Device::Serial(port) => Ok(&mut **port),
        _ => Err(Code::WrongKind),
    }
}

/// The part for serial ports.
#[derive(Debug)]
pub struct Serial;

#[host_functions(state = Devices)]
impl Serial {
    /// Reads what has come, up to [`SERIAL_BYTES_MAX`]: how many bytes that is. Waits for the first, but no longer than
    /// `timeout_ns`, after which it is 0. The port is looked at every 100 µs, and the waiting is done by a delay that the
    /// guest has open; without a timeout, there is no waiting and no delay is needed.
    fn serial_read(
        call: &mut Call<'_>,
        handle: Handle,
        to: Address<u8>,
        to_bytes: u32,
        pause: Handle,
        timeout_ns: u64,
    ) -> Outcome {
        let claim = to.claim(to_bytes.min(SERIAL_BYTES_MAX));
        call.memory.check(to.claim(to_bytes))?;
        let mut waited = call.progress.since.unwrap_or(0);
        for _ in 0..LOOKS {
            let port = serial(call.state, handle)?;
            if to_bytes == 0 || port.has_bytes()? {
                let to = call.memory.bytes_mut(claim)?;
                return Ok(if to.is_empty() { 0 } else { port.take(to)?.min(to.len()) as u32 });
            }
            if waited >= timeout_ns {
                return Ok(0);
            }
            waited = delay(call.state, pause)?.wait(waited, timeout_ns, POLL_NS);
        }
        call.progress.since = Some(waited);
        Err(Refusal::Stop(Stop::Again))
    }

    /// Writes as many of the bytes as the port takes at once, up to [`SERIAL_BYTES_MAX`]: how many that is.
    fn serial_write(call: &mut Call<'_>, handle: Handle, from: Address<u8>, from_bytes: u32) -> Outcome {
        call.memory.check(from.claim(from_bytes))?;
        let from = call.memory.bytes(from.claim(from_bytes.min(SERIAL_BYTES_MAX)))?;
        let port = serial(call.state, handle)?;
        Ok(if from.is_empty() { 0 } else { port.put(from)?.min(from.len()) as u32 })
    }

    /// Waits until all that was written has left.
    fn serial_flush(call: &mut Call<'_>, handle: Handle) -> Outcome {
        serial(call.state, handle)?.finish()?;
        Ok(0)
    }
}
