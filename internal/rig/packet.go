package rig

import (
	"bytes"
	"encoding/binary"
)

// The first bytes of packets that a client meets [MQTT-2.2.1].
const (
	Connack = 0x20
	Puback  = 0x40
	Suback  = 0x90
	Pong    = 0xD0
)

// Login is what a client says of itself in CONNECT.
type Login struct {
	Device    string // client id
	Product   string // user name
	Secret    string // password
	Keep      bool   // the session outlives the connection
	Keepalive uint16 // seconds, 0 for none
}

// Packet is the CONNECT of the login.
func (l Login) Packet() []byte {
	flags := byte(0xC2) // user name, password, clean session
	if l.Keep {
		flags = 0xC0
	}
	return packet(0x10, text("MQTT"), []byte{4, flags}, number(l.Keepalive),
		text(l.Device), text(l.Product), text(l.Secret))
}

// Message is a PUBLISH.
type Message struct {
	Topic   string
	Payload []byte
	QoS     byte
	Retain  bool
	ID      uint16 // above QoS 0
}

// Packet is the message as a client sends it.
func (m Message) Packet() []byte {
	head := 0x30 | m.QoS<<1
	if m.Retain {
		head |= 1
	}
	if m.QoS == 0 {
		return packet(head, text(m.Topic), m.Payload)
	}
	return packet(head, text(m.Topic), number(m.ID), m.Payload)
}

// Subscribe is a SUBSCRIBE to one topic.
func Subscribe(id uint16, topic string, qos byte) []byte {
	return packet(0x82, number(id), text(topic), []byte{qos})
}

// Ack is a packet that has only an id, such as PUBACK.
func Ack(kind byte, id uint16) []byte { return []byte{kind, 2, byte(id >> 8), byte(id)} }

// Ping and Disconnect are the packets without content.
var (
	Ping       = []byte{0xC0, 0}
	Disconnect = []byte{0xE0, 0}
)

func text(s string) []byte {
	return append(number(uint16(len(s))), s...)
}

func number(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }

func packet(head byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	out := []byte{head}
	n := len(body)
	for ; n >= 0x80; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(append(out, byte(n)), body...)
}

// Cut takes the first whole packet off b. It returns its head, its body and what
// follows; ok is false when b does not hold a whole one yet.
func Cut(b []byte) (head byte, body, rest []byte, ok bool) {
	length, shift := 0, 0
	for i := 1; i < len(b) && i < 5; i++ {
		length |= int(b[i]&0x7f) << shift
		shift += 7
		if b[i] < 0x80 {
			end := i + 1 + length
			if end > len(b) {
				return 0, nil, b, false
			}
			return b[0], b[i+1 : end], b[end:], true
		}
	}
	return 0, nil, b, false
}

// Parse reads the body of a PUBLISH; its payload lies in the body. ok is false when it is too short.
func Parse(head byte, body []byte) (m Message, ok bool) {
	m.QoS, m.Retain = head>>1&3, head&1 != 0
	if len(body) < 2 {
		return m, false
	}
	n := int(binary.BigEndian.Uint16(body))
	ids := 0
	if m.QoS > 0 {
		ids = 2
	}
	if len(body) < 2+n+ids {
		return m, false
	}
	m.Topic = string(body[2 : 2+n])
	if ids > 0 {
		m.ID = binary.BigEndian.Uint16(body[2+n:])
	}
	m.Payload = body[2+n+ids:]
	return m, true
}
