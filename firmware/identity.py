"""A device id and a key from register_de (reference, section 5.4), kept on flash.

With a register code in config.json the board makes itself known to the platform once, by its MAC address, and logs in
with what it got. Each endpoint has its own: the platform on the desk knows nothing of the one in the cloud.
"""

import json
import os
import socket
import time

from words import why

PATH = "identity.json"
LARGEST = 1024  # bytes of an answer; OneNET's has under 320


class Identity:
    """(device id, password) of each endpoint that has a register code."""

    def __init__(self, serial, path=PATH):
        self._serial = serial
        self._path = path
        self._known = _load(path)

    def of(self, name, endpoint, host, timeout_s, feed):
        """Who we are there: from flash, else registered now. OSError when that fails."""
        kept = self._known.get(name)
        mark = endpoint["register_code"] + " " + self._serial
        if isinstance(kept, list) and len(kept) == 3 and kept[0] == mark:
            return kept[1], kept[2]
        host = endpoint["api_host"] or host
        print("register: asking %s port %d for a device id" % (host, endpoint["api_port"]))
        device, key = register(host, endpoint["api_port"], endpoint["register_code"], self._serial, timeout_s, feed)
        print("register: device", device)
        self._known[name] = [mark, device, key]
        self._save()
        return device, key

    def forget(self, name):
        """The platform no longer wants this one."""
        if name in self._known:
            print("register: device %s is not wanted any more; registering again" % self._known.pop(name)[1])
            self._save()

    def _save(self):
        """To a new file first: a power cut must not leave half of one."""
        try:
            with open(self._path + ".new", "w") as f:
                json.dump(self._known, f)
            os.rename(self._path + ".new", self._path)
        except OSError as e:  # flash full: works until the next reset, which registers again and gets the same id
            print("register: could not keep it on flash:", why(e))


def _load(path):
    try:
        with open(path) as f:
            known = json.load(f)
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def register(host, port, code, serial, timeout_s, feed):
    """Ask the platform for a device. (id, key), or OSError in words."""
    body = '{"sn":%s,"title":%s}' % (json.dumps(serial), json.dumps("board " + serial))
    head = "POST /register_de?register_code=%s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return parse(exchange(host, port, (head % (quoted(code), host, len(body)) + body).encode(), timeout_s, feed))


def exchange(host, port, request, timeout_s, feed):
    """Send, and read to the end: bounded in bytes and in time, also when bytes trickle."""
    out = b""
    start = time.ticks_ms()
    sock = socket.socket()
    try:
        sock.settimeout(timeout_s)
        address = socket.getaddrinfo(host, port)[0][-1]
        feed()
        sock.connect(address)
        sock.write(request)
        while len(out) <= LARGEST and time.ticks_diff(time.ticks_ms(), start) < timeout_s * 1000:
            feed()
            data = sock.recv(LARGEST + 1 - len(out))
            if not data:
                break
            out += data
    finally:
        sock.close()
    return out


def parse(answer):
    """(device id, key) of an HTTP answer, or OSError in words."""
    head, _, body = answer.partition(b"\r\n\r\n")
    try:
        found = json.loads(body)
        if found["errno"]:
            raise OSError("register_de: error %s, %s" % (found["errno"], found.get("error", "")))
        return str(found["data"]["device_id"]), str(found["data"]["key"])
    except (ValueError, KeyError, TypeError):
        line = head.split(b"\r\n")[0][:40]
        raise OSError("register_de: no answer of OneNET: %s (is this the API's port?)" % line)


def quoted(code):
    """As it may stand in a URL."""
    return "".join(
        [c if c.isalpha() or c.isdigit() or c in "-._~" else "".join(["%%%02X" % b for b in c.encode()]) for c in code]
    )
