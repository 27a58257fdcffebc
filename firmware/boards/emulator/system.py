"""The processor's own registers, as far as firmware here uses them: timer, interrupts, vectors."""

from registers import Block, Register

SVCALL, PENDSV, SYSTICK, FIRST_INTERRUPT = 11, 14, 15, 16
CSR_ENABLE, CSR_INTERRUPT, CSR_PROCESSOR_CLOCK = 1, 2, 4
ICSR_PENDING_TICK, ICSR_CLEAR_TICK, ICSR_PENDING_SV = 1 << 26, 1 << 25, 1 << 28
# So many cycles pass on each reading of the timer: nobody counts instructions between two slices of them.
CYCLES_PER_READING = 8


class System:
    """Timer, interrupt controller and system control."""

    def __init__(self, interrupts):
        self.cycles = 0
        self.pending = set()
        self.enabled = set()
        self.next_tick = None
        self.control = Register("CSR", write=self._control_timer)
        self.reload = Register("RVR")
        current = Register("CVR", read=self._read_timer, write=self._clear_timer)
        self.vectors = Register("VTOR")
        registers = {0x010: self.control, 0x014: self.reload, 0x018: current, 0xD08: self.vectors}
        registers[0xD04] = Register("ICSR", read=self._read_state, write=self._write_state)
        # Kept, and without effect here: exclusive accesses (one core runs), access to the floating-point unit (always
        # there), and below, priorities (no interrupt interrupts another).
        registers[0x008], registers[0xD88] = Register("ACTLR"), Register("CPACR")
        # Which faults are exceptions of their own: all of them stop the emulation.
        registers[0xD24] = Register("SHCSR")
        # That the processor has such faults: a Cortex-M33's, and a Cortex-M4's is alike in what matters.
        registers[0xD00] = Register("CPUID", 0x410FD213)
        for word in range((interrupts + 31) // 32):
            registers[0x100 + 4 * word] = self._switch("ISER", word, self.enabled, self.enabled.add)
            registers[0x180 + 4 * word] = self._switch("ICER", word, self.enabled, self.enabled.discard)
            registers[0x280 + 4 * word] = self._switch("ICPR", word, self.pending, self._withdraw)
        for word in range((interrupts + 3) // 4):
            registers[0x400 + 4 * word] = Register("IPR")
        self.registers = registers
        self.block = Block("the processor", 0xE000E000, 0x1000, registers)

    def raise_interrupt(self, number):
        """A device asks for an interrupt, which is taken if it is enabled."""
        self.pending.add(FIRST_INTERRUPT + number)

    def next_exception(self):
        """The exception to take, if none is masked."""
        may = (e for e in self.pending if e < FIRST_INTERRUPT or e - FIRST_INTERRUPT in self.enabled)
        return min(may, default=None)

    def advance(self, cycles):
        """Lets time pass."""
        self.cycles += cycles
        while self.next_tick is not None and self.cycles >= self.next_tick:
            self.next_tick += self.reload.value + 1
            if self.control.value & CSR_INTERRUPT:
                self.pending.add(SYSTICK)

    @staticmethod
    def _switch(name, word, numbers, change):
        def write(_, bits):
            for bit in range(32):
                if bits >> bit & 1:
                    change(32 * word + bit)
            return 0

        def read(_):
            return sum(1 << bit for bit in range(32) if 32 * word + bit in numbers)

        return Register(name, read=read, write=write)

    def _withdraw(self, number):
        self.pending.discard(FIRST_INTERRUPT + number)

    def _control_timer(self, old, new):
        if new & CSR_ENABLE and not old & CSR_ENABLE:
            self.next_tick = self.cycles + self.reload.value + 1
        elif not new & CSR_ENABLE:
            self.next_tick = None
        return new

    def _read_timer(self, _):
        self.advance(CYCLES_PER_READING)
        if self.next_tick is None:
            return 0
        left = self.next_tick - self.cycles
        # It interrupts where it comes to zero, and reloads a tick later.
        return left % (self.reload.value + 1)

    def _clear_timer(self, _, __):
        if self.next_tick is not None:
            self.next_tick = self.cycles + self.reload.value + 1
        return 0

    def _read_state(self, _):
        return ICSR_PENDING_TICK if SYSTICK in self.pending else 0

    def _write_state(self, _, new):
        if new & ICSR_PENDING_TICK:
            self.pending.add(SYSTICK)
        if new & ICSR_CLEAR_TICK:
            self.pending.discard(SYSTICK)
        if new & ICSR_PENDING_SV:
            self.pending.add(PENDSV)
        return 0
