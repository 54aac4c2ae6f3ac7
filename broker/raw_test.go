package broker_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// raw is a client that writes bytes and reads packets, as a microcontroller does.
type raw struct {
	t testing.TB
	net.Conn
}

// The connect flags that clients in the field send (reference, section 1.1).
const (
	clean = 0xC2 // user name, password, clean session
	kept  = 0xC0 // the same with a session that outlives the connection
)

func dial(t testing.TB, srv *onenettest.Server) *raw {
	t.Helper()
	return dialAddr(t, srv.MQTTAddr())
}

func dialAddr(t testing.TB, addr string) *raw {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &raw{t, c}
}

func text(s string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...)
}

func packet(head byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	out := []byte{head}
	n := len(body)
	for n >= 0x80 {
		out = append(out, byte(n)|0x80)
		n >>= 7
	}
	return append(append(out, byte(n)), body...)
}

// hello is a CONNECT that says whatever a test wants it to.
type hello struct {
	name      string
	level     byte
	flags     byte
	keepalive uint16
	fields    []string // client id, will topic and message, user name, password
}

func (h hello) packet() []byte {
	parts := [][]byte{text(h.name), {h.level, h.flags, byte(h.keepalive >> 8), byte(h.keepalive)}}
	for _, f := range h.fields {
		parts = append(parts, text(f))
	}
	return packet(0x10, parts...)
}

// helloOf is the CONNECT of a well-behaved client.
func helloOf(d onenet.Device, flags byte, keepalive uint16) hello {
	return hello{"MQTT", 4, flags, keepalive, []string{string(d.ID), string(d.Product), string(d.AuthInfo)}}
}

// connectPacket is a CONNECT of the device with the flags; 0xC2 is clean, 0xC0 is not.
func connectPacket(flags byte, keepalive uint16, d onenet.Device) []byte {
	return helloOf(d, flags, keepalive).packet()
}

func publishPacket(topic string, payload []byte, qos byte, id uint16) []byte {
	parts := [][]byte{text(topic)}
	if qos > 0 {
		parts = append(parts, []byte{byte(id >> 8), byte(id)})
	}
	return packet(0x30|qos<<1, append(parts, payload)...)
}

// retainPacket is a PUBLISH with the RETAIN flag.
func retainPacket(topic, payload string, qos byte, id uint16) []byte {
	p := publishPacket(topic, []byte(payload), qos, id)
	p[0] |= 1
	return p
}

// dpPacket is a $dp upload of type 3, JSON without times.
func dpPacket(json string, qos byte, id uint16) []byte {
	return publishPacket("$dp", append([]byte{3, byte(len(json) >> 8), byte(len(json))}, json...), qos, id)
}

func subscribePacket(id uint16, qos byte, topics ...string) []byte {
	parts := [][]byte{{byte(id >> 8), byte(id)}}
	for _, topic := range topics {
		parts = append(parts, text(topic), []byte{qos})
	}
	return packet(0x82, parts...)
}

func unsubscribePacket(id uint16, topics ...string) []byte {
	parts := [][]byte{{byte(id >> 8), byte(id)}}
	for _, topic := range topics {
		parts = append(parts, text(topic))
	}
	return packet(0xA2, parts...)
}

// ackPacket is a PUBACK (0x40), PUBREC (0x50), PUBREL (0x62) or PUBCOMP (0x70).
func ackPacket(kind byte, id uint16) []byte { return []byte{kind, 2, byte(id >> 8), byte(id)} }

// login dials and logs the device in; the answer must be CONNACK with session present as given.
func login(t testing.TB, srv *onenettest.Server, d onenet.Device, flags byte, present byte) *raw {
	t.Helper()
	c := dial(t, srv)
	c.send(connectPacket(flags, 60, d))
	c.want([]byte{0x20, 2, present, 0})
	return c
}

func (c *raw) send(p ...[]byte) {
	c.t.Helper()
	if _, err := c.Write(bytes.Join(p, nil)); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

// sendHex writes bytes given as hex with spaces.
func (c *raw) sendHex(s string) {
	c.t.Helper()
	c.send(mustHex(c.t, s))
}

func mustHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// next reads one packet.
func (c *raw) next() ([]byte, error) {
	_ = c.SetReadDeadline(clock.System().Now().Add(onenettest.Patience))
	head := make([]byte, 2, 64)
	if _, err := io.ReadFull(c, head); err != nil {
		return nil, err
	}
	n, shift := int(head[1]&0x7f), 7
	for head[len(head)-1] >= 0x80 {
		var one [1]byte
		if _, err := io.ReadFull(c, one[:]); err != nil {
			return nil, err
		}
		head = append(head, one[0])
		n |= int(one[0]&0x7f) << shift
		shift += 7
	}
	body := make([]byte, n)
	_, err := io.ReadFull(c, body)
	return append(head, body...), err
}

func (c *raw) want(p []byte) {
	c.t.Helper()
	got, err := c.next()
	if err != nil {
		c.t.Fatalf("wanted % X, got error %v", p, err)
	}
	if !bytes.Equal(got, p) {
		c.t.Fatalf("wanted % X\n   got % X", p, got)
	}
}

// wantHex reads one packet, given as hex with spaces.
func (c *raw) wantHex(s string) {
	c.t.Helper()
	c.want(mustHex(c.t, s))
}

// wantMessage reads a PUBLISH without RETAIN and DUP and returns its packet id.
func (c *raw) wantMessage(topic, payload string, qos byte) uint16 {
	c.t.Helper()
	m := c.message()
	want := message{topic: topic, payload: payload, qos: qos, id: m.id}
	if m != want {
		c.t.Fatalf("wanted %+v\n   got %+v", want, m)
	}
	return m.id
}

// message reads a PUBLISH.
func (c *raw) message() message {
	c.t.Helper()
	got, err := c.next()
	if err != nil {
		c.t.Fatalf("wanted a PUBLISH, got error %v", err)
	}
	if got[0]>>4 != 3 {
		c.t.Fatalf("wanted a PUBLISH, got % X", got)
	}
	return parseMessage(got)
}

type message struct {
	topic, payload string
	qos            byte
	id             uint16
	dup, retain    bool
}

func parseMessage(p []byte) message {
	m := message{qos: p[0] >> 1 & 3, dup: p[0]&8 != 0, retain: p[0]&1 != 0}
	b := p[1:]
	for b[0] >= 0x80 {
		b = b[1:]
	}
	b = b[1:]
	n := binary.BigEndian.Uint16(b)
	m.topic, b = string(b[2:2+n]), b[2+n:]
	if m.qos > 0 {
		m.id, b = binary.BigEndian.Uint16(b), b[2:]
	}
	m.payload = string(b)
	return m
}

// wantClosed reads until the peer closes; anything it sends first is a failure.
func (c *raw) wantClosed() {
	c.t.Helper()
	p, err := c.next()
	if err == nil {
		c.t.Fatalf("wanted the connection closed, got % X", p)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Fatal("the connection stays open")
	}
}

// wantSilence pings: the next packet must be the answer to that and nothing else.
func (c *raw) wantSilence() {
	c.t.Helper()
	c.send([]byte{0xC0, 0})
	c.want([]byte{0xD0, 0})
}

// subscribe asks for topics at one QoS, each of which must be granted.
func (c *raw) subscribe(qos byte, topics ...string) {
	c.t.Helper()
	c.send(subscribePacket(20, qos, topics...))
	c.want(packet(0x90, []byte{0, 20}, bytes.Repeat([]byte{qos}, len(topics))))
}

// publish sends a message and goes through its handshake, with packet id 10 as the STM32 kit does.
func (c *raw) publish(topic, payload string, qos byte) {
	c.t.Helper()
	c.handshake(publishPacket(topic, []byte(payload), qos, 10), qos)
}

// handshake sends a PUBLISH with packet id 10 and plays the publisher's part to its end.
func (c *raw) handshake(p []byte, qos byte) {
	c.t.Helper()
	c.send(p)
	switch qos {
	case 1:
		c.want(ackPacket(0x40, 10))
	case 2:
		c.want(ackPacket(0x50, 10))
		c.send(ackPacket(0x62, 10))
		c.want(ackPacket(0x70, 10))
	}
}

// bye says DISCONNECT and waits until the platform has noticed.
func (c *raw) bye(srv *onenettest.Server, d onenet.Device) {
	c.t.Helper()
	before := srv.Platform().Journal().Last()
	c.send([]byte{0xE0, 0})
	srv.WaitAfter(c.t, before, onenettest.Offline(d))
	c.Close()
}

// vanish closes the connection without a word and waits until the platform has noticed.
func (c *raw) vanish(srv *onenettest.Server, d onenet.Device) {
	c.t.Helper()
	before := srv.Platform().Journal().Last()
	c.Close()
	srv.WaitAfter(c.t, before, onenettest.Offline(d))
}
