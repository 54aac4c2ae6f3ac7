package wire

import (
	"time"

	"github.com/onelan/onelan/onenet"
)

// TimedDP gives the payload of a $dp message with a time for every point: those without one get at, the time of their
// receipt, as the platform would have given it to them (and those of a block of type 7 their milliseconds on top). Blocks
// that tell all times stay byte for byte, so a message of only such is the payload itself. The others become blocks
// of type 4, 1 or 2, their points stream by stream.
//
// Beside an error stands the payload as it was: a Refusal when it is none, ErrInvalid when at is outside the years
// 1970 to 9999, ErrLimit when there is no room for the times.
func TimedDP(payload []byte, at time.Time, opt DPOptions) ([]byte, error) {
	d := decoder{payload: payload, opt: opt}
	t := timer{at: at}
	for d.more() {
		mark := len(d.points)
		if r := d.next(); r != nil {
			return payload, r
		}
		if err := t.block(payload[d.block.at:d.off], d.points[mark:]); err != nil {
			return payload, err
		}
	}
	switch {
	case !t.changed:
		return payload, nil
	case t.blocks > MaxDPBlocks:
		return payload, onenet.Errorf(onenet.ErrLimit, "message", "", "with its times it would have %d blocks, which is more than %d", t.blocks, MaxDPBlocks)
	}
	return t.out, nil
}

// timer writes blocks with times.
type timer struct {
	at      time.Time
	out     []byte
	blocks  int
	changed bool
}

// block writes a block, which is raw in the message and holds these points.
func (t *timer) block(raw []byte, points []onenet.Datapoint) error {
	if !StampDP(points, t.at) {
		t.out = append(t.out, raw...)
		t.blocks++
		return nil
	}
	t.changed = true
	packed, err := PackDP(points, PackLimit{})
	for _, p := range packed {
		t.out = append(t.out, p.Payload...)
	}
	t.blocks += len(packed)
	return err
}

// StampDP gives the points that have no time the one of their receipt, and reports whether there were any.
func StampDP(points []onenet.Datapoint, at time.Time) bool {
	found := false
	for i := range points {
		p := &points[i]
		if p.At.IsZero() {
			found = true
			p.At, p.Shift = at.Add(p.Shift).Truncate(time.Millisecond), 0
		}
	}
	return found
}
