package rig_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/rig"
)

func TestPacketsHaveTheBytesOfTheStandard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		got, want []byte
	}{
		{
			"CONNECT of a clean session",
			rig.Login{Device: "d", Product: "p", Secret: "s", Keepalive: 300}.Packet(),
			[]byte("\x10\x13\x00\x04MQTT\x04\xc2\x01\x2c\x00\x01d\x00\x01p\x00\x01s"),
		},
		{
			"CONNECT of a kept session",
			rig.Login{Device: "d", Product: "p", Secret: "s", Keep: true}.Packet(),
			[]byte("\x10\x13\x00\x04MQTT\x04\xc0\x00\x00\x00\x01d\x00\x01p\x00\x01s"),
		},
		{"PUBLISH at QoS 0", rig.Message{Topic: "a", Payload: []byte("x")}.Packet(), []byte("\x30\x04\x00\x01ax")},
		{
			"retained PUBLISH at QoS 1",
			rig.Message{Topic: "a", Payload: []byte("x"), QoS: 1, Retain: true, ID: 258}.Packet(),
			[]byte("\x33\x06\x00\x01a\x01\x02x"),
		},
		{"SUBSCRIBE", rig.Subscribe(7, "a", 1), []byte("\x82\x06\x00\x07\x00\x01a\x01")},
		{"PUBACK", rig.Ack(rig.Puback, 513), []byte{0x40, 2, 2, 1}},
	} {
		if d := cmp.Diff(c.want, c.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestCutTakesOnlyWholePackets(t *testing.T) {
	t.Parallel()
	long := rig.Message{Topic: "led", Payload: bytes.Repeat([]byte("x"), 300), QoS: 1, ID: 9}
	stream := append(rig.Ack(rig.Puback, 1), long.Packet()...)
	head, body, rest, ok := rig.Cut(stream)
	if !ok || head != rig.Puback || !bytes.Equal(body, []byte{0, 1}) {
		t.Fatalf("first packet: % X % X, %t", head, body, ok)
	}
	for n := range len(rest) {
		if _, _, left, ok := rig.Cut(rest[:n]); ok || len(left) != n {
			t.Fatalf("%d of %d bytes make a packet", n, len(rest))
		}
	}
	head, body, rest, ok = rig.Cut(rest)
	if !ok || len(rest) != 0 {
		t.Fatalf("second packet: %t, %d bytes left", ok, len(rest))
	}
	got, ok := rig.Parse(head, body)
	if d := cmp.Diff(long, got); !ok || d != "" {
		t.Errorf("read back, %t (-want +got):\n%s", ok, d)
	}
}
