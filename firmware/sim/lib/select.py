# Stand-in for select: the interpreter's own can wait for nothing.
import sys

from _board import ask

POLLIN, POLLOUT, POLLERR, POLLHUP = 1, 4, 8, 16


class poll:
    def __init__(self):
        self._registered = {}

    def register(self, obj, mask=POLLIN | POLLOUT):
        self._registered[id(obj)] = (obj, mask)

    def modify(self, obj, mask):
        if id(obj) not in self._registered:
            raise OSError(2)
        self.register(obj, mask)

    def unregister(self, obj):
        self._registered.pop(id(obj), None)

    def poll(self, ms=-1):
        entries = list(self._registered.values())
        asked = []
        for obj, mask in entries:
            asked += (obj.fileno(), mask)
        events = ask("poll", int(ms), *asked)
        return [(obj, event) for (obj, _), event in zip(entries, events) if event]

    def ipoll(self, ms=-1, flags=0):
        return iter(self.poll(ms))


def select(rlist, wlist, xlist, timeout=-1):
    p = poll()
    for obj in rlist:
        p.register(obj, POLLIN)
    for obj in wlist:
        p.register(obj, POLLOUT | (POLLIN if obj in rlist else 0))
    found = p.poll(-1 if timeout < 0 else int(timeout * 1000))
    readable = [obj for obj, event in found if event & POLLIN and obj in rlist]
    return readable, [obj for obj, event in found if event & POLLOUT], []


sys.modules["uselect"] = sys.modules["select"]
