import time
import unittest

import config
import machine
import network
import ntptime
import socket
from app import App
from mqtt import packet
from test_mqtt import UUID, message
from words import Refused

SETTINGS = {
    "wifi": {"ssid": "lab", "password": "lab-secret"},
    "product_id": "244754",
    "auth_info": "board-1",
    "lan": {"host": "192.168.1.10"},
    "cloud": {"host": "183.230.40.39"},
    "ntp": "ntp.example",
}


class Broker:
    """The other side of every socket: what it heard, and what it answers."""

    def __init__(self):
        self.logins, self.reports, self.answers = [], [], []
        self.code = 0  # of CONNACK
        self.silent = False  # a cut cable: nothing comes back
        self.down = False
        self.last = None  # the latest socket
        self.then = {}  # number of report -> what happens after it

    def accept(self, sock):
        if self.down:
            raise OSError(111)
        self.last = sock
        sock.on_write = self.read

    def read(self, sock, data):
        if self.silent:
            return
        kind = data[0] & 0xF0
        if kind == 0x10:
            self.logins.append((time.now, sock.peer[0]))
            sock.inbox.append(b"\x20\x02\x00" + bytes([self.code]))
        elif kind == 0x80:
            sock.inbox.append(b"\x90\x03" + data[2:4] + b"\x00")
        elif kind == 0xC0:
            sock.inbox.append(b"\xd0\x00")
        elif kind == 0x30:
            self.message(sock, data)

    def message(self, sock, data):
        at = 2 if data[1] < 128 else 3
        n = data[at] << 8 | data[at + 1]
        topic, rest = data[at + 2 : at + 2 + n], data[at + 2 + n :]
        if topic != b"$dp":
            self.answers.append((topic, rest))
            return
        self.reports.append((time.now, rest[2:]))
        sock.inbox.append(b"\x40\x02" + rest[:2])
        if len(self.reports) in self.then:
            self.then.pop(len(self.reports))()

    def say(self, *packets):
        self.last.inbox.extend(packets)

    def hang_up(self):
        self.say(b"")


class Board(unittest.TestCase):
    def setUp(self):
        socket.reset()
        network.reset()
        network.air["lab"] = "lab-secret"
        ntptime.answers.clear()
        del ntptime.asked[:]
        time.epoch = 0
        self.broker = Broker()
        socket.on_connect = self.broker.accept

    def app(self, **changes):
        settings = dict(SETTINGS)
        settings.update(changes)
        app = App(config.complete(settings))
        self.assertTrue(app.wifi.join(app.tick))
        return app


class Start(Board):
    def test_a_pin_that_the_chip_lacks_is_told_as_a_fault_of_the_config(self):
        with self.assertRaises(config.ConfigError) as caught:
            self.app(led_pin=48)
        self.assertEqual(caught.exception.faults, ["led_pin: this chip has no output pin 48"])

    def test_the_led_is_off_whichever_way_it_is_wired(self):
        for on in 1, 0:
            app = self.app(led_on=on)
            self.assertEqual((machine.levels[2], app.led.value()), (1 - on, 0))
            app.led.value(1)
            self.assertEqual((machine.levels[2], app.led.value()), (on, 1))


class Connected(Board):
    def test_a_report_follows_the_login_and_then_one_each_interval(self):
        self.broker.then[3] = self.broker.hang_up
        app = self.app(report_s=60)
        app.round()
        at = [when for when, _ in self.broker.reports]
        self.assertEqual(len(at), 3)
        self.assertTrue(60000 <= at[2] - at[1] <= 61000, at)
        kind, body = self.broker.reports[0][1][0], self.broker.reports[0][1][3:]
        self.assertEqual(kind, 3)
        for stream in b'"led":0', b'"uptime":', b'"heap":', b'"rssi":-61':
            self.assertIn(stream, body)
        self.assertEqual(len(app.ring), 0)

    def test_every_command_is_answered_but_reports_come_once_a_second(self):
        def flood():
            self.broker.say(*[message(b"$creq/" + UUID, b"toggle") for _ in range(50)])

        self.broker.then[1] = flood
        self.broker.then[3] = self.broker.hang_up
        self.app(report_s=20).round()
        self.assertEqual(len(self.broker.answers), 50)
        self.assertEqual(self.broker.answers[-1], (b"$crsp/" + UUID, b"off"))
        gaps = [b[0] - a[0] for a, b in zip(self.broker.reports, self.broker.reports[1:])]
        self.assertTrue(min(gaps) >= 1000, gaps)
        self.assertTrue(gaps[0] <= 1200, gaps)

    def test_the_led_obeys_commands_and_the_topic(self):
        levels = []

        def talk():
            self.broker.say(message(b"led", b"on"))

        def look():
            levels.append(machine.levels[2])
            self.broker.say(message(b"$creq/" + UUID, b'{"led":0}'))

        def end():
            levels.append(machine.levels[2])
            self.broker.hang_up()

        self.broker.then = {1: talk, 2: look, 3: end}
        self.app().round()
        self.assertEqual(levels, [1, 0])
        self.assertEqual(self.broker.answers, [(b"$crsp/" + UUID, b"off")])

    def test_an_oversized_command_is_answered_and_the_next_one_done(self):
        def talk():
            big = bytes(packet(0x30, b"\x00\x2a$creq/" + UUID, b"x" * 61440))
            self.broker.say(big, message(b"$creq/" + UUID, b"on"))

        self.broker.then = {1: talk, 2: self.broker.hang_up}
        self.app().round()
        self.assertEqual([a for _, a in self.broker.answers], [b"error: too long", b"on"])

    def test_a_report_that_nobody_acknowledges_ends_the_connection_and_is_kept(self):
        def cut():
            self.broker.silent = True
            self.broker.last.inbox.clear()

        self.broker.then[1] = cut
        app = self.app()
        start = time.now
        app.round()
        self.assertTrue(10000 <= time.now - start <= 13000, time.now - start)
        self.assertEqual(len(app.ring), 1)
        self.assertTrue(self.broker.last.closed)

    def talkative(self, n):
        """A broker that never acknowledges the second report, but says something every second, n times."""

        def deafen():
            self.broker.message = lambda sock, data: None
            self.broker.silent = False
            led = self.app_.led.value

            def value(lit=None):
                if lit is not None and self.left:
                    self.left -= 1
                    time.pass_ms(1000)
                    self.broker.say(message(b"led", b"on"))
                return led(lit)

            self.app_.led.value = value
            self.broker.say(message(b"led", b"on"))

        self.left = n
        self.broker.then[1] = deafen
        self.app_ = self.app()
        start = time.now
        self.app_.round()
        return time.now - start

    def test_a_slow_link_gets_more_time_while_bytes_arrive(self):
        self.assertTrue(41000 <= self.talkative(30) <= 45000)

    def test_a_broker_that_talks_but_never_acknowledges_is_left_in_the_end(self):
        self.assertTrue(100000 <= self.talkative(1000) <= 105000)

    def test_wifi_that_goes_is_noticed_within_a_second_and_is_nobody_s_failure(self):
        def leave():
            network.joined = None

        self.broker.then[1] = leave
        app = self.app(use=["lan", "cloud"], tries=1)
        start = time.now
        self.assertEqual(app.round(), 0)
        self.assertTrue(time.now - start <= 1500)
        self.assertEqual(app.choice.name(), "lan")


class Away(Board):
    def test_points_are_taken_while_nobody_listens_bounded_and_arrive_with_their_times(self):
        ntptime.answers["ntp.example"] = 1772323200  # 2026-03-01 00:00:00 UTC
        self.broker.down = True
        app = self.app(report_s=60, keep=4)
        app.pause(359500)  # the sixth would come half a second later
        self.assertEqual((len(app.ring), app.ring.lost), (4, 1))
        self.broker.down = False
        self.broker.then[2] = self.broker.hang_up
        app.set_clock()
        app.round()
        payload = self.broker.reports[0][1]
        self.assertEqual(payload[0], 4)
        for at in b"2026-03-01T07:57:00.", b"2026-03-01T07:58:00.", b"2026-03-01T07:59:00.":
            self.assertIn(at, payload)
        self.assertEqual(
            self.broker.reports[1][1][0], 3
        )  # the state of now, for which the oldest of the four made room
        self.assertEqual(payload.count(b'"2026-'), 3 * 4)

    def test_without_ntp_they_say_how_late_they_are(self):
        app = self.app(report_s=60)
        app.pause(100000)
        self.broker.then[1] = self.broker.hang_up
        app.set_clock()
        app.round()
        payload = self.broker.reports[0][1]
        self.assertEqual(payload[0], 3)
        self.assertIn(b'"late_s":4', payload)

    def test_ntp_is_asked_when_points_wait_and_not_more_than_once_a_minute(self):
        app = self.app()
        app.set_clock()
        self.assertEqual(ntptime.asked, [])
        app.measure()
        for _ in range(5):
            app.set_clock()
        self.assertEqual(len(ntptime.asked), 1)
        time.pass_ms(60000)
        app.set_clock()
        self.assertEqual(len(ntptime.asked), 2)

    def test_the_watchdog_is_fed_at_least_each_half_second(self):
        app = self.app()
        machine.fed[0] = 0
        app.pause(60000)
        self.assertTrue(machine.fed[0] >= 120)

    def test_a_broker_that_is_down_is_tried_ever_more_seldom(self):
        self.broker.down = True
        app = self.app()
        waits = [app.round() for _ in range(8)]
        self.assertTrue(all([a < b for a, b in zip(waits[:6], waits[1:7])]), waits)
        self.assertTrue(max(waits) <= 76000, waits)


class Endpoints(Board):
    def test_a_refused_login_is_not_hammered(self):
        self.broker.code = 4
        app = self.app(use=["lan"])
        waits = [app.round() for _ in range(4)]
        self.assertTrue(waits[0] >= 10000 and waits[3] >= 60000, waits)
        self.assertEqual(len(self.broker.logins), 4)

    def test_it_falls_back_and_returns(self):
        served = socket.on_connect

        def only_cloud(sock):
            if sock.peer[0] == "192.168.1.10":
                raise OSError(111)
            served(sock)

        socket.on_connect = only_cloud
        app = self.app(use=["lan", "cloud"], tries=2, recheck_s=30)
        app.round()
        self.assertEqual(app.choice.name(), "lan")
        app.round()
        self.assertEqual(app.choice.name(), "cloud")

        def lan_is_back():
            socket.on_connect = served

        self.broker.then[1] = lan_is_back
        self.assertEqual(app.round(), 0)
        self.assertEqual(app.choice.name(), "lan")
        self.assertTrue([s for s in socket.made if s.outbox.endswith(b"\xe0\x00")])  # said goodbye
        self.broker.then[len(self.broker.reports) + 1] = self.broker.hang_up
        app.round()
        self.assertEqual([host for _, host in self.broker.logins], ["183.230.40.39", "192.168.1.10"])

    def test_a_false_answer_to_discovery_is_passed_over(self):
        served = socket.on_connect

        def hear(sock, data):
            if data == b"onenet-local?":
                for host in "192.168.1.66", "192.168.1.10":
                    sock.inbox.append((b'{"onenet-local": 6002}', (host, 6003)))

        def accept(sock):
            if sock.peer[0] == "192.168.1.66":
                raise OSError(111)
            served(sock)

        socket.on_make = lambda sock: setattr(sock, "on_write", hear)
        socket.on_connect = accept
        self.broker.then[1] = self.broker.hang_up
        self.app(lan={"host": "auto"}).round()
        self.assertEqual([host for _, host in self.broker.logins], ["192.168.1.10"])

    def test_a_name_that_does_not_resolve_is_a_failure_like_any(self):
        app = self.app(lan={"host": "onelan.local"})
        self.assertTrue(app.round() >= 1000)

    def test_a_registered_device_that_is_refused_is_registered_again_in_the_end(self):
        app = self.app(auth_info="", register_code="Lamp4TestCode001", tries=2)
        forgotten = []

        class Identity:
            def of(self, *args):
                return "700123456", "key"

            def forget(self, name):
                forgotten.append(name)

        app.identity = Identity()
        self.broker.code = 3  # not available: says nothing about the device
        for _ in range(4):
            app.round()
        self.assertEqual(forgotten, [])
        app._refusals = 0
        self.broker.code = 4
        for _ in range(4):
            app.round()
        self.assertEqual(forgotten, ["lan", "lan"])
        with self.assertRaises(Refused):
            app.connect("lan")
