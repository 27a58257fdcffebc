"""The Raspberry Pi Pico 2: the RP2350A's memory map, clocks and devices, and what the board connects to its pins.

Sources: RP2350 datasheet, in the chapters of the blocks' names; Raspberry Pi Pico 2 datasheet. Registers are those that the
firmware was found to touch. The boot ROM is not run: as it would, this looks for the block that says that an image is a
program for Arm, and starts where the vector table says.
"""

import struct

import unicorn
from unicorn import arm_const

from cortex_m import CortexM, Stopped
from registers import Block, Register

FLASH, FLASH_BYTES = 0x10000000, 4 << 20
RAM, RAM_BYTES = 0x20000000, 520 << 10
INTERRUPTS = 52
CRYSTAL_HZ, RING_HZ, HZ_MAX = 12_000_000, 11_000_000, 150_000_000
BAUD = 115_200
LINE, LED, BUTTON = 0, 25, 15
# Functions of pins.
TO_UART, TO_PROGRAM = 2, 5
# In an image's block: its first and last word, and the item that says what kind of program it is.
BLOCK_START, BLOCK_END, SEARCHED_BYTES = 0xFFFFDED3, 0xAB123579, 4096
EXECUTABLE_FOR_ARM_SECURE = 0x10210142


class Aliased(Block):
    """Registers that can also be written bit by bit, at three further addresses: to toggle, to set, to clear."""

    def __init__(self, name, base, registers):
        super().__init__(name, base, 0x4000, registers)

    def read(self, address, size):
        return super().read(address & ~0x3000, size)

    def write(self, address, size, value):
        register, _ = self._at(address & ~0x3000)
        way = address >> 12 & 3
        if way and size < 4:
            raise Stopped(f"{self.name}: a narrow write of single bits")
        old = register.value
        value = [value, old ^ value, old | value, old & ~value][way]
        super().write(address & ~0x3000, size, value)


class Clocks:
    """Oscillators, PLLs, and the two clocks that matter: the reference and the system's."""

    def __init__(self, chip):
        self.chip = chip
        self.xosc = Register("CTRL")
        self.pll = {"PLL_SYS": self._pll(), "PLL_USB": self._pll()}
        self.reference, self.system = Register("CLK_REF_CTRL"), Register("CLK_SYS_CTRL", 0x41)
        self.dividers = {0x34: Register("CLK_REF_DIV", 1 << 16), 0x40: Register("CLK_SYS_DIV", 1 << 16)}
        self.blocks = [
            Aliased("CLOCKS", 0x40010000, {
                0x30: self.reference, 0x3C: self.system, **self.dividers,
                0x38: Register("CLK_REF_SELECTED", read=lambda _: 1 << (self.reference.value & 3)),
                # Whoever switches the clock waits for this.
                0x44: Register("CLK_SYS_SELECTED", read=self._switched),
                0x48: Register("CLK_PERI_CTRL"),
                # Of devices that nothing here uses.
                0x60: Register("CLK_USB_CTRL"), 0x64: Register("CLK_USB_DIV"),
                0x6C: Register("CLK_ADC_CTRL"), 0x70: Register("CLK_ADC_DIV"),
                0x84: Register("CLK_SYS_RESUS_CTRL"),
            }),
            # The crystal swings as soon as it is switched on.
            Aliased("XOSC", 0x40048000, {
                0x00: self.xosc, 0x04: Register("STATUS", read=lambda _: self.crystal_runs() << 31),
                0x0C: Register("STARTUP"),
            }),
            Aliased("PLL_SYS", 0x40050000, self.pll["PLL_SYS"]),
            Aliased("PLL_USB", 0x40058000, self.pll["PLL_USB"]),
            # The clock that the chip starts with, whose speed is left as it is.
            Aliased("ROSC", 0x400E8000, {
                0x00: Register("CTRL"), 0x04: Register("FREQA"), 0x08: Register("FREQB"), 0x14: Register("DIV"),
            }),
        ]

    @staticmethod
    def _pll():
        # It locks at once. It comes up without power.
        return {0x00: Register("CS", read=lambda value: value | 1 << 31), 0x04: Register("PWR", 0x2D),
                0x08: Register("FBDIV_INT"), 0x0C: Register("PRIM", 0x77000)}

    def crystal_runs(self):
        return self.xosc.value >> 12 & 0xFFF == 0xFAB

    def pll_hz(self, name):
        """A PLL's frequency; 0 while it has no power or no crystal."""
        registers = self.pll[name]
        powered = registers[0x04].value & 0x29 == 0
        divider, post = registers[0x00].value & 0x3F, registers[0x0C].value
        by = divider * (post >> 16 & 7) * (post >> 12 & 7)
        if not powered or not self.crystal_runs() or by == 0:
            return 0
        return CRYSTAL_HZ * registers[0x08].value // by

    def reference_hz(self):
        return {0: RING_HZ, 2: CRYSTAL_HZ * self.crystal_runs()}.get(self.reference.value & 3, 0)

    def hz(self):
        if not self.system.value & 1:
            return self.reference_hz()
        auxiliary = {0: self.pll_hz("PLL_SYS"), 1: self.pll_hz("PLL_USB"), 2: RING_HZ}
        return auxiliary.get(self.system.value >> 5 & 7, 0)

    def _switched(self, _):
        self.chip.clock_changed(self.hz())
        return 1 << (self.system.value & 1)


class Board:
    """The board in its `world`: an UART at GP0, the LED at GP25, a button between GP15 and ground."""

    VECTORS = FLASH

    def __init__(self, world):
        self.world = world
        self.clocks = Clocks(self)
        self.button_is_down = False
        # Everything but what the program runs from is in reset at the start.
        self.resets = Register("RESET", 0x1FFFFFFF)
        self.pads = {4 + 4 * pin: Register(f"GPIO{pin}", 0x116) for pin in range(30)}
        self.functions = {4 + 8 * pin: Register(f"GPIO{pin}_CTRL", 0x1F) for pin in range(30)}
        self.levels, self.enables = Register("GPIO_OUT"), Register("GPIO_OE")
        read_execute = unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
        memories = [(FLASH, FLASH_BYTES, read_execute), (RAM, RAM_BYTES, unicorn.UC_PROT_ALL)]
        blocks = [*self.clocks.blocks, *self._system_blocks(), *self._pin_blocks(), self._uart_block()]
        self.cpu = CortexM(arm_const.UC_CPU_ARM_CORTEX_M33, RING_HZ, INTERRUPTS, memories, blocks)

    def check_image(self, segments):
        """What the boot ROM wants to see."""
        image = next((data for address, data in segments if address == FLASH), b"")
        words = [word for (word,) in struct.iter_unpack("<I", image[: min(len(image), SEARCHED_BYTES) & ~3])]
        if BLOCK_START not in words:
            raise Stopped("no block for the boot ROM in the first 4 KB of flash")
        at = words.index(BLOCK_START)
        if words[at + 1] != EXECUTABLE_FOR_ARM_SECURE or BLOCK_END not in words[at:]:
            raise Stopped("the boot ROM's block does not say that this is a program for Arm")

    def clock_changed(self, hz):
        """The processor's clock is another from now on."""
        if hz == 0:
            raise Stopped("the processor's clock comes from what is off")
        if hz > HZ_MAX:
            raise Stopped(f"the processor cannot run at {hz} Hz")
        self.cpu.hz = hz

    def set_button(self, is_down):
        """Down, it connects to ground; up, it leaves the pin alone."""
        self.button_is_down = is_down

    def _system_blocks(self):
        return [
            # What is let out of reset is ready at once.
            Aliased("RESETS", 0x40020000, {
                0x0: self.resets, 0x8: Register("RESET_DONE", read=lambda _: ~self.resets.value),
            }),
            # Switches the other core off.
            Aliased("PSM", 0x40018000, {0x4: Register("FRCE_OFF")}),
            # The HAL's time, which nothing here asks for; its interrupt is switched on.
            Aliased("TIMER0", 0x400B0000, {0x40: Register("INTE")}),
            # Cycles of the reference in a microsecond, for timer and watchdog.
            Aliased("TICKS", 0x40108000, {offset: Register("ticks") for offset in (0x18, 0x1C, 0x30, 0x34)}),
            # The core's voltage.
            Aliased("POWMAN", 0x40100000, {0x0C: Register("VREG", 11 << 4)}),
        ]

    def _pin_blocks(self):
        return [
            # Functions, and which pins wake the sleeping chip: those that are given back do not.
            Aliased("IO_BANK0", 0x40028000, {
                **self.functions, **{0x2D8 + 4 * word: Register("DORMANT_WAKE_INTE") for word in range(6)},
            }),
            Aliased("PADS_BANK0", 0x40038000, self.pads),
            # The processor's own way to pins; and a lock against the other core, which is free when it is asked for.
            Block("SIO", 0xD0000000, 0x200, {
                0x000: Register("CPUID"),
                0x004: Register("GPIO_IN", read=self._read_pins),
                0x010: self.levels, 0x018: self._change("GPIO_OUT_SET", self.levels, lambda old, new: old | new),
                0x020: self._change("GPIO_OUT_CLR", self.levels, lambda old, new: old & ~new),
                0x030: self.enables, 0x038: self._change("GPIO_OE_SET", self.enables, lambda old, new: old | new),
                0x040: self._change("GPIO_OE_CLR", self.enables, lambda old, new: old & ~new),
                0x17C: Register("SPINLOCK31", read=lambda _: 1),
            }),
        ]

    def _change(self, name, register, change):
        def write(_, new):
            register.value = change(register.value, new)
            self.world.lit(self._drives_high(LED))
            return 0

        return Register(name, write=write)

    def _function(self, pin):
        return self.functions[4 + 8 * pin].value & 0x1F

    def _drives_high(self, pin):
        is_output = self._function(pin) == TO_PROGRAM and self.enables.value >> pin & 1
        return bool(is_output and self.levels.value >> pin & 1)

    def _read_pins(self, _):
        pad = self.pads[4 + 4 * BUTTON].value
        if not pad >> 6 & 1 or pad >> 8 & 1:
            raise Stopped("the button's pin is read, and its input is not switched on")
        if self.button_is_down:
            return 0
        if not pad >> 3 & 1:
            raise Stopped("the button's pin is read, and nothing pulls it to a level")
        return 1 << BUTTON

    def _uart_block(self):
        self.divider, self.fraction = Register("IBRD"), Register("FBRD")
        self.uart = Register("CR")
        return Aliased("UART0", 0x40070000, {
            0x00: Register("DR", write=self._send),
            # Never full, never busy, nothing received.
            0x18: Register("FR", 0x90),
            0x24: self.divider, 0x28: self.fraction,
            0x2C: Register("LCR_H"), 0x30: self.uart,
            0x34: Register("IFLS"),
        })

    def _send(self, _, byte):
        if self.uart.value & 0x101 != 0x101:
            raise Stopped("UART0 is not switched on to send")
        if self._function(LINE) != TO_UART or self.pads[4].value >> 8 & 1:
            raise Stopped("UART0 sends, and GP0 is not connected to it")
        sixteenths = 64 * self.divider.value + self.fraction.value
        rate = 4 * self.cpu.hz / sixteenths if sixteenths else 0
        if abs(rate - BAUD) > BAUD * 0.02:
            raise Stopped(f"UART0 sends at {rate:.0f} baud, and the other end listens at {BAUD}")
        self.world.printed(byte & 0xFF)
        return 0
