import unittest

from device import Device, shown, understood

UUID = b"3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33"


class LED:
    def __init__(self):
        self.lit = 0

    def value(self, lit=None):
        if lit is None:
            return self.lit
        self.lit = lit


class Commands(unittest.TestCase):
    def setUp(self):
        self.led = LED()
        self.device = Device(self.led, [b"led", b"room/all"])

    def ask(self, payload):
        return self.device.handle(b"$creq/" + UUID, payload)

    def test_words_and_json_switch_the_led(self):
        steps = (
            (b"on", 1), (b"on", 1), (b"off", 0), (b"off", 0), (b"toggle", 1), (b"toggle", 0), (b" ON\r\n", 1), (b"0", 0), (b"1", 1),
            (b'{"led":0}', 0), (b'{"led": 1, "who": "me"}', 1), (b'{"led":false}', 0), (b'{"led":true}', 1),
            (b'{"led":"off"}', 0), (b'{"LED":"Toggle"}', 1), (b'{"led":1.0}', 1),
        )  # fmt: skip
        for payload, lit in steps:
            self.assertEqual(self.ask(payload), (b"$crsp/" + UUID, b"on" if lit else b"off"), payload)
            self.assertEqual(self.led.lit, lit, payload)

    def test_every_command_gets_an_answer_and_a_wrong_one_changes_nothing(self):
        wrong = (
            (b"", b"empty"), (b" \n", b"empty"), (b"onn", b"unknown"), (b"\xff\xfe\x00", b"not a text"), (b"{", b"not JSON"),
            (b"{}", b'no "led"'), (b'{"led":2}', b"must be 0 or 1"), (b'{"led":[]}', b"must be"), (b'{"led":null}', b"must be"),
            (b'{"led":"red"}', b"must be"), (b"[1]", b"unknown"), (b"\x00", b"unknown"), ("开".encode(), b"unknown"),
        )  # fmt: skip
        self.led.lit = 1
        for payload, says in wrong:
            topic, answer = self.ask(payload)
            self.assertEqual(topic, b"$crsp/" + UUID)
            self.assertTrue(answer.startswith(b"error: ") and says in answer, answer)
        self.assertEqual(self.led.lit, 1)
        self.assertFalse(self.device.news)

    def test_a_topic_switches_too_and_gets_no_answer(self):
        for topic in b"led", b"room/all":
            self.led.lit = 0
            self.assertIsNone(self.device.handle(topic, b"on"))
            self.assertEqual(self.led.lit, 1)

    def test_a_topic_we_do_not_know_switches_nothing(self):
        self.assertIsNone(self.device.handle(b"lamp", b"on"))
        self.assertEqual(self.led.lit, 0)

    def test_report_asks_for_a_report_and_leaves_the_led(self):
        self.led.lit = 1
        self.assertEqual(self.ask(b"report")[1], b"on")
        self.assertTrue(self.device.news)
        self.assertEqual(self.led.lit, 1)

    def test_a_command_that_is_too_long_is_answered(self):
        topic, answer = self.device.too_long(b"$creq/" + UUID, 61440)
        self.assertEqual((topic, answer), (b"$crsp/" + UUID, b"error: too long"))
        self.assertIsNone(self.device.too_long(b"led", 61440))

    def test_answers_are_short(self):
        for payload in b"x" * 1000, b'{"led":"' + b"y" * 900 + b'"}':
            self.assertTrue(len(self.ask(payload)[1]) < 100)


class Text(unittest.TestCase):
    def test_foreign_bytes_stay_in_one_short_line(self):
        self.assertEqual(shown(b"a\nb\x1b[2J\xff"), "a\\x0ab\\x1b[2J\\xff")
        self.assertEqual(shown(b"x" * 41), "x" * 40 + "...")
        self.assertEqual(shown(b"x" * 40), "x" * 40)
        self.assertEqual(shown(b"\x1f ~\x7f"), "\\x1f ~\\x7f")

    def test_deep_nesting_is_an_error_like_any(self):
        with self.assertRaises(ValueError):
            understood(b'{"led":' + b"[" * 500)
