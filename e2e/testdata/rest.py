"""What an application does with OneNET's REST API, by way of requests: the types that SDKs rely on.

Called with the base URL, the product's register code and a master key; any failure ends it with a traceback.
"""

import json
import re
import sys

import requests

BASE, CODE, MASTER = sys.argv[1:4]
SECONDS = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
MILLIS = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$")

session = requests.Session()
session.trust_env = False
session.headers["api-key"] = MASTER


def call(method, path, errno=0, **more):
    answer = session.request(method, BASE + path, timeout=10, **more)
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    assert "chunked" not in answer.headers.get("Transfer-Encoding", ""), path
    assert int(answer.headers["Content-Length"]) == len(answer.content), path
    body = answer.json()
    assert body["errno"] == errno, (method, path, answer.text)
    return body.get("data")


def same(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def devices():
    made = call("POST", "/devices", json={
        "title": "灯 1", "protocol": "MQTT", "desc": "d", "tags": ["lab", "blue"], "auth_info": "py-sn-1",
        "location": {"lon": 106.5, "lat": 29.5}, "private": True, "other": {"room": 3},
    })
    dev = made["device_id"]
    assert isinstance(dev, str) and dev.isdigit(), made
    one = call("GET", f"/devices/{dev}")
    same((one["id"], one["title"], one["auth_info"], one["online"], one["private"]), (dev, "灯 1", "py-sn-1", False, True))
    same((one["protocol"], one["tags"], one["location"]), ("MQTT", ["lab", "blue"], {"lat": 29.5, "lon": 106.5}))
    assert SECONDS.match(one["create_time"]), one
    call("PUT", f"/devices/{dev}", json={"title": "lamp"})
    same(call("GET", f"/devices/{dev}")["title"], "lamp")
    same(call("GET", f"/devices/{dev}")["tags"], ["lab", "blue"])  # what was not named stays
    page = call("GET", "/devices", params={"key_words": "lam", "tag": "lab", "online": "false", "page": 1, "per_page": 10})
    same((page["page"], page["per_page"], page["total_count"], [d["id"] for d in page["devices"]]), (1, 10, 1, [dev]))
    status = call("GET", "/devices/status", params={"devIds": dev})
    same(status, {"devices": [{"title": "lamp", "online": False, "id": dev}], "total_count": 1})
    call("POST", "/devices", errno=12, json={"title": "again", "auth_info": "py-sn-1"})
    call("POST", "/devices", errno=7, json={"desc": "no title"})
    call("POST", "/devices", errno=4, data="{title:1}")
    call("GET", "/devices/1", errno=8)
    return dev


def streams_and_points(dev):
    made = call("POST", f"/devices/{dev}/datastreams", json={"id": "t", "unit": "celsius", "unit_symbol": "C", "tags": ["x"]})
    assert re.match(r"^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-", made["ds_uuid"]), made
    call("POST", f"/devices/{dev}/datastreams", errno=11, json={"id": "t"})
    call("POST", f"/devices/{dev}/datapoints", json={"datastreams": [
        {"id": "t", "datapoints": [{"at": "2018-06-01T08:00:00", "value": 25.5}, {"at": "2018-06-01T08:00:05", "value": "on"}]},
        {"id": "h", "datapoints": [{"value": {"x": [1, None, True]}}]},
    ]})
    call("POST", f"/devices/{dev}/datapoints?type=3", data=json.dumps({"n": 1}), headers={"Content-Type": "text/plain"})
    call("POST", f"/devices/{dev}/datapoints?type=4", data=json.dumps({"n": {"2018-06-01T08:00:00": 2}}))
    call("POST", f"/devices/{dev}/datapoints?type=5", data=",;n,2018-06-01 08:00:01,3;n,4")
    t = call("GET", f"/devices/{dev}/datastreams/t")
    same((t["id"], t["update_at"], t["current_value"], t["unit"]), ("t", "2018-06-01 08:00:05", "on", "celsius"))
    same([s["id"] for s in call("GET", f"/devices/{dev}/datastreams", params={"datastream_ids": "h,t"})], ["h", "t"])
    page = call("GET", f"/devices/{dev}/datapoints", params={"datastream_id": "t", "start": "2018-06-01T08:00:00", "limit": 1})
    same((page["count"], page["datastreams"]), (1, [{"datapoints": [{"at": "2018-06-01 08:00:00.000", "value": 25.5}], "id": "t"}]))
    rest = call("GET", f"/devices/{dev}/datapoints", params={
        "datastream_id": "t", "start": "2018-06-01T08:00:00", "limit": 1, "cursor": page["cursor"]})
    same((rest["count"], rest["datastreams"][0]["datapoints"][0]["value"], "cursor" in rest), (1, "on", False))
    assert MILLIS.match(rest["datastreams"][0]["datapoints"][0]["at"]), rest
    latest = call("GET", "/devices/datapoints", params={"devIds": dev})["devices"]
    same([(d["id"], sorted(s["id"] for s in d["datastreams"])) for d in latest], [(dev, ["h", "n", "t"])])
    call("DELETE", f"/devices/{dev}/datastreams/h")
    call("GET", f"/devices/{dev}/datastreams/h", errno=8)


def files(dev):
    for how in ({"data": b"\xff\xd8\x00\xff"}, {"files": {"file": ("a.jpg", b"\xff\xd8\x00\xff")}}):
        index = call("POST", "/bindata", params={"device_id": dev, "datastream_id": "t", "desc": "a"}, **how)["index"]
        assert index.startswith(dev + "_") and index.endswith("_t"), index
        answer = session.get(f"{BASE}/bindata/{index}", timeout=10)
        same((answer.status_code, answer.content), (200, b"\xff\xd8\x00\xff"))
    call("POST", "/bindata", errno=5, params={"device_id": dev, "datastream_id": "t"}, data=b"x" * (800 * 1024 + 1))


def keys(dev):
    key = call("POST", "/keys", json={"title": "k", "permissions": [
        {"access_methods": ["get"], "resources": [{"dev_id": dev}]}]})["key"]
    same(len(key), 28)
    listed = call("GET", "/keys", params={"device_id": dev})
    same([k["key"] for k in listed["keys"]], [key])
    reader = {"headers": {"api-key": key}}
    call("GET", f"/devices/{dev}", **reader)
    call("PUT", f"/devices/{dev}", errno=3, json={"title": "x"}, **reader)
    call("GET", "/devices", errno=3, **reader)
    call("DELETE", f"/keys/{key}")
    call("GET", f"/devices/{dev}", errno=3, **reader)


def triggers(dev):
    number = call("POST", "/triggers", json={
        "title": "hot", "ds_id": "t", "dev_ids": [dev], "url": "http://127.0.0.1:9/hook", "type": ">", "threshold": 30})["trigger_id"]
    assert isinstance(number, int), number
    one = call("GET", f"/triggers/{number}")
    same((one["id"], one["title"], one["type"], one["threshold"], one["ds_id"]), (number, "hot", ">", 30, "t"))
    call("PUT", f"/triggers/{number}", json={"title": "hotter", "threshold": 40})
    same(call("GET", "/triggers", params={"title": "hotter"})["total_count"], 1)
    call("DELETE", f"/triggers/{number}")
    call("GET", f"/triggers/{number}", errno=8)


def topics(dev):
    call("POST", "/mqtt/topic", json={"name": "py/room1"})
    call("POST", "/mqtt/topic", errno=12, json={"name": "py/room1"})
    assert "py/room1" in call("GET", "/mqtt/topic")
    call("POST", "/mqtt", params={"topic": "py/room1"}, data="hello")
    same(call("GET", "/mqtt/topic_device", params={"topic": "py/room1"}), {"per_page": 30, "devices": [], "total_count": 0, "page": 1})
    same(call("GET", f"/mqtt/device_topic/{dev}"), [])
    call("DELETE", "/mqtt/topic", params={"name": "py/room1"})
    assert "py/room1" not in call("GET", "/mqtt/topic")


def commands(dev):
    call("POST", "/cmds", errno=10, params={"device_id": dev}, data="on")
    uuid = call("POST", "/cmds", params={"device_id": dev, "timeout": 60, "qos": 1}, data=b"LED=1")["cmd_uuid"]
    same(len(uuid), 36)
    same(call("GET", f"/cmds/{uuid}"), {"status": 1, "desc": "command created"})
    same(session.get(f"{BASE}/cmds/{uuid}/resp", timeout=10).status_code, 220)
    page = call("GET", f"/cmds/history/{dev}", params={"start": "2018-06-01T08:00:00"})
    assert isinstance(page["items"][0]["device_id"], int), page
    assert "4c45443d31" in [i["body"] for i in page["items"]], page


def registration():
    first = requests.post(f"{BASE}/register_de", params={"register_code": CODE}, json={"sn": "py-reg"}, timeout=10)
    assert len(first.content) < 143, first.text
    again = requests.post(f"{BASE}/register_de", params={"register_code": CODE}, json={"sn": "py-reg"}, timeout=10)
    same(first.json()["data"], again.json()["data"])
    wrong = requests.post(f"{BASE}/register_de", params={"register_code": "nonsense"}, json={"sn": "py-reg"}, timeout=10)
    same(wrong.json(), {"errno": 3, "error": "auth failed"})


device = devices()
streams_and_points(device)
files(device)
keys(device)
triggers(device)
topics(device)
commands(device)
registration()
call("DELETE", f"/devices/{device}")
call("GET", f"/devices/{device}", errno=8)
print("done")
