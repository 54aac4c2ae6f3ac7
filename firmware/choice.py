"""Which endpoint is next, and how long to wait before. No network and no hardware module in here."""

import random

REFUSED_S = 10  # who is refused waits at least that long: the password will not be right a second later
GOOD_S = 30  # a connection that lived shorter counts as a failure (two boards with one id throw each other out)


class Choice:
    """Starts with the first endpoint; so many failures in a row lead to the next; a good session back to the first."""

    def __init__(self, names, tries, backoff_s, chance=random.getrandbits):
        self._names = names
        self._tries = tries
        self._longest = backoff_s
        self._chance = chance
        self.start()

    def start(self):
        """The first choice, with a clean slate."""
        self._at = self._failures = 0

    def name(self):
        return self._names[self._at]

    def first(self):
        return self._names[0]

    def on_first(self):
        return self._at == 0

    def failed(self, refused=False):
        """One more failure. Milliseconds to wait: 1, 2, 4 ... seconds, and up to a quarter more, so that the boards of a
        classroom do not all come back in the same instant."""
        self._failures += 1
        if self._failures % self._tries == 0:
            self._at = (self._at + 1) % len(self._names)
        least = REFUSED_S if refused else 1
        seconds = min(self._longest, least << min(self._failures - 1, 10))
        return int(seconds * (1000 + self._chance(8)))

    def ended(self, lived_s):
        """A session is over. Milliseconds to wait, as failed."""
        if lived_s < GOOD_S:
            return self.failed()
        self.start()
        return 1000 + 4 * self._chance(8)
