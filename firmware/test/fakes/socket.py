# Sockets without a network: a test says what arrives and how writing goes, and reads what was written.
AF_INET, SOCK_STREAM, SOCK_DGRAM, SOL_SOCKET = 2, 1, 2, 0xFFF

made = []  # every socket since the last reset
hosts = {}  # name -> address; what is not in it cannot be resolved, numbers apart
on_connect = None  # called with the socket; may raise OSError
on_make = None  # called with each new socket


def reset():
    global on_connect, on_make
    del made[:]
    hosts.clear()
    on_connect = on_make = None


def getaddrinfo(host, port, af=0, type=0, proto=0, flags=0):
    if not host[0].isdigit():
        if host not in hosts:
            raise OSError(-2)
        host = hosts[host]
    return [(AF_INET, type or SOCK_STREAM, 0, "", (host, port))]


class socket:
    def __init__(self, af=AF_INET, type=SOCK_STREAM, proto=0):
        self.inbox = []  # bytes, b"" for the end, an OSError to raise; for UDP (bytes, peer)
        self.outbox = b""
        self.writes = []  # how many bytes each write takes; None is a full buffer; then all
        self.on_write = None  # called with the socket and the bytes
        self.events = 0  # what poll says when nothing is there
        self.closed = False
        self.peer = None
        self.sent_to = []
        self.options = []
        self.limit = None  # seconds; None waits for ever, 0 not at all
        made.append(self)
        if on_make:
            on_make(self)

    def settimeout(self, s):
        self.limit = s

    def setblocking(self, on):
        self.limit = None if on else 0

    def setsockopt(self, *args):
        self.options.append(args)

    def connect(self, address):
        if self.limit is None:
            raise AssertionError("a connect without a limit")
        self.peer = address
        if on_connect:
            on_connect(self)

    def close(self):
        self.closed = True

    def read(self, n):
        if not self.inbox:
            if self.limit is None:
                raise AssertionError("a read without a limit")
            return None
        data = self.inbox.pop(0)
        if isinstance(data, OSError):
            raise data
        if len(data) > n:
            self.inbox.insert(0, data[n:])
        return data[:n]

    def recv(self, n):
        return self.read(n) or b""

    def recvfrom(self, n):
        data = self.inbox.pop(0)
        if isinstance(data, OSError):
            raise data
        return data[0][:n], data[1]

    def write(self, data):
        if self.closed:
            raise OSError(104)
        n = self.writes.pop(0) if self.writes else len(data)
        if n is None:
            return None
        if isinstance(n, OSError):
            raise n
        data = bytes(data[:n])
        self.outbox += data
        if self.on_write:
            self.on_write(self, data)
        return len(data)

    def sendto(self, data, address):
        self.sent_to.append((bytes(data), address))
        if self.on_write:
            self.on_write(self, data)
        return len(data)
