import json
import unittest

import config

GOOD = {"wifi": {"ssid": "lab", "password": "lab-secret"}, "product_id": "244754", "auth_info": "board-1"}


def with_(**changes):
    out = dict(GOOD)
    out.update(changes)
    return out


def defaults(manual):
    """The table of settings in a README: {name: default as it is written}."""
    out = {}
    with open(manual) as f:
        for line in f:
            cells = [cell.strip() for cell in line.replace("`、`", "`, `").replace("、", ", ").split("|")[1:3]]
            if line.startswith("|---") and out:
                break  # the next table
            if len(cells) == 2 and cells[0].startswith("`"):
                names = cells[0].split(", ")
                values = cells[1].split(", ") if len(names) > 1 else [cells[1]]
                for name, value in zip(names, values):
                    out[name.strip("`")] = value.strip("`")
    return out


class Faults(unittest.TestCase):
    def faults(self, found):
        try:
            config.complete(found)
        except config.ConfigError as e:
            return e.faults
        return []

    def test_each_mistake_is_told_in_words(self):
        lan = {"host": "192.168.1.10"}
        mistakes = (
            ({"wifi": None}, "wifi: must be"), ({"wifi": []}, "wifi: must be"), ({"wifi": "lab"}, "wifi: must be"),
            ({"wifi": ["lab"]}, "must be text"), ({"wifi": {"ssid": 7}}, "must be text"), ({"wifi": {"ssid": ""}}, "1 to 32"),
            ({"wifi": {"ssid": "x" * 33}}, "1 to 32"), ({"wifi": {"ssid": "无线" * 6}}, "1 to 32"),
            ({"wifi": {"ssid": "lab", "password": "short"}}, "8 to 63"), ({"wifi": {"ssid": "lab", "password": 12345678}}, "must be text"),
            ({"wifi": {"ssid": config.PLACEHOLDER, "password": "ITS PASSWORD"}}, "put the name"),
            ({"use": []}, "use: must name"), ({"use": ""}, "use: must name"), ({"use": ["wan"]}, 'no endpoint "wan"'), ({"use": [1]}, "list of texts"), ({"use": {}}, "use: must name"),
            ({"lan": "192.168.1.10"}, "lan: must be"), ({"lan": {"hsot": "x"}}, '"hsot" is not a setting'),
            ({"lan": {"host": ""}}, "lan: host"), ({"lan": {"host": "x", "port": 0}}, "port must be"), ({"lan": {"port": "6002"}}, "port must be"),
            ({"product_id": ""}, "product_id is missing"), ({"product_id": ["x"]}, "product_id must be text"),
            ({"auth_info": ""}, "auth_info is missing"), ({"device_id": ""}, "device_id is missing"), ({"device_id": True}, "must be text"),
            ({"use": ["cloud"], "cloud": {"host": "x", "auth_info": ""}}, "cloud: auth_info is missing"),
            ({"topic": "led/#"}, "wildcards"), ({"also": ["$creq/+"]}, "wildcards"), ({"topic": None}, "must be text"), ({"also": [1]}, "also: must be"),
            ({"led_pin": "2"}, "led_pin: must be a whole number"), ({"led_pin": 2.5}, "whole"), ({"led_pin": 99}, "between 0 and 48"),
            ({"keepalive_s": 0}, "between 1 and"), ({"report_s": None}, "must be a number"), ({"report_s": 0}, "between"), ({"tries": True}, "whole"),
            ({"watchdog_s": 29}, "three times"), ({"keep": 100000}, "between 1 and 500"), ({"ntp": 5}, "ntp: must be"),
            ({"reports_s": 5}, '"reports_s" is not a setting'), ({"lan": lan, "Lan": lan}, '"Lan" is not'),
        )  # fmt: skip
        for change, says in mistakes:
            found = self.faults(with_(**change))
            self.assertTrue(len(found) == 1 and says in found[0], "%s: %s" % (change, found))

    def test_the_limits_themselves_are_allowed(self):
        for name, (_, least, most) in config.NUMBERS.items():
            for value in least, most:
                found = self.faults(
                    with_(**{name: value, "timeout_s": 0.1 if name == "watchdog_s" else config.NUMBERS["timeout_s"][0]})
                )
                if name == "timeout_s":
                    found = self.faults(with_(timeout_s=value, watchdog_s=0))
                self.assertEqual(found, [], name)
            for value in least - 1, most + 1:
                self.assertEqual(len(self.faults(with_(**{name: value}))), 1, name)
        self.assertEqual(self.faults(with_(watchdog_s=30)), [])

    def test_all_are_told_at_once(self):
        found = self.faults({"wifi": {"ssid": ""}, "led_pin": "x", "use": ["lan", "wan"], "report": 1})
        self.assertEqual(len(found), 6, found)  # product id and auth info are missing too

    def test_what_is_not_used_may_be_incomplete(self):
        self.assertEqual(self.faults(with_(cloud={"product_id": ""})), [])

    def test_comments_may_stand_in_it(self):
        self.assertEqual(self.faults(with_(_note="desk 3", lan={"host": "auto", "_was": "192.168.1.9"})), [])


class Settings(unittest.TestCase):
    def test_defaults_fill_in_what_is_left_out(self):
        s = config.complete(GOOD)
        self.assertEqual(
            (s["use"], s["lan"]["host"], s["lan"]["port"], s["lan"]["device_id"]), (["lan"], "auto", 6002, "mac")
        )
        self.assertEqual((s["led_pin"], s["report_s"], s["watchdog_s"], s["topic"]), (2, 300, 120, "led"))
        self.assertEqual(s["wifi"], [GOOD["wifi"]])

    def test_the_manuals_defaults_are_the_program_s(self):
        for manual in "/README.md", "/README.zh-CN.md":
            told = defaults(manual)
            for name, (default, _, _) in config.NUMBERS.items():
                self.assertEqual(told.pop(name, None), str(default), name)
            s = config.complete(GOOD)
            for name in "use", "topic", "also", "ntp":
                self.assertEqual(json.loads(told.pop(name)), s[name], name)
            for name in "lan", "cloud":
                for key, value in json.loads(told.pop(name)).items():
                    self.assertEqual(s[name][key], value)
            for name in "wifi", "product_id", "device_id", "auth_info", "register_code":
                self.assertIn(name, told)
                told.pop(name)
            self.assertEqual(told, {})  # no setting in the manual that is not in the program

    def test_an_endpoint_may_have_a_login_of_its_own(self):
        s = config.complete(
            with_(device_id=700123456, use=["lan", "cloud"], cloud={"product_id": 88001, "auth_info": "sn"})
        )
        self.assertEqual(
            (s["lan"]["product_id"], s["lan"]["device_id"], s["lan"]["auth_info"]), ("244754", "700123456", "board-1")
        )
        self.assertEqual(
            (s["cloud"]["product_id"], s["cloud"]["device_id"], s["cloud"]["auth_info"]), ("88001", "700123456", "sn")
        )
        self.assertEqual((s["cloud"]["host"], s["cloud"]["api_host"]), ("183.230.40.39", "api.heclouds.com"))

    def test_a_register_code_does_for_id_and_auth_info(self):
        s = config.complete(with_(auth_info="", device_id="", register_code="Lamp4TestCode001"))
        self.assertEqual(s["lan"]["register_code"], "Lamp4TestCode001")

    def test_the_defaults_are_not_changed_by_use(self):
        config.complete(with_(lan={"host": "192.168.1.10"}))["lan"]["port"] = 1
        self.assertEqual(config.complete(GOOD)["lan"]["host"], "auto")
        self.assertEqual(config.complete(GOOD)["lan"]["port"], 6002)

    def test_an_open_network_has_no_password(self):
        self.assertEqual(len(config.complete(with_(wifi=[{"ssid": "open"}, {"ssid": "b", "password": ""}]))["wifi"]), 2)


class Files(unittest.TestCase):
    def told(self, raw):
        with self.assertRaises(config.ConfigError) as caught:
            config.parse(raw)
        return caught.exception.faults[0]

    def test_the_line_that_is_not_json_is_named(self):
        good = json.dumps(GOOD).encode()
        self.assertIn("line 1", self.told(b""))
        self.assertIn("line 3", self.told(b'{"a": 1,\n "b": 2,\n "c": x\n}'))
        self.assertIn("line 2", self.told(b"{\n'a': 1}"))
        self.assertIn("not JSON", self.told(good[:-1]))
        self.assertIn("not JSON", self.told(good + b"}"))

    def test_what_editors_do_to_text_is_told(self):
        self.assertEqual(config.parse(b"\xef\xbb\xbf{}"), {})
        self.assertIn("UTF-8", self.told(b"\xff\xfe{\x00}\x00"))
        self.assertIn("one object", self.told(b"[]"))
        self.assertIn("longer than", self.told(b" " * (config.LARGEST + 1)))

    def test_a_missing_file_is_told(self):
        with self.assertRaises(config.ConfigError) as caught:
            config.load("/nowhere.json")
        self.assertIn("is not on the board", caught.exception.faults[0])

    def test_the_example_and_the_doctor_s_lack_nothing_but_the_wifi(self):
        for path in "/config.example.json", "/vectors/board.json":
            with self.assertRaises(config.ConfigError) as caught:
                config.load(path)
            self.assertEqual(len(caught.exception.faults), 1, caught.exception.faults)
            self.assertIn("put the name", caught.exception.faults[0])
