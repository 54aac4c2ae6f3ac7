"""config.json: what it may hold, what stands for what it leaves out, and what is wrong with it.

All faults are told at once and in words, because each trip to the board costs a minute.
"""

import io
import json

NUMBERS = {  # default, least, most
    "led_pin": (2, 0, 48),
    "led_on": (1, 0, 1),  # the level that lights it
    "keepalive_s": (60, 1, 1200),
    "report_s": (300, 0.1, 86400),
    "timeout_s": (10, 0.1, 30),  # one connect, one write, one answer
    "tries": (3, 1, 100),  # on one endpoint, before the next
    "recheck_s": (600, 0.1, 86400),  # how often to look for the first choice from another
    "backoff_s": (60, 0.1, 3600),  # the longest wait between two tries
    "watchdog_s": (120, 0, 3600),  # 0 is off
    "keep": (60, 1, 500),  # points kept while nobody takes them
}
WHOLE = ("led_pin", "led_on", "keepalive_s", "tries", "keep")
OTHERS = {
    "wifi": [],
    "use": ["lan"],  # endpoints, the first choice first
    "topic": "led",
    "also": [],  # more topics that take the same commands
    "ntp": ["ntp.aliyun.com", "pool.ntp.org"],
}
LOGIN = {"product_id": "", "device_id": "mac", "auth_info": "", "register_code": ""}
ENDPOINTS = {
    "lan": {"host": "auto", "port": 6002, "api_host": "", "api_port": 8080},
    "cloud": {"host": "183.230.40.39", "port": 6002, "api_host": "api.heclouds.com", "api_port": 80},
}
PLACEHOLDER = "NAME OF YOUR WI-FI"  # as onelan doctor --board and the example spell it
LARGEST = 8192  # bytes of config.json


class ConfigError(Exception):
    """What is wrong with the settings, a sentence each."""

    def __init__(self, faults):
        super().__init__("; ".join(faults))
        self.faults = faults


def load(path="config.json"):
    """The settings, complete, or ConfigError."""
    try:
        with open(path, "rb") as f:
            raw = f.read(LARGEST + 1)
    except OSError:
        raise ConfigError([path + " is not on the board: copy config.example.json, edit it, and copy it there"])
    return complete(parse(raw, path))


def parse(raw, path="config.json"):
    """The object in the file, or ConfigError with the line that is not JSON."""
    if len(raw) > LARGEST:
        raise ConfigError(["%s is longer than %d bytes" % (path, LARGEST)])
    if raw[:3] == b"\xef\xbb\xbf":
        raw = raw[3:]  # Windows editors put it there
    try:
        text = raw.decode()
    except UnicodeError:
        raise ConfigError([path + " is not UTF-8 text (PowerShell's > writes UTF-16): save it as UTF-8"])
    stream = io.StringIO(text)
    try:
        found = json.load(stream)
    except ValueError:
        line = 1 + text[: max(0, stream.seek(0, 1) - 1)].count("\n")
        raise ConfigError(["%s is not JSON: look at line %d, or the end of the one before" % (path, line)])
    if not isinstance(found, dict):
        raise ConfigError([path + " must be one object: { ... }"])
    return found


def complete(found):
    """The settings with defaults filled in, or ConfigError with all that is wrong."""
    faults = []
    out = {}
    for name in OTHERS:
        out[name] = found.get(name, OTHERS[name])
    _numbers(found, out, faults)
    out["wifi"] = _networks(out["wifi"], faults)
    for name in ("also", "ntp"):
        out[name] = _texts(name, out[name], faults)
    out["topic"] = _text("topic:", out["topic"], faults)
    for topic in [out["topic"]] + out["also"]:
        if "+" in topic or "#" in topic or topic.startswith("$"):
            faults.append("topic: %s: OneNET knows no wildcards, and sends commands ($creq) unasked" % topic)
    out["use"] = _use(found, out, faults)
    _unknown(found, out, faults)
    if faults:
        raise ConfigError(faults)
    return out


def _numbers(found, out, faults):
    for name, (default, least, most) in NUMBERS.items():
        value = out[name] = found.get(name, default)
        whole = name in WHOLE
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            faults.append("%s: must be a %snumber" % (name, "whole " if whole else ""))
        elif not least <= value <= most:
            faults.append("%s: must be between %s and %s" % (name, least, most))
    if not faults and 0 < out["watchdog_s"] < 3 * out["timeout_s"]:
        faults.append("watchdog_s: must be 0 (off), or at least three times timeout_s: an honest wait is that long")


def _networks(value, faults):
    nets = [value] if isinstance(value, dict) else value
    if not isinstance(nets, list) or not nets:
        faults.append('wifi: must be {"ssid": ..., "password": ...}, or a list of these')
        return []
    for net in nets:
        if (
            not isinstance(net, dict)
            or not isinstance(net.get("ssid"), str)
            or not isinstance(net.get("password", ""), str)
        ):
            faults.append("wifi: ssid and password must be text")
        elif net["ssid"] == PLACEHOLDER:
            faults.append("wifi: put the name and the password of your network in")
        elif not 1 <= len(net["ssid"].encode()) <= 32:
            faults.append("wifi: a network's name has 1 to 32 bytes")
        elif 0 < len(net.get("password", "")) < 8 or len(net.get("password", "")) > 64:
            faults.append('wifi: %s: a password has 8 to 63 characters; "" is a network without one' % net["ssid"])
    return nets


def _texts(name, value, faults):
    if isinstance(value, str):
        value = [value] if value else []
    if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
        faults.append(name + ": must be a list of texts")
        return []
    return value


def _use(found, out, faults):
    names = _texts("use", out["use"] or [""], faults)
    if names == [""]:
        faults.append('use: must name an endpoint, as ["lan"] does')
        names = []
    for name in ("lan", "cloud"):
        out[name] = _endpoint(name, found, name in names, faults)
    for name in names:
        if name not in ENDPOINTS:
            faults.append('use: there is no endpoint "%s", only lan and cloud' % name)
    return names


def _endpoint(name, found, used, faults):
    """One endpoint with its login: its own members, else those of the file, else the defaults."""
    given = found.get(name, {})
    if not isinstance(given, dict):
        faults.append(name + ': must be {"host": ..., "port": ...}')
        given = {}
    out = dict(ENDPOINTS[name])
    for key in LOGIN:
        out[key] = found.get(key, LOGIN[key])
    for key in given:
        if key in out:
            out[key] = given[key]
        elif not key.startswith("_"):
            faults.append('%s: "%s" is not a setting' % (name, key))
    if used:
        for key in ("port", "api_port"):
            if not isinstance(out[key], int) or not 1 <= out[key] <= 65535:
                faults.append("%s: %s must be a number from 1 to 65535" % (name, key))
        for key in ("host", "api_host", "product_id", "device_id", "auth_info", "register_code"):
            out[key] = _text("%s: %s" % (name, key), out[key], faults)
        _login(name, out, faults)
    return out


def _text(name, value, faults):
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # "device_id": 700123456 means the same
    if not isinstance(value, str):
        faults.append(name + " must be text")
        return "?"  # so that it is not missing too
    return value


def _login(name, out, faults):
    if not out["host"]:
        faults.append(name + ': host must be an address, a name, or "auto"')
    if not out["product_id"]:
        faults.append(name + ": product_id is missing: it is the MQTT user name")
    if out["register_code"]:
        return
    if not out["device_id"]:
        faults.append(name + ': device_id is missing: put the id in, or "mac"')
    if not out["auth_info"]:
        faults.append(name + ": auth_info is missing: it is the MQTT password (or give a register_code)")


def _unknown(found, out, faults):
    for name in found:
        if name not in out and name not in LOGIN and not name.startswith("_"):
            faults.append('"%s" is not a setting' % name)
