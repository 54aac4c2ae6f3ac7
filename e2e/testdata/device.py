"""An MQTT device for the end-to-end tests, on Debian's python3-paho-mqtt.

It is told what to do by one JSON object in argv[1], tells what happens as JSON
lines on its standard output, and says DISCONNECT when its standard input ends.
"""

import inspect
import json
import select
import struct
import sys

import paho.mqtt.client as paho


def tell(event, **more):
    print(json.dumps(dict(more, event=event)), flush=True)


def block(kind, text=None, file=None, time=None, floats=()):
    """Builds one block of a $dp message, by the protocol paper and not by onelan's code."""
    out = bytes([kind | (0x80 if time else 0)]) + bytes(time or ())
    if text is not None:
        body = text.encode()
        out += struct.pack(">H", len(body)) + body
    if file is not None:
        data = bytes.fromhex(file)
        out += struct.pack(">I", len(data)) + data
    for stream, values in floats:
        out += struct.pack(">HH", stream, len(values)) + struct.pack("<%df" % len(values), *values)
    return out


class Device:
    def __init__(self, todo):
        self.todo = todo
        self.led = 0
        self.unsent = set()
        args = {}
        if "callback_api_version" in inspect.signature(paho.Client.__init__).parameters:
            args["callback_api_version"] = paho.CallbackAPIVersion.VERSION1  # paho 2
        c = self.client = paho.Client(todo["device"], clean_session=todo["clean"], protocol=paho.MQTTv311, **args)
        c.username_pw_set(todo["product"], todo["password"])
        c.on_connect, c.on_message = self.connected, self.message
        c.on_subscribe, c.on_publish = self.subscribed, self.sent
        if todo.get("will"):
            c.will_set(todo["will"], "lost", qos=1)

    def run(self):
        c = self.client
        c.connect("127.0.0.1", self.todo["port"], keepalive=self.todo["keepalive"])
        while True:
            writing = [c.socket()] if c.want_write() else []
            ready, writable, _ = select.select([c.socket(), sys.stdin], writing, [], 1)
            if sys.stdin in ready:
                c.disconnect()
                return 0
            done = c.loop_read() if c.socket() in ready else paho.MQTT_ERR_SUCCESS
            if writable and done == paho.MQTT_ERR_SUCCESS:
                done = c.loop_write()
            if done != paho.MQTT_ERR_SUCCESS or c.loop_misc() != paho.MQTT_ERR_SUCCESS:
                tell("lost")
                return 0

    def connected(self, client, userdata, flags, code):
        tell("connack", code=code, present=bool(flags["session present"]))
        if code == 0 and self.todo["subscribe"]:
            client.subscribe([(s["topic"], s["qos"]) for s in self.todo["subscribe"]])
        elif code == 0:
            self.publish()

    def subscribed(self, client, userdata, mid, granted):
        tell("suback", granted=list(granted))
        self.publish()

    def publish(self):
        for p in self.todo["publish"] or ():
            payload = b"".join(block(**b) for b in p["blocks"]) if p.get("blocks") else p["text"].encode()
            info = self.client.publish(p["topic"], payload, qos=p["qos"], retain=p.get("retain", False))
            self.unsent.add(info.mid)

    def sent(self, client, userdata, mid):
        if mid in self.unsent:
            self.unsent.remove(mid)
            if not self.unsent:
                tell("published")

    def message(self, client, userdata, m):
        tell("message", topic=m.topic, payload=m.payload.decode(), qos=m.qos, retain=bool(m.retain))
        if self.todo["led"] and m.topic.startswith("$creq/"):
            self.obey(m)

    def obey(self, m):
        """Does what the tutorial's program does, and answers."""
        if m.payload == b"on":
            self.led = 1
        elif m.payload == b"off":
            self.led = 0
        elif m.payload == b"toggle":
            self.led = 1 - self.led
        self.client.publish("$crsp/" + m.topic[len("$creq/"):], "led=%d" % self.led)


sys.exit(Device(json.loads(sys.argv[1])).run())
