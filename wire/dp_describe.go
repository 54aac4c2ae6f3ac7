package wire

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
)

// DPDescription explains a $dp message block by block, for people.
type DPDescription struct {
	Blocks   []DPBlockInfo   `json:"blocks"`             // those without a fault
	Refusal  *onenet.Refusal `json:"refusal,omitempty"`  // what the next one is refused for
	Warnings []string        `json:"warnings,omitempty"` // legal, but perhaps not meant
}

// DPBlockInfo is one block of a message: what it holds, and where it lies.
type DPBlockInfo struct {
	DPBlock
	Offset int  // of the type byte
	Body   int  // offset of the first byte behind the header
	Flags  byte // the two high bits of the type byte
	Size   int  // all its bytes
	Length int  // what its length bytes say; of type 7, which has none, the size of its groups
}

// DescribeDP explains a message. Unlike DecodeDP it keeps the blocks before a fault.
func DescribeDP(payload []byte, opt DPOptions) DPDescription {
	d := decoder{payload: payload, opt: opt}
	var out DPDescription
	for d.more() {
		from, first := d.off, len(d.points)
		if out.Refusal = d.next(); out.Refusal != nil {
			return out
		}
		out.Blocks = append(out.Blocks, DPBlockInfo{
			DPBlock: DPBlock{d.block.kind, d.blockTime(), d.points[first:len(d.points):len(d.points)]},
			Offset:  from, Body: d.block.body, Flags: d.block.flags, Size: d.off - from, Length: d.block.size,
		})
	}
	out.Warnings = DPWarnings(d.points, time.Time{})
	return out
}

// blockTime is the time bytes of the current block, zero if it has none.
func (d *decoder) blockTime() time.Time {
	b := d.block
	if b.kind < DPTextTimed || b.body-b.at < 1+stampSize {
		return time.Time{}
	}
	t, _ := parseStamp(d.payload[b.at+1:], d.opt.zone())
	return t
}

// String is the description as lines of text.
func (d DPDescription) String() string {
	var s strings.Builder
	for i, b := range d.Blocks {
		fmt.Fprintf(&s, "block %d at byte %d: %s, %s, body %d\n", i+1, b.Offset, b.Type, plural(b.Size, "byte"), b.Length)
		if !b.At.IsZero() {
			fmt.Fprintf(&s, "  time of the block: %s\n", FormatTime(b.At))
		}
		for _, p := range b.Points {
			fmt.Fprintf(&s, "  %s\n", showPoint(p))
		}
	}
	if r := d.Refusal; r != nil {
		fmt.Fprintf(&s, "refused: %s\n  fix: %s\n  reference: %s\n", r.Error(), r.Fix, r.Ref)
	}
	for _, w := range d.Warnings {
		fmt.Fprintf(&s, "warning: %s\n", w)
	}
	return s.String()
}

func showPoint(p onenet.Datapoint) string {
	s := string(p.Stream) + " = "
	if p.File != nil {
		s += "file of " + plural(p.File.Size, "byte")
		if p.File.Desc != nil {
			s += ", " + string(p.File.Desc)
		}
	} else {
		s += string(p.Value)
	}
	switch {
	case !p.At.IsZero():
		s += " at " + FormatMillis(p.At)
	case p.Shift != 0:
		s += " at the time of receipt +" + p.Shift.String()
	}
	return s
}

// MarshalJSON writes the block with times as OneNET writes them and without the
// bytes of files.
func (b DPBlockInfo) MarshalJSON() ([]byte, error) {
	type point struct {
		Stream onenet.StreamID `json:"stream"`
		At     string          `json:"at,omitempty"`
		Shift  int64           `json:"shift_ms,omitempty"`
		Value  json.RawMessage `json:"value,omitempty"`
		Size   int             `json:"size,omitempty"`
		Desc   json.RawMessage `json:"desc,omitempty"`
	}
	points := make([]point, len(b.Points))
	for i, p := range b.Points {
		points[i] = point{Stream: p.Stream, Shift: p.Shift.Milliseconds(), Value: p.Value}
		if !p.At.IsZero() {
			points[i].At = FormatMillis(p.At)
		}
		if p.File != nil {
			points[i].Size, points[i].Desc = p.File.Size, p.File.Desc
		}
	}
	at := ""
	if !b.At.IsZero() {
		at = FormatTime(b.At)
	}
	return json.Marshal(struct {
		Offset int     `json:"offset"`
		Type   DPType  `json:"type"`
		Flags  byte    `json:"flags"`
		Size   int     `json:"size"`
		Length int     `json:"length"`
		At     string  `json:"at,omitempty"`
		Points []point `json:"points"`
	}{b.Offset, b.Type, b.Flags, b.Size, b.Length, at, points})
}
