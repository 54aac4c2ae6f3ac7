"""The board's life: Wi-Fi, broker, messages and reports, and from the start again when one of them is lost."""

import gc
import time

import board
import net
from choice import Choice
from clock import Clock
from config import ConfigError
from device import Device, shown
from identity import Identity
from mqtt import Client
from points import Ring, message
from words import MQTTError, Refused, why

GAP_MS = 1000  # between two reports: OneNET promises to take one a second (reference, section 0)
NTP_GAP_MS = 60000  # between two tries to set the clock: where there is no internet each costs seconds
NTP_AGE_MS = 24 * 3600 * 1000  # a clock set longer ago has drifted by a second or so
STALE = (2, 4, 5)  # refusals that a new registration may mend


def _led(pin, on):
    try:
        return board.LED(pin, on)
    except ValueError:  # which pins there are only the chip knows
        raise ConfigError(["led_pin: this chip has no output pin %d" % pin])


class App:
    """Runs for ever. Whatever waits calls tick, so that the watchdog is fed by progress and by nothing else."""

    def __init__(self, settings):
        self.s = settings
        self.clock = Clock()
        self.ring = Ring(settings["keep"])
        self.wifi = net.WiFi(settings["wifi"])
        self.led = _led(settings["led_pin"], settings["led_on"])
        self.topics = [t for t in [settings["topic"]] + settings["also"] if t]
        self.device = Device(self.led, [t.encode() for t in self.topics])
        self.choice = Choice(settings["use"], settings["tries"], settings["backoff_s"])
        self.identity = Identity(net.mac())
        self.client = self._client()
        self.dog = board.Watchdog(settings["watchdog_s"])
        self._measured = self._reported = self.clock.uptime()
        self._asked_ntp = None
        self._refusals = 0
        self._flight = None  # (packet id, points) of the report that the broker has not acknowledged

    def _client(self):
        client = Client(self.s["keepalive_s"], self.s["timeout_s"])
        client.on_message = lambda topic, payload: self._reply(self.device.handle(topic, payload))
        client.on_too_long = lambda topic, size: self._reply(self.device.too_long(topic, size))
        client.on_ack = self._acknowledged
        return client

    def run(self):
        print("app: started by %s; this board is %s" % (board.cause(), net.mac()))
        while True:
            gc.collect()
            if not self.wifi.join(self.tick):
                self.pause(1000)
                continue
            self.set_clock()
            self.pause(self.round())

    def round(self):
        """One connection from start to end. Milliseconds to wait before the next."""
        name = self.choice.name()
        try:
            self.connect(name)
        except OSError as e:
            self.client.close()
            print("app: %s failed: %s" % (name, why(e)))
            return self._failed(isinstance(e, Refused))
        start = self.clock.uptime()
        try:
            self.serve()
            return 0  # on purpose, back to the first choice
        except OSError as e:
            print("app: lost %s: %s" % (name, why(e)))
        finally:
            self.client.close()
        if not self.wifi.connected():
            return 0
        return self._wait(self.choice.ended((self.clock.uptime() - start) // 1000))

    def _failed(self, refused):
        if not self.wifi.connected():
            print("wifi: lost")
            return 0  # says nothing about the endpoint
        return self._wait(self.choice.failed(refused))

    def _wait(self, ms):
        print("app: next try with %s in %.1f s" % (self.choice.name(), ms / 1000))
        return ms

    # Waiting

    def tick(self):
        """Something went on: feed the watchdog, and measure when it is time, also while nobody listens."""
        self.dog.feed()
        if self.clock.uptime() - self._measured >= self.s["report_s"] * 1000:
            self.measure()

    def pause(self, ms):
        start = time.ticks_ms()
        while True:
            self.tick()
            left = ms - time.ticks_diff(time.ticks_ms(), start)
            if left <= 0:
                return
            time.sleep_ms(min(left, 500))

    def set_clock(self):
        """By NTP, when points wait that need the time of day: a desk without internet is not kept waiting for it."""
        c = self.clock
        now = c.uptime()
        if not len(self.ring) or not self.s["ntp"] or c.known() and c.since_set() < NTP_AGE_MS:
            return
        if self._asked_ntp is not None and now - self._asked_ntp < NTP_GAP_MS:
            return
        self._asked_ntp = now
        host = c.sync(self.s["ntp"], self.tick)
        print("clock: %s Beijing time, from %s" % (c.date(c.uptime()), host) if host else "clock: no answer from NTP")

    # Connecting

    def connect(self, name):
        """Log in to the endpoint, wherever it is. OSError when no place takes us."""
        failure = MQTTError("nobody answers on UDP port %d" % net.DISCOVERY_PORT)
        places = self.places(name)
        for host, port in places:
            self.tick()
            try:
                return self.login(name, host, port)
            except OSError as e:
                if len(places) > 1:
                    print("app: %s port %d: %s" % (host, port, why(e)))
                if not isinstance(failure, Refused):
                    failure = e
        raise failure

    def places(self, name):
        """Where the endpoint may be: [(host, port), ...]."""
        endpoint = self.s[name]
        if endpoint["host"] != "auto":
            return [(endpoint["host"], endpoint["port"])]
        print("app: asking the network where %s is" % name)
        return net.discover(self.tick)

    def login(self, name, host, port):
        endpoint = self.s[name]
        me, password = self.credentials(name, endpoint, host)
        print("app: connecting to %s port %d as %s" % (host, port, me))
        address = net.resolve(host, port)
        self.tick()
        self._flight = None  # what was in it still waits in the ring
        try:
            self.client.connect(address, me, endpoint["product_id"], password)
        except Refused as e:
            self._refused(name, e.code)
            raise
        self._refusals = 0
        for topic in self.topics:
            self.tick()
            if not self.client.subscribe(topic):
                print("app: subscription to %s refused" % topic)
        self.device.news = True
        print("app: connected to %s %s port %d as %s" % (name, host, port, me))

    def credentials(self, name, endpoint, host):
        if endpoint["register_code"]:
            return self.identity.of(name, endpoint, host, self.s["timeout_s"], self.tick)
        me = endpoint["device_id"]
        return net.mac() if me == "mac" else me, endpoint["auth_info"]

    def _refused(self, name, code):
        """A registered device may have been deleted over there; a typed one only a person can mend."""
        self._refusals += 1
        if self._refusals >= self.s["tries"] and code in STALE:
            self._refusals = 0
            self.identity.forget(name)

    # Connected

    def serve(self):
        """Handle messages and report, until the connection is lost (OSError) or the first choice is back (return)."""
        checked = self.clock.uptime()
        while True:
            self.dog.feed()
            self.client.loop(self._patience())
            if not self.wifi.connected():
                raise MQTTError("Wi-Fi lost")
            self.report()
            now = self.clock.uptime()
            if not self.choice.on_first() and now - checked >= self.s["recheck_s"] * 1000:
                checked = now
                if self._flight is None and self.reachable(self.choice.first()):
                    print("app: %s is back" % self.choice.first())
                    self.client.disconnect()
                    self.choice.start()
                    return

    def _patience(self):
        """How long to wait for messages: less when a report is due before."""
        now = self.clock.uptime()
        due = self._measured + int(self.s["report_s"] * 1000)
        if self._flight is None and (self.device.news or len(self.ring)):
            due = self._reported + GAP_MS
        return max(0, min(1000, due - now))

    def report(self):
        """Measure when it is time or something happened, and send one message of what waits."""
        now = self.clock.uptime()
        if self._flight:
            self._overdue(now - self._reported, self.s["timeout_s"] * 1000)
            return
        if now - self._reported < GAP_MS:
            return
        if self.device.news or now - self._measured >= self.s["report_s"] * 1000:
            self.measure()
        if len(self.ring):
            payload, points = message(self.ring, self.clock)
            self._flight = self.client.publish_sure(b"$dp", payload), points
            self._reported = now
            print("app: sent", shown(payload[3:], 100))

    def _overdue(self, waited, limit):
        """The answer may stand behind a long message on a slow link: while bytes arrive it gets more time, not for ever."""
        if waited > limit and self.client.silence() > limit or waited > 10 * limit:
            raise MQTTError("no answer to a report")

    def measure(self):
        now = self._measured = self.clock.uptime()
        self.device.news = False
        values = [("led", self.led.value()), ("uptime", now // 1000), ("heap", board.free_heap())]
        for stream, value in ("rssi", self.wifi.rssi()), ("temp", board.temperature()):
            if value is not None:
                values.append((stream, value))
        self.ring.add((now, values))

    def _acknowledged(self, packet_id):
        if self._flight and self._flight[0] == packet_id:
            self.ring.drop(self._flight[1])
            self._flight = None

    def _reply(self, answer):
        if answer:
            self.client.publish(*answer)

    def reachable(self, name):
        """Whether something listens there; who it is, the login will tell."""
        try:
            for host, port in self.places(name):
                self.tick()
                net.probe(net.resolve(host, port))
                return True
        except OSError:
            pass
        return False
