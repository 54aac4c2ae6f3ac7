package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

var june = time.Date(2018, 6, 1, 8, 0, 0, 0, onenet.Beijing)

func point(stream, value string) onenet.Datapoint {
	return onenet.Datapoint{Stream: onenet.StreamID(stream), Value: json.RawMessage(value)}
}

func pointAt(stream, value string, at time.Time) onenet.Datapoint {
	p := point(stream, value)
	p.At = at
	return p
}

func TestAppendDPWritesTheBytesOfTheReference(t *testing.T) {
	t.Parallel()
	file := onenet.Datapoint{Stream: "pic", File: &onenet.File{Data: []byte{0xFF, 0xD8, 0xFF, 0xD9}}}
	for example, block := range map[string]wire.DPBlock{
		"T3":              {Type: 3, Points: []onenet.Datapoint{point("t", "25.5"), point("h", "60")}},
		"T1":              {Type: 1, Points: []onenet.Datapoint{point("t", "25.5")}},
		"T2":              {Type: 2, Points: []onenet.Datapoint{file}},
		"T6":              {Type: 6, At: june, Points: []onenet.Datapoint{pointAt("t", "25.5", june), pointAt("h", "60", june)}},
		"T7 without time": {Type: 7, Points: []onenet.Datapoint{point("1", "25.5")}},
		"T7 with time": {Type: 7, At: june.Add(-8 * time.Hour), Points: []onenet.Datapoint{
			pointAt("1", "25.5", june.Add(-8*time.Hour)), pointAt("1", "-20.25", june.Add(-8*time.Hour+time.Millisecond)),
			pointAt("2", "60", june.Add(-8*time.Hour)),
		}},
	} {
		t.Run(example, func(t *testing.T) {
			t.Parallel()
			got, err := wire.AppendDP([]byte("dst"), block, wire.DPOptions{})
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			for _, v := range mustVectors(t) {
				if v.Name == "reference example "+example {
					want = v.Hex
				}
			}
			if d := cmp.Diff("64 73 74 "+want, fmt.Sprintf("% X", got)); d != "" {
				t.Errorf("bytes (-want +got):\n%s", d)
			}
		})
	}
}

func TestAppendDPThenDecodeDPGivesTheSamePoints(t *testing.T) {
	t.Parallel()
	ms := 123 * time.Millisecond
	values := []onenet.Datapoint{
		point("a", `"x,;|"`), point("a", `"打开"`), point("温度", "-1.50"), point("c", `"\"quoted\" \\ \u0001"`),
	}
	timed := []onenet.Datapoint{pointAt("a", "1", june), pointAt("a", `"b"`, june.Add(ms)), pointAt("c", "2", june.Add(time.Hour))}
	trees := []onenet.Datapoint{point("o", `{"a":[1,null]}`), point("n", "null"), point("t", "true")}
	for name, block := range map[string]wire.DPBlock{
		"type 1":           {Type: 1, Points: append(append([]onenet.Datapoint{}, timed...), trees...)},
		"type 1, empty":    {Type: 1},
		"type 2":           {Type: 2, Points: []onenet.Datapoint{{Stream: `p"`, At: june.Add(ms), File: &onenet.File{Desc: json.RawMessage(`{"w":1}`), Size: 1, Data: []byte{0}}}}},
		"type 3":           {Type: 3, Points: append(append([]onenet.Datapoint{}, values...), trees...)},
		"type 4":           {Type: 4, Points: timed},
		"type 5":           {Type: 5, Points: append(append([]onenet.Datapoint{}, values...), timed...)},
		"type 6, no time":  {Type: 6, Points: append(append([]onenet.Datapoint{}, values...), timed...)},
		"type 6, time":     {Type: 6, At: june, Points: timed},
		"type 7, no time":  {Type: 7, Points: []onenet.Datapoint{{Stream: "7", Value: json.RawMessage("1")}, {Stream: "7", Value: json.RawMessage("0.1"), Shift: time.Millisecond}, {Stream: "7", Value: json.RawMessage("3")}}},
		"type 7, two of 1": {Type: 7, At: june, Points: []onenet.Datapoint{pointAt("1", "1", june), pointAt("1", "2", june.Add(time.Millisecond)), pointAt("1", "3", june)}},
	} {
		for _, opt := range []wire.DPOptions{{}, {BinaryUTC: true}} {
			payload, err := wire.AppendDP(nil, block, opt)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got, r := wire.DecodeDP(payload, opt)
			if r != nil {
				t.Errorf("%s: %q is refused: %v", name, payload, r)
			}
			if d := cmp.Diff(block.Points, got); d != "" && len(block.Points)+len(got) > 0 {
				t.Errorf("%s, UTC %t (-want +got):\n%s", name, opt.BinaryUTC, d)
			}
		}
	}
}

func TestAppendDPRefusesWhatTheTypeCannotCarry(t *testing.T) {
	t.Parallel()
	file := onenet.Datapoint{Stream: "p", File: &onenet.File{Data: []byte{1}}}
	badDesc := onenet.Datapoint{Stream: "p", File: &onenet.File{Data: []byte{1}, Desc: json.RawMessage("{")}}
	shifted := point("1", "1")
	shifted.Shift = time.Millisecond
	const everySeparator = ",;|#@~^&%$!*+=/?<>_'`\\\t\x01\x02\x03\x1c\x1d\x1e\x1f"
	for name, tt := range map[string]struct {
		kind  wire.DPType
		at    time.Time
		point onenet.Datapoint
		want  error
	}{
		"unknown type":               {kind: 8, point: point("t", "1"), want: onenet.ErrInvalid},
		"no stream":                  {kind: 3, point: point("", "1"), want: onenet.ErrInvalid},
		"value that is not JSON":     {kind: 3, point: point("t", "{"), want: onenet.ErrInvalid},
		"no value":                   {kind: 1, point: onenet.Datapoint{Stream: "t"}, want: onenet.ErrInvalid},
		"file outside type 2":        {kind: 1, point: file, want: onenet.ErrInvalid},
		"value in type 2":            {kind: 2, point: point("t", "1"), want: onenet.ErrInvalid},
		"empty file":                 {kind: 2, point: onenet.Datapoint{Stream: "p", File: &onenet.File{}}, want: onenet.ErrInvalid},
		"description not JSON":       {kind: 2, point: badDesc, want: onenet.ErrInvalid},
		"file over 3 MiB":            {kind: 2, point: onenet.Datapoint{Stream: "p", File: &onenet.File{Data: make([]byte, wire.MaxDPBinary+1)}}, want: onenet.ErrLimit},
		"time in type 3":             {kind: 3, point: pointAt("t", "1", june), want: onenet.ErrInvalid},
		"no time in type 4":          {kind: 4, point: point("t", "1"), want: onenet.ErrInvalid},
		"object in type 5":           {kind: 5, point: point("t", "{}"), want: onenet.ErrInvalid},
		"every separator in use":     {kind: 5, point: point(everySeparator, "1"), want: onenet.ErrLimit},
		"no time under time bytes":   {kind: 6, at: june, point: point("t", "1"), want: onenet.ErrInvalid},
		"time bytes before 2000":     {kind: 6, at: june.AddDate(-20, 0, 0), point: pointAt("t", "1", june), want: onenet.ErrInvalid},
		"milliseconds in time bytes": {kind: 7, at: june.Add(1e6), point: pointAt("1", "1", june.Add(1e6)), want: onenet.ErrInvalid},
		"another time in type 7":     {kind: 7, at: june, point: pointAt("1", "1", june.Add(time.Hour)), want: onenet.ErrInvalid},
		"name in type 7":             {kind: 7, point: point("t", "1"), want: onenet.ErrInvalid},
		"stream 01 in type 7":        {kind: 7, point: point("01", "1"), want: onenet.ErrInvalid},
		"stream 0 in type 7":         {kind: 7, point: point("0", "1"), want: onenet.ErrInvalid},
		"stream 65536 in type 7":     {kind: 7, point: point("65536", "1"), want: onenet.ErrInvalid},
		"text in type 7":             {kind: 7, point: point("1", `"1"`), want: onenet.ErrInvalid},
		"shift outside type 7":       {kind: 3, point: shifted, want: onenet.ErrInvalid},
		"text over 65535 bytes":      {kind: 3, point: point("t", `"`+strings.Repeat("x", 65536)+`"`), want: onenet.ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := wire.AppendDP([]byte("dst"), wire.DPBlock{Type: tt.kind, At: tt.at, Points: []onenet.Datapoint{tt.point}}, wire.DPOptions{})
			if !errors.Is(err, tt.want) || string(got) != "dst" {
				t.Errorf("got %q, %v; want dst as it was and %v", got, err, tt.want)
			}
		})
	}
}

func TestAppendDPRefusesTheWrongNumberOfPoints(t *testing.T) {
	t.Parallel()
	for _, block := range []wire.DPBlock{{Type: 2}, {Type: 7}, {Type: 7, Points: floatPoints(501)}} {
		if _, err := wire.AppendDP(nil, block, wire.DPOptions{}); err == nil {
			t.Errorf("%v with %d points was written", block.Type, len(block.Points))
		}
	}
}
