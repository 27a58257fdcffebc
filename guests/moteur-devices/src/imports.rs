//! What the host offers, as it is: one function per row of the host's table, in the same order. Every function returns a
//! number from 0 on, or one of the codes of [`Error`](crate::Error).

/// What a device is opened as.
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum Kind {
    Output = 1,
    Input = 2,
    I2c = 3,
    Spi = 4,
    Pwm = 5,
    Delay = 6,
    Serial = 7,
}

#[link(wasm_import_module = "moteur_devices")]
unsafe extern "C" {
    pub fn open(kind: u32, name: *const u8, name_bytes: usize) -> i32;
    pub safe fn close(handle: u32) -> i32;
    pub safe fn output_set(handle: u32, high: u32) -> i32;
    pub safe fn output_get(handle: u32) -> i32;
    pub safe fn output_toggle(handle: u32) -> i32;
    pub safe fn input_get(handle: u32) -> i32;
    pub safe fn input_wait(handle: u32, pause: u32, high: u32, timeout_ns: u64) -> i32;
    pub fn i2c_read(handle: u32, address: u32, to: *mut u8, to_bytes: usize) -> i32;
    pub fn i2c_write(handle: u32, address: u32, from: *const u8, from_bytes: usize) -> i32;
    pub fn i2c_write_read(
        handle: u32,
        address: u32,
        from: *const u8,
        from_bytes: usize,
        to: *mut u8,
        to_bytes: usize,
    ) -> i32;
    pub fn i2c_transaction(handle: u32, address: u32, operations: *const Record, count: usize) -> i32;
    pub fn spi_read(handle: u32, to: *mut u8, to_bytes: usize) -> i32;
    pub fn spi_write(handle: u32, from: *const u8, from_bytes: usize) -> i32;
    pub fn spi_transfer(handle: u32, to: *mut u8, to_bytes: usize, from: *const u8, from_bytes: usize) -> i32;
    pub fn spi_transfer_in_place(handle: u32, bytes: *mut u8, count: usize) -> i32;
    pub fn spi_transaction(handle: u32, operations: *const Record, count: usize) -> i32;
    pub safe fn pwm_max_duty(handle: u32) -> i32;
    pub safe fn pwm_set_duty(handle: u32, duty: u32) -> i32;
    pub safe fn delay_ns(handle: u32, ns: u64) -> i32;
    pub fn serial_read(handle: u32, to: *mut u8, to_bytes: usize, pause: u32, timeout_ns: u64) -> i32;
    pub fn serial_write(handle: u32, from: *const u8, from_bytes: usize) -> i32;
    pub safe fn serial_flush(handle: u32) -> i32;
}

/// The most operations in one transaction.
pub const OPERATIONS_MAX: usize = 16;

/// One operation of a transaction: six words of 32 bits.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Record {
    kind: u32,
    to: *mut u8,
    to_bytes: usize,
    from: *const u8,
    from_bytes: usize,
    delay_ns: u32,
}

const _: () = assert!(size_of::<Record>() == 8 + 4 * size_of::<usize>());

impl Record {
    const READ: u32 = 1;
    const WRITE: u32 = 2;
    const TRANSFER: u32 = 3;
    const TRANSFER_IN_PLACE: u32 = 4;
    const DELAY: u32 = 5;

    /// What no transaction has; the host refuses it.
    pub const NONE: Record =
        Record { kind: 0, to: core::ptr::null_mut(), to_bytes: 0, from: core::ptr::null(), from_bytes: 0, delay_ns: 0 };

    pub fn read(to: &mut [u8]) -> Record {
        Record { kind: Record::READ, to: to.as_mut_ptr(), to_bytes: to.len(), ..Record::NONE }
    }

    pub fn write(from: &[u8]) -> Record {
        Record { kind: Record::WRITE, from: from.as_ptr(), from_bytes: from.len(), ..Record::NONE }
    }

    pub fn transfer(to: &mut [u8], from: &[u8]) -> Record {
        Record { kind: Record::TRANSFER, from: from.as_ptr(), from_bytes: from.len(), ..Record::read(to) }
    }

    pub fn transfer_in_place(bytes: &mut [u8]) -> Record {
        Record { kind: Record::TRANSFER_IN_PLACE, ..Record::read(bytes) }
    }

    pub fn delay(delay_ns: u32) -> Record {
        Record { kind: Record::DELAY, delay_ns, ..Record::NONE }
    }
}
