package wire

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"github.com/onelan/onelan/onenet"
)

// stamp reads the six time bytes of types 6 and 7, if the flag says that they are
// there: year-2000, month, day, hour, minute, second.
func (d *decoder) stamp() (time.Time, *onenet.Refusal) {
	b := &d.block
	if b.flags&flagBit6 != 0 {
		if r := d.whyNoBlock(); r != nil {
			return time.Time{}, r
		}
		return time.Time{}, refuseAt(onenet.DataReservedBit, b.at).
			Want("bit 6 of the type byte clear", hexBytes(d.payload[b.at:b.at+1]))
	}
	if b.flags&flagTime == 0 {
		return time.Time{}, nil
	}
	raw := d.rest()
	t, ok := parseStamp(raw, d.opt.zone())
	if !ok {
		return time.Time{}, d.whyStamp(raw)
	}
	b.body += stampSize
	return t, nil
}

const stampSize = 6

func (o DPOptions) zone() *time.Location {
	if o.BinaryUTC {
		return time.UTC
	}
	return onenet.Beijing
}

// parseStamp reads time bytes.
func parseStamp(b []byte, zone *time.Location) (time.Time, bool) {
	if len(b) < stampSize || b[0] > 99 {
		return time.Time{}, false
	}
	return date(2000+int(b[0]), int(b[1]), int(b[2]), int(b[3]), int(b[4]), int(b[5]), 0, zone)
}

// decodeFloats reads a block of type 7, which goes on to the end of the message.
func (d *decoder) decodeFloats() *onenet.Refusal {
	at, r := d.stamp()
	if r != nil {
		return r
	}
	body := d.rest()
	d.block.size = len(body)
	d.scan = scanner{}
	d.own = make([]byte, 0, min(3*len(body), 14*MaxDPFloats))
	if _, r := d.checkGroups(body); r != nil {
		if pairs, at, ok := d.edpPairs(body, at); ok {
			return d.pairs(pairs, at)
		}
		return d.whyFloats(r)
	}
	return d.groups(body, at)
}

// checkGroups sees whether the groups {u16 stream, u16 count, count floats} use body
// up, and how many floats there are.
func (d *decoder) checkGroups(body []byte) (floats int, r *onenet.Refusal) {
	off := d.block.body
	if len(body) == 0 {
		return 0, refuseAt(onenet.DataFloats, off).Want("a group: stream, count, floats", "nothing")
	}
	for len(body) > 0 {
		if len(body) < 4 {
			return 0, refuseAt(onenet.DataFloats, off).Want("4 bytes: stream and count", plural(len(body), "byte"))
		}
		n := int(binary.BigEndian.Uint16(body[2:]))
		if n == 0 || 4*n > len(body)-4 {
			return 0, refuseAt(onenet.DataFloats, off+2).
				Want("a count of the floats that follow", plural(n, "float")+" in "+plural(len(body)-4, "byte"))
		}
		floats, off, body = floats+n, off+4+4*n, body[4+4*n:]
	}
	return floats, nil
}

// groups keeps the points of groups that fit. Several floats of one group are points
// one millisecond apart (reference, open question 5); without a time in the message
// the platform adds these milliseconds to the one it stamps.
func (d *decoder) groups(body []byte, at time.Time) *onenet.Refusal {
	d.reserve(len(body) / 8)
	off := d.block.body
	for left := MaxDPFloats; len(body) > 0 && d.refusal == nil; {
		n := int(binary.BigEndian.Uint16(body[2:]))
		if left -= n; left < 0 {
			return d.tooManyFloats(off)
		}
		id := d.streamNumber(body, off)
		for i := range n {
			step := time.Duration(i) * time.Millisecond
			p := onenet.Datapoint{Stream: id, Value: d.float(body[4+4*i:], off+4+4*i)}
			if at.IsZero() {
				p.Shift = step
			} else {
				p.At = at.Add(step)
			}
			d.keep(p, off)
		}
		off, body = off+4+4*n, body[4+4*n:]
	}
	return d.refusal
}

// edpPairs recognises the layout of the sibling protocol EDP: u16 count, then that
// many {u16 stream, float}. There the time is always present, so the flag may be missing.
func (d *decoder) edpPairs(body []byte, at time.Time) ([]byte, time.Time, bool) {
	if pairsFit(body) {
		return body, at, true
	}
	if t, ok := parseStamp(body, d.opt.zone()); ok && at.IsZero() && pairsFit(body[stampSize:]) {
		d.block.body += stampSize
		d.block.size -= stampSize
		return body[stampSize:], t, true
	}
	return nil, at, false
}

func pairsFit(body []byte) bool {
	return len(body) >= 8 && 6*int(binary.BigEndian.Uint16(body)) == len(body)-2
}

func (d *decoder) pairs(body []byte, at time.Time) *onenet.Refusal {
	d.reserve(len(body) / 6)
	off := d.block.body + 2
	body = body[2:]
	if len(body)/6 > MaxDPFloats {
		return d.tooManyFloats(off)
	}
	for ; len(body) > 0 && d.refusal == nil; off, body = off+6, body[6:] {
		d.keep(onenet.Datapoint{Stream: d.streamNumber(body, off), At: at, Value: d.float(body[2:], off+2)}, off)
	}
	return d.refusal
}

func (d *decoder) tooManyFloats(at int) *onenet.Refusal {
	return refuseAt(onenet.DataTooManyFloats, at).Want("at most "+strconv.Itoa(MaxDPFloats)+" floats", "more")
}

// streamNumber reads a stream number: 1 to 65535, its name in decimal.
func (d *decoder) streamNumber(b []byte, at int) onenet.StreamID {
	n := binary.BigEndian.Uint16(b)
	if n == 0 {
		d.refuse(onenet.DataStreamZero, at, "a stream number from 1 to 65535", "0")
	}
	return onenet.StreamID(strconv.Itoa(int(n)))
}

// float reads a little-endian float, the only number here that is not big-endian.
func (d *decoder) float(b []byte, at int) []byte {
	f := math.Float32frombits(binary.LittleEndian.Uint32(b))
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		d.refuse(onenet.DataNaN, at, "a number", hexBytes(b[:4])+" ("+strconv.FormatFloat(float64(f), 'g', -1, 32)+")")
		return nil
	}
	from := len(d.own)
	d.own = appendFloat(d.own, f)
	return d.own[from:len(d.own):len(d.own)]
}

// appendFloat appends the shortest JSON number that reads back as f.
func appendFloat(dst []byte, f float32) []byte {
	format := byte('f')
	if a := math.Abs(float64(f)); a != 0 && (float32(a) < 1e-6 || float32(a) >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, float64(f), format, -1, 32)
}
