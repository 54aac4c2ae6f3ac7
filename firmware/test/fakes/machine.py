# Pins that remember, a watchdog that counts.
PWRON_RESET, HARD_RESET, WDT_RESET, SOFT_RESET = 1, 2, 3, 5
levels = {}
fed = [0]


def reset_cause():
    return PWRON_RESET


class Pin:
    OUT = 3

    def __init__(self, n, mode=-1, value=None):
        if n > 39:
            raise ValueError("invalid pin")
        self._n = n
        levels[n] = value

    def value(self, v=None):
        if v is None:
            return levels[self._n]
        levels[self._n] = v


class WDT:
    def __init__(self, timeout=5000):
        pass

    def feed(self):
        fed[0] += 1
