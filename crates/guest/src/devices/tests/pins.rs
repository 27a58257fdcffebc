//! Pins, pulse-width modulation, and what takes time.

use std::format;

use super::mock::{Failure, Mock};
use super::{FAR, Guest, code};
use crate::devices::{Code, Kind};
use crate::host::{Progress, Stop};

#[test]
fn an_output_is_set_and_read_back() {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.devices.stateful_output("led", mock.clone()).unwrap();
    let led = guest.open(Kind::Output, "led");
    for (high, level) in [(1, 1), (0, 0), (FAR, 1), (0x100, 1)] {
        assert_eq!(guest.call("output_set", &[led, high]), Ok(0));
        assert_eq!(guest.call("output_get", &[led]), Ok(level));
        assert_eq!(mock.level.get(), level == 1);
    }
    assert_eq!(mock.log.take(), "high; low; high; high");
    assert_eq!(guest.call("output_toggle", &[led]), Ok(0));
    assert_eq!(guest.call("output_get", &[led]), Ok(0));
    assert_eq!(guest.call("output_toggle", &[led]), Ok(0));
    assert_eq!(guest.call("output_get", &[led]), Ok(1));
}

#[test]
fn an_output_that_does_not_know_its_state_says_so() {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.devices.output("led", mock.clone()).unwrap();
    let led = guest.open(Kind::Output, "led");
    assert_eq!(guest.call("output_set", &[led, 1]), Ok(0));
    assert_eq!(guest.call("output_get", &[led]), code(Code::Unsupported));
    assert_eq!(guest.call("output_toggle", &[led]), code(Code::Unsupported));
    assert_eq!(mock.log.take(), "high");
}

#[test]
fn a_pin_that_fails_is_an_answer() {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.devices.stateful_output("stateful", mock.clone()).unwrap();
    guest.devices.output("plain", mock.clone()).unwrap();
    guest.devices.input("input", mock.clone()).unwrap();
    guest.devices.pwm("pwm", mock.clone()).unwrap();
    guest.devices.delay("delay", mock.clone()).unwrap();
    mock.failure.set(Some(Failure::Pin));
    for name in ["stateful", "plain"] {
        let pin = guest.open(Kind::Output, name);
        assert_eq!(guest.call("output_set", &[pin, 1]), code(Code::Failed));
        assert_eq!(guest.call("output_set", &[pin, 0]), code(Code::Failed));
    }
    guest.devices.close_all();
    let pin = guest.open(Kind::Output, "stateful");
    assert_eq!(guest.call("output_get", &[pin]), code(Code::Failed));
    assert_eq!(guest.call("output_toggle", &[pin]), code(Code::Failed));
    let pin = guest.open(Kind::Input, "input");
    let delay = guest.open(Kind::Delay, "delay");
    assert_eq!(guest.call("input_get", &[pin]), code(Code::Failed));
    assert_eq!(guest.call("input_wait", &[pin, delay, 1, u64::MAX]), code(Code::Failed));
    let pwm = guest.open(Kind::Pwm, "pwm");
    assert_eq!(guest.call("pwm_set_duty", &[pwm, 1]), code(Code::Failed));
}

#[test]
fn a_duty_above_the_maximum_never_reaches_the_device() {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.devices.pwm("lamp", mock.clone()).unwrap();
    let lamp = guest.open(Kind::Pwm, "lamp");
    assert_eq!(guest.call("pwm_max_duty", &[lamp]), Ok(1000));
    for duty in [0, 1, 1000] {
        assert_eq!(guest.call("pwm_set_duty", &[lamp, duty]), Ok(0));
        assert_eq!(mock.log.take(), format!("duty {duty}"));
    }
    for duty in [1001, 0xffff, 0x1_0000, 0x1_0001, FAR] {
        assert_eq!(guest.call("pwm_set_duty", &[lamp, duty]), code(Code::InvalidArgument), "{duty}");
        assert_eq!(mock.log.take(), "");
    }
}

#[test]
fn a_delay_is_asked_for_ten_milliseconds_at_a_time() {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.devices.delay("delay", mock.clone()).unwrap();
    let delay = guest.open(Kind::Delay, "delay");
    for (ns, asked) in [
        (0, "0 ns"),
        (1, "1 ns"),
        (10_000_000, "10000000 ns"),
        (10_000_001, "10000000 ns; 1 ns"),
        (25_000_000, "10000000 ns; 10000000 ns; 5000000 ns"),
    ] {
        assert_eq!(guest.call("delay_ns", &[delay, ns]), Ok(0));
        assert_eq!(mock.log.take(), asked);
    }
    // Between two of them the guest can be stopped, however long it wants to wait.
    let mut progress = Progress::default();
    for tries in 1..=3 {
        let outcome = guest.try_call(&mut progress, "delay_ns", &[delay, u64::MAX]);
        assert_eq!(outcome, Err(Stop::Again));
        assert_eq!(progress.since, Some(tries * 10_000_000));
        assert_eq!(mock.log.take(), "10000000 ns");
    }
    // If nobody stops it, it ends when the time is over: near the end of a wait of 585 years.
    progress.since = Some(u64::MAX - 7);
    assert_eq!(guest.try_call(&mut progress, "delay_ns", &[delay, u64::MAX]), Ok(0));
    assert_eq!(mock.log.take(), "7 ns");
}

#[test]
fn an_input_is_read() {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.devices.input("button", mock.clone()).unwrap();
    let button = guest.open(Kind::Input, "button");
    assert_eq!(guest.call("input_get", &[button]), Ok(0));
    mock.level.set(true);
    assert_eq!(guest.call("input_get", &[button]), Ok(1));
}

#[test]
fn an_input_is_waited_for() {
    let (mut guest, mock) = (Guest::new(), Mock::default());
    guest.devices.input("button", mock.clone()).unwrap();
    guest.devices.delay("delay", mock.clone()).unwrap();
    let button = guest.open(Kind::Input, "button");
    let delay = guest.open(Kind::Delay, "delay");
    let pause = "100000 ns";

    // It has the level already.
    assert_eq!(guest.call("input_wait", &[button, delay, 0, 0]), Ok(1));
    assert_eq!(mock.log.take(), "");
    // It gets it at the fourth look, after three pauses.
    mock.changes_after.set(Some(3));
    assert_eq!(guest.call("input_wait", &[button, delay, 1, u64::MAX]), Ok(1));
    assert_eq!(mock.log.take(), [pause; 3].join("; "));
    // It does not: a look at the beginning and one at the end, at least.
    assert_eq!(guest.call("input_wait", &[button, delay, 0, 0]), Ok(0));
    assert_eq!(mock.log.take(), "");
    assert_eq!(guest.call("input_wait", &[button, delay, 0, 250_000]), Ok(0));
    assert_eq!(mock.log.take(), "100000 ns; 100000 ns; 50000 ns");
    // The level comes while the last pause is on.
    mock.changes_after.set(Some(1));
    assert_eq!(guest.call("input_wait", &[button, delay, 0, 1]), Ok(1));
    assert_eq!(mock.log.take(), "1 ns");
    // After 10 ms the guest can be stopped; the level that comes then is seen.
    let mut progress = Progress::default();
    let words = [button, delay, 1, u64::MAX];
    assert_eq!(guest.try_call(&mut progress, "input_wait", &words), Err(Stop::Again));
    assert_eq!(progress.since, Some(10_000_000));
    assert_eq!(mock.log.take(), [pause; 100].join("; "));
    mock.level.set(true);
    assert_eq!(guest.try_call(&mut progress, "input_wait", &words), Ok(1));
    assert_eq!(mock.log.take(), "");

    for (words, expected) in [
        ([delay, delay, 1, 1], Code::WrongKind),
        ([button, button, 0, 1], Code::WrongKind),
        ([0, delay, 1, 1], Code::BadHandle),
        ([button, 0, 0, 1], Code::BadHandle),
    ] {
        assert_eq!(guest.call("input_wait", &words), code(expected), "{words:?}");
    }
}
