package onenettest_test

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

func or(s *string, otherwise string) string {
	if s == nil {
		return otherwise
	}
	return *s
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (o Octets) bytes(t *testing.T) []byte {
	t.Helper()
	return append(append(unhex(t, o.Hex), o.Text...), unhex(t, o.Tail)...)
}

// packet is a CONNECT of the tutorial's device, but for what the mistake changes.
func (l login) packet(t *testing.T) []byte {
	t.Helper()
	level, flags := byte(4), byte(0xC2)
	if l.Level != nil {
		level = *l.Level
	}
	b := append(field(or(l.Name, "MQTT")), level, 0, 0, 120)
	flagsAt := len(b) - 3
	b = append(b, field(or(l.ClientID, "527521926"))...)
	if l.Will != nil {
		flags |= 4
		b = append(append(b, field(l.Will.Topic)...), field(l.Will.Text)...)
	}
	for _, f := range []struct {
		name string
		flag byte
		text string
	}{{"username", 0x80, or(l.Username, "244754")}, {"password", 0x40, or(l.Password, "3C71BFC80054")}} {
		if slices.Contains(l.Omit, f.name) {
			flags &^= f.flag
			continue
		}
		b = append(b, field(f.text)...)
	}
	b[flagsAt] = flags | l.MoreFlags
	return packet(0x10, b)
}

func (m message) subscribe(t *testing.T) []byte {
	t.Helper()
	head := byte(0x82)
	if m.Head != "" {
		head = unhex(t, m.Head)[0]
	}
	return packet(head, append(append(m.id(), m.topic(t, "")...), m.QoS))
}

func (m message) publish(t *testing.T, command string) []byte {
	t.Helper()
	head := 0x30 | m.QoS<<1
	if m.Retain {
		head |= 1
	}
	b := m.topic(t, command)
	if m.QoS > 0 {
		b = append(b, m.id()...)
	}
	return packet(head, append(b, m.bytes(t)...))
}

// topic is a length and the topic, with {id} for the id of the last command and {cut} for all of it but its end.
func (m message) topic(t *testing.T, command string) []byte {
	t.Helper()
	if m.TopicHex != "" {
		return field(string(unhex(t, m.TopicHex)))
	}
	cut := strings.TrimSuffix(command, command[max(len(command)-1, 0):])
	return field(strings.NewReplacer("{id}", command, "{cut}", cut).Replace(m.Topic))
}

func (m message) id() []byte {
	id := uint16(20)
	if m.ID != nil {
		id = *m.ID
	}
	return binary.BigEndian.AppendUint16(nil, id)
}

func field(s string) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...) }

func packet(head byte, body []byte) []byte {
	b := []byte{head}
	n := len(body)
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(append(b, byte(n)), body...)
}
