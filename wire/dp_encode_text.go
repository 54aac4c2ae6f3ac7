package wire

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/onelan/onelan/onenet"
)

// delimited writes types 5 and 6, each record with its stream.
func (e *dpEncoder) delimited() error {
	sep, end, err := e.separators()
	if err != nil {
		return err
	}
	if e.Type == DPText {
		e.out = append(e.out, byte(e.Type))
	} else if err := e.stamp(); err != nil {
		return err
	}
	return e.length(func() error {
		e.out = append(e.out, sep, end)
		for i, p := range e.Points {
			if i > 0 {
				e.out = append(e.out, end)
			}
			e.text(string(p.Stream))
			if !p.At.IsZero() && (e.Type == DPText || !p.At.Equal(e.At)) {
				e.out = append(e.out, sep)
				e.text(formatAt(p.At))
			}
			e.out = append(e.out, sep)
			e.out = append(e.out, p.Value...)
		}
		return nil
	})
}

// separators finds two characters that occur in no field. ',' and ';' if it can be.
func (e *dpEncoder) separators() (sep, end byte, err error) {
	var used [256]bool
	note := func(s string) {
		for i := range len(s) {
			used[s[i]] = true
		}
	}
	note(layoutMillis + "0123456789")
	for _, p := range e.Points {
		if c := p.Value[0]; c != '"' && c != '-' && !isDigit(c) {
			return 0, 0, e.cannot(p, "text carries numbers and strings, not %s", kindOf(p.Value))
		}
		note(string(p.Stream))
		note(string(p.Value))
	}
	free := slices.DeleteFunc([]byte(",;|#@~^&%$!*+=/?<>_'`\\\t\x01\x02\x03\x1C\x1D\x1E\x1F"), func(c byte) bool { return used[c] })
	if len(free) < 2 {
		return 0, 0, onenet.Errorf(onenet.ErrLimit, "block", "", "the values use every character that could separate them")
	}
	return free[0], free[1], nil
}

// stamp writes the type byte of types 6 and 7, and the time bytes if there is a time.
func (e *dpEncoder) stamp() error {
	if e.At.IsZero() {
		e.out = append(e.out, byte(e.Type))
		return nil
	}
	t := e.At.In(e.opt.zone())
	if t.Nanosecond() != 0 || t.Year() < 2000 || t.Year() > 2099 {
		return onenet.Invalid("time", "time bytes hold whole seconds from 2000 to 2099, not %s", t.Format(layoutMillis))
	}
	e.out = append(e.out, byte(e.Type)|flagTime, byte(t.Year()-2000), byte(t.Month()), byte(t.Day()),
		byte(t.Hour()), byte(t.Minute()), byte(t.Second()))
	return nil
}

func (e *dpEncoder) floats() error {
	switch n := len(e.Points); {
	case n == 0:
		return onenet.Invalid("points", "a block of type 7 carries at least one")
	case n > MaxDPFloats:
		return onenet.Errorf(onenet.ErrLimit, "block", "", "%d floats are more than %d", n, MaxDPFloats)
	}
	if err := e.stamp(); err != nil {
		return err
	}
	for i := 0; i < len(e.Points); {
		n, err := e.group(e.Points[i:])
		if err != nil {
			return err
		}
		i += n
	}
	return nil
}

// group writes the group that points begin with, and returns its size: as many of
// one stream as follow each other by a millisecond.
func (e *dpEncoder) group(points []onenet.Datapoint) (n int, err error) {
	id, err := strconv.ParseUint(string(points[0].Stream), 10, 16)
	if err != nil || id == 0 || strconv.FormatUint(id, 10) != string(points[0].Stream) {
		return 0, e.cannot(points[0], "type 7 has streams 1 to 65535")
	}
	for n < len(points) && points[n].Stream == points[0].Stream && e.step(points[n]) == time.Duration(n)*time.Millisecond {
		n++
	}
	if n == 0 {
		return 0, e.cannot(points[0], "its time is not the one of the block")
	}
	e.out = binary.BigEndian.AppendUint16(e.out, uint16(id))
	e.out = binary.BigEndian.AppendUint16(e.out, uint16(n))
	for _, p := range points[:n] {
		f, err := strconv.ParseFloat(string(p.Value), 32)
		if err != nil {
			return 0, e.cannot(p, "type 7 carries 32-bit floats, not %s", glimpse(p.Value))
		}
		e.out = binary.LittleEndian.AppendUint32(e.out, math.Float32bits(float32(f)))
	}
	return n, nil
}

// step is how long after the time of the block a point is.
func (e *dpEncoder) step(p onenet.Datapoint) time.Duration {
	if e.At.IsZero() && p.At.IsZero() {
		return p.Shift
	}
	return p.At.Sub(e.At)
}
