package snapshot

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/onelan/onelan/onenet"
)

// points are values of one stream that follow each other, in columns: there may be millions, and so they are
// written and read twenty times as fast as one by one. They have no Shift: a stored point has its time.
type points struct {
	Product  text              `json:"product"`
	Device   text              `json:"device"`
	Stream   text              `json:"stream"`
	At       []int64           `json:"at"` // milliseconds
	Value    []json.RawMessage `json:"value"`
	Received []int64           `json:"received,omitempty"` // left out when equal to at
}

// The bounds of one line of points.
const (
	mostRun   = 500
	mostBytes = 256 << 10 // of values; a single one may be larger
)

// file is a point with a body.
type file struct {
	Product  text            `json:"product"`
	Device   text            `json:"device"`
	Stream   text            `json:"stream"`
	At       milli           `json:"at"`
	Value    json.RawMessage `json:"value,omitempty"`
	Received milli           `json:"received,omitzero"`
	Index    text            `json:"index"`
	Desc     json.RawMessage `json:"desc,omitempty"`
	Size     int             `json:"size"`
	Data     []byte          `json:"data"`
}

// pointsPart is Batch.Points: two kinds of lines for one list.
func pointsPart() part {
	return part{
		kinds: []kind{
			{prefix: prefixOf("points"), read: readPoints},
			{prefix: prefixOf("file"), read: readFile},
		},
		write: writePoints,
	}
}

func writePoints(b *onenet.Batch, to line) error {
	for rest := b.Points; len(rest) > 0; {
		if rest[0].File != nil {
			if err := to(prefixOf("file"), fileOf(rest[0])); err != nil {
				return err
			}
			rest = rest[1:]
			continue
		}
		n := runOf(rest)
		if err := to(prefixOf("points"), pointsOf(rest[:n])); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// runOf tells how many of the points, the first of them in any case, can stand in one line.
func runOf(list []onenet.StoredPoint) int {
	first, bytes := list[0], 0
	for i, p := range list[:min(len(list), mostRun)] {
		bytes += len(p.Value)
		if p.File != nil || p.Ref != first.Ref || p.Stream != first.Stream || (i > 0 && bytes > mostBytes) {
			return i
		}
	}
	return min(len(list), mostRun)
}

func pointsOf(list []onenet.StoredPoint) points {
	first := list[0]
	l := points{Product: text(first.Ref.Product), Device: text(first.Ref.Device), Stream: text(first.Stream)}
	same := true
	for _, p := range list {
		l.At = append(l.At, p.At.UnixMilli())
		l.Value = append(l.Value, p.Value)
		l.Received = append(l.Received, p.Received.UnixMilli())
		same = same && p.Received.Equal(p.At)
	}
	if same {
		l.Received = nil
	}
	return l
}

func readPoints(b *onenet.Batch, value []byte) (int, error) {
	var l points
	if err := strictly(value, &l); err != nil {
		return 0, err
	}
	n := len(l.At)
	if l.Received == nil {
		l.Received = l.At
	}
	if n == 0 || len(l.Value) != n || len(l.Received) != n {
		return 0, errors.New("the columns are not of one length, or empty")
	}
	ref, stream := refOf(l.Product, l.Device), onenet.StreamID(l.Stream)
	for i := range n {
		b.Points = append(b.Points, onenet.StoredPoint{
			Ref: ref, Datapoint: onenet.Datapoint{Stream: stream, At: timeOf(l.At[i]), Value: l.Value[i]}, Received: timeOf(l.Received[i]),
		})
	}
	return n, nil
}

// timeOf is a time out of milliseconds; the zero time has its own.
func timeOf(ms int64) time.Time {
	if zero := (time.Time{}); ms == zero.UnixMilli() {
		return zero
	}
	return time.UnixMilli(ms).UTC()
}

func fileOf(p onenet.StoredPoint) file {
	f := p.File
	return file{
		text(p.Ref.Product), text(p.Ref.Device), text(p.Stream), milli{p.At}, p.Value, milli{p.Received}, text(f.Index), f.Desc, f.Size, f.Data,
	}
}

func readFile(b *onenet.Batch, value []byte) (int, error) {
	var l file
	if err := strictly(value, &l); err != nil {
		return 0, err
	}
	p := onenet.StoredPoint{Ref: refOf(l.Product, l.Device), Received: l.Received.Time}
	p.Stream, p.At, p.Value = onenet.StreamID(l.Stream), l.At.Time, l.Value
	p.File = &onenet.File{Index: string(l.Index), Desc: l.Desc, Size: l.Size, Data: l.Data}
	b.Points = append(b.Points, p)
	return 1, nil
}
