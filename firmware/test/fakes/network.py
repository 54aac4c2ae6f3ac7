# A radio: networks on the air with their passwords, and what the firmware did.
STA_IF = 0
STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 1000, 1001, 1010
STAT_NO_AP_FOUND, STAT_WRONG_PASSWORD = 201, 202

air = {}  # ssid -> password
joined = None
status = STAT_IDLE
calls = []
busy = False  # connect() while a try is under way
slow = False  # no try comes to an end


def reset():
    global joined, status, busy, slow
    slow = False
    air.clear()
    del calls[:]
    joined, status, busy = None, STAT_IDLE, False


class WLAN:
    def __init__(self, interface=STA_IF):
        pass

    def active(self, on=None):
        calls.append("on" if on else "off")

    def connect(self, ssid, key=None):
        global joined, status, busy
        if busy:
            raise OSError("Wifi Internal Error")
        busy = True
        calls.append(ssid)
        if slow:
            status = STAT_CONNECTING
        elif ssid not in air:
            status = STAT_NO_AP_FOUND
        elif air[ssid] != key:
            status = STAT_WRONG_PASSWORD
        else:
            joined, status = ssid, STAT_GOT_IP

    def disconnect(self):
        global joined, status, busy
        joined, status, busy = None, STAT_IDLE, False

    def isconnected(self):
        return joined is not None

    def status(self, what=None):
        if what == "rssi":
            if joined is None:
                raise OSError("not connected")
            return -61
        return status

    def ifconfig(self):
        return ("192.168.1.42", "", "", "")

    def config(self, key):
        return b"\x24\x0a\xc4\x00\x00\x01"
