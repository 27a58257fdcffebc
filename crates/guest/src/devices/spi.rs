//! SPI: a device on a bus, which selects its chip by itself.

use core::array;

use embedded_hal::spi::{Error as _, Operation, SpiDevice as Chip};

use super::code::{Call, Code, Outcome};
use super::delay::SLICE_NS;
use super::lend::{OPERATIONS_MAX, Record, Records};
use super::table::{Device, Devices, Handle};
use crate::claim::Address;
use crate::host::host_functions;

/// A device, its type erased.
pub(super) trait SpiDevice {
    fn read(&mut self, to: &mut [u8]) -> Result<(), Code>;
    fn write(&mut self, from: &[u8]) -> Result<(), Code>;
    fn transfer(&mut self, to: &mut [u8], from: &[u8]) -> Result<(), Code>;
    fn transfer_in_place(&mut self, bytes: &mut [u8]) -> Result<(), Code>;
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Code>;
}

impl<C: Chip> SpiDevice for C {
    fn read(&mut self, to: &mut [u8]) -> Result<(), Code> {
        Chip::read(self, to).map_err(|error| error.kind().into())
    }

    fn write(&mut self, from: &[u8]) -> Result<(), Code> {
        Chip::write(self, from).map_err(|error| error.kind().into())
    }

    fn transfer(&mut self, to: &mut [u8], from: &[u8]) -> Result<(), Code> {
        Chip::transfer(self, to, from).map_err(|error| error.kind().into())
    }

    fn transfer_in_place(&mut self, bytes: &mut [u8]) -> Result<(), Code> {
        Chip::transfer_in_place(self, bytes).map_err(|error| error.kind().into())
    }

    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Code> {
        Chip::transaction(self, operations).map_err(|error| error.kind().into())
    }
}

/// The device, if the guest moves no more than it may.
fn spi(devices: &mut Devices, handle: Handle, bytes: u64) -> Result<&mut dyn SpiDevice, Code> {
    let bytes_max = devices.transfer_bytes_max();
    let Device::Spi(device) = devices.device(handle)? else {
        return Err(Code::WrongKind);
    };
    if bytes > bytes_max.into() { Err(Code::InvalidArgument) } else { Ok(&mut **device) }
}

/// The part for SPI.
#[derive(Debug)]
pub struct Spi;

#[host_functions(state = Devices)]
impl Spi {
    /// Reads as many bytes as there is room for; what is written meanwhile is the machine's choice.
    fn spi_read(call: &mut Call<'_>, handle: Handle, to: Address<u8>, to_bytes: u32) -> Outcome {
        let to = call.memory.bytes_mut(to.claim(to_bytes))?;
        spi(call.state, handle, to_bytes.into())?.read(to)?;
        Ok(0)
    }

    /// Writes bytes; what comes back meanwhile is dropped.
    fn spi_write(call: &mut Call<'_>, handle: Handle, from: Address<u8>, from_bytes: u32) -> Outcome {
        let from = call.memory.bytes(from.claim(from_bytes))?;
        spi(call.state, handle, from_bytes.into())?.write(from)?;
        Ok(0)
    }

    /// Reads and writes at the same time; the longer of the two says how many bytes. They must not overlap.
    fn spi_transfer(
        call: &mut Call<'_>,
        handle: Handle,
        to: Address<u8>,
        to_bytes: u32,
        from: Address<u8>,
        from_bytes: u32,
    ) -> Outcome {
        let lent = [(to.get().into(), to_bytes.into()), (from.get().into(), from_bytes.into())];
        let [to, from] = call.memory.lend_mut(lent)?;
        spi(call.state, handle, to_bytes.max(from_bytes).into())?.transfer(to, from)?;
        Ok(0)
    }

    /// Writes bytes, and puts what comes back in their place.
    fn spi_transfer_in_place(call: &mut Call<'_>, handle: Handle, bytes: Address<u8>, count: u32) -> Outcome {
        let bytes = call.memory.bytes_mut(bytes.claim(count))?;
        spi(call.state, handle, count.into())?.transfer_in_place(bytes)?;
        Ok(0)
    }

    /// Several operations as one transaction, during which the chip stays selected: a list of [`Record`]s. Delays in it
    /// may take 10 ms together.
    fn spi_transaction(call: &mut Call<'_>, handle: Handle, operations: Address<Record>, count: u32) -> Outcome {
        let records = Records::load(&call.memory, operations, count)?;
        let device = spi(call.state, handle, records.bytes())?;
        let is_known = |record: &Record| (Record::READ..=Record::DELAY).contains(&record.kind);
        if records.delay_ns() > SLICE_NS.into() || !records.as_slice().iter().all(is_known) {
            return Err(Code::InvalidArgument.into());
        }
        let lent = records.lend(&mut call.memory)?;
        let mut list: [Operation<'_, u8>; OPERATIONS_MAX] = array::from_fn(|_| Operation::DelayNs(0));
        for ((operation, record), lent) in list.iter_mut().zip(records.as_slice()).zip(lent) {
            *operation = match record.kind {
                Record::READ => Operation::Read(lent.to),
                Record::WRITE => Operation::Write(lent.from),
                Record::TRANSFER => Operation::Transfer(lent.to, lent.from),
                Record::TRANSFER_IN_PLACE => Operation::TransferInPlace(lent.to),
                _ => Operation::DelayNs(record.delay_ns),
            };
        }
        device.transaction(list.get_mut(..count as usize).unwrap_or_default())?;
        Ok(0)
    }
}
