package broker

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

// The MQTT control packet types [MQTT section 2.2.1].
const (
	typeConnect     = 1
	typePublish     = 3
	typePuback      = 4
	typePubrec      = 5
	typePubrel      = 6
	typePubcomp     = 7
	typeSubscribe   = 8
	typeUnsubscribe = 10
	typePingreq     = 12
	typeDisconnect  = 14
)

var (
	errFrameTooLarge = errors.New("packet larger than the limit")
	errFrameLength   = errors.New("remaining length has more than four bytes")
)

// frame is one MQTT control packet as it came: header byte, remaining length, body.
// It is valid until the next frame is asked for.
type frame struct {
	head byte
	raw  []byte // all of it
	body []byte // behind the remaining length
}

func (f frame) kind() byte { return f.head >> 4 }
func (f frame) qos() byte  { return f.head >> 1 & 3 }

const (
	idleBuffer = 512      // bytes a quiet connection holds
	busyBuffer = 32 << 10 // bytes lent to a connection that sends a lot at once
)

var busyBuffers = sync.Pool{New: func() any { return new([busyBuffer]byte) }}

// frames cuts a byte stream into frames. Memory grows with what has arrived, never
// with what a length field promises, and up to one frame of max bytes.
type frames struct {
	src   io.Reader
	max   int
	idle  [idleBuffer]byte
	lent  *[busyBuffer]byte // from the pool, or nil
	buf   []byte            // idle[:], lent[:] or one of its own for a large frame
	start int               // first byte not yet handed out
	end   int
}

// next returns the next frame that has arrived whole; ok is false when more input is needed.
func (f *frames) next() (fr frame, ok bool, err error) {
	in := f.buf[f.start:f.end]
	if len(in) < 2 {
		return frame{}, false, nil
	}
	length, n, err := remainingLength(in[1:])
	switch {
	case err != nil || 1+n+length > f.max:
		if err == nil {
			err = errFrameTooLarge
		}
		return frame{head: in[0]}, false, err
	case n == 0 || len(in) < 1+n+length:
		return frame{}, false, nil
	}
	f.start += 1 + n + length
	return frame{head: in[0], raw: in[:1+n+length], body: in[1+n : 1+n+length]}, true, nil
}

// remainingLength decodes the length behind the header byte [MQTT section 2.2.3]; n is 0 when it is not all there.
func remainingLength(b []byte) (length, n int, err error) {
	for n < len(b) && n < 4 {
		c := b[n]
		length |= int(c&0x7f) << (7 * n)
		n++
		if c < 0x80 {
			return length, n, nil
		}
	}
	if n == 4 {
		return 0, 0, errFrameLength
	}
	return 0, 0, nil
}

// fill reads more input. What next returned before is lost.
func (f *frames) fill() error {
	f.makeRoom()
	n, err := f.src.Read(f.buf[f.end:])
	f.end += n
	if n > 0 {
		return nil
	}
	return err
}

// makeRoom sees to it that there is something to read into: more of it when the last
// read took all there was room for, little again when the connection has gone quiet.
func (f *frames) makeRoom() {
	full, pending := f.end == len(f.buf), f.end-f.start
	switch {
	case f.buf == nil:
		f.buf = f.idle[:]
	case full && (pending == len(f.buf) || len(f.buf) < busyBuffer):
		f.grow(pending)
	case pending == 0 && f.end < idleBuffer && len(f.buf) > idleBuffer:
		f.release()
		f.buf = f.idle[:]
	default:
		copy(f.buf, f.buf[f.start:f.end])
		f.start, f.end = 0, pending
	}
}

// grow moves the pending bytes to a larger buffer: one from the pool first, then one
// of its own for a large packet.
func (f *frames) grow(pending int) {
	old := f.buf[f.start:f.end]
	if len(f.buf) < busyBuffer {
		f.lent, _ = busyBuffers.Get().(*[busyBuffer]byte)
		f.buf = f.lent[:]
		copy(f.buf, old)
	} else {
		f.buf = make([]byte, min(2*len(f.buf), f.max+5))
		copy(f.buf, old)
		f.giveBack()
	}
	f.start, f.end = 0, pending
}

// release lets go of every buffer but the small one.
func (f *frames) release() {
	f.giveBack()
	f.buf, f.start, f.end = nil, 0, 0
}

func (f *frames) giveBack() {
	if f.lent != nil {
		busyBuffers.Put(f.lent)
		f.lent = nil
	}
}

// appendLength appends a remaining length.
func appendLength(dst []byte, n int) []byte {
	for n >= 0x80 {
		dst = append(dst, byte(n)|0x80)
		n >>= 7
	}
	return append(dst, byte(n))
}

func appendText(dst []byte, s string) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(s)))
	return append(dst, s...)
}

// appendPublish appends a PUBLISH; id counts only when qos is above 0.
func appendPublish(dst []byte, topic string, payload []byte, qos byte, id uint16, retain, dup bool) []byte {
	head := byte(typePublish<<4) | qos<<1
	if retain {
		head |= 1
	}
	if dup {
		head |= 8
	}
	n := 2 + len(topic) + len(payload)
	if qos > 0 {
		n += 2
	}
	dst = appendLength(append(dst, head), n)
	dst = appendText(dst, topic)
	if qos > 0 {
		dst = binary.BigEndian.AppendUint16(dst, id)
	}
	return append(dst, payload...)
}

// appendAck appends a PUBACK, PUBREC, PUBREL or PUBCOMP.
func appendAck(dst []byte, kind byte, id uint16) []byte {
	head := kind << 4
	if kind == typePubrel {
		head |= 2 // the C SDK insists (reference, section 2.3)
	}
	return append(dst, head, 2, byte(id>>8), byte(id))
}
