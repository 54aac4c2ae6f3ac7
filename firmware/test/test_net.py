import time
import unittest

import net
import network
import socket
import vectors


def nothing():
    pass


class Discovery(unittest.TestCase):
    def setUp(self):
        socket.reset()

    def answering(self, *datagrams):
        """A network in which each question brings these (bytes, address)."""

        def hear(sock, data):
            for data, host in datagrams:
                sock.inbox.append((data, (host, 6003)))

        socket.on_make = lambda sock: setattr(sock, "on_write", hear)
        return net.discover(nothing)

    def test_question_and_answers_are_those_of_the_vectors(self):
        v = vectors.read("discovery")
        self.assertEqual((net.QUESTION, net.DISCOVERY_PORT), (v["question"].encode(), v["udp_port"]))
        for answer in v["answers"]:
            self.assertEqual(net.answered(answer["text"].encode()), answer["port"])
        self.assertTrue(len(v["noise"]) > 10)
        for noise in v["noise"]:
            self.assertEqual(net.answered(noise.encode()), 0, noise)
        self.assertEqual(net.answered(b"\xff\x00"), 0)

    def test_noise_before_the_answer_is_passed_over(self):
        start = time.now
        found = self.answering(
            (b"noise", "10.0.0.9"), (b'{"onenet-local": 0}', "10.0.0.9"), (b'{"onenet-local": 6002}', "10.0.0.5")
        )
        self.assertEqual(found, [("10.0.0.5", 6002)])
        self.assertTrue(300 <= time.now - start <= 310)  # others get that long, and no longer

    def test_several_brokers_are_all_told_in_order_and_once(self):
        a, b = (b'{"onenet-local": 6002}', "10.0.0.5"), (b'{"onenet-local": 16002}', "10.0.0.6")
        self.assertEqual(self.answering(b, a, b), [("10.0.0.6", 16002), ("10.0.0.5", 6002)])

    def test_a_flood_of_answers_is_cut(self):
        flood = [(b'{"onenet-local": 6002}', "10.0.0.%d" % i) for i in range(50)]
        self.assertEqual(len(self.answering(*flood)), net.MOST)

    def test_silence_ends_in_time_after_three_questions(self):
        start = time.now
        self.assertEqual(net.discover(nothing), [])
        self.assertTrue(2000 <= time.now - start <= 2500)
        sock = socket.made[0]
        self.assertEqual((sock.options, sock.limit), ([(socket.SOL_SOCKET, 0x20, 1)], 0))  # SO_BROADCAST
        self.assertEqual(sock.sent_to, [(b"onenet-local?", ("255.255.255.255", 6003))] * 3)
        self.assertTrue(sock.closed)


class Joining(unittest.TestCase):
    def setUp(self):
        network.reset()

    def wifi(self, *names):
        return net.WiFi([{"ssid": n, "password": n + "-secret"} for n in names])

    def test_the_first_network_in_reach_is_joined_and_remembered(self):
        network.air["shed"] = "shed-secret"
        wifi = self.wifi("lab", "home", "shed")
        self.assertTrue(wifi.join(nothing))
        self.assertEqual(network.joined, "shed")
        network.joined = None
        del network.calls[:]
        self.assertTrue(wifi.join(nothing))
        self.assertEqual(network.calls, ["on", "shed"])

    def test_a_joined_network_is_kept(self):
        network.air["lab"] = "lab-secret"
        wifi = self.wifi("lab")
        wifi.join(nothing)
        del network.calls[:]
        self.assertTrue(wifi.join(nothing))
        self.assertEqual(network.calls, ["on"])

    def test_none_in_reach_ends_in_time_and_restarts_the_radio(self):
        start = time.now
        fed = []
        self.assertFalse(self.wifi("lab", "home").join(lambda: fed.append(time.now)))
        self.assertTrue(10000 <= time.now - start < 11000)  # with others to try, what is hopeless gets five seconds
        self.assertTrue(max([b - a for a, b in zip(fed, fed[1:])]) <= 1000)
        self.assertEqual(network.calls, ["on", "lab", "home", "off"])

    def test_one_network_alone_gets_its_time_though_it_looks_hopeless(self):
        start = time.now
        self.assertFalse(self.wifi("lab").join(nothing))
        self.assertTrue(20000 <= time.now - start < 21000)

    def test_one_that_is_slow_is_waited_for_though_there_are_others(self):
        network.slow = True
        start = time.now
        self.assertFalse(self.wifi("lab", "home").join(nothing))
        self.assertTrue(40000 <= time.now - start < 42000)

    def test_a_radio_that_cannot_begin_is_no_success(self):
        wifi = self.wifi("lab")

        def fail(*args):
            raise OSError("Wifi Internal Error")

        wifi._sta.connect = fail
        start = time.now
        self.assertFalse(wifi.join(nothing))
        self.assertEqual(time.now, start)

    def test_a_try_under_way_is_ended_first(self):
        network.air["lab"] = "lab-secret"
        network.busy = True
        self.assertTrue(self.wifi("lab").join(nothing))

    def test_a_wrong_password_is_named(self):
        network.air["lab"] = "another"
        wifi = self.wifi("lab")
        self.assertFalse(wifi.join(nothing))
        self.assertEqual(wifi._reason(), "wrong password")

    def test_a_radio_that_fails_is_no_crash(self):
        wifi = self.wifi("lab")

        class Broken:
            def active(self, on):
                raise OSError("Wifi Internal Error")

        wifi._sta = Broken()
        self.assertFalse(wifi.join(nothing))

    def test_mac_and_signal(self):
        self.assertEqual(net.mac(), "240AC4000001")
        wifi = self.wifi("lab")
        self.assertIsNone(wifi.rssi())
        network.air["lab"] = "lab-secret"
        wifi.join(nothing)
        self.assertEqual(wifi.rssi(), -61)


class Addresses(unittest.TestCase):
    def test_probe_hangs_up_either_way(self):
        socket.reset()
        net.probe(("10.0.0.5", 6002))
        self.assertTrue(socket.made[-1].closed)

        def refuse(sock):
            raise OSError(111)

        socket.on_connect = refuse
        with self.assertRaises(OSError):
            net.probe(("10.0.0.5", 6002))
        self.assertTrue(socket.made[-1].closed)

    def test_a_name_is_resolved_with_its_port(self):
        socket.reset()
        socket.hosts["onelan.local"] = "10.0.0.5"
        self.assertEqual(net.resolve("onelan.local", 6002), ("10.0.0.5", 6002))
        with self.assertRaises(OSError):
            net.resolve("nowhere", 6002)
