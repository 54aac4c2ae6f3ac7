"""The hardware around us: LED, watchdog, chip temperature, and why the board started."""

import gc

import machine

CAUSES = (
    ("PWRON_RESET", "power-on"),
    ("HARD_RESET", "reset"),
    ("WDT_RESET", "the watchdog"),
    ("SOFT_RESET", "soft reset"),
)


class LED:
    """A LED that may be wired either way: 1 is lit."""

    def __init__(self, pin, on=1):
        self._on = on
        self._pin = machine.Pin(pin, machine.Pin.OUT, value=1 - on)

    def value(self, lit=None):
        if lit is None:
            return 1 if self._pin.value() == self._on else 0
        self._pin.value(self._on if lit else 1 - self._on)


class Watchdog:
    """Resets the board unless fed. 0 seconds is none: good while you develop, as it also runs at the prompt."""

    def __init__(self, seconds):
        self._dog = machine.WDT(timeout=int(seconds * 1000)) if seconds else None

    def feed(self):
        if self._dog:
            self._dog.feed()


def cause():
    """What started the board."""
    code = machine.reset_cause()
    for name, text in CAUSES:
        if getattr(machine, name, None) == code:
            return text
    return "cause %s" % code


def temperature():
    """Of the chip, in degrees Celsius, or None where there is no sensor."""
    try:
        import esp32

        if hasattr(esp32, "mcu_temperature"):
            return esp32.mcu_temperature()
        return round((esp32.raw_temperature() - 32) / 1.8)  # the first ESP32 tells it in Fahrenheit
    except (ImportError, AttributeError):
        return None


def free_heap():
    gc.collect()
    return gc.mem_free()
