package wire

import (
	"encoding/binary"
	"encoding/json"
	"strconv"
	"time"

	"github.com/onelan/onelan/onenet"
)

// DPBlock is a block as a tool writes it.
type DPBlock struct {
	Type   DPType
	At     time.Time // types 6 and 7: the time bytes, whole seconds; zero means none
	Points []onenet.Datapoint
}

// AppendDP appends the block to dst as a device would send it; DecodeDP reads the same
// points back. Neighbours of one stream share an entry where the type has one.
//
// A point that the type cannot carry gives ErrInvalid, a body that is too long for it
// ErrLimit; dst is then returned as it was.
func AppendDP(dst []byte, b DPBlock, opt DPOptions) ([]byte, error) {
	e := dpEncoder{DPBlock: b, opt: opt, out: dst}
	if err := e.block(); err != nil {
		return dst, err
	}
	return e.out, nil
}

type dpEncoder struct {
	DPBlock
	opt DPOptions
	out []byte
}

func (e *dpEncoder) block() error {
	if !e.Type.known() {
		return onenet.Invalid("type", "a block has a type from 1 to 7")
	}
	for _, p := range e.Points {
		if err := e.check(p); err != nil {
			return err
		}
	}
	switch e.Type {
	case DPFull:
		return e.sized(e.full)
	case DPBinary:
		return e.binary()
	case DPSimple:
		return e.sized(e.simple)
	case DPTimed:
		return e.sized(e.timed)
	case DPFloats:
		return e.floats()
	default:
		return e.delimited()
	}
}

// check sees whether a point can stand in a block of the type at all.
func (e *dpEncoder) check(p onenet.Datapoint) error {
	timed := !p.At.IsZero()
	switch {
	case p.Stream == "":
		return onenet.Invalid("stream", "a point without the name of a stream")
	case (p.File != nil) != (e.Type == DPBinary):
		return e.cannot(p, "only type 2 carries files, and nothing else")
	case p.File == nil && !json.Valid(p.Value):
		return e.cannot(p, "the value is not JSON: %s", glimpse(p.Value))
	case p.Shift != 0 && e.Type != DPFloats:
		return e.cannot(p, "only type 7 has points that follow each other")
	case timed && e.Type == DPSimple:
		return e.cannot(p, "type 3 carries no times")
	case !timed && (e.Type == DPTimed || e.Type >= DPTextTimed && !e.At.IsZero()):
		return e.cannot(p, "here each point needs a time")
	}
	return nil
}

func (e *dpEncoder) cannot(p onenet.Datapoint, why string, args ...any) error {
	return onenet.Errorf(onenet.ErrInvalid, "point of type "+strconv.Itoa(int(e.Type)), string(p.Stream), why, args...)
}

// sized writes type byte, length and what body writes.
func (e *dpEncoder) sized(body func() error) error {
	e.out = append(e.out, byte(e.Type))
	return e.length(body)
}

func (e *dpEncoder) length(body func() error) error {
	start := len(e.out) + 2
	e.out = append(e.out, 0, 0)
	if err := body(); err != nil {
		return err
	}
	n := len(e.out) - start
	if n > MaxDPText {
		return onenet.Errorf(onenet.ErrLimit, "block", "", "%d bytes are more than the %d that its length can tell", n, MaxDPText)
	}
	binary.BigEndian.PutUint16(e.out[start-2:], uint16(n))
	return nil
}

func (e *dpEncoder) text(s string) { e.out = append(e.out, s...) }

func (e *dpEncoder) quoted(s string) { e.out = appendString(e.out, s) }

// sameStream cuts points into runs of one stream each.
func sameStream(points []onenet.Datapoint) (runs [][]onenet.Datapoint) {
	for i := 0; i < len(points); {
		j := i + 1
		for j < len(points) && points[j].Stream == points[i].Stream {
			j++
		}
		runs = append(runs, points[i:j])
		i = j
	}
	return runs
}

func (e *dpEncoder) full() error {
	e.text(`{"datastreams":[`)
	for i, run := range sameStream(e.Points) {
		e.comma(i)
		e.text(`{"id":`)
		e.quoted(string(run[0].Stream))
		e.text(`,"datapoints":[`)
		for i, p := range run {
			e.comma(i)
			e.text(`{`)
			e.at(p)
			e.text(`"value":`)
			e.out = append(e.out, p.Value...)
			e.text(`}`)
		}
		e.text(`]}`)
	}
	e.text(`]}`)
	return nil
}

func (e *dpEncoder) at(p onenet.Datapoint) {
	if !p.At.IsZero() {
		e.text(`"at":"` + formatAt(p.At) + `",`)
	}
}

func (e *dpEncoder) simple() error {
	e.text(`{`)
	for i, p := range e.Points {
		e.comma(i)
		e.quoted(string(p.Stream))
		e.text(`:`)
		e.out = append(e.out, p.Value...)
	}
	e.text(`}`)
	return nil
}

func (e *dpEncoder) timed() error {
	e.text(`{`)
	for i, run := range sameStream(e.Points) {
		e.comma(i)
		e.quoted(string(run[0].Stream))
		e.text(`:{`)
		for i, p := range run {
			e.comma(i)
			e.text(`"` + formatAt(p.At) + `":`)
			e.out = append(e.out, p.Value...)
		}
		e.text(`}`)
	}
	e.text(`}`)
	return nil
}

func (e *dpEncoder) comma(i int) {
	if i > 0 {
		e.text(`,`)
	}
}

// formatAt writes a time with milliseconds only if it has some.
func formatAt(t time.Time) string {
	if t.Nanosecond() < int(time.Millisecond) {
		return FormatTime(t)
	}
	return FormatMillis(t)
}

func (e *dpEncoder) binary() error {
	if len(e.Points) != 1 {
		return onenet.Invalid("points", "a block of type 2 carries one file, not %d", len(e.Points))
	}
	p := e.Points[0]
	n := len(p.File.Data)
	switch {
	case n == 0:
		return e.cannot(p, "the file has no bytes")
	case n > MaxDPBinary:
		return onenet.Errorf(onenet.ErrLimit, "file", "", "%d bytes are more than %d", n, MaxDPBinary)
	case p.File.Desc != nil && !json.Valid(p.File.Desc):
		return e.cannot(p, "the description is not JSON: %s", glimpse(p.File.Desc))
	}
	err := e.sized(func() error {
		e.text(`{`)
		e.at(p)
		if p.File.Desc != nil {
			e.text(`"desc":` + string(p.File.Desc) + `,`)
		}
		e.text(`"ds_id":`)
		e.quoted(string(p.Stream))
		e.text(`}`)
		return nil
	})
	e.out = binary.BigEndian.AppendUint32(e.out, uint32(n))
	e.out = append(e.out, p.File.Data...)
	return err
}
