"""The STM32H563ZI: its memory map, clocks, pins, and the serial ports. Source: RM0481, in the chapters of the blocks' names.

Registers are those that the firmware was found to touch. A device whose clock is off is refused, as are a clock that the
chip could not run at and a serial line that nobody could read.
"""

import unicorn
from unicorn import arm_const

from cortex_m import CortexM, Stopped
from registers import Block, Register

READ_EXECUTE = unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
FLASH, FLASH_BYTES = 0x08000000, 2 << 20
RAM, RAM_BYTES = 0x20000000, 640 << 10
INTERRUPTS = 131

HSI_HZ, CSI_HZ = 64_000_000, 4_000_000
HZ_MAX = 250_000_000
# At the highest voltage; one more state of waiting per so many Hz.
HZ_PER_FLASH_WAIT = 42_000_000


class Rcc:
    """Reset and clock control."""

    # Bits of CR that switch a clock on; the next bit says that it is ready.
    SWITCHES = [0, 8, 12, 16, 24, 26, 28]
    HSE_ON, HSE_BYPASS = 1 << 16, 1 << 18
    PLL_SOURCES = {1: "HSI", 2: "CSI", 3: "HSE"}
    SYSTEM_SOURCES = ["HSI", "CSI", "HSE", "PLL1"]

    def __init__(self, hse_hz):
        self.hse_hz = hse_hz
        self.chip = None
        self.control = Register("CR", reset=0x2B, write=self._switch)
        self.config = Register("CFGR1", write=self._select)
        self.pll = Register("PLL1CFGR")
        self.dividers = Register("PLL1DIVR", reset=0x01010280)
        # Clocks of devices; what is reset stays as it is here.
        self.enabled = {offset: Register(f"ENR{offset:02x}") for offset in (0x88, 0x8C, 0x9C, 0xA8)}
        registers = {0x00: self.control, 0x1C: self.config, 0x28: self.pll, 0x34: self.dividers, **self.enabled}
        for offset, name in [
            (0x20, "CFGR2"),  # prescalers of the buses: none is asked for
            (0x2C, "PLL2CFGR"), (0x30, "PLL3CFGR"),  # which stay off
            (0x74, "APB1LRSTR"), (0x80, "APB3RSTR"),
            (0xD8, "CCIPR1"), (0xE0, "CCIPR3"), (0xE4, "CCIPR4"), (0xE8, "CCIPR5"), (0xDC, "CCIPR2"),
        ]:
            registers[offset] = Register(name)
        # The low-speed oscillator is ready as soon as it is on.
        registers[0xF0] = Register("BDCR", write=lambda _, new: new & ~(1 << 27) | (new >> 26 & 1) << 27)
        self.block = Block("RCC", 0x44020C00, 0x400, registers)

    def needs(self, name, offset, bit):
        """Refuses a device whose clock is off."""
        if not self.enabled[offset].value >> bit & 1:
            raise Stopped(f"{name} has no clock")

    def _switch(self, _, new):
        if new & self.HSE_ON and not new & self.HSE_BYPASS:
            raise Stopped("the board gives a clock, and has no crystal: the oscillator must be bypassed")
        for bit in self.SWITCHES:
            new = new & ~(2 << bit) | (new >> bit & 1) << bit + 1
        return new

    def _hz(self, source):
        """A source's frequency; none while it is off."""
        control = self.control.value
        if source == "HSI":
            return (HSI_HZ >> (control >> 3 & 3)) * (control & 1)
        if source == "CSI":
            return CSI_HZ * (control >> 8 & 1)
        if source == "HSE":
            return self.hse_hz * (control >> 16 & 1)
        pll, dividers = self.pll.value, self.dividers.value
        source = self.PLL_SOURCES.get(pll & 3)
        prediv = pll >> 8 & 0x3F
        if source is None or prediv == 0 or not pll >> 16 & 1:
            return 0
        vco = self._hz(source) // prediv * ((dividers & 0x1FF) + 1)
        return vco // ((dividers >> 9 & 0x7F) + 1) * (control >> 24 & 1)

    def _select(self, _, new):
        source = self.SYSTEM_SOURCES[new & 3]
        hz = self._hz(source)
        if hz == 0:
            raise Stopped(f"the processor's clock is to come from {source}, which is off")
        if hz > HZ_MAX:
            raise Stopped(f"the processor cannot run at {hz} Hz")
        self.chip.clock_changed(hz)
        return new & ~(3 << 3) | (new & 3) << 3


class Power:
    """Power control: voltages are reached at once."""

    def __init__(self):
        self.scaling = Register("VOSCR")
        self.block = Block("PWR", 0x44020800, 0x400, {
            0x10: self.scaling,
            # What was asked for is what is there.
            0x14: Register("VOSSR", read=lambda _: 1 << 3 | 1 << 13 | (self.scaling.value >> 4 & 3) << 14),
            0x20: Register("BDCR"),
            0x24: Register("DBPCR"),  # opens the backup domain, where the clock of the real-time clock is chosen
            0x2C: Register("UCPDR"),  # pull-downs of the USB connector
        })

    def is_highest(self):
        return self.scaling.value >> 4 & 3 == 3


class Gpio:
    """A port of 16 pins."""

    FIRST = 0x42020000
    INPUT, OUTPUT, ALTERNATE = 0, 1, 2

    def __init__(self, index, chip):
        self.index, self.chip = index, chip
        self.inputs = 0
        self.mode = Register("MODER", reset=0xFFFFFFFF, write=self._keep)
        self.outputs = Register("ODR")
        self.alternate = [Register("AFRL", write=self._keep), Register("AFRH", write=self._keep)]
        registers = {
            0x00: self.mode,
            0x04: Register("OTYPER", write=self._keep),
            0x08: Register("OSPEEDR", write=self._keep),
            0x0C: Register("PUPDR", write=self._keep),
            0x10: Register("IDR", read=self._read_inputs),
            0x14: self.outputs,
            0x18: Register("BSRR", write=self._set_and_clear),
            0x20: self.alternate[0],
            0x24: self.alternate[1],
        }
        self.block = Block(f"GPIO{'ABCDEFGHI'[index]}", self.FIRST + 0x400 * index, 0x400, registers)

    def mode_of(self, pin):
        return self.mode.value >> 2 * pin & 3

    def function_of(self, pin):
        """The number of the device that has the pin, or none."""
        if self.mode_of(pin) != self.ALTERNATE:
            return None
        return self.alternate[pin // 8].value >> 4 * (pin % 8) & 0xF

    def is_high(self, pin):
        """What the pin drives."""
        return self.mode_of(pin) == self.OUTPUT and bool(self.outputs.value >> pin & 1)

    def _needs_clock(self):
        self.chip.rcc.needs(self.block.name, 0x8C, self.index)

    def _keep(self, _, new):
        self._needs_clock()
        return new

    def _read_inputs(self, _):
        self._needs_clock()
        driven = sum(1 << pin for pin in range(16) if self.is_high(pin))
        return self.inputs | driven

    def _set_and_clear(self, _, new):
        self._needs_clock()
        self.outputs.value = self.outputs.value & ~(new >> 16) | new & 0xFFFF
        self.chip.pins_changed()
        return 0


class Usart:
    """A serial port that sends: a byte is gone as soon as it is written."""

    ENABLED, SENDS = 1, 1 << 3
    SENT = 1 << 6 | 1 << 7 | 1 << 21

    def __init__(self, name, base, clock, send, chip):
        self.name, self.clock, self.send, self.chip = name, clock, send, chip
        self.control = Register("CR1", write=self._control)
        self.rate = Register("BRR")
        self.block = Block(name, base, 0x400, {
            0x00: self.control,
            0x04: Register("CR2"),
            0x08: Register("CR3"),
            0x0C: self.rate,
            0x1C: Register("ISR", read=lambda _: self.SENT),
            0x28: Register("TDR", write=self._send),
            0x2C: Register("PRESC"),
        })

    def _control(self, _, new):
        self.chip.rcc.needs(self.name, *self.clock)
        return new

    def baud(self):
        return self.chip.cpu.hz / self.rate.value if self.rate.value else 0

    def _send(self, _, byte):
        self.chip.rcc.needs(self.name, *self.clock)
        if self.control.value & (self.ENABLED | self.SENDS) != self.ENABLED | self.SENDS:
            raise Stopped(f"{self.name} is not switched on to send")
        self.send(byte & 0xFF)
        return 0


class Stm32h563:
    """The chip; a board gives the frequency of what is connected to the oscillator, and takes what comes out of pins."""

    VECTORS = FLASH

    def __init__(self, hse_hz):
        self.rcc = Rcc(hse_hz)
        self.rcc.chip = self
        self.power = Power()
        self.ports = {"ABCDEFGHI"[index]: Gpio(index, self) for index in range(9)}
        # Waiting states and prefetching; nothing is erased or written.
        self.flash = Register("ACR", reset=0x13)
        blocks = [
            self.rcc.block,
            self.power.block,
            Block("FLASH", 0x40022000, 0x400, {0x00: self.flash}),
            # Whether the debugger works while the processor sleeps.
            Block("DBGMCU", 0x44024000, 0x400, {0x04: Register("CR")}),
            *(port.block for port in self.ports.values()),
            *self.devices(),
        ]
        memories = [(FLASH, FLASH_BYTES, READ_EXECUTE), (RAM, RAM_BYTES, unicorn.UC_PROT_ALL)]
        self.cpu = CortexM(arm_const.UC_CPU_ARM_CORTEX_M33, HSI_HZ // 2, INTERRUPTS, memories, blocks)

    def check_image(self, segments):
        """Nothing but the vector table is looked at when the chip starts."""

    def devices(self):
        """Blocks that a board adds."""
        return []

    def pins_changed(self):
        """A pin may have another level; for the board."""

    def clock_changed(self, hz):
        """The processor's clock is another from now on."""
        waits = (hz - 1) // HZ_PER_FLASH_WAIT
        if self.flash.value & 0xF < waits:
            raise Stopped(f"flash is read with {self.flash.value & 0xF} waits; at {hz} Hz it needs {waits}")
        if hz > 200_000_000 and not self.power.is_highest():
            raise Stopped(f"the voltage is too low for {hz} Hz")
        self.cpu.hz = hz
