//! I2C and SPI: what reaches the bus, and what does not.

use std::vec::Vec;

use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};
use embedded_hal::spi;

use super::mock::{Failure, Mock};
use super::{FAR, Guest, LAST, OUT, code};
use crate::claim::Value;
use crate::devices::{Code, Kind, OPERATIONS_MAX, Record, TRANSFER_BYTES_MAX};

/// Where these tests put their lists of operations.
const LIST: u64 = 1024;

fn i2c() -> (Guest, Mock, u64) {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.devices.i2c_at("sensor", mock.clone(), 0x48..=0x4a).unwrap();
    let handle = guest.open(Kind::I2c, "sensor");
    (guest, mock, handle)
}

fn spi() -> (Guest, Mock, u64) {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.devices.spi("flash", mock.clone()).unwrap();
    let handle = guest.open(Kind::Spi, "flash");
    (guest, mock, handle)
}

/// An operation as a guest lays it: kind, where to read to, where to write from, delay.
fn operation(kind: u32, to: (u32, u32), from: (u32, u32), delay_ns: u32) -> [u32; 6] {
    [kind, to.0, to.1, from.0, from.1, delay_ns]
}

fn put_list(guest: &mut Guest, list: &[[u32; 6]]) {
    let bytes: Vec<u8> = list.as_flattened().iter().flat_map(|word| word.to_le_bytes()).collect();
    guest.put(LIST as usize, &bytes);
}

#[test]
fn bytes_go_to_the_bus_and_come_from_it() {
    let (mut guest, mock, handle) = i2c();
    assert_eq!(guest.call("i2c_write", &[handle, 0x48, 16, 3]), Ok(0));
    assert_eq!(mock.log.take(), "0x48 write [16, 17, 18]");
    assert_eq!(guest.call("i2c_read", &[handle, 0x49, 16, 3]), Ok(0));
    assert_eq!(mock.log.take(), "0x49 read 3");
    assert_eq!(guest.memory[15..20], [15, 0xa0, 0xa1, 0xa2, 19]);
    assert_eq!(guest.call("i2c_write_read", &[handle, 0x4a, 32, 1, 33, 2]), Ok(0));
    assert_eq!(mock.log.take(), "0x4a write [32] read 2");
    assert_eq!(guest.memory[32..36], [32, 0xa0, 0xa1, 35]);
    // Nothing at all is something that a bus may be asked for.
    assert_eq!(guest.call("i2c_write", &[handle, 0x48, LAST + 1, 0]), Ok(0));
    assert_eq!(mock.log.take(), "0x48 write []");
}

#[test]
fn other_addresses_are_refused_before_anything_happens() {
    let (mut guest, mock, handle) = i2c();
    for (address, expected) in [
        (0, Code::NotPermitted),
        (0x47, Code::NotPermitted),
        (0x4b, Code::NotPermitted),
        (0x7f, Code::NotPermitted),
        (0x80, Code::InvalidArgument),
        (0xc8, Code::InvalidArgument),
        (0x148, Code::InvalidArgument),
        (FAR, Code::InvalidArgument),
    ] {
        for (name, rest) in [
            ("i2c_read", &[16, 1][..]),
            ("i2c_write", &[16, 1]),
            ("i2c_write_read", &[16, 1, 17, 1]),
            ("i2c_transaction", &[LIST, 0]),
        ] {
            let words: Vec<u64> = [&[handle, address], rest].concat();
            assert_eq!(guest.call(name, &words), code(expected), "{name} at {address:#x}");
        }
    }
    assert_eq!(mock.log.take(), "");
    assert_eq!(guest.memory[16], 16);
    guest.devices.i2c("all", mock.clone()).unwrap();
    let all = guest.open(Kind::I2c, "all");
    assert_eq!(guest.call("i2c_read", &[all, 0, 16, 1]), Ok(0));
    assert_eq!(guest.call("i2c_read", &[all, 0x7f, 16, 1]), Ok(0));
    assert_eq!(guest.call("i2c_read", &[all, 0x80, 16, 1]), code(Code::InvalidArgument));
}

#[test]
fn slices_outside_of_memory_and_overlapping_ones_end_the_guest() {
    let (mut guest, mock, i2c) = i2c();
    guest.devices.spi("flash", mock.clone()).unwrap();
    let spi = guest.open(Kind::Spi, "flash");
    let before = guest.memory.clone();
    for (address, bytes) in [(LAST, 2), (LAST + 1, 1), (LAST + 2, 0), (0, FAR), (1, FAR), (FAR, 1), (FAR, FAR)] {
        for (name, words) in [
            ("i2c_read", &[i2c, 0x48, address, bytes][..]),
            ("i2c_write", &[i2c, 0x48, address, bytes]),
            ("i2c_write_read", &[i2c, 0x48, address, bytes, 16, 1]),
            ("i2c_write_read", &[i2c, 0x48, 16, 1, address, bytes]),
            ("spi_read", &[spi, address, bytes]),
            ("spi_write", &[spi, address, bytes]),
            ("spi_transfer", &[spi, address, bytes, 16, 1]),
            ("spi_transfer", &[spi, 16, 1, address, bytes]),
            ("spi_transfer_in_place", &[spi, address, bytes]),
        ] {
            assert_eq!(guest.call(name, words), OUT, "{name} {words:x?}");
        }
    }
    for (first, second) in [((16, 4), (16, 4)), ((16, 4), (19, 4)), ((19, 4), (16, 4)), ((16, 8), (18, 2))] {
        let (a, b): ((u64, u64), (u64, u64)) = (first, second);
        assert_eq!(guest.call("i2c_write_read", &[i2c, 0x48, a.0, a.1, b.0, b.1]), OUT, "{a:?} {b:?}");
        assert_eq!(guest.call("spi_transfer", &[spi, a.0, a.1, b.0, b.1]), OUT, "{a:?} {b:?}");
    }
    for at in [LAST, LAST + 1, FAR] {
        assert_eq!(guest.call("i2c_transaction", &[i2c, 0x48, at, 1]), OUT, "{at:#x}");
        assert_eq!(guest.call("spi_transaction", &[spi, at, 1]), OUT, "{at:#x}");
    }
    assert_eq!(mock.log.take(), "");
    assert!(guest.memory == before);
}

#[test]
fn what_goes_wrong_on_the_bus_has_a_code() {
    let (mut guest, mock, handle) = i2c();
    for (kind, expected) in [
        (ErrorKind::Bus, Code::Bus),
        (ErrorKind::ArbitrationLoss, Code::ArbitrationLoss),
        (ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address), Code::NoAcknowledgeAddress),
        (ErrorKind::NoAcknowledge(NoAcknowledgeSource::Data), Code::NoAcknowledgeData),
        (ErrorKind::NoAcknowledge(NoAcknowledgeSource::Unknown), Code::NoAcknowledge),
        (ErrorKind::Overrun, Code::Overrun),
        (ErrorKind::Other, Code::Failed),
    ] {
        mock.failure.set(Some(Failure::I2c(kind)));
        assert_eq!(guest.call("i2c_read", &[handle, 0x48, 16, 1]), code(expected));
        assert_eq!(guest.call("i2c_write", &[handle, 0x48, 16, 1]), code(expected));
        assert_eq!(guest.call("i2c_write_read", &[handle, 0x48, 16, 1, 17, 1]), code(expected));
        assert_eq!(guest.call("i2c_transaction", &[handle, 0x48, LIST, 0]), code(expected));
    }
    let (mut guest, mock, handle) = spi();
    for (kind, expected) in [
        (spi::ErrorKind::Overrun, Code::Overrun),
        (spi::ErrorKind::ModeFault, Code::ModeFault),
        (spi::ErrorKind::FrameFormat, Code::FrameFormat),
        (spi::ErrorKind::ChipSelectFault, Code::ChipSelectFault),
        (spi::ErrorKind::Other, Code::Failed),
    ] {
        mock.failure.set(Some(Failure::Spi(kind)));
        assert_eq!(guest.call("spi_read", &[handle, 16, 1]), code(expected));
        assert_eq!(guest.call("spi_write", &[handle, 16, 1]), code(expected));
        assert_eq!(guest.call("spi_transfer", &[handle, 16, 1, 17, 1]), code(expected));
        assert_eq!(guest.call("spi_transfer_in_place", &[handle, 16, 1]), code(expected));
        assert_eq!(guest.call("spi_transaction", &[handle, LIST, 0]), code(expected));
    }
}

#[test]
fn a_transaction_on_the_bus_is_one() {
    let (mut guest, mock, handle) = i2c();
    put_list(
        &mut guest,
        &[
            // The same register twice, as drivers do.
            operation(Record::WRITE, (5, 6), (16, 1), 9),
            operation(Record::READ, (32, 2), (32, 2), 9),
            operation(Record::WRITE, (0, 0), (16, 2), 0),
            operation(Record::READ, (34, 1), (0, 0), 0),
        ],
    );
    assert_eq!(guest.call("i2c_transaction", &[handle, 0x48, LIST, 4]), Ok(0));
    assert_eq!(mock.log.take(), "0x48 transaction of 4; write [16]; read 2; write [16, 17]; read 1");
    assert_eq!(guest.memory[31..36], [31, 0xa0, 0xa1, 0xa0, 35]);
    assert_eq!(guest.call("i2c_transaction", &[handle, 0x48, LIST, 1]), Ok(0));
    assert_eq!(mock.log.take(), "0x48 transaction of 1; write [16]");
}

#[test]
fn a_transaction_on_spi_has_all_five_operations() {
    let (mut guest, mock, handle) = spi();
    put_list(
        &mut guest,
        &[
            operation(Record::WRITE, (FAR as u32, 1), (16, 1), 0),
            operation(Record::READ, (32, 2), (FAR as u32, 1), 0),
            operation(Record::TRANSFER, (40, 1), (16, 2), 0),
            operation(Record::TRANSFER_IN_PLACE, (48, 2), (0, 0), 0),
            operation(Record::DELAY, (FAR as u32, 1), (FAR as u32, 1), 10_000_000),
        ],
    );
    assert_eq!(guest.call("spi_transaction", &[handle, LIST, 5]), Ok(0));
    assert_eq!(mock.log.take(), "write [16]; read 2; transfer [16, 17] read 1; in place [48, 49]; 10000000 ns");
    assert_eq!(guest.memory[31..42], [31, 0xa0, 0xa1, 34, 35, 36, 37, 38, 39, 0xa0, 41]);
    assert_eq!(guest.memory[47..51], [47, 0xa0, 0xa1, 50]);

    assert_eq!(guest.call("spi_read", &[handle, 16, 2]), Ok(0));
    assert_eq!(guest.call("spi_write", &[handle, 17, 2]), Ok(0));
    assert_eq!(guest.call("spi_transfer", &[handle, 64, 1, 66, 2]), Ok(0));
    assert_eq!(guest.call("spi_transfer_in_place", &[handle, 68, 1]), Ok(0));
    assert_eq!(mock.log.take(), "read 2; write [161, 18]; transfer [66, 67] read 1; in place [68]");
}

#[test]
fn transactions_that_ask_for_too_much_are_refused() {
    let (mut guest, mock, i2c) = i2c();
    guest.devices.spi("flash", mock.clone()).unwrap();
    let spi = guest.open(Kind::Spi, "flash");
    let refused = code(Code::InvalidArgument);
    // Too many operations, up to so many that their size wraps.
    for count in [OPERATIONS_MAX as u64 + 1, 0x1000_0000, 0xaaa_aaab, FAR] {
        assert_eq!(guest.call("i2c_transaction", &[i2c, 0x48, LIST, count]), refused, "{count}");
        assert_eq!(guest.call("spi_transaction", &[spi, LIST, count]), refused, "{count}");
    }
    // Operations that do not exist, or not on this bus.
    for kind in [0, 6, FAR as u32] {
        put_list(&mut guest, &[operation(Record::WRITE, (0, 0), (16, 1), 0), operation(kind, (0, 1), (16, 1), 0)]);
        assert_eq!(guest.call("i2c_transaction", &[i2c, 0x48, LIST, 2]), refused, "{kind}");
        assert_eq!(guest.call("spi_transaction", &[spi, LIST, 2]), refused, "{kind}");
    }
    for kind in [Record::TRANSFER, Record::TRANSFER_IN_PLACE, Record::DELAY] {
        put_list(&mut guest, &[operation(kind, (0, 1), (16, 1), 0)]);
        assert_eq!(guest.call("i2c_transaction", &[i2c, 0x48, LIST, 1]), refused, "{kind}");
    }
    // Delays that are short each and long together.
    let delay = |ns| operation(Record::DELAY, (0, 0), (0, 0), ns);
    for list in [[delay(10_000_000), delay(1)], [delay(u32::MAX), delay(u32::MAX)]] {
        put_list(&mut guest, &list);
        assert_eq!(guest.call("spi_transaction", &[spi, LIST, 2]), refused);
    }
    // A slice outside of memory that is small enough to be believed, and one that overlaps another.
    let outside = operation(Record::READ, (LAST as u32, 2), (0, 0), 0);
    let [inside, same] = [operation(Record::READ, (16, 4), (0, 0), 0), operation(Record::WRITE, (0, 0), (19, 1), 0)];
    for list in [[inside, outside], [inside, same], [same, inside], [inside, inside]] {
        put_list(&mut guest, &list);
        assert_eq!(guest.call("i2c_transaction", &[i2c, 0x48, LIST, 2]), OUT, "{list:?}");
        assert_eq!(guest.call("spi_transaction", &[spi, LIST, 2]), OUT, "{list:?}");
    }
    assert_eq!(mock.log.take(), "");
    // As many as there may be.
    put_list(&mut guest, &[operation(Record::WRITE, (0, 0), (16, 0), 0); OPERATIONS_MAX]);
    assert_eq!(guest.call("i2c_transaction", &[i2c, 0x48, LIST, OPERATIONS_MAX as u64]), Ok(0));
    assert!(mock.log.take().starts_with("0x48 transaction of 16; write []; "));
}

#[test]
fn one_call_moves_no_more_bytes_than_it_may() {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.memory = std::vec![0; 2 * TRANSFER_BYTES_MAX as usize];
    guest.devices.i2c("bus", mock.clone()).unwrap();
    guest.devices.spi("flash", mock.clone()).unwrap();
    let (i2c, spi) = (guest.open(Kind::I2c, "bus"), guest.open(Kind::Spi, "flash"));
    for most in [TRANSFER_BYTES_MAX, 64] {
        guest.devices.set_transfer_bytes_max(most);
        let most = u64::from(most);
        for (bytes, expected) in [(most, Ok(0)), (most + 1, code(Code::InvalidArgument))] {
            let half = bytes - 1;
            for (name, words) in [
                ("i2c_read", &[i2c, 0x48, 0, bytes][..]),
                ("i2c_write", &[i2c, 0x48, 0, bytes]),
                ("i2c_write_read", &[i2c, 0x48, 0, 1, 1, half]),
                ("spi_read", &[spi, 0, bytes]),
                ("spi_write", &[spi, 0, bytes]),
                ("spi_transfer", &[spi, 0, 1, 1, bytes]),
                ("spi_transfer", &[spi, 1, bytes, 0, 1]),
                ("spi_transfer_in_place", &[spi, 0, bytes]),
            ] {
                assert_eq!(guest.call(name, words), expected, "{name} {bytes}");
            }
            put_list(
                &mut guest,
                &[
                    operation(Record::WRITE, (0, 0), (0, 1), 0),
                    operation(Record::READ, (2 * TRANSFER_BYTES_MAX - 1, 1), (0, 0), 0),
                    operation(Record::WRITE, (0, 0), (0, half as u32 - 1), 0),
                ],
            );
            assert_eq!(guest.call("i2c_transaction", &[i2c, 0x48, LIST, 3]), expected, "{bytes}");
            assert_eq!(guest.call("spi_transaction", &[spi, LIST, 3]), expected, "{bytes}");
            mock.log.take();
        }
    }
}

#[test]
fn records_are_stored_as_they_are_loaded() {
    let bytes: Vec<u8> = (1..=24).collect();
    let mut stored = [0; 24];
    Record::load(&bytes).store(&mut stored);
    assert_eq!(stored[..], bytes);
    assert_eq!(Record::load(&bytes).from_bytes, 0x1413_1211);
}
