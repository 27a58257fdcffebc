"""Nordic's nRF52840 DK: the chip's memory map and devices, and what the board connects to its pins.

Sources: nRF52840 product specification 1.11, in the chapters of the blocks' names; nRF52840 DK, "Hardware description".
Registers are those that the firmware was found to touch.
"""

import unicorn
from unicorn import arm_const

from cortex_m import CortexM, Stopped
from registers import Block, Register

HZ = 64_000_000
INTERRUPTS = 48
FLASH, FLASH_BYTES = 0, 1 << 20
RAM, RAM_BYTES = 0x20000000, 256 << 10
LED_1, BUTTON_1, LINE = 13, 11, 6
BAUDRATE_115200 = 0x01D60000
CONNECTED, PULLS_UP, OUTPUT = 0, 3, 1


class Gpio:
    """The port P0."""

    def __init__(self, changed):
        self.changed = changed
        self.levels = Register("OUT")
        self.pins = [Register(f"PIN_CNF{pin}", reset=2, write=self._configure) for pin in range(32)]
        # What the world does to pins; none where it leaves them alone.
        self.driven = {}
        self.block = Block("P0", 0x50000000, 0x1000, {
            0x504: self.levels,
            0x508: Register("OUTSET", write=lambda _, bits: self._drive(self.levels.value | bits)),
            0x50C: Register("OUTCLR", write=lambda _, bits: self._drive(self.levels.value & ~bits)),
            0x510: Register("IN", read=lambda _: sum(1 << pin for pin in range(32) if self._is_high(pin))),
            **{0x700 + 4 * pin: register for pin, register in enumerate(self.pins)},
        })

    def is_output(self, pin):
        return bool(self.pins[pin].value & OUTPUT)

    def drives_low(self, pin):
        return self.is_output(pin) and not self.levels.value >> pin & 1

    def _is_high(self, pin):
        if self.pins[pin].value >> 1 & 1:
            return False  # Its input is not connected.
        return self.driven.get(pin, self.pins[pin].value >> 2 & 3 == PULLS_UP)

    def _configure(self, _, new):
        if not new & OUTPUT and not new >> 1 & 1 and not new >> 2 & 3:
            raise Stopped("an input that nothing pulls to a level")
        return new

    def _drive(self, levels):
        self.levels.value = levels
        self.changed()
        return 0


class Uarte:
    """A serial port that reads what it sends from RAM; all is gone as soon as it starts."""

    ENABLED = 8

    def __init__(self, name, base, board):
        self.board = board
        self.name = name
        self.enable, self.pin, self.rate = Register("ENABLE"), Register("PSEL.TXD", 0xFFFFFFFF), Register("BAUDRATE")
        self.address, self.count, self.ended = Register("TXD.PTR"), Register("TXD.MAXCNT"), Register("EVENTS_ENDTX")
        self.block = Block(name, base, 0x1000, {
            0x008: Register("TASKS_STARTTX", write=self._start),
            0x120: self.ended,
            0x14C: Register("EVENTS_RXSTARTED"),
            0x150: Register("EVENTS_TXSTARTED"),
            0x308: Register("INTENCLR"),  # it polls
            0x500: self.enable,
            0x508: Register("PSEL.RTS", 0xFFFFFFFF),
            0x50C: self.pin,
            0x510: Register("PSEL.CTS", 0xFFFFFFFF),
            0x514: Register("PSEL.RXD", 0xFFFFFFFF),
            0x524: self.rate,
            0x544: self.address,
            0x548: self.count,
            0x56C: Register("CONFIG"),
        })

    def _start(self, _, new):
        if new & 1:
            if self.enable.value != self.ENABLED:
                raise Stopped(f"{self.name} is not enabled")
            address, count = self.address.value, self.count.value
            if not RAM <= address <= address + count <= RAM + RAM_BYTES:
                raise Stopped(f"{self.name} reads RAM alone, and shall send from {address:#010x}")
            self.ended.value = 1
            self.board.sent(self, self.board.cpu.uc.mem_read(address, count))
        return 0


class Board:
    """The board in its `world`."""

    VECTORS = FLASH

    def __init__(self, world):
        self.world = world
        self.gpio = Gpio(self._changed)
        self.uarte = Uarte("UARTE0", 0x40002000, self)
        started = Register("EVENTS_LFCLKSTARTED")
        blocks = [
            self.gpio.block,
            self.uarte.block,
            # The slow clock runs as soon as it is started.
            Block("CLOCK", 0x40000000, 0x1000, {
                0x008: Register("TASKS_LFCLKSTART", write=lambda _, new: setattr(started, "value", new & 1) or 0),
                0x104: started,
                0x518: Register("LFCLKSRC"),
            }),
            # What the maker measured: the variant of the chip (the letter before the last is that of the build), and the
            # thermometer's curve, which errata have the firmware copy.
            Block("FICR", 0x10000000, 0x1000, {
                0x104: Register("INFO.VARIANT", 0x41414430),
                **{0x404 + 4 * word: Register("TEMP") for word in range(17)},
            }),
            Block("TEMP", 0x4000C000, 0x1000, {offset: Register("coefficient") for offset in [
                *range(0x520, 0x538, 4), *range(0x540, 0x558, 4), *range(0x560, 0x574, 4)]}),
            # As a board comes: pin 18 resets, and the antenna's pins are the antenna's.
            Block("UICR", 0x10001000, 0x1000, {
                0x200: Register("PSELRESET0", 18), 0x204: Register("PSELRESET1", 18), 0x20C: Register("NFCPINS", 0xFFFFFFFF),
            }),
        ]
        read_execute = unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
        memories = [(FLASH, FLASH_BYTES, read_execute), (RAM, RAM_BYTES, unicorn.UC_PROT_ALL)]
        self.cpu = CortexM(arm_const.UC_CPU_ARM_CORTEX_M4, HZ, INTERRUPTS, memories, blocks)

    def check_image(self, segments):
        """Nothing but the vector table is looked at when the chip starts."""

    def set_button(self, is_down):
        """Down, it connects to ground; up, it leaves the pin alone."""
        self.gpio.driven = {BUTTON_1: False} if is_down else {}

    def sent(self, port, data):
        if port.pin.value != LINE or not self.gpio.is_output(LINE):
            raise Stopped(f"{port.name} sends, and not to P0.{LINE:02}, where the debugger listens")
        if port.rate.value != BAUDRATE_115200:
            raise Stopped(f"{port.name} sends at another rate than 115,200 baud")
        for byte in data:
            self.world.printed(byte)

    def _changed(self):
        self.world.lit(self.gpio.drives_low(LED_1))
