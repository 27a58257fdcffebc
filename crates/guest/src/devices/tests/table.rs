//! Opening, closing, and handles that are none.

use std::format;
use std::string::String;

use moteur::Error;

use super::mock::Mock;
use super::{FAR, Guest, LAST, OUT, code};
use crate::devices::{Code, DEVICES_MAX, Kind};

/// A guest with a device of each kind, named after it.
fn guest_with_all() -> (Guest, Mock) {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.devices.stateful_output("Output", mock.clone()).unwrap();
    guest.devices.input("Input", mock.clone()).unwrap();
    guest.devices.i2c("I2c", mock.clone()).unwrap();
    guest.devices.spi("Spi", mock.clone()).unwrap();
    guest.devices.pwm("Pwm", mock.clone()).unwrap();
    guest.devices.delay("Delay", mock.clone()).unwrap();
    guest.devices.serial("Serial", mock.clone()).unwrap();
    (guest, mock)
}

/// Each function that works on a device: the kind, and good arguments behind the handle.
const FUNCTIONS: [(&str, Kind, &[u64]); 20] = [
    ("output_set", Kind::Output, &[1]),
    ("output_get", Kind::Output, &[]),
    ("output_toggle", Kind::Output, &[]),
    ("input_get", Kind::Input, &[]),
    ("i2c_read", Kind::I2c, &[0x48, 64, 1]),
    ("i2c_write", Kind::I2c, &[0x48, 64, 1]),
    ("i2c_write_read", Kind::I2c, &[0x48, 64, 1, 65, 1]),
    ("i2c_transaction", Kind::I2c, &[0x48, 64, 0]),
    ("spi_read", Kind::Spi, &[64, 1]),
    ("spi_write", Kind::Spi, &[64, 1]),
    ("spi_transfer", Kind::Spi, &[64, 1, 65, 1]),
    ("spi_transfer_in_place", Kind::Spi, &[64, 1]),
    ("spi_transaction", Kind::Spi, &[64, 0]),
    ("pwm_max_duty", Kind::Pwm, &[]),
    ("pwm_set_duty", Kind::Pwm, &[1]),
    ("delay_ns", Kind::Delay, &[1]),
    ("serial_read", Kind::Serial, &[64, 1, 0, 0]),
    ("serial_write", Kind::Serial, &[64, 1]),
    ("serial_flush", Kind::Serial, &[]),
    ("close", Kind::Delay, &[]),
];

fn call(guest: &mut Guest, name: &str, handle: u64, arguments: &[u64]) -> Result<u64, crate::host::Stop> {
    let words: std::vec::Vec<u64> = std::iter::once(handle).chain(arguments.iter().copied()).collect();
    guest.call(name, &words)
}

#[test]
fn every_function_is_tried_here() {
    let rows = crate::devices::PARTS.iter().copied().flatten();
    let others: std::vec::Vec<_> =
        rows.map(|row| row.name).filter(|name| FUNCTIONS.iter().all(|(own, ..)| own != name)).collect();
    // These two are tried by themselves: one has no handle, the other has two.
    assert_eq!(others, ["open", "input_wait"]);
}

#[test]
fn a_function_wants_a_device_of_its_kind() {
    for (name, kind, arguments) in FUNCTIONS.into_iter().filter(|(name, ..)| *name != "close") {
        let (mut guest, mock) = guest_with_all();
        for (other, of) in Kind::ALL {
            let handle = guest.open(*of, other);
            let expected = if *of == kind { None } else { Some(code(Code::WrongKind)) };
            mock.log.take();
            let outcome = call(&mut guest, name, handle, arguments);
            match expected {
                Some(expected) => {
                    assert_eq!(outcome, expected, "{name} on {other}");
                    assert_eq!(mock.log.take(), "", "{name} on {other}");
                }
                None => assert!(outcome.unwrap() < 1 << 31, "{name} on {other}"),
            }
        }
    }
}

#[test]
fn a_handle_that_is_not_open_is_refused() {
    for (name, kind, arguments) in FUNCTIONS {
        let (mut guest, mock) = guest_with_all();
        let (text, _) = *Kind::ALL.iter().find(|(_, of)| *of == kind).unwrap();
        let closed = guest.open(kind, text);
        assert_eq!(guest.call("close", &[closed]), Ok(0));
        // Never opened, closed, another device's with the right generation, past the table, and what is no handle at all.
        for handle in [0, 1, closed, closed ^ 1, closed | 0xff, closed + 0x100, closed | 1 << 31, 1 << 31, FAR] {
            assert_eq!(call(&mut guest, name, handle, arguments), code(Code::BadHandle), "{name} on {handle:#x}");
        }
        // Open again, but by another handle.
        let open = guest.open(kind, text);
        assert_ne!(open, closed);
        assert_eq!(call(&mut guest, name, closed, arguments), code(Code::BadHandle), "{name}");
        assert_eq!(call(&mut guest, name, open | 1 << 31, arguments), code(Code::BadHandle), "{name}");
        assert_eq!(mock.log.take(), "");
        assert!(call(&mut guest, name, open, arguments).unwrap() < 1 << 31, "{name}");
    }
}

#[test]
fn devices_are_opened_by_name_and_kind_and_once() {
    let (mut guest, _) = guest_with_all();
    for (name, kind) in Kind::ALL {
        for (_, other) in Kind::ALL.iter().filter(|(_, other)| other != kind) {
            assert_eq!(guest.try_open(*other, name), code(Code::WrongKind), "{name} as {other:?}");
        }
        let handle = guest.open(*kind, name);
        assert_eq!(guest.try_open(*kind, name), code(Code::Busy));
        assert_eq!(guest.call("close", &[handle]), Ok(0));
        assert_eq!(guest.call("close", &[handle]), code(Code::BadHandle));
        guest.open(*kind, name);
    }
    for name in ["", "Outpu", "Output ", "output", "Output\0"] {
        assert_eq!(guest.try_open(Kind::Output, name), code(Code::NoDevice), "{name:?}");
    }
    guest.put(0, b"Input\xff");
    assert_eq!(guest.call("open", &[Kind::Input as u64, 0, 6]), code(Code::NoDevice), "bytes that are no text");
    assert_eq!(guest.call("open", &[0, 0, 5]), code(Code::WrongKind));
    assert_eq!(guest.call("open", &[8, 0, 5]), code(Code::WrongKind));
    assert_eq!(guest.call("open", &[FAR, 0, 5]), code(Code::WrongKind));
    for (address, bytes) in [(LAST, 2), (LAST + 1, 1), (0, FAR), (FAR, 1), (FAR, FAR)] {
        assert_eq!(guest.call("open", &[1, address, bytes]), OUT, "{address:#x} {bytes:#x}");
    }
}

#[test]
fn the_host_can_close_everything() {
    let (mut guest, mock) = guest_with_all();
    let handle = guest.open(Kind::Output, "Output");
    assert_eq!(guest.call("output_set", &[handle, 1]), Ok(0));
    guest.devices.close_all();
    assert_eq!(guest.call("output_set", &[handle, 0]), code(Code::BadHandle));
    assert!(mock.level.get(), "closing changes nothing");
    assert_ne!(guest.open(Kind::Output, "Output"), handle);
}

#[test]
fn generations_begin_again_without_a_handle_that_is_zero() {
    let (mut guest, _) = guest_with_all();
    guest.devices.entries[0].generation = (1 << 23) - 2;
    let last = guest.open(Kind::Output, "Output");
    assert_eq!(last, 0x7fff_ff00);
    guest.devices.close_all();
    assert_eq!(guest.open(Kind::Output, "Output"), 0x100);
    assert_eq!(guest.call("close", &[last]), code(Code::BadHandle));
}

#[test]
fn names_are_unique_and_devices_are_counted() {
    let mut guest = Guest::new();
    for index in 0..DEVICES_MAX {
        assert_eq!(guest.devices.output(&format!("pin {index}"), Mock::default()), Ok(()));
    }
    assert_eq!(guest.devices.input("pin 255", Mock::default()), Err(Error::AlreadyDefined));
    assert_eq!(guest.devices.input("pin 256", Mock::default()), Err(Error::OutOfBounds));
    let first = guest.open(Kind::Output, "pin 0");
    let last = guest.open(Kind::Output, "pin 255");
    assert_eq!((first, last), (0x100, 0x1ff));
}

#[test]
fn codes_and_kinds_differ_from_each_other() {
    for (index, (name, own)) in Code::ALL.iter().enumerate() {
        assert!((*own as i32) < 0);
        assert_eq!(format!("{own:?}"), String::from(*name));
        assert!(Code::ALL[..index].iter().all(|(_, other)| other != own));
    }
    for (name, kind) in Kind::ALL {
        assert_eq!(format!("{kind:?}"), String::from(*name));
    }
}
