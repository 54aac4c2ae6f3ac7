# Stand-in for the ESP32's socket, as far as its stream and datagram sockets go. read and write have MicroPython's
# meaning, not CPython's: read(n) waits for all n bytes or the end, and both give None where they would have to wait.
from _board import ask

AF_INET, AF_INET6 = 2, 10
SOCK_STREAM, SOCK_DGRAM = 1, 2
IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP = 0, 6, 17
SOL_SOCKET, SO_REUSEADDR, SO_BROADCAST = 0xFFF, 4, 0x20
TCP_NODELAY = 1

_EAGAIN = 11


def _bytes(s):
    return s.encode() if isinstance(s, str) else bytes(s)


def getaddrinfo(host, port, af=0, type=0, proto=0, flags=0):
    ip = ask("resolve", _bytes(host)).decode()
    return [(AF_INET, type or SOCK_STREAM, proto, "", (ip, int(port)))]


class socket:
    def __init__(self, af=AF_INET, type=SOCK_STREAM, proto=0):
        self._fd = ask("socket", 1 if type == SOCK_DGRAM else 0)
        self._ms = -1

    def fileno(self):
        return self._fd

    def settimeout(self, s):
        self._ms = -1 if s is None else int(s * 1000)

    def setblocking(self, on):
        self._ms = -1 if on else 0

    def setsockopt(self, level, option, value):
        pass

    def bind(self, addr):
        pass

    def connect(self, addr):
        ask("connect", self._fd, self._ms, addr[0], addr[1])

    def close(self):
        fd, self._fd = self._fd, -1
        if fd >= 0:
            ask("close", fd)

    def recv(self, n):
        return ask("recv", self._fd, self._ms, n)

    def recvfrom(self, n):
        ip, port, data = ask("recvfrom", self._fd, self._ms, n).split(b" ", 2)
        return data, (ip.decode(), int(port))

    def read(self, n=-1):
        out = b""
        while n < 0 or len(out) < n:
            try:
                part = self.recv(4096 if n < 0 else min(n - len(out), 4096))
            except OSError as e:
                if e.errno != _EAGAIN:
                    raise
                return out or None
            if not part:
                break
            out += part
        return out

    def readinto(self, buf, n=-1):
        data = self.read(len(buf) if n < 0 else n)
        if data is not None:
            buf[: len(data)] = data
            return len(data)

    def readline(self):
        out = b""
        while not out.endswith(b"\n"):
            c = self.read(1)
            if not c:
                break
            out += c
        return out

    def send(self, data):
        return ask("send", self._fd, self._ms, _bytes(data))

    def sendall(self, data):
        data = _bytes(data)
        while data:
            data = data[self.send(data) :]

    def write(self, data, n=-1):
        data = _bytes(data)
        try:
            return self.send(data if n < 0 else data[:n])
        except OSError as e:
            if e.errno != _EAGAIN:
                raise

    def sendto(self, data, addr):
        return ask("sendto", self._fd, addr[0], addr[1], _bytes(data))

    def makefile(self, *_):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
