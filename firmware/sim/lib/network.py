# Stand-in for the ESP32's network: the station. It is as touchy as the real one about the order of calls.
from _board import ask

STA_IF, AP_IF = 0, 1
STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 1000, 1001, 1010
STAT_BEACON_TIMEOUT, STAT_NO_AP_FOUND, STAT_WRONG_PASSWORD = 200, 201, 202
STAT_ASSOC_FAIL, STAT_HANDSHAKE_TIMEOUT = 203, 204

_ERRORS = {0x3002: "Wifi Not Started", 0x3006: "Wifi Internal State Error"}
_name = ["mpy-esp32"]


def hostname(name=None):
    if name is not None:
        _name[0] = name
    return _name[0]


def country(code=None):
    return "XX"


def _radio(op, *args):
    try:
        return ask(op, *args)
    except OSError as e:
        raise OSError(_ERRORS.get(e.errno, e.errno))


class WLAN:
    IF_STA, IF_AP = STA_IF, AP_IF
    PM_NONE, PM_PERFORMANCE, PM_POWERSAVE = 0, 1, 2

    def __init__(self, interface=STA_IF):
        self._ap = interface == AP_IF

    def active(self, on=None):
        if self._ap:
            return False
        if on is None:
            return bool(ask("wifi-active"))
        return bool(ask("wifi-active", 1 if on else 0))

    def connect(self, ssid=None, key=None, *, bssid=None):
        _radio("wifi-connect", ssid or "", key or "")

    def disconnect(self):
        _radio("wifi-disconnect")

    def isconnected(self):
        return not self._ap and ask("wifi-status") == STAT_GOT_IP

    def status(self, what=None):
        if what == "rssi":
            return ask("wifi-rssi")
        return ask("wifi-status")

    def scan(self):
        found = _radio("wifi-scan").decode()
        return [(ssid.encode(), b"\x02\0\0\0\0\1", 6, -50, 3, False) for ssid in found.split("\n") if ssid]

    def ifconfig(self, *_):
        ip = "192.168.1.%d" % (41 + ask("mac")[5] % 200) if self.isconnected() else "0.0.0.0"
        return (ip, "255.255.255.0", "192.168.1.1", "192.168.1.1")

    def ipconfig(self, what):
        return self.ifconfig()[:2] if what == "addr4" else None

    def config(self, *keys, **settings):
        if keys == ("mac",):
            return ask("mac")
        if keys:
            return None
