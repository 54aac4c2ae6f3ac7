import time
import unittest

import select
import socket
import vectors
from mqtt import Client, connect_packet, packet, publish_packet, subscribe_packet
from words import MQTTError, Refused

CONNACK, SUBACK, PINGRESP = b"\x20\x02\x00\x00", b"\x90\x03\x00\x01\x00", b"\xd0\x00"
UUID = b"3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33"


def broker(code=0, suback=0):
    """What a broker does with a new connection: it answers logins, subscriptions and pings."""

    def read(sock, data):
        if data[0] == 0x10:
            sock.inbox.append(b"\x20\x02\x00" + bytes([code]))
        elif data[0] == 0x82:
            sock.inbox.append(b"\x90\x03" + data[2:4] + bytes([suback]))
        elif data[0] == 0xC0:
            sock.inbox.append(PINGRESP)

    def accept(sock):
        sock.on_write = read

    return accept


def connected(on_connect=None, **settings):
    socket.reset()
    socket.on_connect = on_connect or broker()
    client = Client(**settings)
    client.got, client.long, client.acks = [], [], []
    client.on_message = lambda topic, payload: client.got.append((topic, payload))
    client.on_too_long = lambda topic, size: client.long.append((topic, size))
    client.on_ack = client.acks.append
    client.connect(("192.168.1.10", 6002), "240AC4000001", "244754", "board-1")
    sock = socket.made[-1]
    sock.outbox = b""
    return client, sock


def message(topic, payload, flags=0, packet_id=b""):
    return bytes(packet(0x30 | flags, len(topic).to_bytes(2, "big"), topic, packet_id, payload))


class Packets(unittest.TestCase):
    def test_each_vector_comes_out_byte_by_byte(self):
        made = {
            "CONNECT": lambda v: connect_packet(v["client_id"], v["user"], v["password"], v["keepalive"]),
            "SUBSCRIBE": lambda v: subscribe_packet(v["packet_id"], v["topic"]),
            "PUBLISH": lambda v: publish_packet(v["topic"], v["payload"], v["packet_id"]),
            "PINGREQ": lambda v: packet(0xC0),
            "DISCONNECT": lambda v: packet(0xE0),
        }
        known = vectors.read("mqtt")
        self.assertTrue(len(known) > 10)
        for v in known:
            self.assertEqual(vectors.spelt(made[v["type"]](v)), v["hex"], v["name"])

    def test_lengths_of_one_to_three_bytes(self):
        for n, head in (0, "30 00"), (127, "30 7F"), (128, "30 80 01"), (16383, "30 FF 7F"), (16384, "30 80 80 01"):
            self.assertEqual(vectors.spelt(packet(0x30, bytes(n)))[: len(head)], head)


class Login(unittest.TestCase):
    def test_connects_subscribes_and_says_goodbye(self):
        client, sock = connected()
        self.assertEqual(sock.peer, ("192.168.1.10", 6002))
        self.assertEqual(sock.options, [(6, 1, 1)])  # TCP_NODELAY
        self.assertEqual(sock.limit, 0)  # reads never wait; poll does, as long as it was told
        self.assertTrue(client.subscribe("led"))
        client.disconnect()
        self.assertTrue(sock.outbox.endswith(b"\xe0\x00"))
        self.assertTrue(sock.closed)
        client.close()

    def test_a_refusal_tells_its_code_and_leaves_no_socket(self):
        for code in 1, 2, 3, 4, 5, 77:
            with self.assertRaises(Refused) as caught:
                connected(broker(code))
            self.assertEqual(caught.exception.code, code)
            self.assertTrue(socket.made[-1].closed)

    def test_silence_instead_of_connack_ends_in_time(self):
        start = time.now
        with self.assertRaises(MQTTError):
            connected(lambda sock: None, timeout_s=3)
        self.assertTrue(3000 <= time.now - start < 4000)
        self.assertTrue(socket.made[-1].closed)

    def test_end_of_stream_instead_of_connack_is_no_index_error(self):
        for first in b"", b"\x20", b"\x20\x02", b"\x20\x02\x00":
            with self.assertRaises(MQTTError):
                connected(lambda sock, first=first: sock.inbox.extend([first, b""] if first else [b""]))

    def test_a_short_connack_is_no_mqtt(self):
        with self.assertRaises(MQTTError):
            connected(lambda sock: sock.inbox.append(b"\x20\x01\x00"))

    def test_a_command_right_behind_connack_is_not_lost(self):
        got = []
        client = Client()
        client.on_message = lambda topic, payload: got.append(payload)
        socket.reset()
        socket.on_connect = lambda sock: sock.inbox.append(CONNACK + message(b"$creq/" + UUID, b"on"))
        client.connect(("192.168.1.10", 6002), "1", "2", "3")
        self.assertEqual(got, [b"on"])

    def test_a_refused_subscription_is_told(self):
        client, _ = connected(broker(suback=0x80))
        self.assertFalse(client.subscribe("led"))

    def test_a_subscription_gets_more_time_while_bytes_arrive_but_not_for_ever(self):
        for messages, takes in (15, 15000), (1000, 20000):
            client, sock = connected(timeout_s=10)
            left = [messages]

            def slow(topic, payload, sock=sock, left=left):
                time.pass_ms(1000)
                left[0] -= 1
                sock.inbox.append(message(b"led", b"on") if left[0] else SUBACK)

            client.on_message = slow
            sock.on_write = lambda sock, data: sock.inbox.append(message(b"led", b"on"))
            start = time.now
            if messages == 15:
                self.assertTrue(client.subscribe("led"))
            else:
                with self.assertRaises(MQTTError):
                    client.subscribe("led")
            self.assertTrue(takes <= time.now - start <= takes + 1000, time.now - start)

    def test_connecting_again_hangs_up_first(self):
        client, sock = connected()
        client.connect(("192.168.1.10", 6002), "1", "2", "3")
        self.assertTrue(sock.closed)


class Receiving(unittest.TestCase):
    def test_packets_in_any_pieces(self):
        stream = message(b"led", b"on") + PINGRESP + message(b"led", b"") + message(b"t", b"x" * 200)
        want = [(b"led", b"on"), (b"led", b""), (b"t", b"x" * 200)]
        for size in 1, 2, 3, 7, 250, 1000:
            client, sock = connected()
            sock.inbox = [stream[i : i + size] for i in range(0, len(stream), size)]
            while sock.inbox:
                client.loop(0)
            self.assertEqual(client.got, want, size)

    def test_a_message_that_ends_with_the_connection_is_not_delivered_in_part(self):
        client, sock = connected()
        sock.inbox = [message(b"led", b"on")[:-1], b""]
        with self.assertRaises(MQTTError):
            while True:
                client.loop(0)
        self.assertEqual(client.got, [])

    def test_qos_1_and_2_are_acknowledged(self):
        client, sock = connected()
        sock.inbox = [
            message(b"led", b"on", 2, b"\x00\x07"),
            message(b"led", b"off", 4, b"\x01\x08"),
            b"\x62\x02\x01\x08",
        ]
        while sock.inbox:
            client.loop(0)
        self.assertEqual(client.got, [(b"led", b"on"), (b"led", b"off")])
        self.assertEqual(vectors.spelt(sock.outbox), "40 02 00 07 50 02 01 08 70 02 01 08")

    def test_what_is_not_mqtt_ends_the_connection(self):
        bad = (
            b"\x30\xff\xff\xff\xff\x01",
            b"\x30\x01\x00",
            b"\x30\x02\x00\x00",
            b"\x30\x04\x00\x09ab",
            b"\x32\x05\x00\x03led",
            b"\x90\x02\x00\x01",
        )
        for stream in bad:
            client, sock = connected()
            sock.inbox = [stream]
            with self.assertRaises(MQTTError):
                client.loop(0)

    def test_packets_nobody_asked_for_are_passed_over(self):
        client, sock = connected()
        sock.inbox = [b"\xb0\x02\x00\x01" + b"\x50\x02\x00\x01" + b"\x40\x01\x00" + message(b"led", b"on")]
        client.loop(0)
        self.assertEqual(client.got, [(b"led", b"on")])

    def test_a_broken_socket_is_no_endless_loop(self):
        client, sock = connected()
        sock.events = select.POLLERR
        with self.assertRaises(MQTTError):
            client.loop(1000)


class TooLong(unittest.TestCase):
    def test_60_kilobytes_are_skipped_never_held_and_told_by_topic(self):
        command = b"$creq/" + UUID
        stream = message(command, b"x" * 61440) + message(b"led", b"on")
        for size in 61, 255, 4096:
            client, sock = connected()
            sock.inbox = [stream[i : i + size] for i in range(0, len(stream), size)]
            most = 0
            while sock.inbox:
                client.loop(0)
                most = max(most, len(client._buf))
            self.assertEqual(client.long, [(command, 61440 + 44)])
            self.assertEqual(client.got, [(b"led", b"on")])
            self.assertTrue(most < 1500, most)

    def test_at_qos_1_it_is_acknowledged_so_that_it_does_not_come_again(self):
        client, sock = connected()
        sock.inbox = [message(b"led", b"x" * 5000, 2, b"\x00\x07")]
        while sock.inbox:
            client.loop(0)
        self.assertEqual(vectors.spelt(sock.outbox), "40 02 00 07")
        self.assertEqual(client.long[0][0], b"led")

    def test_a_topic_that_is_too_long_itself_is_cut(self):
        client, sock = connected()
        sock.inbox = [message(b"t" * 900, b"x" * 900, 2, b"\x00\x07"), message(b"led", b"on")]
        while sock.inbox:
            client.loop(0)
        self.assertTrue(len(client.long[0][0]) <= 130)
        self.assertEqual(client.got, [(b"led", b"on")])

    def test_the_limit_itself_fits(self):
        client, sock = connected(largest=100)
        sock.inbox = [message(b"led", b"x" * 95), message(b"led", b"x" * 96)]
        while sock.inbox:
            client.loop(0)
        self.assertEqual((len(client.got), len(client.long)), (1, 1))


class Sending(unittest.TestCase):
    def test_one_packet_is_one_write(self):
        client, sock = connected()
        sizes = []
        sock.on_write = lambda sock, data: sizes.append(len(data))
        client.publish("led", "on")
        client.publish_sure(b"$dp", b"\x03\x00\x02{}")
        self.assertEqual(sizes, [9, 14])

    def test_a_full_buffer_is_waited_for(self):
        client, sock = connected()
        sock.writes = [None, 3, None, 1]
        client.publish("led", "on")
        self.assertEqual(sock.outbox, message(b"led", b"on"))

    def test_a_buffer_that_stays_full_ends_in_time_and_closes(self):
        client, sock = connected(timeout_s=2)
        sock.writes = [2] + [None] * 1000
        start = time.now
        with self.assertRaises(MQTTError):
            client.publish("led", "on")
        self.assertTrue(time.now - start < 2500)
        self.assertTrue(sock.closed)  # half a packet is out
        with self.assertRaises(MQTTError):
            client.loop(0)

    def test_an_acknowledgement_tells_its_packet_id(self):
        client, sock = connected()
        first, second = client.publish_sure("$dp", b""), client.publish_sure("$dp", b"")
        sock.inbox = [b"\x40\x02" + second.to_bytes(2, "big")]
        client.loop(0)
        self.assertEqual(client.acks, [second])
        self.assertTrue(first != second)

    def test_packet_ids_go_round_without_0(self):
        client, _ = connected()
        client._id = 65534
        self.assertEqual([client._next_id() for _ in range(3)], [65535, 1, 2])


class Keepalive(unittest.TestCase):
    def test_silence_makes_a_ping_and_an_answer_calms(self):
        client, sock = connected(keepalive_s=60)
        for _ in range(120):
            client.loop(1000)
        self.assertTrue(3 <= sock.outbox.count(b"\xc0\x00") <= 4, sock.outbox)

    def test_no_answer_ends_the_connection_in_time(self):
        client, sock = connected(keepalive_s=60, timeout_s=10)
        sock.on_write = None
        start = time.now
        with self.assertRaises(MQTTError):
            while True:
                client.loop(1000)
        self.assertTrue(40000 <= time.now - start <= 42000, time.now - start)

    def test_sending_alone_does_not_prove_that_the_broker_lives(self):
        client, sock = connected(keepalive_s=60, timeout_s=10)
        sock.on_write = None
        with self.assertRaises(MQTTError):
            for _ in range(100):
                client.publish("t", "x")
                client.loop(1000)

    def test_receiving_alone_does_not_let_the_broker_forget_us(self):
        client, sock = connected(keepalive_s=60)
        for _ in range(40):
            sock.inbox.append(message(b"led", b"on"))
            time.pass_ms(1000)
            client.loop(0)
        self.assertIn(b"\xc0\x00", sock.outbox)
