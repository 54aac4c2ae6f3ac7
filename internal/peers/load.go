package main

import (
	"bytes"
	"fmt"

	"github.com/onelan/onelan/internal/rig"
)

// payloadSize is the size of every message's payload, in bytes.
const payloadSize = 256

// load is what the clients of one measurement do.
type load struct {
	name   string
	groups int // each has one publisher and a topic of its own
	subs   int // subscribers of each group; none for data
	qos    byte
	window int  // messages that a publisher sends ahead
	data   bool // to $dp, as one data point each
}

// The windows keep the number of messages under way alike, and below what any of
// the brokers limits by default: onelan and OneNET send a device 100 unacknowledged messages.
func topicLoads() []load {
	var list []load
	for _, shape := range []load{
		{name: "1:1", groups: 1, subs: 1, window: 100},
		{name: "50:50", groups: 50, subs: 1, window: 10},
		{name: "1:50", groups: 1, subs: 50, window: 50},
	} {
		for qos := range byte(2) {
			l := shape
			l.name, l.qos = fmt.Sprintf("%s QoS %d", shape.name, qos), qos
			list = append(list, l)
		}
	}
	return list
}

// dataLoads come in pairs: what devices upload, and the same devices' messages merely passed on.
func dataLoads() []load {
	return []load{
		{name: "$dp 1 device", groups: 1, qos: 1, window: 100, data: true},
		{name: "1:1 QoS 1", groups: 1, subs: 1, qos: 1, window: 100},
		{name: "$dp 50 devices", groups: 50, qos: 1, window: 10, data: true},
		{name: "50:50 QoS 1", groups: 50, subs: 1, qos: 1, window: 10},
	}
}

func findLoad(name string) (load, error) {
	var names []string
	for _, l := range append(topicLoads(), dataLoads()...) {
		if l.name == name {
			return l, nil
		}
		names = append(names, l.name)
	}
	return load{}, fmt.Errorf("no load %q; there are %q", name, names)
}

func (l load) topic(group int) string {
	if l.data {
		return "$dp"
	}
	return fmt.Sprintf("bench/%02d", group)
}

// payload is one value of text, as a $dp message of type 3; topics carry the same bytes.
func payload() []byte {
	const head = "\x03\x00\xfd" + `{"reading":"`
	const foot = `"}`
	p := append([]byte(head), bytes.Repeat([]byte("x"), payloadSize-len(head)-len(foot))...)
	return append(p, foot...)
}

// packets are the publisher's messages, encoded one behind the other; each has its
// own packet id, and after the last the first is sent again.
func (l load) packets(group int) (ring []byte, slots int) {
	slots = 2 * l.window
	for i := range slots {
		m := rig.Message{Topic: l.topic(group), Payload: payload(), QoS: l.qos, ID: uint16(i + 1)}
		ring = append(ring, m.Packet()...)
	}
	return ring, slots
}
