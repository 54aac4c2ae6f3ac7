# A clock that obeys: it goes on when somebody sleeps, waits in poll, or says so with pass_ms.
import sys

import utime as _real

PERIOD = 1 << 30

now = 1000  # ms of ticks
epoch = 0  # what time() adds: 0 is 1970, a board without NTP


def pass_ms(ms):
    global now
    now += int(ms)


def ticks_ms():
    return now % PERIOD


def ticks_diff(a, b):
    return (a - b + PERIOD // 2) % PERIOD - PERIOD // 2


def sleep_ms(ms):
    pass_ms(ms)


def sleep(s):
    pass_ms(s * 1000)


def time():
    return epoch + now // 1000


def gmtime(s=None):
    return _real.gmtime(time() if s is None else s)


sys.modules["utime"] = sys.modules["time"]
