"""The program of the tutorials: a LED that obeys OneNET, with umqtt.simple, in 40 lines.

It is here to be read and tried beside the real firmware. It works on a good day; the numbers say what goes wrong on others.
Copy it to the board as main.py, with the five values below filled in. It runs against onelan and OneNET alike.

 1. Secrets in the program: who sees the code has the Wi-Fi. The firmware has them in config.json, which is in .gitignore.
 2. The Wi-Fi may never come: this loop then runs for ever. With a second connect() in it, it would raise an OSError.
 3. keepalive=0, which is also the library's default: neither side ever notices that the other is gone, and the platform
    shows the board as online until it is connected again. With keepalive=60 and nothing else, the broker hangs up after 90
    seconds of silence, because the library sends no pings of its own.
 4. A refused login raises MQTTException, which is no OSError; a broker that hangs up instead of answering raises IndexError
    in most versions. "except OSError" around it all would miss both.
 5. An exception here ends wait_msg() and with it the program: payload.decode() is enough for that, when somebody sends
    b"\\xff". That is why bytes are compared.
 6. A command ($creq/<id>) wants an answer on $crsp/<id>, or the platform reports a timeout. Most tutorials send none.
 7. Lengths: umqtt counts characters, not bytes. publish(b"t", "灯") with a text puts two bytes more on the wire than it
    announces, and the broker hangs up. Only ever hand it bytes.
 8. wait_msg() waits for ever when the cable is cut or the router loses power: TCP has nothing to say then. It also switches
    the socket's time limit off, if there was one.
 9. The broker restarts: wait_msg() raises OSError(-1), the program ends, and the board sits at its prompt until somebody
    presses the button.
10. No watchdog: what hangs stays hung.
11. A message of 60 KB is read in one piece: MemoryError.

What it takes to survive all that is in ../app.py, ../mqtt.py and ../net.py.
"""

import time

import network
from machine import Pin
from umqtt.simple import MQTTClient

WIFI = ("NAME OF YOUR WI-FI", "ITS PASSWORD")  # 1
BROKER = ("192.168.1.10", 6002)  # your laptop with onelan, or 183.230.40.39
PRODUCT_ID, DEVICE_ID, AUTH_INFO = "244754", "527521926", "3C71BFC80054"

led = Pin(2, Pin.OUT, value=0)

station = network.WLAN(network.STA_IF)
station.active(True)
station.connect(*WIFI)
while not station.isconnected():  # 2
    time.sleep(0.2)
print("Wi-Fi", station.ifconfig()[0])

client = MQTTClient(DEVICE_ID, BROKER[0], BROKER[1], PRODUCT_ID, AUTH_INFO, keepalive=0)  # 3


def on_message(topic, payload):
    print(topic, payload)
    if payload == b"on":  # 5
        led.value(1)
    elif payload == b"off":
        led.value(0)
    elif payload == b"toggle":
        led.value(1 - led.value())
    if topic.startswith(b"$creq/"):  # 6
        client.publish(b"$crsp/" + topic[6:], b"%d" % led.value())
    report()


def report():
    body = b'{"led":%d}' % led.value()  # 7
    client.publish(b"$dp", bytes((3, len(body) >> 8, len(body) & 255)) + body)


client.set_callback(on_message)
client.connect()  # 4
client.subscribe(b"led")
print("connected")
report()
while True:
    client.wait_msg()  # 8, 9, 10, 11
