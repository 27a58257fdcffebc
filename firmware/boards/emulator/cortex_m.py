"""A Cortex-M in Unicorn: memory, device registers, exceptions, and time.

Unicorn has the processor's core alone. Exceptions are taken and left here as the architecture says (Armv7-M Architecture
Reference Manual, B1.5; Armv8-M, chapter B3, without the security extension), with floats stacked at once rather than when
they are needed. Not modelled, and refused: the process stack, unprivileged code, faults as exceptions, interrupts that
interrupt others.

Time: an instruction takes a cycle, and a `yield`, which is in loops that wait, a microsecond. A processor that sleeps skips
to the next interrupt or event.
"""

import struct
import time

import unicorn
from unicorn import arm_const as arm

from mpu import PAGE, V7, V8, Mpu
from registers import Bus, Unknown
from system import FIRST_INTERRUPT, SVCALL, System

# Unicorn's numbers of interrupts, which are QEMU's `EXCP_SWI` and `EXCP_EXCEPTION_EXIT`.
TOOK_SVC, LEFT_EXCEPTION = 2, 8
THUMB, REALIGNED, EXCEPTION = 1 << 24, 1 << 9, 0x1FF
WFI, YIELD = b"\x30\xbf", b"\x10\xbf"
FLOATS_ACTIVE = 1 << 2
SLICE_CYCLES, HANDLER_CYCLES = 50_000, 100
GENERAL = [arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3, arm.UC_ARM_REG_R12]
FLOATS = [arm.UC_ARM_REG_S0 + index for index in range(16)] + [arm.UC_ARM_REG_FPSCR]


class Stopped(Exception):
    """The firmware did something that this cannot go on from."""


class CortexM:
    """A processor with its memories: (address, bytes, permissions of Unicorn) each, and blocks of device registers."""

    def __init__(self, model, hz, interrupts, memories, blocks):
        self.hz = hz
        self.system = System(interrupts)
        self.events = []
        self.active_at = 0
        self.pc = 0
        self.failure = self.exception = None
        self.bus = Bus(blocks + [self.system.block])
        self.uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS, model)
        for start, size, permissions in memories:
            self.uc.mem_map(start, size, permissions)
        pages = [(page, permissions) for start, size, permissions in memories for page in range(start, start + size, PAGE)]
        generation = V8 if model == arm.UC_CPU_ARM_CORTEX_M33 else V7
        self.system.registers.update(Mpu(generation, pages, self.uc.mem_protect).registers)
        for page in self.bus.pages():
            self.uc.mmio_map(page, 0x1000, self._read, page, self._write, page)
        self.uc.hook_add(unicorn.UC_HOOK_INTR, self._interrupted)

    @property
    def cycles(self):
        return self.system.cycles

    def ms(self, count):
        """So many milliseconds, in cycles."""
        return count * self.hz // 1_000

    def at(self, ms, event):
        """Calls `event` so many milliseconds from now."""
        self.events.append((self.cycles + self.ms(ms), event))
        self.events.sort(key=lambda entry: entry[0])

    def is_active(self):
        """Something happened that is seen from outside."""
        self.active_at = self.cycles

    def start(self, segments, vectors):
        """Puts a program into memory, and the processor where its vectors say."""
        for address, data in segments:
            self.uc.mem_write(address, data)
        self.system.vectors.value = vectors
        stack, entry = self._words(vectors, 2)
        self.uc.reg_write(arm.UC_ARM_REG_SP, stack)
        self.pc = entry & ~1

    def run(self, idle_ms, seconds_max):
        """Runs until the processor has slept for so long, with nothing to come and nothing to be seen; `seconds_max` are
        of the wall clock."""
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            self._take_pending()
            is_asleep = self._slice()
            if is_asleep and self.system.next_exception() is None:
                if not self.events and self.cycles - self.active_at > self.ms(idle_ms):
                    return
                self.system.advance(max(min(self._moments()) - self.cycles, 0))
            while self.events and self.events[0][0] <= self.cycles:
                self.events.pop(0)[1]()
        raise Stopped(f"it did not come to rest within {seconds_max} s")

    def _moments(self):
        """When something is due; at the latest in a second."""
        due = [when for when, _ in self.events[:1]] + [self.cycles + self.hz]
        return due + ([] if self.system.next_tick is None else [self.system.next_tick])

    def _slice(self):
        """Runs for a while; whether the processor went to sleep."""
        count = min(max(min(self._moments()) - self.cycles, 1), SLICE_CYCLES)
        self.exception = None
        try:
            self.uc.emu_start(self.pc | 1, 0, count=count)
        except unicorn.UcError as error:
            # Unicorn knows no `yield`: it stops behind it.
            if error.errno != unicorn.UC_ERR_INSN_INVALID or self._last_instruction() != YIELD:
                pc = self.uc.reg_read(arm.UC_ARM_REG_PC)
                self.failure = self.failure or Stopped(f"{error}, near {pc:#010x}")
            count = self.hz // 1_000_000
        if self.failure:
            raise self.failure
        self.pc = self.uc.reg_read(arm.UC_ARM_REG_PC) & ~1
        if self.exception is None and self._last_instruction() == WFI:
            return True
        # How many instructions came before an exception is not known; handlers are short.
        self.system.advance(min(count, HANDLER_CYCLES) if self.exception else count)
        if self.exception == LEFT_EXCEPTION:
            self._leave()
        elif self.exception == TOOK_SVC:
            self._enter(SVCALL)
        return False

    def _last_instruction(self):
        """That before the next one in memory, if it has 16 bits."""
        return self.uc.mem_read((self.uc.reg_read(arm.UC_ARM_REG_PC) & ~1) - 2, 2)

    def _take_pending(self):
        exception = self.system.next_exception()
        in_handler = self.uc.reg_read(arm.UC_ARM_REG_IPSR) != 0
        is_masked = self.uc.reg_read(arm.UC_ARM_REG_PRIMASK) & 1 or self.uc.reg_read(arm.UC_ARM_REG_BASEPRI)
        if exception is not None and not in_handler and not is_masked:
            self.system.pending.discard(exception)
            self._enter(exception)

    def _enter(self, exception):
        read, write = self.uc.reg_read, self.uc.reg_write
        control = read(arm.UC_ARM_REG_CONTROL)
        if control & 3:
            raise Stopped("an exception with the process stack or unprivileged code, neither of which is modelled")
        xpsr, stack = read(arm.UC_ARM_REG_XPSR), read(arm.UC_ARM_REG_SP)
        has_floats = bool(control & FLOATS_ACTIVE)
        words = [read(register) for register in GENERAL]
        words += [read(arm.UC_ARM_REG_LR), self.pc, xpsr | (REALIGNED if stack & 4 else 0)]
        if has_floats:
            words += [read(register) for register in FLOATS] + [0]
        frame = (stack - 4 * len(words)) & ~7
        self.uc.mem_write(frame, struct.pack(f"<{len(words)}I", *words))
        write(arm.UC_ARM_REG_SP, frame)
        to_thread = 0 if xpsr & EXCEPTION else 8
        write(arm.UC_ARM_REG_LR, 0xFFFFFFE1 + to_thread if has_floats else 0xFFFFFFF1 + to_thread)
        write(arm.UC_ARM_REG_CONTROL, control & ~FLOATS_ACTIVE)
        write(arm.UC_ARM_REG_XPSR, THUMB | exception)
        (vector,) = self._words(self.system.vectors.value + 4 * exception, 1)
        if not vector & 1:
            raise Stopped(f"the vector of exception {exception} is {vector:#010x}")
        self.pc = vector & ~1

    def _leave(self):
        write = self.uc.reg_write
        # Where the program jumped to says what is to be restored. The lowest bit is lost on the way.
        kind = self.pc
        if kind & ~0xFF != 0xFFFFFF00 or kind & 4:
            raise Stopped(f"an exception returns to {kind:#010x}")
        has_floats = not kind & 0x10
        frame = self.uc.reg_read(arm.UC_ARM_REG_SP)
        *general, link, pc, xpsr = self._words(frame, 8)
        values = list(zip(GENERAL, general)) + [(arm.UC_ARM_REG_LR, link)]
        if has_floats:
            values += zip(FLOATS, self._words(frame + 0x20, len(FLOATS)))
        for register, value in values:
            write(register, value)
        write(arm.UC_ARM_REG_XPSR, xpsr & ~REALIGNED)
        write(arm.UC_ARM_REG_SP, frame + (0x68 if has_floats else 0x20) + (4 if xpsr & REALIGNED else 0))
        control = self.uc.reg_read(arm.UC_ARM_REG_CONTROL) & ~FLOATS_ACTIVE
        write(arm.UC_ARM_REG_CONTROL, control | (FLOATS_ACTIVE if has_floats else 0))
        self.pc = pc

    def _words(self, address, count):
        return struct.unpack(f"<{count}I", self.uc.mem_read(address, 4 * count))

    def _interrupted(self, uc, number, _):
        if number not in (TOOK_SVC, LEFT_EXCEPTION):
            pc = uc.reg_read(arm.UC_ARM_REG_PC)
            self.failure = Stopped(f"a fault or a breakpoint near {pc:#010x} (Unicorn's interrupt {number})")
        self.exception = number
        uc.emu_stop()

    def _read(self, uc, offset, size, page):
        return self._touch(page + offset, lambda block: block.read(page + offset, size))

    def _write(self, uc, offset, size, value, page):
        self._touch(page + offset, lambda block: block.write(page + offset, size, value))

    def _touch(self, address, access):
        if self.failure:
            return 0
        try:
            return access(self.bus.block(address))
        except (Unknown, Stopped) as why:
            pc = self.uc.reg_read(arm.UC_ARM_REG_PC)
            self.failure = Stopped(f"{why} (address {address:#010x}, instruction near {pc:#010x})")
            self.uc.emu_stop()
            return 0
