# Stand-in for esp32: the original chip, which measures its temperature in Fahrenheit.
from _board import ask


def raw_temperature():
    return ask("temperature")
