//! Arguments and environment.

use super::*;
use crate::wasi::StringError;

#[test]
fn arguments_arrive_as_they_were_given() {
    let mut guest = Guest::new();
    guest.wasi.argument(b"prog").unwrap();
    guest.wasi.argument(b"").unwrap();
    guest.wasi.argument("ü".as_bytes()).unwrap();
    assert_eq!(guest.wasi.argument(b"a\0b"), Err(StringError::Nul));
    assert_eq!(guest.call("args_sizes_get", &[0, 4]), Ok(0));
    assert_eq!((guest.word(0), guest.word(4)), (3, 9));
    assert_eq!(guest.call("args_get", &[16, 100]), Ok(0));
    assert_eq!([guest.word(16), guest.word(20), guest.word(24)], [100, 105, 106]);
    assert_eq!(&guest.memory[100..109], "prog\0\0ü\0".as_bytes());
    assert_eq!(guest.memory[109], 0xee);
    guest.wasi.variable(b"KEY", b"a=b").unwrap();
    assert_eq!(guest.call("environ_sizes_get", &[0, 4]), Ok(0));
    assert_eq!((guest.word(0), guest.word(4)), (1, 8));
    assert_eq!(guest.call("environ_get", &[16, 100]), Ok(0));
    assert_eq!(&guest.memory[100..108], b"KEY=a=b\0");
}

#[test]
fn arguments_that_do_not_fit_are_a_fault() {
    let mut guest = Guest::new();
    guest.wasi.argument(b"prog").unwrap();
    let before = guest.memory.clone();
    for (pointers, texts) in [(LAST, 0), (0, LAST), (0, LAST - 3), (u64::from(u32::MAX), 0), (0, u64::from(u32::MAX))] {
        assert_eq!(guest.call("args_get", &[pointers, texts]), errno(Errno::Fault), "{pointers:#x} {texts:#x}");
    }
    assert_eq!(guest.call("args_sizes_get", &[0, LAST]), errno(Errno::Fault));
    assert_eq!(guest.call("args_sizes_get", &[LAST - 2, 0]), errno(Errno::Fault));
    assert_eq!(guest.memory, before);
    // One byte earlier it fits exactly.
    assert_eq!(guest.call("args_get", &[0, LAST - 4]), Ok(0));
    // No variables: nothing is written, not even to the last address.
    assert_eq!(guest.call("environ_get", &[LAST + 1, LAST + 1]), Ok(0));
}
