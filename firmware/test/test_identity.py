import os
import unittest

import identity
import socket
import time
import vectors

V = vectors.read("register")
ENDPOINT = {"register_code": V["code"], "api_host": "", "api_port": 8080}
FLASH = "/identity-test.json"


def nothing():
    pass


class Registration(unittest.TestCase):
    def setUp(self):
        socket.reset()
        self.answer = V["answers"][0]["http"].encode()

        def serve(sock):
            sock.inbox = [self.answer[i : i + 50] for i in range(0, len(self.answer), 50)] + [b""]

        socket.on_connect = serve
        for path in FLASH, FLASH + ".new":
            try:
                os.remove(path)
            except OSError:
                pass

    def ask(self, endpoint=ENDPOINT, name="lan", serial=V["serial"]):
        return identity.Identity(serial, FLASH).of(name, endpoint, V["host"], 10, nothing)

    def test_the_request_is_that_of_the_vectors_byte_by_byte(self):
        self.ask()
        self.assertEqual(socket.made[0].outbox.decode(), V["request"])
        self.assertEqual(socket.made[0].peer, (V["host"], 8080))
        self.assertTrue(socket.made[0].closed)

    def test_answers_are_those_of_the_vectors(self):
        for v in V["answers"]:
            if "key" in v:
                self.assertEqual(identity.parse(v["http"].encode()), (v["device_id"], v["key"]))
                continue
            with self.assertRaises(OSError) as caught:
                identity.parse(v["http"].encode())
            self.assertIn(v["failure"], str(caught.exception), v["name"])

    def test_it_survives_a_reset(self):
        first = self.ask()
        self.assertEqual(first, ("700123456", "Qm5=yTzR3vK8pL0wXc7=dEhJ2nU="))
        self.assertEqual(self.ask(), first)
        self.assertEqual(len(socket.made), 1)  # asked once

    def test_each_endpoint_code_and_board_has_its_own(self):
        self.ask()
        self.ask(name="cloud", endpoint={"register_code": V["code"], "api_host": "183.230.40.33", "api_port": 80})
        self.assertEqual(socket.made[1].peer, ("183.230.40.33", 80))
        self.ask(serial="240AC4000002")
        self.ask(endpoint={"register_code": "another", "api_host": "", "api_port": 8080})
        self.assertEqual(len(socket.made), 4)

    def test_what_is_not_wanted_any_more_is_registered_again(self):
        self.ask()
        identity.Identity(V["serial"], FLASH).forget("lan")
        self.ask()
        self.assertEqual(len(socket.made), 2)
        identity.Identity(V["serial"], FLASH).forget("cloud")  # has none

    def test_a_refusal_is_not_kept(self):
        self.answer = V["answers"][1]["http"].encode()
        for _ in range(2):
            with self.assertRaises(OSError):
                self.ask()
        self.assertEqual(len(socket.made), 2)
        self.assertTrue(all([s.closed for s in socket.made]))

    def test_half_a_file_is_as_good_as_none(self):
        for text in "", '{"lan": ["x"', "[]", '{"lan": 7}', '{"lan": ["x", "y"]}':
            with open(FLASH, "w") as f:
                f.write(text)
            self.assertEqual(self.ask()[0], "700123456")

    def test_an_endless_answer_is_cut(self):
        self.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 5000
        with self.assertRaises(OSError):
            self.ask()
        self.assertTrue(socket.made[0].inbox)

    def test_an_answer_that_trickles_ends_in_time(self):
        start = time.now

        def trickle(sock):
            def recv(n):
                time.pass_ms(4000)
                return b"x"

            sock.recv = recv

        socket.on_connect = trickle
        with self.assertRaises(OSError):
            self.ask()
        self.assertTrue(time.now - start <= 16000)

    def test_a_code_is_written_as_a_url_wants_it(self):
        self.assertEqual(identity.quoted("aZ9-._~"), "aZ9-._~")
        self.assertEqual(identity.quoted("a b&=码"), "a%20b%26%3D%E7%A0%81")
