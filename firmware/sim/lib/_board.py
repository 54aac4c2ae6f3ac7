# What all stand-ins share: a question to the host. Bytes cross the border as hexadecimal, because MicroPython's bytes
# reach JavaScript only through a slow proxy, and JavaScript's integers reach MicroPython with 32 bits.
from binascii import hexlify, unhexlify

from _host import ask as _ask


def ask(op, *args):
    """The host's answer, an integer or bytes. OSError when that is what the hardware would raise."""
    line = op
    for arg in args:
        if isinstance(arg, int):
            line += " %d" % arg
        else:
            line += " ." + hexlify(arg).decode()
    answer = _ask(line)
    if answer.startswith("!"):
        raise OSError(int(answer[1:]))
    if answer.startswith("."):
        return unhexlify(answer[1:])
    return int(answer)
