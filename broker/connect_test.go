package broker_test

import (
	"fmt"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// Reference, section 1.1: who breaks the protocol is cut off without a CONNACK.
func TestConnectThatBreaksTheProtocolIsClosedWithoutConnack(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	id, pid, auth := string(d.ID), string(d.Product), string(d.AuthInfo)
	good := connectPacket(clean, 60, d)
	for _, c := range []struct {
		name   string
		packet []byte
		cause  onenet.Cause
	}{
		{"protocol name in lower case", hello{"mqtt", 4, clean, 60, []string{id, pid, auth}}.packet(), onenet.ConnectName},
		{"protocol name of another protocol", hello{"HTTP", 4, clean, 60, []string{id, pid, auth}}.packet(), onenet.ConnectName},
		{"protocol name empty", hello{"", 4, clean, 60, []string{id, pid, auth}}.packet(), onenet.ConnectName},
		{"reserved flag set", helloOf(d, clean|1, 60).packet(), onenet.ConnectReserved},
		{"no user name and no password", hello{"MQTT", 4, 0x02, 60, []string{id}}.packet(), onenet.ConnectAnonymous},
		{"user name without password", hello{"MQTT", 4, 0x82, 60, []string{id, pid}}.packet(), onenet.ConnectNoPassword},
		{"password without user name", hello{"MQTT", 4, 0x42, 60, []string{id, auth}}.packet(), onenet.ConnectNoUser},
		{"will QoS without will", helloOf(d, clean|0x08, 60).packet(), onenet.ConnectWillFlags},
		{"will retain without will", helloOf(d, clean|0x20, 60).packet(), onenet.ConnectWillFlags},
		{"will QoS 3", hello{"MQTT", 4, 0xDE, 60, []string{id, "lwt", "off", pid, auth}}.packet(), onenet.ConnectWillQoS},
		{"will on a wildcard", hello{"MQTT", 4, 0xC6, 60, []string{id, "lwt/#", "off", pid, auth}}.packet(), onenet.ConnectWillTopic},
		{"will on an empty topic", hello{"MQTT", 4, 0xC6, 60, []string{id, "", "off", pid, auth}}.packet(), onenet.ConnectWillTopic},
		{"client id that is not UTF-8", hello{"MQTT", 4, clean, 60, []string{"\xff\xfe", pid, auth}}.packet(), onenet.ConnectNotUTF8},
		{"user name with a NUL", hello{"MQTT", 4, clean, 60, []string{id, pid + "\x00", auth}}.packet(), onenet.ConnectNotUTF8},
		{"header flags set", append([]byte{0x12}, good[1:]...), onenet.ConnectMalformed},
		{"no body", []byte{0x10, 0}, onenet.ConnectMalformed},
		{"cut in the middle of a field", packet(0x10, good[2:len(good)-3]), onenet.ConnectMalformed},
		{"bytes behind the last field", packet(0x10, good[2:], []byte{0}), onenet.ConnectMalformed},
		{"remaining length of five bytes", mustHex(t, "10 80 80 80 80 01"), onenet.LinkMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := srv.Platform().Journal().Last()
			r := dial(t, srv)
			r.send(c.packet)
			r.wantClosed()
			srv.WaitAfter(t, before, onenettest.Refused(c.cause))
		})
	}
}

// Reference, section 1.3: rc 1 in the form of 3.1.1, which both generations can read.
func TestOtherProtocolLevelsAreRefusedWithCode1(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	id, pid, auth := string(d.ID), string(d.Product), string(d.AuthInfo)
	v5 := packet(0x10, text("MQTT"), []byte{5, clean, 0, 60}, []byte{5, 0x11, 0, 0, 0, 10}, text(id), text(pid), text(auth))
	for _, c := range []struct {
		name   string
		packet []byte
		cause  onenet.Cause
	}{
		{"MQTT 3.1", hello{"MQIsdp", 3, clean, 60, []string{id, pid, auth}}.packet(), onenet.ConnectLevel3},
		{"MQTT 3.1 with the marks of a bridge", hello{"MQIsdp", 0x83, clean, 60, []string{id, pid, auth}}.packet(), onenet.ConnectLevel3},
		{"level 4 under the name of 3.1", hello{"MQIsdp", 4, clean, 60, []string{id, pid, auth}}.packet(), onenet.ConnectLevel3},
		{"MQTT 5 with properties", v5, onenet.ConnectLevel5},
		{"level 0", hello{"MQTT", 0, clean, 60, []string{id, pid, auth}}.packet(), onenet.ConnectLevel},
		{"level 6", hello{"MQTT", 6, clean, 60, []string{id, pid, auth}}.packet(), onenet.ConnectLevel},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := srv.Platform().Journal().Last()
			r := dial(t, srv)
			r.send(c.packet)
			r.wantHex("20 02 00 01")
			r.wantClosed()
			srv.WaitAfter(t, before, onenettest.Refused(c.cause))
		})
	}
}

func TestSwitchLevelNot4CloseAnswersNothing(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.LevelNot4 = onenet.LevelClose }))
	d := srv.Device(t)
	for _, level := range []byte{3, 5} {
		h := helloOf(d, clean, 60)
		h.level = level
		if level == 5 {
			h.fields[0] = "" // the length byte of no properties, then an empty client id: enough for a refusal
		}
		c := dial(t, srv)
		c.send(h.packet())
		c.wantClosed()
	}
}

// Reference, section 1.1: papers and FAQ contradict each other, and all of these occur.
func TestEveryKeepaliveIsAccepted(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	for _, keepalive := range []uint16{0, 1, 10, 15, 30, 60, 120, 256, 1200, 1201, 43690, 43691, 65535} {
		t.Run(fmt.Sprint(keepalive), func(t *testing.T) {
			c := dial(t, srv)
			c.send(connectPacket(clean, keepalive, srv.Device(t)))
			c.wantHex("20 02 00 00")
			c.wantSilence()
		})
	}
}

// The worked examples of the reference, section 1.3, byte for byte.
func TestExamplesOfTheReferenceLogIn(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	srv.AddDevice(t, onenet.Device{Product: "88001", ID: "700123456", AuthInfo: "dev-sn-0001"})
	c := dial(t, srv)
	c.sendHex("10 29 00 04 4D 51 54 54 04 C2 00 78 00 09 37 30 30 31 32 33 34 35 36 " +
		"00 05 38 38 30 30 31 00 0B 64 65 76 2D 73 6E 2D 30 30 30 31")
	c.wantHex("20 02 00 00")
	srv.AddDevice(t, onenet.Device{Product: "88001", ID: "700123457", AuthInfo: "k"})
	c = dial(t, srv)
	c.sendHex("10 29 00 04 4D 51 54 54 04 CE 00 78 00 09 37 30 30 31 32 33 34 35 37 " +
		"00 03 6C 77 74 00 03 6F 66 66 00 05 38 38 30 30 31 00 01 6B")
	c.wantHex("20 02 00 00")
}

// umqtt.simple of MicroPython writes CONNECT in eight pieces, each a segment of its own.
func TestConnectInTheEightWritesOfUmqttLogsIn(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	p := connectPacket(clean, 0, d)
	id, user, pass := text(string(d.ID)), text(string(d.Product)), text(string(d.AuthInfo))
	c := dial(t, srv)
	c.send(p[:2])
	c.send(p[2:12])
	for _, field := range [][]byte{id, user, pass} {
		c.send(field[:2])
		c.send(field[2:])
	}
	c.wantHex("20 02 00 00")
	c.wantSilence()
}

func TestConnectByteByByteLogsIn(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := dial(t, srv)
	for _, b := range connectPacket(clean, 60, d) {
		c.send([]byte{b})
	}
	c.wantHex("20 02 00 00")
	for _, b := range subscribePacket(1, 1, "a/b") {
		c.send([]byte{b})
	}
	c.wantHex("90 03 00 01 01")
}

func TestWholeConversationInOneSegmentIsAnsweredInOrder(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := dial(t, srv)
	c.send(connectPacket(clean, 60, d), subscribePacket(1, 1, "room1"), publishPacket("room1", []byte("hi"), 0, 0),
		dpPacket(`{"t":1}`, 1, 10), unsubscribePacket(2, "room1"), []byte{0xC0, 0})
	got := map[byte]bool{}
	var order []byte
	for range 6 {
		p, err := c.next()
		if err != nil {
			t.Fatalf("after % X: %v", order, err)
		}
		got[p[0]], order = true, append(order, p[0])
	}
	for _, want := range []byte{0x20, 0x90, 0x30, 0x40, 0xB0, 0xD0} {
		if !got[want] {
			t.Errorf("no packet %02X came: % X", want, order)
		}
	}
	if order[0] != 0x20 || order[1] != 0x90 {
		t.Errorf("the answers are % X", order)
	}
	c.bye(srv, d)
}

func TestSecondConnectOnAConnectionClosesIt(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	c.send(connectPacket(clean, 60, d))
	c.wantClosed()
	srv.Wait(t, onenettest.Refused(onenet.ConnectSecond))
}

// Reference, section 1.4: DISCONNECT is a clean end; illegal bytes get a device cut off.
func TestIllegalPacketsAfterTheLoginCloseTheConnection(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	for _, c := range []struct {
		name, packet string
		cause        onenet.Cause
	}{
		{"PINGREQ with a body", "C0 01 00", onenet.LinkMalformed},
		{"PINGREQ with flags", "C1 00", onenet.LinkMalformed},
		{"PUBACK with three bytes", "40 03 00 01 00", onenet.LinkMalformed},
		{"PUBACK with one byte", "40 01 00", onenet.LinkMalformed},
		{"PUBREL with other flags", "64 02 00 01", onenet.LinkMalformed},
		{"packet type 0", "00 00", onenet.LinkBadType},
		{"packet type 15", "F0 00", onenet.LinkBadType},
		{"a packet that only servers send: CONNACK", "20 02 00 00", onenet.LinkBadType},
		{"a packet that only servers send: SUBACK", "90 03 00 01 00", onenet.LinkBadType},
		{"a packet that only servers send: UNSUBACK", "B0 02 00 01", onenet.LinkBadType},
		{"a packet that only servers send: PINGRESP", "D0 00", onenet.LinkBadType},
		{"remaining length of five bytes", "30 80 80 80 80 01", onenet.LinkMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := srv.Platform().Journal().Last()
			r := login(t, srv, d, clean, 0)
			r.sendHex(c.packet)
			r.wantClosed()
			srv.WaitAfter(t, before, onenettest.Refused(c.cause))
		})
	}
}
