# Stand-in for the ESP32's machine: pins, the watchdog, the real-time clock, the reset.
import time

from _board import ask

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5


def reset():
    ask("reset")


soft_reset = reset


def reset_cause():
    return ask("reset-cause")


def unique_id():
    return ask("mac")


def freq(hz=None):
    return 160000000


class Pin:
    IN, OUT, OPEN_DRAIN = 1, 3, 7
    PULL_DOWN, PULL_UP = 1, 2

    def __init__(self, id, mode=-1, pull=-1, *, value=None):
        self._id = id
        if value is not None:
            self.value(value)

    def value(self, x=None):
        if x is None:
            return ask("pin", self._id)
        ask("pin", self._id, 1 if x else 0)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(1 - self.value())


class WDT:
    # Once started it cannot be stopped; a new WDT(...) gives it another time.
    def __init__(self, id=0, timeout=5000):
        ask("watchdog", timeout)

    def feed(self):
        ask("feed")


class RTC:
    def datetime(self, to=None):
        if to is None:
            y, mo, d, h, mi, s, wd, _ = time.gmtime()
            return (y, mo, d, wd, h, mi, s, 0)
        y, mo, d, _, h, mi, s, _ = to
        ask("set-clock", time.mktime((y, mo, d, h, mi, s, 0, 0)))
