package faultnet

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// Kind is the type of an MQTT packet [MQTT-2.2.1].
type Kind byte

// The kinds that tests ask for.
const (
	Connect    Kind = 1
	Connack    Kind = 2
	Publish    Kind = 3
	Puback     Kind = 4
	Subscribe  Kind = 8
	Suback     Kind = 9
	Pingreq    Kind = 12
	Pingresp   Kind = 13
	Disconnect Kind = 14
)

// Direction says which way a frame goes.
type Direction bool

// The two directions.
const (
	Up   Direction = true  // from the client to the upstream
	Down Direction = false // from the upstream to the client
)

// Frame is one MQTT packet on its way.
type Frame struct {
	Direction Direction
	Raw       []byte // as it stands on the wire
	body      int    // where the variable header begins
}

// Kind is what the frame is.
func (f Frame) Kind() Kind { return Kind(f.Raw[0] >> 4) }

// QoS is that of a PUBLISH.
func (f Frame) QoS() byte { return f.Raw[0] >> 1 & 3 }

// ID is the packet id of a PUBACK, or of a PUBLISH above QoS 0; 0 for anything else.
func (f Frame) ID() uint16 {
	b := f.Raw[f.body:]
	if f.Kind() == Publish && f.QoS() > 0 && len(b) >= 2 {
		b = b[min(2+int(binary.BigEndian.Uint16(b)), len(b)):]
	} else if f.Kind() != Puback {
		return 0
	}
	if len(b) < 2 {
		return 0
	}
	return binary.BigEndian.Uint16(b)
}

// Topic is that of a PUBLISH; empty for anything else.
func (f Frame) Topic() string {
	topic, _ := f.publish()
	return topic
}

// Payload is that of a PUBLISH; nil for anything else.
func (f Frame) Payload() []byte {
	_, payload := f.publish()
	return payload
}

func (f Frame) publish() (topic string, payload []byte) {
	b := f.Raw[f.body:]
	if f.Kind() != Publish || len(b) < 2 {
		return "", nil
	}
	end := 2 + int(binary.BigEndian.Uint16(b))
	start := end
	if f.QoS() > 0 {
		start += 2 // the packet id
	}
	if start > len(b) {
		return "", nil
	}
	return string(b[2:end]), b[start:]
}

var errLength = errors.New("remaining length of more than four bytes")

// readFrame takes the next packet off the stream.
func readFrame(r *bufio.Reader, d Direction) (Frame, error) {
	head, err := r.ReadByte()
	if err != nil {
		return Frame{}, err
	}
	raw, length := []byte{head}, 0
	for shift := 0; ; shift += 7 {
		if shift > 21 {
			return Frame{}, errLength
		}
		b, err := r.ReadByte()
		if err != nil {
			return Frame{}, err
		}
		raw = append(raw, b)
		length |= int(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	f := Frame{Direction: d, Raw: slices.Grow(raw, length)[:len(raw)+length], body: len(raw)}
	_, err = io.ReadFull(r, f.Raw[f.body:])
	return f, err
}
