"""Blocks of device registers. A block has the registers that the firmware was found to touch, with a reason; whatever else
it reads or writes stops the emulation with its address, so that nothing is taken for granted silently."""


class Unknown(Exception):
    """The firmware touched a register that no block has."""


class Register:
    """A register of 32 bits.

    `read` gives what is read, of what is stored; `write` gives what is stored, of what was and what is written. Without
    them it keeps what was written."""

    def __init__(self, name, reset=0, read=None, write=None):
        self.name = name
        self.value = reset
        self._read = read
        self._write = write

    def get(self):
        return (self._read(self.value) if self._read else self.value) & 0xFFFFFFFF

    def set(self, value):
        self.value = (self._write(self.value, value) if self._write else value) & 0xFFFFFFFF


class Block:
    """Registers in a row, by their offsets."""

    def __init__(self, name, base, size, registers):
        self.name, self.base, self.size, self.registers = name, base, size, registers

    def __getitem__(self, offset):
        return self.registers[offset]

    def _at(self, address):
        offset = address - self.base
        register = self.registers.get(offset & ~3)
        if register is None:
            raise Unknown(f"{self.name} has no register at offset {offset:#05x} here")
        return register, (offset & 3) * 8

    def read(self, address, size):
        register, shift = self._at(address)
        return register.get() >> shift & ((1 << size * 8) - 1)

    def write(self, address, size, value):
        register, shift = self._at(address)
        if size < 4:
            mask = ((1 << size * 8) - 1) << shift
            # What a narrow write leaves alone is what is stored: reading may do something.
            value = register.value & ~mask | value << shift & mask
        register.set(value)


class Bus:
    """All blocks of a chip."""

    def __init__(self, blocks):
        self.blocks = blocks

    def pages(self, page_bytes=0x1000):
        """The addresses of the pages that blocks are in."""
        starts = set()
        for block in self.blocks:
            starts.update(range(block.base & -page_bytes, block.base + block.size, page_bytes))
        return sorted(starts)

    def block(self, address):
        for block in self.blocks:
            if block.base <= address < block.base + block.size:
                return block
        raise Unknown(f"no device is known at {address:#010x}")

    def __getitem__(self, name):
        return next(block for block in self.blocks if block.name == name)
