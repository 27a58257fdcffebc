//! Bare-metal devices, on registers that are an array here. Needs the features `nrf51` and `riscv`.
#![cfg(all(feature = "nrf51", feature = "riscv"))]

use core::sync::atomic::{AtomicU8, Ordering};

use moteur_platform::cortex_m::{CmsdkTimer, CmsdkUart, FaultKind, FaultReport, StackedFrame, SystemCounter};
use moteur_platform::nrf51::{Timer, Uart};
use moteur_platform::riscv::{MachineTime, Ns16550, virt};
use moteur_platform::{Clock, Console, Counter, Error, Stream};

/// Registers of a device that does nothing.
#[repr(align(8))]
struct Device([AtomicU8; 0x600]);

impl Device {
    fn new() -> Device {
        Device([const { AtomicU8::new(0) }; 0x600])
    }

    fn base(&self) -> usize {
        self.0.as_ptr().expose_provenance()
    }

    fn set(&self, offset: usize, bytes: &[u8]) {
        self.0[offset..].iter().zip(bytes).for_each(|(register, &byte)| register.store(byte, Ordering::Relaxed));
    }

    fn get<const N: usize>(&self, offset: usize) -> [u8; N] {
        core::array::from_fn(|index| self.0[offset + index].load(Ordering::Relaxed))
    }
}

#[test]
fn a_cmsdk_uart_sends_and_receives() {
    let device = Device::new();
    // SAFETY: an array stands for the registers; it outlives the UART.
    let uart = unsafe { CmsdkUart::new(device.base()) };
    uart.start(0);
    assert_eq!(uart.write(Stream::Out, b"xyz"), Ok(()));
    assert_eq!(uart.write(Stream::In, b"no"), Err(Error::Unsupported));
    assert_eq!(uart.get(), None);
    assert_eq!(device.get(0), [b'z', 0, 0, 0]);
    assert_eq!(device.get(8), [3, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0]);
    device.set(4, &[2]);
    let mut buffer = [0; 3];
    assert_eq!(uart.read(&mut buffer), Ok(3));
    assert_eq!(buffer, *b"zzz");
    assert_eq!(uart.read(&mut []), Ok(0));
}

#[test]
fn a_cmsdk_timer_counts_up() {
    let device = Device::new();
    // SAFETY: an array stands for the registers; it outlives the timer.
    let timer = unsafe { CmsdkTimer::new(device.base()) };
    timer.start();
    assert_eq!(timer.ticks(), 0);
    assert_eq!(device.get(0), [1]);
    device.set(4, &(u32::MAX - 5).to_le_bytes());
    assert_eq!(timer.ticks(), 5);
}

#[test]
fn a_16550_sends_and_receives() {
    let device = Device::new();
    device.set(5, &[0x21]);
    // SAFETY: an array stands for the registers; it outlives the UART.
    let uart = unsafe { Ns16550::new(device.base()) };
    assert_eq!(uart.write(Stream::Err, b"ab"), Ok(()));
    assert_eq!(device.get(0), [b'b']);
    assert_eq!(uart.get(), Some(b'b'));
    device.set(5, &[0x20]);
    assert_eq!(uart.get(), None);
}

#[test]
fn mtime_is_in_two_halves() {
    let device = Device::new();
    device.set(0, &0x1_0000_000a_u64.to_le_bytes());
    // SAFETY: an array stands for the registers; it outlives the clock.
    let clock = unsafe { MachineTime::new(device.base(), virt::MTIME_HZ) };
    assert_eq!(clock.ticks(), 0x1_0000_000a);
    assert_eq!(clock.monotonic_ns(), 0x1_0000_000a * 100);
    assert_eq!(clock.resolution_ns(), 100);
}

#[test]
fn fault_reports_tell_causes_and_addresses() {
    let report = |kind, configurable, hard| FaultReport {
        kind,
        frame: StackedFrame { pc: 0x20, ..StackedFrame::default() },
        configurable,
        hard,
        memory_address: 0x1000,
        bus_address: 0x2000,
    };
    let table = [
        (report(FaultKind::Usage, 1 << 25, 0), None, "usage fault", "division by zero"),
        (report(FaultKind::MemoryManagement, 0x82, 0), Some(0x1000), "memory fault", "0x00001000"),
        (report(FaultKind::Bus, 1 << 10, 0), None, "bus fault", "imprecise"),
        (report(FaultKind::Bus, 0x8200, 0), Some(0x2000), "bus fault", "0x00002000"),
        (report(FaultKind::Hard, 0, 2), None, "hard fault", "vector table"),
        (report(FaultKind::Hard, 1 << 16, 1 << 30), None, "hard fault", "undefined instruction, escalated"),
    ];
    for (report, address, kind, text) in table {
        assert_eq!(report.address(), address);
        let shown = report.to_string();
        assert!(shown.starts_with(kind), "{shown}");
        assert!(shown.contains("pc 0x00000020"), "{shown}");
        assert!(shown.contains(text), "{shown}");
    }
}

#[test]
fn an_nrf51_uart_sends_and_receives() {
    let device = Device::new();
    // SAFETY: an array stands for the registers; it outlives the UART.
    let uart = unsafe { Uart::new(device.base()) };
    uart.start(24, 25);
    assert_eq!((device.get(0x50C), device.get(0x514)), ([24], [25]));
    assert_eq!((device.get(0x500), device.get(0x008), device.get(0x000)), ([4], [1], [1]));
    assert_eq!(uart.write(Stream::In, b"no"), Err(Error::Unsupported));
    // Nothing says here that a byte is gone, so none is sent.
    assert_eq!(uart.get(), None);
    device.set(0x108, &[1]);
    device.set(0x518, b"q");
    assert_eq!((uart.get(), uart.get()), (Some(b'q'), None));
}

#[test]
fn an_nrf51_timer_counts_and_asks_for_its_interrupt() {
    let device = Device::new();
    // SAFETY: an array stands for the registers; it outlives the timer.
    let timer = unsafe { Timer::new(device.base()) };
    timer.start();
    assert_eq!((device.get(0), device.get(0x508)), ([1], [3]));
    device.set(0x540, &77_u32.to_le_bytes());
    assert_eq!((timer.ticks(), device.get(0x040)), (77, [1]));
    timer.set_due(100);
    assert_eq!((device.get(0x544), device.get(0x304)), ([100], [0, 0, 2, 0]));
    device.set(0x144, &[1]);
    timer.clear_due();
    assert_eq!(device.get(0x144), [0]);
}

#[test]
fn a_system_counter_counts_up() {
    let device = Device::new();
    // SAFETY: an array stands for the registers; it outlives the counter.
    let counter = unsafe { SystemCounter::new(device.base()) };
    counter.start();
    assert_eq!(device.get(0), [1]);
    device.set(8, &123_u32.to_le_bytes());
    assert_eq!(counter.ticks(), 123);
}
