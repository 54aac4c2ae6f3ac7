"""Time: since power-on always, of day once NTP has told it."""

import time

BEIJING_S = 8 * 3600  # OneNET reads and shows all times of day in UTC+8 (reference, section 0)
THIS_YEAR = 2024  # a clock that says less has not been set


class Clock:
    """Counts on when ticks_ms wraps (every 12 days), and knows the time of day of any moment since
    power-on, even one before the clock was set."""

    def __init__(self):
        self._ticks = time.ticks_ms()
        self._up = 0
        self._set = None  # (seconds of the epoch, uptime) at the last answer of NTP

    def uptime(self):
        """Milliseconds since power-on. To be asked at least every six days, half the way to the wrap."""
        now = time.ticks_ms()
        self._up += time.ticks_diff(now, self._ticks)
        self._ticks = now
        return self._up

    def known(self):
        return self._set is not None

    def since_set(self):
        """Milliseconds since NTP answered."""
        return self.uptime() - self._set[1]

    def sync(self, hosts, feed):
        """Ask each host in turn. The name of the one that answered, or None."""
        import ntptime

        ntptime.timeout = 2
        for host in hosts:
            feed()
            ntptime.host = host
            try:
                ntptime.settime()
            except (OSError, OverflowError):
                continue
            now = int(time.time())
            if time.gmtime(now)[0] >= THIS_YEAR:
                self._set = (now, self.uptime())
                return host
        return None

    def date(self, uptime):
        """The Beijing time of that moment, as $dp wants it: 2026-01-31T08:00:00.250."""
        seconds, at = self._set
        ms = uptime - at
        t = time.gmtime(seconds + BEIJING_S + ms // 1000)
        return "%04d-%02d-%02dT%02d:%02d:%02d.%03d" % (t[0], t[1], t[2], t[3], t[4], t[5], ms % 1000)
