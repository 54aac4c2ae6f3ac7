import json
import time
import unittest

import points
import vectors
from clock import Clock

OURS = ("reference example T3", "reference example T4")  # and all that begin with "firmware"


class FakeClock:
    """A clock that says what it is told."""

    def __init__(self, now, known):
        self.now, self._known = now, known

    def uptime(self):
        return self.now

    def known(self):
        return self._known

    def date(self, up):
        return "at %d" % up


def filled(size, *ups):
    ring = points.Ring(size)
    for up in ups:
        ring.add((up, [("led", up)]))
    return ring


class Blocks(unittest.TestCase):
    def test_each_vector_comes_out_byte_by_byte(self):
        checked = 0
        for v in vectors.read("dp"):
            if v["name"] in OURS or v["name"].startswith("firmware"):
                checked += 1
                self.assertEqual(vectors.spelt(encoded(v)), v["hex"], v["name"])
        self.assertEqual(checked, 6)

    def test_the_length_counts_bytes_and_has_two(self):
        block = points.block(3, '{"t":"%s"}' % ("灯" * 100))
        self.assertEqual(block[1] << 8 | block[2], len(block) - 3)
        self.assertEqual(len(block), 3 + 8 + 300)


def encoded(v):
    """What the firmware makes of the points of a vector."""
    values = [(p["stream"], json.loads(p["value"])) for p in v["points"]]
    if v["hex"][:2] == "03":
        return points.simple(values)
    times = []
    for p, value in zip(v["points"], values):
        at = p["at"].replace(" ", "T")
        if not v["name"].startswith("firmware"):
            at = at[:19]  # the reference writes no milliseconds
        if not times or times[-1][0] != at:
            times.append((at, []))
        times[-1][1].append(value)
    return points.timed(merged(times))


def merged(times):
    """Points with the same time are one measurement."""
    out = []
    for at, values in times:
        for known, there in out:
            if known == at:
                there.extend(values)
                break
        else:
            out.append((at, list(values)))
    return out


class Ring(unittest.TestCase):
    def test_keeps_the_newest_and_counts_the_lost(self):
        ring = filled(3, 1, 2, 3, 4, 5)
        self.assertEqual([up for up, _ in ring.take(9)], [3, 4, 5])
        self.assertEqual((len(ring), ring.lost), (3, 2))

    def test_drop_forgets_what_the_platform_has_also_when_the_ring_went_on(self):
        ring = filled(3, 1, 2, 3)
        sent = ring.take(2)
        ring.add((4, []))  # pushes 1 out while the report is under way
        ring.drop(sent)
        self.assertEqual([up for up, _ in ring.take(9)], [3, 4])


class Message(unittest.TestCase):
    def test_a_live_point_goes_alone_as_type_3(self):
        ring = filled(9, 9000, 9500)
        payload, sent = points.message(ring, FakeClock(10000, True))
        self.assertEqual(payload, b'\x03\x00\x0c{"led":9000}')
        self.assertEqual(len(sent), 1)

    def test_late_points_go_together_with_their_times(self):
        ring = filled(9, 1000, 2000, 9900)
        payload, sent = points.message(ring, FakeClock(10000, True))
        self.assertEqual(payload[3:], b'{"led":{"at 1000":1000,"at 2000":2000}}')
        self.assertEqual((payload[0], len(sent)), (4, 2))

    def test_without_a_clock_a_late_point_says_how_late_it_is(self):
        ring = filled(9, 1000, 2000)
        payload, sent = points.message(ring, FakeClock(10000, False))
        self.assertEqual(payload[3:], b'{"led":1000,"late_s":9}')
        self.assertEqual((payload[0], len(sent)), (3, 1))
        self.assertEqual(ring.take(1)[0][1], [("led", 1000)])  # the point itself is not changed

    def test_a_batch_is_bounded(self):
        ring = filled(500, *range(500))
        payload, sent = points.message(ring, clock_with_ntp(600000))
        self.assertEqual(len(sent), points.BATCH)
        self.assertTrue(len(payload) < 1500, len(payload))


def clock_with_ntp(up):
    clock = Clock()
    time.pass_ms(up)
    clock._set = (1790000000, clock.uptime())
    return clock
