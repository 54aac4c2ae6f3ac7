"""The vectors of testdata/vectors, which the Go packages read too."""

import json
from binascii import hexlify, unhexlify


def read(name):
    with open("/vectors/%s.json" % name) as f:
        return json.load(f)


def raw(text):
    return unhexlify(text.replace(" ", ""))


def spelt(data):
    """Bytes as the vectors spell them, so that a difference can be read."""
    text = hexlify(data).decode().upper()
    return " ".join([text[i : i + 2] for i in range(0, len(text), 2)])
