# poll over the sockets of the fake: at once when something is there, else when the time is over.
import time

POLLIN, POLLOUT, POLLERR, POLLHUP = 1, 4, 8, 16


class poll:
    def __init__(self):
        self._all = []

    def register(self, sock, mask=POLLIN):
        self._all.append(sock)

    def poll(self, ms=-1):
        ready = [(s, POLLIN | s.events if s.inbox else s.events) for s in self._all if s.inbox or s.events]
        if not ready:
            time.pass_ms(ms)
        return ready
