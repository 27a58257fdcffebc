"""ST's NUCLEO-H563ZI: what the board connects to its chip. Source: UM3115."""

from cortex_m import Stopped
from stm32h563 import Gpio, Stm32h563, Usart

BAUD = 115_200
# The debugger gives the chip a clock.
DEBUGGER_HZ = 8_000_000
TO_USART3 = 7


class Board(Stm32h563):
    """The board in its `world`: the debugger's serial line at PD8, the green LED at PB0, the button at PC13."""

    def __init__(self, world):
        self.world = world
        super().__init__(DEBUGGER_HZ)

    def devices(self):
        self.usart = Usart("USART3", 0x40004800, (0x9C, 18), self._sent, self)
        return [self.usart.block]

    def pins_changed(self):
        self.world.lit(self.ports["B"].is_high(0))

    def set_button(self, is_down):
        """Down, it connects to the supply."""
        self.ports["C"].inputs = 1 << 13 if is_down else 0

    def _sent(self, byte):
        if self.ports["D"].function_of(8) != TO_USART3:
            raise Stopped("USART3 sends, and PD8 is not connected to it")
        if abs(self.usart.baud() - BAUD) > BAUD * 0.02:
            raise Stopped(f"USART3 sends at {self.usart.baud():.0f} baud, and the debugger listens at {BAUD}")
        self.world.printed(byte)
