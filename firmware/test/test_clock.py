import time
import unittest

import ntptime
from clock import Clock

MARCH = 1772323200  # 2026-03-01 00:00:00 UTC, 08:00 in Beijing


class TimeOfDay(unittest.TestCase):
    def setUp(self):
        ntptime.answers.clear()
        del ntptime.asked[:]
        time.epoch = 0

    def test_uptime_goes_on_when_the_ticks_wrap(self):
        clock = Clock()
        for _ in range(10):  # five days each, the wrap comes after twelve
            time.pass_ms(5 * 24 * 3600 * 1000)
            up = clock.uptime()
        self.assertEqual(up, 50 * 24 * 3600 * 1000)

    def test_unknown_until_ntp_answers(self):
        clock = Clock()
        self.assertFalse(clock.known())
        self.assertIsNone(clock.sync(["a", "b"], lambda: None))
        self.assertFalse(clock.known())
        self.assertEqual(ntptime.asked, ["a", "b"])

    def test_the_second_host_will_do(self):
        ntptime.answers["b"] = MARCH
        clock = Clock()
        self.assertEqual(clock.sync(["a", "b", "c"], lambda: None), "b")
        self.assertTrue(clock.known())
        self.assertEqual(ntptime.asked, ["a", "b"])

    def test_a_host_that_says_a_wrong_year_is_not_believed(self):
        ntptime.answers["a"] = 3600
        clock = Clock()
        self.assertIsNone(clock.sync(["a"], lambda: None))
        self.assertFalse(clock.known())

    def test_moments_before_the_clock_was_set_have_a_date_too(self):
        clock = Clock()
        measured = clock.uptime()
        time.pass_ms(90250)
        ntptime.answers["a"] = MARCH
        clock.sync(["a"], lambda: None)
        self.assertEqual(clock.date(clock.uptime()), "2026-03-01T08:00:00.000")
        self.assertEqual(clock.date(measured), "2026-03-01T07:58:29.750")
        time.pass_ms(1)
        self.assertEqual(clock.date(clock.uptime()), "2026-03-01T08:00:00.001")
        self.assertEqual(clock.since_set(), 1)

    def test_the_watchdog_is_fed_before_each_host(self):
        fed = []
        Clock().sync(["a", "b"], lambda: fed.append(1))
        self.assertEqual(len(fed), 2)
