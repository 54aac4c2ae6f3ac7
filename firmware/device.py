"""What the board does with messages. No network and no hardware module in here.

To make the board do something else, start here: words and members that command() knows.
"""

import json

KNOWN = 'on, off, toggle, report or {"led": 1}'
WORDS = {"on": 1, "off": 0, "toggle": -1, "1": 1, "0": 0}
SHOWN = 40  # characters of a foreign text that are worth a line


class Device:
    """One LED: set by messages of the topics, and by commands, which get an answer."""

    def __init__(self, led, topics):
        self.led = led  # anything with value() and value(x)
        self.topics = topics  # as bytes
        self.news = False  # something changed, or somebody asked: a report is due

    def handle(self, topic, payload):
        """Act on one message. Gives (topic, payload) to publish, or None. Never raises for what a message says."""
        if topic.startswith(b"$creq/"):
            return self.answer(topic, self.command(payload))
        if topic in self.topics:
            self.command(payload)
        else:
            print("device: nothing to do for topic", shown(topic))
        return None

    def too_long(self, topic, size):
        """A message that did not fit: as handle."""
        print("device: %d bytes on %s are too many for me" % (size, shown(topic)))
        if topic.startswith(b"$creq/"):
            return self.answer(topic, "error: too long")
        return None

    def answer(self, topic, text):
        return b"$crsp/" + topic[6:], text.encode()

    def command(self, payload):
        """Do it; the answer in words."""
        try:
            wish = understood(payload)
        except ValueError as e:
            print("device: %s: %s" % (e, shown(payload)))
            return "error: %s; I know %s" % (e, KNOWN)
        self.news = True
        if wish is not None:
            self.led.value(1 - self.led.value() if wish < 0 else wish)
        print("device: LED", self.state())
        return self.state()

    def state(self):
        return "on" if self.led.value() else "off"


def understood(payload):
    """1 on, 0 off, -1 the other way, None report only. ValueError in words for anything else."""
    try:
        text = payload.decode().strip().lower()
    except UnicodeError:
        raise ValueError("not a text")
    if not text:
        raise ValueError("empty command")
    if text == "report":
        return None
    if text[0] == "{":
        return member(text)
    if text not in WORDS:
        raise ValueError("unknown command")
    return WORDS[text]


def member(text):
    """As understood, for {"led": 1}, {"led": true} or {"led": "toggle"}."""
    try:
        led = json.loads(text)["led"]
    except ValueError:
        raise ValueError("not JSON")
    except KeyError:
        raise ValueError('no "led" in it')
    if led in (0, 1):  # False and True too
        return int(led)
    if isinstance(led, str) and led in WORDS:
        return WORDS[led]
    raise ValueError('"led" must be 0 or 1')


def shown(raw, most=SHOWN):
    """Foreign bytes as they may stand on the serial line: short, and in one line."""
    out = "".join([chr(b) if 32 <= b < 127 else "\\x%02x" % b for b in raw[:most]])
    return out + "..." if len(raw) > most else out
