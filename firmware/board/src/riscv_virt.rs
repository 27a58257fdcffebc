//! QEMU's RISC-V machine `virt`: a 16550 UART, the core's own instruction counter, the CLINT timer for the alarm.

#[cfg_attr(target_arch = "riscv32", path = "riscv_virt/counter32.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv_virt/counter64.rs")]
mod counter;
#[cfg_attr(feature = "protect", path = "riscv_virt/faults.rs")]
#[cfg_attr(not(feature = "protect"), path = "riscv_virt/faults_plain.rs")]
mod faults;

use core::arch::asm;
use core::ptr::with_exposed_provenance_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

use moteur_platform::riscv::{MachineTime, Ns16550, TestFinisher, virt};
use moteur_platform::{AnyMemory, CodeRegion};
use riscv_rt::{core_interrupt, entry};

use crate::alarm::Bell;

pub use counter::instructions;
pub use moteur_platform::riscv::faults::Faults;
pub use moteur_platform::riscv::publish;

/// QEMU's name of the board.
pub const NAME: &str = "virt";
/// What the CPU has beyond what its target's name promises: nothing that has a name.
pub const CPU_FEATURES: u64 = 0;
/// How fine [`instructions`] counts.
pub const INSTRUCTIONS_PER_TICK: u32 = 1;

/// A part of the DRAM behind what the memory map uses, as large as other boards have it.
pub const EXTERNAL: crate::External = crate::External { start: 0x8100_0000, bytes: 16 << 20 };

const CLINT_COMPARE: usize = 0x0200_4000;
/// The CLINT counts at 10 MHz, and an instruction takes one virtual nanosecond.
const INSTRUCTIONS_PER_CLINT_TICK: u32 = 1_000_000_000 / virt::MTIME_HZ.get();

// SAFETY: the machine has the three devices there, and nothing else here touches them.
static UART: Ns16550 = unsafe { Ns16550::new(virt::UART) };
// SAFETY: as above.
static FINISHER: TestFinisher = unsafe { TestFinisher::new(virt::TEST_FINISHER) };
// SAFETY: as above.
static TIME: MachineTime = unsafe { MachineTime::new(virt::MTIME, virt::MTIME_HZ) };

#[entry]
fn start() -> ! {
    #[cfg(feature = "report")]
    crate::stack::paint();
    faults::watch_faults();
    exit(crate::board_main())
}

/// Sends a byte over the UART.
pub fn put(byte: u8) {
    UART.put(byte);
}

/// Stands for an LED, which this machine lacks.
pub fn led(on: bool) {
    static LED: AtomicUsize = AtomicUsize::new(0);
    LED.store(usize::from(on), Ordering::Relaxed);
}

static ALARM: Bell = Bell::new();

/// Calls `ring` once from the timer interrupt, after about so many instructions.
pub fn alarm(instructions: u32, ring: fn()) {
    ALARM.set(ring);
    let due = TIME.ticks().wrapping_add(u64::from(instructions / INSTRUCTIONS_PER_CLINT_TICK));
    set_compare(due);
    // SAFETY: enables the timer interrupt, whose handler is below.
    unsafe {
        asm!("csrs mie, {timer}", "csrsi mstatus, 8", timer = in(reg) 1 << 7, options(nostack));
    }
}

fn set_compare(due: u64) {
    // High word to its maximum first, so that no half-written value is ever due.
    for (offset, value) in [(4, u32::MAX), (0, due as u32), (4, (due >> 32) as u32)] {
        let register = with_exposed_provenance_mut::<u32>(CLINT_COMPARE + offset);
        // SAFETY: a device register of the machine, which no Rust object overlaps.
        unsafe { register.write_volatile(value) }
    }
}

#[core_interrupt(riscv::interrupt::Interrupt::MachineTimer)]
fn timer() {
    set_compare(u64::MAX);
    ALARM.ring();
}

// SAFETY: the machine executes all of its memory.
static MEMORY: AnyMemory = unsafe { AnyMemory::new(publish) };

/// The memory, which can be executed as it is.
pub fn code_region(_: usize, _: usize) -> Option<&'static dyn CodeRegion> {
    Some(&MEMORY)
}

/// Whether an address is in a region for code alone: there is none.
pub fn is_in_code_region(_: usize) -> bool {
    false
}

/// Ends the run, with a status that QEMU exits with.
pub fn exit(status: u8) -> ! {
    FINISHER.exit(status)
}
