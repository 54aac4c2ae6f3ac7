# Stand-in for umqtt.simple, which every ESP32 image has: its interface, and the very TCP writes that it makes, one for each
# piece of a packet. Like it, this knows neither patience nor limits: that is what the tutorial's program shows.
import socket


class MQTTException(Exception):
    pass


def _number(n):
    return bytes((n >> 8, n & 255))


class MQTTClient:
    def __init__(self, client_id, server, port=0, user=None, password=None, keepalive=0):
        self._texts = [t for t in (client_id, user, password) if t is not None]
        self._flags = 2 | (0xC0 if user is not None else 0)
        self._address = (server, port or 1883)
        self._keepalive = keepalive
        self._callback = None
        self._id = 0
        self.sock = None

    def set_callback(self, f):
        self._callback = f

    def _write(self, *pieces):
        for piece in pieces:
            self.sock.write(piece)

    def connect(self, clean_session=True):
        self.sock = socket.socket()
        self.sock.connect(socket.getaddrinfo(*self._address)[0][-1])
        size = 10 + sum(2 + len(t) for t in self._texts)
        self._write(bytes((0x10, size, 0)), b"\x04MQTT\x04" + bytes((self._flags,)) + _number(self._keepalive))
        for text in self._texts:
            self._write(_number(len(text)), text)
        answer = self.sock.read(4)
        if answer[3]:
            raise MQTTException(answer[3])
        return answer[2] & 1

    def disconnect(self):
        self._write(b"\xe0\0")
        self.sock.close()

    def ping(self):
        self._write(b"\xc0\0")

    def publish(self, topic, payload, retain=False, qos=0):
        size = 2 + len(topic) + len(payload)
        head = bytearray((0x30 | (1 if retain else 0),))
        while size > 127:
            head.append(size & 127 | 128)
            size >>= 7
        head.append(size)
        self._write(head, _number(len(topic)), topic, payload)

    def subscribe(self, topic, qos=0):
        self._id += 1
        self._write(bytes((0x82, 5 + len(topic))), _number(self._id), _number(len(topic)), topic, bytes((qos,)))
        while self.wait_msg() != 0x90:
            pass
        if self._body[2] == 0x80:
            raise MQTTException(0x80)

    def wait_msg(self):
        first = self.sock.read(1)
        if first is None:
            return None
        if first == b"":
            raise OSError(-1)
        self._body = self.sock.read(self._length())
        if first[0] & 0xF0 == 0x30:
            n = 2 + (self._body[0] << 8 | self._body[1])
            qos = first[0] >> 1 & 3
            self._callback(self._body[2:n], self._body[n + 2 if qos else n :])
            if qos == 1:
                self._write(b"\x40\x02" + self._body[n : n + 2])
            elif qos:
                raise AssertionError  # so does the original
        return first[0]

    def check_msg(self):
        self.sock.setblocking(False)
        try:
            return self.wait_msg()
        finally:
            self.sock.setblocking(True)

    def _length(self):
        size = shift = 0
        while True:
            b = self.sock.read(1)[0]
            size |= (b & 127) << shift
            if b < 128:
                return size
            shift += 7
