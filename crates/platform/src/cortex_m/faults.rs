//! Handlers of processor faults: one that happens while a guest's native code is active ends that guest, and the thread goes
//! on where the runtime leaves native code; any other is reported to the embedder, who decides what becomes of the machine.
//!
//! The handlers have a stack of their own, so that a stack that overflowed is no obstacle, and are the same on all cores.
//! Armv6-M has but one fault and does not say what it was; from Armv7-M on, [`enable`] gives each kind an exception of its
//! own. Sources: Armv7-M Architecture Reference Manual, B1.5.6 to B1.5.8, B3.2.13 to B3.2.18, B3.2.22; Armv8-M, B3.18 to
//! B3.21, D1.2, "EXC_RETURN", "FPCCR", "MSPLIM".

use core::ptr::with_exposed_provenance_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::{FaultKind, FaultReport, StackedFrame};
use crate::register::Register;
use crate::watched::Watched;
use crate::{Decide, FaultCause, FaultFrame, FaultWatch, GuestFault};

/// What the handlers' own stack has: enough to print a report.
pub const STACK_BYTES: usize = 2048;

/// Shows faults outside of interrupt handlers to whom they concern.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults;

static WATCHED: Watched = Watched::nobody();
/// The lowest address that the main stack may have; zero if nothing guards it.
static STACK_END: AtomicUsize = AtomicUsize::new(0);
/// How many bytes below that are out of reach for every access.
static GUARD_BYTES: AtomicUsize = AtomicUsize::new(0);

impl FaultWatch for Faults {
    fn watch(&self, guest: *const (), decide: Decide) -> *const () {
        WATCHED.watch(guest, decide)
    }

    fn stack_end(&self) -> usize {
        STACK_END.load(Ordering::Relaxed)
    }
}

const CPUID: usize = 0xE000_ED00;
const VTOR: usize = 0xE000_ED08;
const SHCSR: usize = 0xE000_ED24;
const CFSR: usize = 0xE000_ED28;
const HFSR: usize = 0xE000_ED2C;
const FPCCR: usize = 0xE000_EF34;

/// The numbers of MemManage, BusFault and UsageFault in the table of vectors.
const VECTORS: [usize; 3] = [4, 5, 6];
/// SHCSR: MemManage, BusFault and UsageFault are exceptions of their own; and that they wait to be handled.
const SHCSR_ENABLE: u32 = 0b111 << 16;
const SHCSR_PENDING: u32 = 0b111 << 12;
/// FPCCR: floating-point registers of the thread are still to be saved, where the exception's frame has room for them.
const FPCCR_LSPACT: u32 = 1 << 0;
/// EXC_RETURN: the frame is on the process stack; a thread was interrupted; the frame has no floating-point registers.
const RETURN_PROCESS_STACK: u32 = 1 << 2;
const RETURN_THREAD: u32 = 1 << 3;
const RETURN_BASIC_FRAME: u32 = 1 << 4;
/// The program status of a thread: Thumb.
const XPSR_THUMB: u32 = 1 << 24;

/// Bits of CFSR.
const CFSR_IACCVIOL: u32 = 1 << 0;
const CFSR_DACCVIOL: u32 = 1 << 1;
const CFSR_MSTKERR: u32 = 1 << 4;
const CFSR_MLSPERR: u32 = 1 << 5;
const CFSR_IBUSERR: u32 = 1 << 8;
const CFSR_BUS: u32 = 0b11_1110 << 8;
const CFSR_STKERR: u32 = 1 << 12;
const CFSR_INSTRUCTION: u32 = 0b1111 << 16;
const CFSR_STKOF: u32 = 1 << 20;
const CFSR_UNALIGNED: u32 = 1 << 24;
const CFSR_DIVBYZERO: u32 = 1 << 25;

/// Gives MemManage, BusFault and UsageFault handlers of their own: until then, all are hard faults, and what is said of
/// their causes is the same. Has no effect on Armv6-M, and where the table of vectors has none for them: that of code which
/// is built for Armv6-M and runs on a larger core.
///
/// # Safety
/// This is a Cortex-M in privileged mode, whose table of vectors is whole and can be read.
pub unsafe fn enable() {
    if register(CPUID).read() >> 16 & 15 != 15 {
        return;
    }
    let table = register(VTOR).read() as usize;
    let vectors = VECTORS.map(|number| register(table.wrapping_add(4 * number)).read());
    if vectors.iter().all(|vector| *vector != 0) {
        register(SHCSR).write(register(SHCSR).read() | SHCSR_ENABLE);
    }
}

/// Tells the handlers that the main stack ends at `end`, and that so many bytes below are a guard, which no access reaches.
///
/// # Safety
/// It is so.
pub unsafe fn set_stack_guard(end: usize, guard_bytes: usize) {
    GUARD_BYTES.store(guard_bytes, Ordering::Relaxed);
    STACK_END.store(end, Ordering::Relaxed);
}

/// Lets the processor take a fault when the main stack would grow below `end`, a multiple of eight.
///
/// # Safety
/// This is an Armv8-M with the main extension (Cortex-M33, M35P, M52, M55, M85) in privileged mode, which runs on its main
/// stack, above `end`.
#[cfg(target_arch = "arm")]
pub unsafe fn set_stack_limit(end: usize) {
    STACK_END.store(end, Ordering::Relaxed);
    LIMIT.store(end, Ordering::Relaxed);
    // SAFETY: the caller's promise. It is `msr msplim, r0`, which assemblers for older cores do not know.
    unsafe { core::arch::asm!(".inst.w 0xF380880A", in("r0") end, options(nostack, preserves_flags)) };
}

/// What `MSPLIM` is outside of the handlers; zero where nobody set it.
#[doc(hidden)]
pub static LIMIT: AtomicUsize = AtomicUsize::new(0);

/// The handlers' stack.
#[doc(hidden)]
#[repr(C, align(8))]
pub struct Stack(core::cell::UnsafeCell<[u8; STACK_BYTES]>);

impl Stack {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Stack {
        Stack(core::cell::UnsafeCell::new([0; STACK_BYTES]))
    }
}

// SAFETY: only the handlers use it, which do not interrupt each other but to report a fault in one of them.
unsafe impl Sync for Stack {}

fn register(address: usize) -> Register<u32> {
    // SAFETY: the architecture fixes the addresses, for privileged mode, which handlers are in and `enable` was promised.
    unsafe { Register::at(address) }
}

/// What the handlers do: decides whose fault it was. Of a guest's, gives the stack pointer to return from the exception
/// with, and above it EXC_RETURN.
///
/// # Safety
/// For the code of [`fault_handlers!`](crate::fault_handlers) alone, with the stack pointers at the exception, EXC_RETURN
/// and the frame pointer.
#[doc(hidden)]
pub unsafe fn handle(msp: usize, psp: usize, exc_return: u32, fp: usize, after: fn(&FaultReport) -> !) -> u64 {
    if cfg!(target_abi = "eabihf") {
        // Whoever goes on has no use for the registers of who stopped; and their place may be out of reach.
        register(FPCCR).write(register(FPCCR).read() & !FPCCR_LSPACT);
    }
    let sp = if exc_return & RETURN_PROCESS_STACK != 0 { psp } else { msp };
    // SAFETY: the caller's promise.
    let mut report = unsafe { FaultReport::read(&StackedFrame::default()) };
    let is_saved = is_frame_saved(report.configurable, sp);
    if is_saved {
        // SAFETY: the processor has just put it there, and found no fault in that.
        report.frame = unsafe { with_exposed_provenance_mut::<StackedFrame>(sp).read() };
    }
    let caller = FaultFrame { fp, lr: report.frame.lr as usize };
    let is_thread = exc_return & RETURN_THREAD != 0;
    let resume = if is_thread { WATCHED.ask(&guest_fault(&report, is_saved), &caller) } else { None };
    let Some(resume) = resume else { after(&report) };
    if report.kind != FaultKind::Other {
        // All that was told is done with. Bits of these are cleared by writing ones.
        register(CFSR).write(report.configurable);
        register(HFSR).write(report.hard);
        register(SHCSR).write(register(SHCSR).read() & !SHCSR_PENDING);
    }
    let top = resume.sp.unwrap_or(sp);
    let place = top.wrapping_sub(size_of::<StackedFrame>()) & !7;
    let [r0, r1, r2] = resume.arguments.map(|argument| argument as u32);
    let frame = StackedFrame { r: [r0, r1, r2, 0], r12: 0, lr: u32::MAX, pc: resume.pc as u32 & !1, xpsr: XPSR_THUMB };
    // SAFETY: below the stack pointer where the guest goes on there is room, as it was entered from there.
    unsafe { with_exposed_provenance_mut::<StackedFrame>(place).write(frame) };
    u64::from(exc_return | RETURN_BASIC_FRAME) << 32 | place as u64
}

/// Whether the processor could save the registers on the stack that it was on.
fn is_frame_saved(configurable: u32, sp: usize) -> bool {
    let failed = CFSR_MSTKERR | CFSR_STKERR;
    // What would have been below the limit was not saved, and the stack pointer is at the limit.
    let overflowed = configurable & CFSR_STKOF != 0 && sp <= STACK_END.load(Ordering::Relaxed);
    configurable & failed == 0 && !overflowed
}

/// What a guest is told that caused it.
fn guest_fault(report: &FaultReport, is_saved: bool) -> GuestFault {
    let pc = is_saved.then_some(report.frame.pc as usize);
    let address = report.address().map(|address| address as usize);
    let end = STACK_END.load(Ordering::Relaxed);
    let guard = end.saturating_sub(GUARD_BYTES.load(Ordering::Relaxed))..end;
    let cause = match address {
        Some(address) if guard.contains(&address) => FaultCause::Stack,
        _ => cause(report),
    };
    let address = match cause {
        FaultCause::Stack => Some(end).filter(|end| *end != 0),
        // What should have been executed.
        FaultCause::Execute => pc,
        _ if report.configurable & CFSR_IBUSERR != 0 => pc,
        _ => address,
    };
    GuestFault { cause, pc, address }
}

/// The cause in one word: of several, what led to the others.
fn cause(report: &FaultReport) -> FaultCause {
    const CAUSES: [(u32, FaultCause); 7] = [
        (CFSR_STKOF | CFSR_MSTKERR | CFSR_STKERR, FaultCause::Stack),
        (CFSR_IACCVIOL, FaultCause::Execute),
        (CFSR_DACCVIOL | CFSR_MLSPERR, FaultCause::Access),
        (CFSR_IBUSERR | CFSR_BUS, FaultCause::Bus),
        (CFSR_INSTRUCTION, FaultCause::Instruction),
        (CFSR_UNALIGNED, FaultCause::Unaligned),
        (CFSR_DIVBYZERO, FaultCause::DivisionByZero),
    ];
    let found = CAUSES.iter().find(|(bits, _)| report.configurable & bits != 0);
    match found {
        Some((_, cause)) => *cause,
        // A call of a supervisor that nobody is.
        None if report.kind == FaultKind::Other => FaultCause::Instruction,
        None => FaultCause::Unknown,
    }
}

/// Makes the handlers of HardFault, MemManage, BusFault and UsageFault, with the names that `cortex-m-rt` has for them. What
/// is no guest's fault is given to the function, of type `fn(&FaultReport) -> !`: it reports, and halts, resets or exits.
/// An `SVC` of somebody is a fault too, unless the program handles `SVCall`.
///
/// ```ignore
/// moteur_platform::fault_handlers!(after_fault);
///
/// fn after_fault(report: &moteur_platform::cortex_m::FaultReport) -> ! {
///     println!("{report}");
///     cortex_m::peripheral::SCB::sys_reset()
/// }
/// ```
#[macro_export]
macro_rules! fault_handlers {
    ($after:path) => {
        #[doc(hidden)]
        unsafe extern "C" fn __handle_fault(msp: usize, psp: usize, exc_return: u32, fp: usize) -> u64 {
            // SAFETY: the code below gives what belongs there.
            unsafe { $crate::cortex_m::faults::handle(msp, psp, exc_return, fp, $after) }
        }

        #[doc(hidden)]
        static __FAULT_STACK: $crate::cortex_m::faults::Stack = $crate::cortex_m::faults::Stack::new();

        // Nothing is pushed before there is a stack that may be used. What the functions that were active keep in
        // r4 to r6 is of no use to whoever goes on. In instructions that Armv6-M has too.
        ::core::arch::global_asm!(
            ".section .text.moteur_fault_handlers, \"ax\", %progbits",
            ".p2align 2",
            ".global HardFault, MemoryManagement, BusFault, UsageFault",
            ".weak SVCall",
            ".type HardFault, %function",
            ".type MemoryManagement, %function",
            ".type BusFault, %function",
            ".type UsageFault, %function",
            ".type SVCall, %function",
            ".thumb_func",
            "HardFault:",
            ".thumb_func",
            "MemoryManagement:",
            ".thumb_func",
            "BusFault:",
            ".thumb_func",
            "UsageFault:",
            ".thumb_func",
            "SVCall:",
            "mrs r0, msp",
            "mrs r1, psp",
            "mov r2, lr",
            "mov r3, r7",
            "ldr r4, 5f",
            "ldr r4, [r4]",
            "cmp r4, #0",
            "beq 1f",
            "movs r5, #0",
            ".inst.w 0xF385880A", // msr msplim, r5
            "1:",
            "ldr r5, 6f",
            "ldr r6, 7f",
            "add r5, r6",
            "msr msp, r5",
            "push {{r0, r4}}",
            "bl {handle}",
            "pop {{r4, r5}}",
            "lsls r2, r1, #29",
            "bmi 2f",
            "msr msp, r0",
            "b 3f",
            "2:",
            "msr msp, r4",
            "msr psp, r0",
            "3:",
            "cmp r5, #0",
            "beq 4f",
            ".inst.w 0xF385880A",
            "4:",
            "bx r1",
            ".p2align 2",
            "5: .word {limit}",
            "6: .word {stack}",
            "7: .word {bytes}",
            handle = sym __handle_fault,
            limit = sym $crate::cortex_m::faults::LIMIT,
            stack = sym __FAULT_STACK,
            bytes = const $crate::cortex_m::faults::STACK_BYTES,
        );
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(configurable: u32, memory_address: u32, bus_address: u32) -> FaultReport {
        let frame = StackedFrame { pc: 0x1000_0420, ..StackedFrame::default() };
        FaultReport { kind: FaultKind::Hard, frame, configurable, hard: 0, memory_address, bus_address }
    }

    #[test]
    fn causes_have_their_addresses() {
        let pc = Some(0x1000_0420);
        let cases = [
            (0x82, FaultCause::Access, Some(0x3800_0000)),
            (0x01, FaultCause::Execute, pc),
            (0x8200, FaultCause::Bus, Some(0x4fff_0000)),
            (0x0100, FaultCause::Bus, pc),
            (0x0400, FaultCause::Bus, None),
            (1 << 16, FaultCause::Instruction, None),
            (1 << 17, FaultCause::Instruction, None),
            (1 << 24, FaultCause::Unaligned, None),
            (1 << 25, FaultCause::DivisionByZero, None),
            (0, FaultCause::Unknown, None),
        ];
        for (configurable, cause, address) in cases {
            let fault = guest_fault(&report(configurable, 0x3800_0000, 0x4fff_0000), true);
            assert_eq!(fault, GuestFault { cause, pc, address }, "{configurable:#x}");
        }
    }

    #[test]
    fn an_overflow_while_saving_leaves_no_trace_of_the_instruction() {
        assert!(is_frame_saved(0x82, 0x2000_1000));
        assert!(!is_frame_saved(CFSR_MSTKERR, 0x2000_1000));
        assert!(!is_frame_saved(CFSR_STKERR, 0x2000_1000));
        let fault = guest_fault(&report(CFSR_MSTKERR | CFSR_DACCVIOL, 0, 0), false);
        assert_eq!((fault.cause, fault.pc), (FaultCause::Stack, None));
    }
}
