"""Points: what was measured when, kept until the platform has them, and their bytes for $dp.

A point is (uptime in ms, [(datastream, value), ...]). No network and no hardware in here.
"""

import json

BATCH = 8  # points in one message: about a kilobyte
LATE_MS = 2000  # younger is live: the platform's time of receipt is as good as ours


class Ring:
    """Keeps the newest points. Bounded, because a board may be alone for a month."""

    def __init__(self, size):
        self._size = size
        self._all = []
        self.lost = 0

    def __len__(self):
        return len(self._all)

    def add(self, point):
        if len(self._all) == self._size:
            del self._all[0]
            self.lost += 1
        self._all.append(point)

    def take(self, n):
        """The oldest n; they stay until drop."""
        return self._all[:n]

    def drop(self, points):
        """Forget those that the platform has. Some may be gone already: the ring went on."""
        self._all = [p for p in self._all if not any(p is q for q in points)]


def message(waiting, clock, batch=BATCH):
    """The next $dp of those that wait: (payload, the points in it).

    A live point goes as type 3. Late ones go with their time as type 4 when the clock is known. When it is not, a
    late point gets the time of receipt like all of type 3, and the stream late_s says how much older it is.
    """
    points = waiting.take(batch)
    now = clock.uptime()
    up, values = points[0]
    if now - up < LATE_MS:
        return simple(values), points[:1]
    if not clock.known():
        return simple(values + [("late_s", (now - up) // 1000)]), points[:1]
    points = [p for p in points if now - p[0] >= LATE_MS]
    return timed([(clock.date(p[0]), p[1]) for p in points]), points


def simple(values):
    """Type 3: {"led":1,"heap":100000}."""
    return block(3, _object([(name, json.dumps(value)) for name, value in values]))


def timed(points):
    """Type 4 of [(time, values), ...]: {"led":{"2026-01-31T08:00:00":1}}."""
    streams = []  # in order, which a dict of MicroPython does not keep
    for at, values in points:
        for name, value in values:
            _member(streams, name).append((at, json.dumps(value)))
    return block(4, _object([(name, _object(times)) for name, times in streams]))


def _member(streams, name):
    for known, times in streams:
        if known == name:
            return times
    streams.append((name, []))
    return streams[-1][1]


def _object(members):
    return "{%s}" % ",".join(["%s:%s" % (json.dumps(name), text) for name, text in members])


def block(kind, text):
    """One byte of type, two of length (of bytes, not characters), then the text."""
    body = text.encode()
    return bytes((kind, len(body) >> 8, len(body) & 255)) + body
