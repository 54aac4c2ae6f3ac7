package wire

import (
	"encoding/binary"
	"fmt"

	"github.com/onelan/onelan/onenet"
)

// DPType is the kind of a $dp block: the low six bits of its first byte (section 3.1).
type DPType byte

// The seven kinds of block.
const (
	DPFull      DPType = 1 // JSON with streams, points and times
	DPBinary    DPType = 2 // one file with a JSON header
	DPSimple    DPType = 3 // JSON, stream to value
	DPTimed     DPType = 4 // JSON, stream to time to value
	DPText      DPType = 5 // text with separators
	DPTextTimed DPType = 6 // text with separators and one time for all records
	DPFloats    DPType = 7 // numbered streams of 32-bit floats
)

var dpNames = [...]string{
	DPFull: "JSON with streams and points", DPBinary: "binary file", DPSimple: "JSON, stream to value",
	DPTimed: "JSON with times", DPText: "delimited text", DPTextTimed: "delimited text with a common time",
	DPFloats: "floats",
}

// String is the number and what it stands for.
func (t DPType) String() string {
	if !t.known() {
		return fmt.Sprintf("type %d (unknown)", byte(t))
	}
	return fmt.Sprintf("type %d (%s)", byte(t), dpNames[t])
}

func (t DPType) known() bool { return t >= DPFull && t <= DPFloats }

// isJSON tells whether the two length bytes count JSON text.
func (t DPType) isJSON() bool { return t >= DPFull && t <= DPTimed }

// The limits of a $dp message. All but MaxDPPoints are OneNET's (sections 0, 3.1 and
// 3.2); that one is ours and keeps a 4 MiB message from growing into 2 million points.
const (
	MaxDPBlocks = 100     // blocks
	MaxDPText   = 65535   // bytes of JSON or text in one block
	MaxDPBinary = 3 << 20 // bytes of a file
	MaxDPFloats = 500     // floats in a block of type 7
	MaxDPPoints = 65535   // points
)

// The first byte of a block.
const (
	typeMask = 0x3F
	flagTime = 0x80 // types 6 and 7: six time bytes follow
	flagBit6 = 0x40 // types 6 and 7: reserved
)

// DPOptions are the switches of the $dp decoder and encoder (section 12).
type DPOptions struct {
	BinaryUTC bool // the time bytes of types 6 and 7 are UTC; default: Beijing time
}

// DecodeDP reads the payload of a $dp message: all its points, in order, or the
// Refusal that names the mistake and the byte of it. A message without a fault may hold
// no point at all, `{}` for one.
//
// The points own their memory. Those of one block share it, at most twice the size
// of the block: clone a Stream that is to outlive its point.
//
// Of a name that occurs twice in an object the last one counts, but where the names
// are streams or times each makes a point.
func DecodeDP(payload []byte, opt DPOptions) ([]onenet.Datapoint, *onenet.Refusal) {
	d := decoder{payload: payload, opt: opt}
	for d.more() {
		if r := d.next(); r != nil {
			return nil, r
		}
	}
	return d.points, nil
}

// dpBlock is where a block lies in the message.
type dpBlock struct {
	at    int // its type byte
	kind  DPType
	flags byte
	body  int // first byte behind the header
	size  int // of the body, as the length bytes say; of type 7, as it is
	tail  int // of type 2: what follows the body
}

func (b dpBlock) end() int { return b.body + b.size }

// decoder goes through a message block by block. The scanner in it reads the JSON
// of the current block.
type decoder struct {
	payload []byte
	opt     DPOptions
	off     int     // where the next block starts
	n       int     // blocks so far
	last    dpBlock // the block before the current one
	block   dpBlock
	points  []onenet.Datapoint

	bare    bool // the payload is the body of one block: no header, so no length to be wrong
	scan    scanner
	text    string          // a copy of the body, for names
	own     []byte          // another, for values
	refusal *onenet.Refusal // what is wrong with the meaning of the body
}

// more reports whether there is another block. An empty message has one, to be refused.
func (d *decoder) more() bool { return d.off < len(d.payload) || d.n == 0 }

// next decodes one block.
func (d *decoder) next() *onenet.Refusal {
	if len(d.payload) == 0 {
		return nearUsual(onenet.Refuse(onenet.DataEmpty).Want("a block", "nothing"))
	}
	if d.n++; d.n > MaxDPBlocks {
		return nearUsual(refuseAt(onenet.DataTooManyBlocks, d.off).
			Want(fmt.Sprintf("at most %d blocks", MaxDPBlocks), "more"))
	}
	first := d.payload[d.off]
	d.last = d.block
	d.block = dpBlock{at: d.off, kind: DPType(first & typeMask), flags: first &^ typeMask, body: d.off + 1}
	if r := d.decodeBlock(); r != nil {
		return nearUsual(r)
	}
	d.off = d.block.end() + d.block.tail
	return nil
}

func (d *decoder) decodeBlock() *onenet.Refusal {
	switch d.block.kind {
	case DPFull, DPSimple, DPTimed:
		return d.decodeJSON()
	case DPBinary:
		return d.decodeBinary()
	case DPText, DPTextTimed:
		return d.decodeText()
	case DPFloats:
		return d.decodeFloats()
	default:
		return d.whyType()
	}
}

// header reads the two length bytes and checks that the body is there.
func (d *decoder) header() *onenet.Refusal {
	b := &d.block
	if d.bare {
		b.size = len(d.payload)
		return nil
	}
	if len(d.payload)-b.body < 2 {
		return d.whyNoLength()
	}
	b.size = int(binary.BigEndian.Uint16(d.payload[b.body:]))
	b.body += 2
	switch {
	case b.size == 0:
		return d.whyZero()
	case b.end() > len(d.payload):
		return d.whyTooLong()
	}
	return nil
}

// window is the body of the current block, as long as its header says.
func (d *decoder) window() []byte { return d.payload[d.block.body:d.block.end()] }

// rest is everything behind the header of the current block.
func (d *decoder) rest() []byte { return d.payload[d.block.body:] }

// add keeps a point; the name of its stream stands at byte at.
func (d *decoder) add(p onenet.Datapoint, at int) {
	if p.Stream == "" {
		d.refuse(onenet.DataEmptyStream, at, "a stream name", "an empty one")
	}
	d.keep(p, at)
}

func (d *decoder) keep(p onenet.Datapoint, at int) {
	if len(d.points) == MaxDPPoints {
		d.refuse(onenet.DataTooManyPoints, at, fmt.Sprintf("at most %d points", MaxDPPoints), "more")
		return
	}
	d.points = append(d.points, p)
}

// reserve makes room for about n points: few, so that a message that only looks as if
// it held many does not make us allocate.
func (d *decoder) reserve(n int) {
	if d.points == nil {
		d.points = make([]onenet.Datapoint, 0, min(n, 64))
	}
}

// refuse notes the first mistake in the meaning of a block and stops its scan. It
// reports false if there was a mistake before.
func (d *decoder) refuse(c onenet.Cause, at int, want, got string) bool {
	if d.refusal != nil || d.scan.halted {
		return false
	}
	d.refusal = refuseAt(c, at).Want(want, got)
	d.scan.halt()
	return true
}

func refuseAt(c onenet.Cause, at int) *onenet.Refusal { return onenet.Refuse(c).AtByte(at) }
