"""A small MQTT 3.1.1 client without threads, and without a call that can block for ever.

loop(ms) is the only place that waits for messages, and it never waits longer than asked, so the caller can feed a
watchdog between calls. Every other wait ends after the time limit. What arrives is QoS 0 (all we ask for; 1 and 2 are
acknowledged when they come all the same); what leaves is QoS 0 or 1.
"""

import select
import socket
import time

from words import MQTTError, Refused

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 0x10, 0x20, 0x30, 0x40, 0x50, 0x62, 0x70
SUBSCRIBE, SUBACK, PINGREQ, DISCONNECT = 0x82, 0x90, 0xC0, 0xE0

CHUNK = 512  # bytes taken from the socket at once
LARGEST_TOPIC = 128  # of a message that is too long: enough for $creq/<uuid>


def encoded(text):
    return text if isinstance(text, (bytes, bytearray)) else text.encode()


def field(text):
    """A length of two bytes, then the bytes: not the characters, of which Chinese has fewer."""
    raw = encoded(text)
    return bytes((len(raw) >> 8, len(raw) & 255)) + raw


def number(n):
    return bytes((n >> 8, n & 255))


def packet(head, *parts):
    """One whole packet, so that it leaves in one write: several small ones wait for each other's ACK."""
    n = sum([len(p) for p in parts])
    out = bytearray((head,))
    while True:
        out.append(n & 127 | (128 if n > 127 else 0))
        n >>= 7
        if not n:
            break
    for p in parts:
        out.extend(p)
    return out


def connect_packet(client_id, user, password, keepalive):
    """CONNECT with user and password, which OneNET always wants, and a clean session."""
    return packet(
        CONNECT, field("MQTT"), b"\x04\xc2", number(keepalive), field(client_id), field(user), field(password)
    )


def subscribe_packet(packet_id, topic):
    return packet(SUBSCRIBE, number(packet_id), field(topic), b"\x00")


def publish_packet(topic, payload, packet_id=0):
    """QoS 1 with a packet id, QoS 0 without."""
    if packet_id:
        return packet(PUBLISH | 2, field(topic), number(packet_id), encoded(payload))
    return packet(PUBLISH, field(topic), encoded(payload))


class Client:
    """One connection. Set the on_... members before connect; they may publish."""

    def __init__(self, keepalive_s=60, timeout_s=10, largest=1024):
        self._keepalive = keepalive_s
        self._timeout = timeout_s
        self._ms = int(timeout_s * 1000)
        self._largest = largest  # a longer packet is skipped in the stream, never held
        self.on_message = lambda topic, payload: None
        self.on_too_long = lambda topic, size: None
        self.on_ack = lambda packet_id: None
        self._sock = None
        self._id = 0

    def connect(self, address, client_id, user, password):
        """Log in at address, as getaddrinfo gives it. An OSError when that does not succeed in time."""
        self.close()
        self._buf = bytearray()
        self._skip = 0
        self._answers = []
        self._pinged = None
        try:
            self._open(address)
            self._send(connect_packet(client_id, user, password, self._keepalive))
            code = self._answer(CONNACK)[1]
            if code:
                raise Refused(code)
        except BaseException:  # Ctrl-C too must not leave a socket behind: the chip has ten
            self.close()
            raise

    def _open(self, address):
        sock = self._sock = socket.socket()
        sock.settimeout(self._timeout)
        sock.connect(address)
        try:
            sock.setsockopt(6, 1, 1)  # TCP_NODELAY; MicroPython older than 1.23 does not know it
        except (OSError, ValueError):
            pass
        sock.setblocking(False)
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._received = self._sent = time.ticks_ms()

    def close(self):
        """Hang up without a word. May be called twice."""
        sock, self._sock = self._sock, None
        if sock:
            try:
                sock.close()
            except OSError:
                pass

    def disconnect(self):
        """Say goodbye and hang up."""
        try:
            self._send(packet(DISCONNECT))
        except OSError:
            pass
        self.close()

    def subscribe(self, topic):
        """False when the broker does not want it."""
        self._send(subscribe_packet(self._next_id(), topic))
        return self._answer(SUBACK)[2] != 0x80

    def publish(self, topic, payload):
        """QoS 0: sent, and forgotten."""
        self._send(publish_packet(topic, payload))

    def publish_sure(self, topic, payload):
        """QoS 1: the packet id, which on_ack tells when the broker has it."""
        n = self._next_id()
        self._send(publish_packet(topic, payload, n))
        return n

    def _next_id(self):
        self._id = self._id % 65535 + 1  # 0 is no packet id [MQTT-2.3.1-1]
        return self._id

    def loop(self, ms=1000):
        """Handle what arrives within ms milliseconds, and keep the connection alive. OSError when it is lost."""
        self._wait(ms)
        now = time.ticks_ms()
        if self._pinged is not None:
            if time.ticks_diff(now, self._pinged) > self._ms:
                raise MQTTError("no answer to ping")
        elif self._quiet(now):
            self._send(packet(PINGREQ))
            self._pinged = now

    def silence(self):
        """Milliseconds since the last byte from the broker."""
        return time.ticks_diff(time.ticks_ms(), self._received)

    def _quiet(self, now):
        """Half the keepalive has passed without traffic one way: the broker must hear us, and we it."""
        half = self._keepalive * 500
        return time.ticks_diff(now, self._sent) >= half or time.ticks_diff(now, self._received) >= half

    def _wait(self, ms):
        if self._sock is None:
            raise MQTTError("not connected")
        for _, event in self._poll.poll(ms):
            if not self._read() and event & (select.POLLERR | select.POLLHUP):
                raise MQTTError("connection broken")  # else poll would say so again at once, for ever

    def _answer(self, kind):
        """The body of the next packet of that kind. Messages that come before it are handled, and may take their time: SUBACK is
        waited for twice as long while bytes arrive. Nothing comes before CONNACK."""
        start = time.ticks_ms()
        most = self._ms if kind == CONNACK else 2 * self._ms
        while True:
            for i, (k, body) in enumerate(self._answers):
                if k == kind:
                    del self._answers[i]
                    return body
            waited = time.ticks_diff(time.ticks_ms(), start)
            left = min(most - waited, self._ms - min(waited, self.silence()))
            if left <= 0:
                raise MQTTError("no answer to %s" % ("CONNECT" if kind == CONNACK else "SUBSCRIBE"))
            self._wait(left)

    def _send(self, data):
        if self._sock is None:
            raise MQTTError("not connected")
        data = memoryview(data)
        start = time.ticks_ms()
        try:
            while len(data):
                n = self._sock.write(data)  # None when the send buffer is full
                if n:
                    data = data[n:]
                elif time.ticks_diff(time.ticks_ms(), start) > self._ms:
                    raise MQTTError("the broker takes no data")
                else:
                    time.sleep_ms(20)
        except OSError:
            self.close()  # half a packet may be on the wire: no other may follow it
            raise
        self._sent = time.ticks_ms()

    def _read(self):
        """Take what is there. False when that is nothing."""
        data = self._sock.read(CHUNK)
        if data is None:
            return False
        if not data:
            raise MQTTError("closed by the broker")
        self._received = time.ticks_ms()
        self._pinged = None  # any byte proves that the broker lives
        if self._skip:
            n = min(self._skip, len(data))
            self._skip -= n
            data = data[n:]
        self._buf.extend(data)
        while self._sock and self._next():
            pass
        return True

    def _next(self):
        """Handle the first packet in the buffer. False when it is not all there."""
        at, size = self._length()
        if at == 0:
            return False
        buf = self._buf
        if size > self._largest:
            return self._too_long(at, size)
        if len(buf) - at < size:
            return False
        head, body = buf[0], bytes(buf[at : at + size])
        self._buf = buf[at + size :]
        self._packet(head, body)
        return True

    def _length(self):
        """Where the body begins and how long it is; (0, 0) when that has not arrived."""
        size = 0
        for i in range(1, 5):
            if i >= len(self._buf):
                return 0, 0
            b = self._buf[i]
            size |= (b & 127) << 7 * (i - 1)
            if b < 128:
                return i + 1, size
        raise MQTTError("not MQTT: a length of five bytes")

    def _too_long(self, at, size):
        """Skip a packet that is not worth its memory; of a message the topic is told."""
        buf = self._buf
        if buf[0] & 0xF0 == PUBLISH:
            n = (buf[at] << 8 | buf[at + 1]) if len(buf) >= at + 2 else LARGEST_TOPIC
            whole = at + 2 + min(n, LARGEST_TOPIC) + 2
            if len(buf) < whole:
                return False
            head, start = buf[0], bytes(buf[at:whole])
        else:
            head = 0
        self._skip = max(0, size - (len(buf) - at))
        self._buf = buf[at + size :]
        if head:
            self._skipped(head, start, size)
        return True

    def _skipped(self, head, start, size):
        n = start[0] << 8 | start[1]
        if n > LARGEST_TOPIC:
            head &= 0xF9  # its packet id was not kept
        topic, rest = start[2 : 2 + n], start[2 + n :]
        if head & 6:
            self._send(packet(PUBREC if head & 4 else PUBACK, rest[:2]))
        self.on_too_long(topic, size)

    def _packet(self, head, body):
        kind = head & 0xF0
        if kind == PUBLISH:
            self._message(head, body)
        elif kind == PUBREL & 0xF0:
            self._send(packet(PUBCOMP, body[:2]))
        elif kind == PUBACK and len(body) >= 2:
            self.on_ack(body[0] << 8 | body[1])
        elif kind in (CONNACK, SUBACK):
            if len(body) < (2 if kind == CONNACK else 3):
                raise MQTTError("not MQTT: a short answer")
            self._answers.append((kind, body))

    def _message(self, head, body):
        n = 2 + (body[0] << 8 | body[1]) if len(body) > 1 else 0
        if not 2 < n <= len(body) or head & 6 and len(body) < n + 2:
            raise MQTTError("not MQTT: a message whose lengths do not fit")
        topic, rest = body[2:n], body[n:]
        if head & 6:
            self._send(packet(PUBREC if head & 4 else PUBACK, rest[:2]))
            rest = rest[2:]
        self.on_message(topic, rest)
