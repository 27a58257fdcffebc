"""The memory protection unit: its registers, and what they allow of the memories. Devices are not looked at.

Sources: Armv7-M Architecture Reference Manual, B3.5; Armv8-M, B9. Unicorn protects pages of 4 KB; a page that a region
covers in part is left to all.
"""

import unicorn

from registers import Register

PAGE = 0x1000
# What ID_MMFR0 says: the generation of the unit.
V7, V8 = 3, 4
NONE, READ, ALL = 0, unicorn.UC_PROT_READ, unicorn.UC_PROT_ALL
WRITE, EXECUTE = unicorn.UC_PROT_WRITE, unicorn.UC_PROT_EXEC


class Mpu:
    """A unit with eight regions; `protect` is called with (address, bytes, permissions) for what changes."""

    REGIONS = 8

    def __init__(self, generation, pages, protect):
        self.generation, self.pages, self.protect = generation, pages, protect
        self.regions = [[0, 0] for _ in range(self.REGIONS)]
        # What is in force: neighbouring pages with the same permissions.
        self.runs = []
        self.number = Register("MPU_RNR")
        base = Register("MPU_RBAR", read=lambda _: self._region()[0], write=lambda _, new: self._put(0, new))
        fields = Register("MPU_RASR or RLAR", read=lambda _: self._region()[1], write=lambda _, new: self._put(1, new))
        self.registers = {
            0xD50: Register("ID_MMFR0", generation << 4),
            0xD90: Register("MPU_TYPE", self.REGIONS << 8),
            0xD94: Register("MPU_CTRL", write=self._control),
            0xD98: self.number,
            0xD9C: base,
            0xDA0: fields,
            0xDC0: Register("MPU_MAIR0"),
        }

    def _region(self):
        return self.regions[self.number.value % self.REGIONS]

    def _put(self, index, new):
        self._region()[index] = new
        return new

    def _control(self, _, new):
        runs = []
        for page, permissions in self.pages:
            permissions &= self._allowed(page) if new & 1 else ALL
            if runs and runs[-1][0] + runs[-1][1] == page and runs[-1][2] == permissions:
                runs[-1][1] += PAGE
            else:
                runs.append([page, PAGE, permissions])
        for run in runs:
            if run not in self.runs:
                self.protect(*run)
        self.runs = runs
        return new

    def _allowed(self, page):
        allowed = NONE
        for base, fields in self.regions:
            if not fields & 1:
                continue
            found = self._v8(page, base, fields) if self.generation == V8 else self._v7(page, base, fields)
            if found is not None:
                allowed = found
        return allowed

    @staticmethod
    def _v8(page, base, fields):
        first, last = base & ~31, fields | 31
        if last < page or page + PAGE <= first:
            return None
        if page < first or last < page + PAGE - 1:
            return ALL
        return READ | (0 if base & 4 else WRITE) | (0 if base & 1 else EXECUTE)

    @staticmethod
    def _v7(page, base, fields):
        size = 2 << (fields >> 1 & 31)
        first = base & -size
        if not first <= page < first + size:
            return None
        eighth = size // 8
        if size < PAGE or eighth < PAGE and fields >> 8 & 0xFF:
            return ALL
        if fields >> 8 + (page - first) // eighth & 1:
            return None
        access = {0: NONE, 1: READ | WRITE, 3: READ | WRITE, 5: READ, 6: READ, 7: READ}.get(fields >> 24 & 7, NONE)
        return access | (0 if fields >> 28 & 1 or access == NONE else EXECUTE)
