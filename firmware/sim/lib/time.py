# Stand-in for the ESP32's time. The interpreter's own sleep is a busy loop, its ticks are the machine's, and its
# calendar counts from 1970; the ESP32's counts from 2000.
import sys

import utime as _chip
from _board import ask

_EPOCH = 946684800
_PERIOD = 1 << 30


def time():
    return ask("clock") // 1000


def time_ns():
    return ask("clock") * 1000000


def gmtime(s=None):
    return _chip.gmtime((time() if s is None else s) + _EPOCH)


localtime = gmtime  # a board knows no time zone


def mktime(t):
    return _chip.mktime(t) - _EPOCH


def ticks_ms():
    return ask("ticks") // 1000 % _PERIOD


def ticks_us():
    return ask("ticks") % _PERIOD


ticks_cpu = ticks_us


def ticks_add(t, delta):
    return (t + delta) % _PERIOD


def ticks_diff(a, b):
    return (a - b + _PERIOD // 2) % _PERIOD - _PERIOD // 2


def sleep_ms(ms):
    if ms > 0:
        ask("sleep", int(ms))


def sleep(s):
    sleep_ms(s * 1000)


def sleep_us(us):
    sleep_ms((us + 999) // 1000)


sys.modules["utime"] = sys.modules["time"]
