"""What the emulator must do for a run in it to mean something: `python -m unittest` in this folder."""

import struct
import unittest

import unicorn
from unicorn import arm_const as arm

import elf
from cortex_m import CortexM, Stopped
from mpu import ALL, EXECUTE, NONE, READ, V7, V8, WRITE, Mpu
from nucleo_h563zi import Board
from registers import Block, Register, Unknown

CODE, RAM = 0x1000, 0x20000000
STACK = RAM + 0xFFC
HANDLER = CODE + 0x20
# vmov.f32 s0, #1.0; movs r0, #7; wfi; b to the wfi
SETS_AND_SLEEPS = bytes.fromhex("b7ee000a 0720 30bf fde7")
# movs r0, #0; vmov.f32 s0, #2.0; bx lr
CLOBBERS = bytes.fromhex("0020 b0ee000a 7047")
# svc 0; wfi; b to the wfi
CALLS = bytes.fromhex("00df 30bf fde7")
# movw r1, #0x4000; movt r1, #0x4000; ldr r0, [r1]; b to itself
READS_A_DEVICE = bytes.fromhex("44f20001 c4f20001 0868 fee7")


def machine(code, exception=15):
    """A processor with a program, whose handler of one exception is `CLOBBERS`."""
    memories = [(0, 0x2000, unicorn.UC_PROT_ALL), (RAM, 0x1000, unicorn.UC_PROT_ALL)]
    device = Block("device", 0x40004800, 0x100, {0: Register("A")})
    cpu = CortexM(arm.UC_CPU_ARM_CORTEX_M33, 1_000_000, 8, memories, [device])
    vectors = [STACK, CODE | 1] + [0] * 14
    vectors[exception] = HANDLER | 1
    cpu.start([(0, struct.pack("<16I", *vectors)), (CODE, code), (HANDLER, CLOBBERS)], 0)
    return cpu


class Exceptions(unittest.TestCase):
    def check_restored(self, cpu):
        self.assertEqual(cpu.uc.reg_read(arm.UC_ARM_REG_R0), 7)
        self.assertEqual(cpu.uc.reg_read(arm.UC_ARM_REG_S0), 0x3F800000)
        self.assertEqual(cpu.uc.reg_read(arm.UC_ARM_REG_SP), STACK)
        self.assertEqual(cpu.uc.reg_read(arm.UC_ARM_REG_IPSR), 0)

    def test_the_timer_interrupts_sleep_and_everything_is_as_before(self):
        cpu = machine(SETS_AND_SLEEPS)
        cpu.system.reload.set(999)
        cpu.system.control.set(7)
        entered = []
        cpu.uc.hook_add(unicorn.UC_HOOK_CODE, lambda *_: entered.append(cpu.cycles), begin=HANDLER, end=HANDLER)
        cpu.run(idle_ms=10, seconds_max=10)
        self.check_restored(cpu)
        self.assertGreaterEqual(len(entered), 10)
        self.assertEqual({cycles // 1_000 for cycles in entered}, set(range(1, len(entered) + 1)))

    def test_a_masked_interrupt_waits(self):
        cpu = machine(SETS_AND_SLEEPS)
        cpu.uc.reg_write(arm.UC_ARM_REG_PRIMASK, 1)
        cpu.system.raise_interrupt(3)
        cpu.system.enabled.add(3)
        cpu._take_pending()
        self.assertEqual(cpu.pc, CODE)

    def test_a_call_of_the_supervisor_returns_behind_it(self):
        cpu = machine(CALLS, exception=11)
        cpu.uc.reg_write(arm.UC_ARM_REG_R0, 7)
        cpu.run(idle_ms=1, seconds_max=10)
        self.assertEqual((cpu.uc.reg_read(arm.UC_ARM_REG_R0), cpu.pc), (7, CODE + 4))

    def test_an_exception_without_handler_stops(self):
        cpu = machine(CALLS, exception=15)
        with self.assertRaisesRegex(Stopped, "vector of exception 11"):
            cpu.run(idle_ms=1, seconds_max=10)


class Protection(unittest.TestCase):
    """What the unit allows of a page of code and a page of RAM."""

    def allowed(self, generation, regions, enabled=1):
        found = {}
        pages = [(page, unicorn.UC_PROT_ALL) for page in (CODE, RAM)]
        unit = Mpu(generation, pages, lambda page, _, permissions: found.update({page: permissions}))
        for number, (base, fields) in enumerate(regions):
            for offset, value in ((0xD98, number), (0xD9C, base), (0xDA0, fields)):
                unit.registers[offset].set(value)
        unit.registers[0xD94].set(enabled)
        return found[CODE], found[RAM]

    def test_regions_of_armv8(self):
        code, ram = (CODE | 4, CODE + 0xFE0 | 1), (RAM | 1, RAM + 0xFE0 | 1)
        self.assertEqual(self.allowed(V8, [code, ram]), (READ | EXECUTE, READ | WRITE))
        self.assertEqual(self.allowed(V8, [code]), (READ | EXECUTE, NONE))
        self.assertEqual(self.allowed(V8, [code], enabled=0), (ALL, ALL))
        self.assertEqual(self.allowed(V8, [(CODE | 4, CODE + 0x40 | 1)]), (ALL, NONE))

    def test_regions_of_armv7(self):
        code, ram = (0, 6 << 24 | 15 << 1 | 1), (RAM, 1 << 28 | 3 << 24 | 11 << 1 | 1)
        self.assertEqual(self.allowed(V7, [code, ram]), (READ | EXECUTE, READ | WRITE))
        # Of eighths of 8 KB the second is left out, then of those of 4 KB.
        self.assertEqual(self.allowed(V7, [(0, 6 << 24 | 2 << 8 | 15 << 1 | 1), ram]), (READ | EXECUTE, READ | WRITE))
        self.assertEqual(self.allowed(V7, [(0, 6 << 24 | 2 << 8 | 14 << 1 | 1), ram]), (NONE, READ | WRITE))
        # A later region wins.
        self.assertEqual(self.allowed(V7, [ram, (RAM, 15 << 1 | 1)])[1], NONE)

    def test_what_is_not_allowed_stops(self):
        cpu = machine(SETS_AND_SLEEPS)
        # Neither code nor vectors are in this region.
        cpu.bus.block(0xE000ED98).write(0xE000ED9C, 4, RAM | 1)
        cpu.bus.block(0xE000ED98).write(0xE000EDA0, 4, RAM + 0xFE0 | 1)
        cpu.bus.block(0xE000ED98).write(0xE000ED94, 4, 1)
        with self.assertRaisesRegex(Stopped, "FETCH_PROT"):
            cpu.run(idle_ms=1, seconds_max=10)


class Devices(unittest.TestCase):
    def test_an_unknown_register_stops_with_its_address(self):
        with self.assertRaisesRegex(Stopped, "no device is known at 0x40004000"):
            machine(READS_A_DEVICE).run(idle_ms=1, seconds_max=10)
        with self.assertRaisesRegex(Unknown, "device has no register at offset 0x004"):
            machine(CALLS).bus.block(0x40004804).read(0x40004804, 4)

    def test_narrow_accesses_reach_their_bytes(self):
        block = Block("device", 0x100, 0x100, {4: Register("A", reset=0x11223344)})
        block.write(0x105, 1, 0xAA)
        block.write(0x106, 2, 0xBBCC)
        self.assertEqual(block.read(0x104, 4), 0xBBCCAA44)
        self.assertEqual((block.read(0x107, 1), block.read(0x104, 2)), (0xBB, 0xAA44))

    def test_not_every_file_is_an_image(self):
        with self.assertRaises(ValueError):
            list(elf.segments(b"\x7fELF\x02\x01" + bytes(60)))


class Nucleo(unittest.TestCase):
    RCC, GPIOB, USART3 = 0x44020C00, 0x42020400, 0x40004800

    def write(self, address, value):
        self.board.cpu.bus.block(address).write(address, 4, value)

    def setUp(self):
        self.board = Board(None)

    def test_a_device_without_clock_is_refused(self):
        with self.assertRaisesRegex(Stopped, "GPIOB has no clock"):
            self.write(self.GPIOB, 0)
        with self.assertRaisesRegex(Stopped, "USART3 has no clock"):
            self.write(self.USART3, 9)

    def test_clocks_that_are_off_or_too_fast_are_refused(self):
        with self.assertRaisesRegex(Stopped, "PLL1, which is off"):
            self.write(self.RCC + 0x1C, 3)
        with self.assertRaisesRegex(Stopped, "no crystal"):
            self.write(self.RCC, 1 << 16)
        self.write(self.RCC, 1 << 24 | 1 << 18 | 1 << 16 | 0x2B)
        self.write(self.RCC + 0x28, 1 << 16 | 2 << 8 | 3)
        self.write(self.RCC + 0x34, 124 | 0 << 9)
        with self.assertRaisesRegex(Stopped, "cannot run at 500000000 Hz"):
            self.write(self.RCC + 0x1C, 3)
        self.write(self.RCC + 0x34, 124 | 1 << 9)
        with self.assertRaisesRegex(Stopped, "at 250000000 Hz it needs 5"):
            self.write(self.RCC + 0x1C, 3)

    def test_a_byte_on_a_pin_of_nobody_is_refused(self):
        self.write(self.RCC + 0x9C, 1 << 18)
        self.write(self.USART3, 1 | 1 << 3)
        with self.assertRaisesRegex(Stopped, "PD8 is not connected"):
            self.write(self.USART3 + 0x28, 65)


if __name__ == "__main__":
    unittest.main()
