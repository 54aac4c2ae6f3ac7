# Time servers: one that answers is in `answers`, with the seconds of the epoch that it says.
import time as _clock

host, timeout = "", 1
answers = {}
asked = []


def settime():
    asked.append(host)
    if host not in answers:
        _clock.pass_ms(timeout * 1000)
        raise OSError(110)
    _clock.epoch = answers[host] - _clock.now // 1000
