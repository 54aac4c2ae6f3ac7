package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// What decodes must be well-formed, and come back the same from what we encode of it.
func FuzzDecodeDP(f *testing.F) {
	for _, v := range mustVectors(f) {
		f.Add(mustHex(f, v.Hex), v.UTC)
	}
	f.Fuzz(func(t *testing.T, payload []byte, utc bool) {
		opt := wire.DPOptions{BinaryUTC: utc}
		before := bytes.Clone(payload)
		points, r := wire.DecodeDP(payload, opt)
		if !bytes.Equal(before, payload) {
			t.Fatal("the decoder changed the payload")
		}
		if r != nil {
			checkRefusal(t, payload, points, r)
			return
		}
		for _, p := range points {
			checkPoint(t, p)
		}
		for _, b := range wire.DescribeDP(payload, opt).Blocks {
			checkRoundTrip(t, b.DPBlock, opt)
		}
	})
}

func checkRefusal(t *testing.T, payload []byte, points []onenet.Datapoint, r *onenet.Refusal) {
	t.Helper()
	if points != nil {
		t.Fatalf("%d points beside %v", len(points), r)
	}
	if r.Offset != nil && (*r.Offset < 0 || *r.Offset > len(payload)) || r.Offset == nil && len(payload) > 0 {
		t.Fatalf("offset of %v outside the %d bytes", r, len(payload))
	}
	if r.Expected == "" || r.Got == "" || len(r.Error()) > 600 || !utf8.ValidString(r.Error()) {
		t.Fatalf("poor refusal: %+v", r)
	}
}

func checkPoint(t *testing.T, p onenet.Datapoint) {
	t.Helper()
	if p.Stream == "" || !utf8.ValidString(string(p.Stream)) {
		t.Fatalf("stream %q", p.Stream)
	}
	if p.File != nil {
		if p.File.Size != len(p.File.Data) || p.Value != nil {
			t.Fatalf("file %+v", p.File)
		}
		return
	}
	var c bytes.Buffer
	if err := json.Compact(&c, p.Value); err != nil || c.String() != string(p.Value) {
		t.Fatalf("value %q is not compact JSON: %v", p.Value, err)
	}
}

func checkRoundTrip(t *testing.T, b wire.DPBlock, opt wire.DPOptions) {
	t.Helper()
	again, err := wire.AppendDP(nil, b, opt)
	if errors.Is(err, onenet.ErrLimit) {
		return // our spelling is longer than the device's
	}
	if err != nil {
		t.Fatalf("cannot encode %+v: %v", b, err)
	}
	got, r := wire.DecodeDP(again, opt)
	if r != nil {
		t.Fatalf("%q is refused: %v", again, r)
	}
	if d := cmp.Diff(b.Points, got); d != "" && len(b.Points)+len(got) > 0 {
		t.Fatalf("through %q (-first +second):\n%s", again, d)
	}
}

// Our JSON scanner and encoding/json must agree on what JSON is.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{"1", "-0.5e+3", `"\u00e9\n"`, `{"a":[1,{}],"b":null}`, "[[[]]]", "tru", "1,", " \t1 ", `"` + "\x7f" + `"`, "01", `"\ud800"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		body := `{"v":` + value + `}`
		if len(body) > wire.MaxDPText {
			return
		}
		points, r := wire.DecodeDP(jsonBlock(3, body), wire.DPOptions{})
		if sound := json.Valid([]byte(body)) && utf8.ValidString(body); !sound {
			if r == nil {
				t.Fatalf("%q was taken for JSON", body)
			}
			return
		}
		if r != nil {
			if r.Cause != onenet.DataEmptyStream && r.Cause != onenet.DataTooDeep {
				t.Fatalf("%q was refused: %v", body, r)
			}
			return
		}
		var want bytes.Buffer
		if len(points) == 1 && json.Compact(&want, []byte(value)) == nil && want.String() != string(points[0].Value) {
			t.Fatalf("%q became %q", value, points[0].Value)
		}
	})
}

func FuzzTopic(f *testing.F) {
	for _, s := range []string{"$dp", "dp", "＄dp", "$crsp/x", "$creq/x", "/700123456/t", "//", "+/#", "a\x00b", "$crsp/3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, topic string) {
		c := wire.ClassifyTopic(topic)
		rebuilt := topic
		switch c.Kind {
		case wire.TopicDP:
			rebuilt = wire.DPTopic
		case wire.TopicReply:
			rebuilt = wire.ReplyTopic(c.Command)
		case wire.TopicCommand:
			rebuilt = wire.CommandTopic(c.Command)
		case wire.TopicPoint:
			rebuilt = wire.PointTopic(c.Device, c.Stream)
		case wire.TopicReserved, wire.TopicCustom:
			if strings.HasPrefix(topic, "$") != (c.Kind == wire.TopicReserved) {
				t.Fatalf("%q is %s", topic, c.Kind)
			}
		default:
			t.Fatalf("%q is of no kind", topic)
		}
		if rebuilt != topic {
			t.Fatalf("%q was taken apart as %+v, which is %q", topic, c, rebuilt)
		}
		if wire.DPNearMiss(topic) && c.Kind == wire.TopicDP {
			t.Fatal("$dp is no near miss of itself")
		}
		if id, ok := wire.ReplyNearMiss(topic); ok && !wire.IsCommandID(string(id)) {
			t.Fatalf("%q gave the id %q", topic, id)
		}
		if wire.CheckFilter(topic) == wire.TopicOK && wire.CheckTopic(topic) != wire.TopicOK {
			t.Fatalf("%q may be subscribed but not published to", topic)
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{"2018-06-01 08:00:00", "2018-06-01T08:00:00.123", "2018-06-01T08:00:00.123456Z", "2018-02-30 08:00:00", "1527811200", "", "2018-06-01\xff08:00:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := wire.ParseTime(s)
		if err != nil {
			if !utf8.ValidString(err.Error()) {
				t.Fatalf("error %q", err)
			}
			return
		}
		again, err := wire.ParseTime(wire.FormatMillis(at))
		if err != nil || !again.Equal(at) || at.IsZero() {
			t.Fatalf("%q is %v, written and read again %v, %v", s, at, again, err)
		}
		if !strings.HasPrefix(strings.Replace(s, "T", " ", 1), wire.FormatTime(at)) {
			t.Fatalf("%q was read as %s", s, wire.FormatTime(at))
		}
		_, _, _ = wire.ParseCursor(s)
		_, _, _, _ = wire.ParseFileIndex(s)
	})
}
