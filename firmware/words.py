"""What went wrong, in words for the person at the serial line. Every failure of the network is an OSError, so one except
clause covers sockets, Wi-Fi and MQTT alike."""

import errno

CODES = {  # of CONNACK [MQTT-3.2.2-4], with what OneNET means by them (reference, section 1.3)
    1: "the broker does not speak MQTT 3.1.1",
    2: "device id not accepted: look at device_id, and whether the device exists",
    3: "the platform is not available now",
    4: "wrong user name or password: look at product_id and auth_info",
    5: "not allowed: the key belongs to another device, or the device is blocked",
}
ERRNOS = {  # by name, for the numbers differ between ports
    "ECONNREFUSED": "nothing listens there (is onelan running? is the port right?)",
    "ETIMEDOUT": "no answer in time (right address? a firewall?)",
    "EHOSTUNREACH": "no way to that address (same network?)",
    "ECONNRESET": "connection reset by the other side",
    "ECONNABORTED": "connection lost",
    "ENOTCONN": "connection lost",
    "EINPROGRESS": "no answer in time (right address? a firewall?)",
}


class MQTTError(OSError):
    """The broker went quiet, hung up, or sent what is not MQTT."""


class Refused(MQTTError):
    """The broker does not let us in. Trying again soon helps nobody."""

    def __init__(self, code):
        super().__init__("refused: %d, %s" % (code, CODES.get(code, "a code that MQTT 3.1.1 does not know")))
        self.code = code


def why(e):
    """An OSError in words."""
    n = e.args[0] if e.args else None
    if not isinstance(n, int):
        return str(e)
    for name, text in ERRNOS.items():
        if getattr(errno, name, None) == n:
            return text
    return "no such name" if n < 0 else str(e)  # negative: lwIP's name look-up
