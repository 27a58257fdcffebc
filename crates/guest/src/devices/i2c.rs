//! I2C: a bus, or some of its addresses.

use core::array;
use core::ops::RangeInclusive;

use embedded_hal::i2c::{Error as _, I2c as Bus, Operation};
use moteur::pool::Box;

use super::code::{Call, Code, Outcome};
use super::lend::{OPERATIONS_MAX, Record, Records};
use super::table::{Device, Devices, Handle};
use crate::claim::Address;
use crate::host::host_functions;

/// A bus, its type erased.
pub(super) trait I2cBus {
    fn read(&mut self, address: u8, to: &mut [u8]) -> Result<(), Code>;
    fn write(&mut self, address: u8, from: &[u8]) -> Result<(), Code>;
    fn write_read(&mut self, address: u8, from: &[u8], to: &mut [u8]) -> Result<(), Code>;
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Code>;
}

// Each function by itself: what a driver of the machine has made of `read` may be better than what the trait does.
impl<B: Bus> I2cBus for B {
    fn read(&mut self, address: u8, to: &mut [u8]) -> Result<(), Code> {
        Bus::read(self, address, to).map_err(|error| error.kind().into())
    }

    fn write(&mut self, address: u8, from: &[u8]) -> Result<(), Code> {
        Bus::write(self, address, from).map_err(|error| error.kind().into())
    }

    fn write_read(&mut self, address: u8, from: &[u8], to: &mut [u8]) -> Result<(), Code> {
        Bus::write_read(self, address, from, to).map_err(|error| error.kind().into())
    }

    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Code> {
        Bus::transaction(self, address, operations).map_err(|error| error.kind().into())
    }
}

/// What the guest has of a bus.
pub(super) struct I2cDevice {
    pub bus: Box<dyn I2cBus>,
    pub addresses: RangeInclusive<u8>,
}

/// The bus, and the address on it, if the guest may talk to it and moves no more than it may.
fn bus(devices: &mut Devices, handle: Handle, address: u32, bytes: u64) -> Result<(&mut dyn I2cBus, u8), Code> {
    let bytes_max = devices.transfer_bytes_max();
    let Device::I2c(I2cDevice { bus, addresses }) = devices.device(handle)? else {
        return Err(Code::WrongKind);
    };
    let address = u8::try_from(address).ok().filter(|address| *address < 0x80).ok_or(Code::InvalidArgument)?;
    if !addresses.contains(&address) {
        return Err(Code::NotPermitted);
    }
    if bytes > bytes_max.into() {
        return Err(Code::InvalidArgument);
    }
    Ok((&mut **bus, address))
}

/// The part for I2C. Addresses have 7 bits.
#[derive(Debug)]
pub struct I2c;

#[host_functions(state = Devices)]
impl I2c {
    /// Reads as many bytes as there is room for.
    fn i2c_read(call: &mut Call<'_>, handle: Handle, address: u32, to: Address<u8>, to_bytes: u32) -> Outcome {
        let to = call.memory.bytes_mut(to.claim(to_bytes))?;
        let (bus, address) = bus(call.state, handle, address, to_bytes.into())?;
        bus.read(address, to)?;
        Ok(0)
    }

    /// Writes bytes.
    fn i2c_write(call: &mut Call<'_>, handle: Handle, address: u32, from: Address<u8>, from_bytes: u32) -> Outcome {
        let from = call.memory.bytes(from.claim(from_bytes))?;
        let (bus, address) = bus(call.state, handle, address, from_bytes.into())?;
        bus.write(address, from)?;
        Ok(0)
    }

    /// Writes, and reads without giving the bus away in between. The two must not overlap.
    fn i2c_write_read(
        call: &mut Call<'_>,
        handle: Handle,
        address: u32,
        from: Address<u8>,
        from_bytes: u32,
        to: Address<u8>,
        to_bytes: u32,
    ) -> Outcome {
        let lent = [(from.get().into(), from_bytes.into()), (to.get().into(), to_bytes.into())];
        let [from, to] = call.memory.lend_mut(lent)?;
        let bytes = u64::from(from_bytes).saturating_add(to_bytes.into());
        let (bus, address) = bus(call.state, handle, address, bytes)?;
        bus.write_read(address, from, to)?;
        Ok(0)
    }

    /// Several operations as one transaction: a list of [`Record`]s, of which reads and writes are meant.
    fn i2c_transaction(
        call: &mut Call<'_>,
        handle: Handle,
        address: u32,
        operations: Address<Record>,
        count: u32,
    ) -> Outcome {
        let records = Records::load(&call.memory, operations, count)?;
        let (bus, address) = bus(call.state, handle, address, records.bytes())?;
        if !records.as_slice().iter().all(|record| matches!(record.kind, Record::READ | Record::WRITE)) {
            return Err(Code::InvalidArgument.into());
        }
        let lent = records.lend(&mut call.memory)?;
        let mut list: [Operation<'_>; OPERATIONS_MAX] = array::from_fn(|_| Operation::Write(&[]));
        for ((operation, record), lent) in list.iter_mut().zip(records.as_slice()).zip(lent) {
            *operation = match record.kind {
                Record::READ => Operation::Read(lent.to),
                _ => Operation::Write(lent.from),
            };
        }
        bus.transaction(address, list.get_mut(..count as usize).unwrap_or_default())?;
        Ok(0)
    }
}
