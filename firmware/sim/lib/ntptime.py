# Stand-in for ntptime: the time server is the host's clock, unless the test has taken it away.
from _board import ask

host = "pool.ntp.org"
timeout = 1


def time():
    return ask("ntp", host, int(timeout * 1000))


def settime():
    ask("set-clock", time())
