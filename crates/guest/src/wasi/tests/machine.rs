//! What only asks the machine: clocks, random numbers, the end.

use super::*;

#[test]
fn clocks_tell_the_time_of_the_machine() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("clock_time_get", &[1, 0, 8]), Ok(0));
    let first = guest.wide(8);
    assert_eq!(guest.call("clock_time_get", &[1, 0, 8]), Ok(0));
    assert!(guest.wide(8) > first);
    assert_eq!(guest.call("clock_time_get", &[0, 0, 8]), Ok(0));
    assert!(guest.wide(8) > 1_700_000_000_000_000_000);
    assert_eq!(guest.call("clock_time_get", &[2, 0, 8]), Ok(0));
    assert!(guest.wide(8) < 100_000);
    assert_eq!(guest.call("clock_res_get", &[1, 8]), Ok(0));
    assert_eq!(guest.wide(8), 1000);
    for clock in [4, u64::from(u32::MAX)] {
        assert_eq!(guest.call("clock_time_get", &[clock, 0, 8]), errno(Errno::Inval));
        assert_eq!(guest.call("clock_res_get", &[clock, 8]), errno(Errno::Inval));
    }
    assert_eq!(guest.call("clock_time_get", &[0, 0, LAST - 6]), errno(Errno::Fault));
}

#[test]
fn random_bytes_fill_exactly_what_was_asked() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("random_get", &[10, 5]), Ok(0));
    assert_eq!(guest.memory[9..16], [0xee, 4, 4, 4, 4, 4, 0xee]);
    assert_eq!(guest.call("random_get", &[LAST + 1, 0]), Ok(0));
    for (at, size) in [(LAST, 2), (0, 1 << 31), (0, u64::from(u32::MAX)), (u64::from(u32::MAX), u64::from(u32::MAX))] {
        assert_eq!(guest.call("random_get", &[at, size]), errno(Errno::Fault));
    }
}

#[test]
fn a_machine_without_clock_and_random_numbers_says_so() {
    struct Mute;
    impl Console for Mute {
        fn write(&self, _: Stream, _: &[u8]) -> Result<(), Error> {
            Ok(())
        }
    }
    static BARE: Parts = Parts::new(&Mute);
    let mut guest = Guest::on(&BARE);
    assert_eq!(guest.call("clock_time_get", &[1, 0, 8]), errno(Errno::Notsup));
    assert_eq!(guest.call("clock_res_get", &[1, 8]), errno(Errno::Notsup));
    assert_eq!(guest.call("random_get", &[0, 8]), errno(Errno::Nosys));
    assert_eq!(guest.call("poll_oneoff", &[0, 64, 1, 200]), errno(Errno::Notsup));
}

#[test]
fn the_end_carries_the_status() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("proc_exit", &[7]), Err(Stop::Error(moteur::Error::Exit(7))));
    assert_eq!(guest.call("proc_exit", &[0xffff_ffff]), Err(Stop::Error(moteur::Error::Exit(-1))));
    assert_eq!(guest.call("proc_raise", &[6]), errno(Errno::Nosys));
    assert_eq!(guest.call("sched_yield", &[]), Ok(0));
}
