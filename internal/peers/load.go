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
	window int  // messages that a publisher has under way
	data   bool // to $dp, as one data point each
}

// topicLoads have windows that keep the number of messages under way alike, and below what
// any of the brokers limits by default: onelan sends a device 100 unacknowledged messages.
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

// dataLoads come in pairs: what devices upload, and the same devices' messages merely
// passed on. Storing waits for the disk, so how far a device sends ahead counts much
// more than it does for topics: there are pairs with a small and with a large window.
func dataLoads() []load {
	var list []load
	for _, shape := range []load{
		{name: "1 device", groups: 1, qos: 1, window: 100},
		{name: "1 device", groups: 1, qos: 1, window: 1000},
		{name: "50 devices", groups: 50, qos: 1, window: 10},
		{name: "50 devices", groups: 50, qos: 1, window: 100},
	} {
		store, pass := shape, shape
		store.name, store.data = fmt.Sprintf("$dp %s, window %d", shape.name, shape.window), true
		pass.name, pass.subs = fmt.Sprintf("topic %s, window %d", shape.name, shape.window), 1
		list = append(list, store, pass)
	}
	return list
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

// flow is what the publisher of one group sends.
func (l load) flow(group int) rig.Flow {
	topic := "$dp"
	if !l.data {
		topic = fmt.Sprintf("bench/%02d", group)
	}
	return rig.Flow{Topic: topic, Payload: payload(), QoS: l.qos, Window: l.window, Subscribers: l.subs}
}

// payload is one value of text, as a $dp message of type 3; topics carry the same bytes.
func payload() []byte {
	const head = "\x03\x00\xfd" + `{"reading":"`
	const foot = `"}`
	p := append([]byte(head), bytes.Repeat([]byte("x"), payloadSize-len(head)-len(foot))...)
	return append(p, foot...)
}
