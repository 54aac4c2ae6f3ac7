"""Wi-Fi, names and addresses, and asking the network for a broker."""

import json
import select
import socket
import time

import network
from words import why

DISCOVERY_PORT = 6003
QUESTION = b"onenet-local?"
ANYBODY = "255.255.255.255"
SO_BROADCAST = 0x20  # MicroPython has no name for it
MOST = 4  # answers that are worth a try

STATUS = (  # names of the port, as not every one has all
    ("STAT_NO_AP_FOUND", "no such network in reach"),
    ("STAT_WRONG_PASSWORD", "wrong password"),
    ("STAT_HANDSHAKE_TIMEOUT", "no agreement with it, often a wrong password"),
    ("STAT_ASSOC_FAIL", "it does not let us in"),
    ("STAT_BEACON_TIMEOUT", "its signal was lost"),
)


def mac():
    """The station's MAC address as 12 hexadecimal digits: a device id that needs no typing."""
    return "".join(["%02X" % b for b in network.WLAN(network.STA_IF).config("mac")])


class WiFi:
    """The first network of a list that lets us in; the one that did last is asked first."""

    def __init__(self, nets, limit_s=20):
        self._sta = network.WLAN(network.STA_IF)
        self._nets = list(nets)
        self._ms = limit_s * 1000

    def connected(self):
        return self._sta.isconnected()

    def rssi(self):
        """Strength of the signal in dBm, or None."""
        try:
            return self._sta.status("rssi")
        except (OSError, ValueError):
            return None

    def join(self, feed):
        """True when a network let us in. Calls feed several times a second."""
        try:
            self._sta.active(True)
            if self.connected():
                return True  # Wi-Fi survives a soft reset
            for net in self._nets:
                if self._try(net, feed):
                    self._nets.remove(net)
                    self._nets.insert(0, net)
                    return True
            self._sta.active(False)  # a radio that is stuck starts afresh
        except OSError as e:
            print("wifi:", why(e))
        return False

    def _try(self, net, feed):
        print("wifi: joining", net["ssid"])
        try:
            self._sta.disconnect()  # connect() while a try is under way raises on the ESP32
        except OSError:
            pass
        try:
            self._sta.connect(net["ssid"], net.get("password") or None)
        except OSError as e:
            print("wifi: %s: %s" % (net["ssid"], why(e)))
            return False
        if self._wait(feed):
            print("wifi: joined %s as %s" % (net["ssid"], self._sta.ifconfig()[0]))
            return True
        print("wifi: %s: %s" % (net["ssid"], self._reason()))
        return False

    def _wait(self, feed):
        start = time.ticks_ms()
        while not self.connected():
            waited = time.ticks_diff(time.ticks_ms(), start)
            if waited > self._ms or waited > 5000 and len(self._nets) > 1 and self._hopeless():
                return False
            feed()
            time.sleep_ms(200)
        return True

    def _hopeless(self):
        """Not in reach or wrong password: with others to try, no need to wait."""
        return self._reason() != "not in time"

    def _reason(self):
        status = self._sta.status()
        for name, text in STATUS:
            if getattr(network, name, None) == status:
                return text
        return "not in time"


def resolve(host, port):
    """What connect wants: an address and a port. The ESP32 asks multicast DNS for names in .local by itself."""
    return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][-1]


def probe(address, timeout_s=3):
    """OSError unless something listens there."""
    sock = socket.socket()
    try:
        sock.settimeout(timeout_s)
        sock.connect(address)
    finally:
        sock.close()


def discover(feed, tries=3, wait_ms=700, more_ms=300, anybody=ANYBODY):
    """Ask the network for brokers: [(host, port), ...] in the order of their answers, which can be none.

    Who answers is not to be trusted: noise is passed over, and the caller tries the next one when the first does not do.
    """
    found = []
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_BROADCAST, 1)
        sock.setblocking(False)
        to = socket.getaddrinfo(anybody, DISCOVERY_PORT)[0][-1]
        for _ in range(tries):
            feed()
            sock.sendto(QUESTION, to)
            _collect(sock, found, wait_ms, more_ms)
            if found:
                break
    finally:
        sock.close()
    return found


def _collect(sock, found, wait_ms, more_ms):
    """Answers until wait_ms are over, or until more_ms after the first."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    start = time.ticks_ms()
    while len(found) < MOST:
        left = wait_ms - time.ticks_diff(time.ticks_ms(), start)
        if left <= 0 or not poll.poll(left):
            return
        try:
            data, peer = sock.recvfrom(64)
        except OSError:
            return
        port = answered(data)
        if port and (peer[0], port) not in found:
            if not found:
                start, wait_ms = time.ticks_ms(), more_ms
            found.append((peer[0], port))


def answered(data):
    """The port in an answer like {"onenet-local": 6002}, or 0 when it is none."""
    try:
        port = json.loads(data)["onenet-local"]
    except (ValueError, KeyError, TypeError, IndexError):
        return 0
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        return 0
    return port
