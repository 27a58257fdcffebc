"""Runs a board's firmware in an emulated chip, from the vector table on: `emulate.py BOARD IMAGE`.

What the firmware prints goes to standard output; what happens on pins stands between, in brackets. The exit status is 0 if
the firmware came to rest. Needs the package `unicorn`.
"""

import importlib
import sys
import time

# The folder belongs to the repository.
sys.dont_write_bytecode = True

import elf  # noqa: E402
from cortex_m import Stopped  # noqa: E402

BOARDS = ["nucleo-h563zi", "nrf52840", "rp2350"]
# After this line the button is pressed, and let go, so many milliseconds later.
ASKS_FOR_BUTTON = "press the button"
PRESS_AFTER_MS, LET_GO_AFTER_MS = 10, 30
IDLE_MS = 500
SECONDS_MAX = 120


class World:
    """What is around a board: somebody who reads the console, looks at the LED and presses the button."""

    def __init__(self):
        self.board = None
        self.line = b""
        self.is_lit = False

    def printed(self, byte):
        self.board.cpu.is_active()
        sys.stdout.buffer.write(bytes([byte]))
        self.line += bytes([byte])
        if byte == ord("\n"):
            if ASKS_FOR_BUTTON.encode() in self.line:
                self.board.cpu.at(PRESS_AFTER_MS, lambda: self.press(True))
                self.board.cpu.at(LET_GO_AFTER_MS, lambda: self.press(False))
            self.line = b""

    def press(self, is_down):
        self.say("button down" if is_down else "button up")
        self.board.set_button(is_down)

    def lit(self, is_lit):
        if is_lit != self.is_lit:
            self.is_lit = is_lit
            self.say("LED on" if is_lit else "LED off")

    def say(self, what):
        self.board.cpu.is_active()
        sys.stdout.buffer.write(f"[{what}]\n".encode())


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in BOARDS:
        print("usage: emulate.py", "|".join(BOARDS), "IMAGE", file=sys.stderr)
        return 2
    name, image = arguments
    world = World()
    world.board = board = importlib.import_module(name.replace("-", "_")).Board(world)
    with open(image, "rb") as file:
        segments = list(elf.segments(file.read()))
    started = time.monotonic()
    try:
        board.check_image(segments)
        board.cpu.start(segments, board.VECTORS)
        board.cpu.run(IDLE_MS, SECONDS_MAX)
    except Stopped as why:
        sys.stdout.flush()
        print(f"{name}: {why}", file=sys.stderr)
        return 1
    cpu = board.cpu
    print(f"# {cpu.cycles * 1_000 // cpu.hz} ms at {cpu.hz} Hz, emulated in {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
